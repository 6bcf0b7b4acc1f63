"""Keys that lost their zeros are said in one line."""

from __future__ import annotations

import polars as pl

from regclean.standardise import lost_zeros


def test_most_keys_would_fit_with_zeros() -> None:
    customers = pl.DataFrame({"customer_no": ["00012", "00013", "00014", "K1"]})
    services = pl.DataFrame({"customer_no": ["12", "13", "14", "99", None], "site_no": [None] * 5, "bin_group_no": [None] * 5},
                            schema_overrides={"site_no": pl.String, "bin_group_no": pl.String})  # fmt: skip
    [said] = lost_zeros({"customers": customers, "services": services})
    assert said.startswith("services: 3 of 4 values of customer_no name no row of customers")


def test_keys_that_fit_are_nothing_to_say() -> None:
    customers = pl.DataFrame({"customer_no": ["0012", "0013"]})
    roles = pl.DataFrame({"customer_no": ["0012", "13"], "site_no": ["S1", "S2"]})
    assert (
        lost_zeros({"customers": customers, "site_roles": roles, "sites": pl.DataFrame({"site_no": ["S1", "S2"]})})
        == []
    )
