"""What leaves the product: the contract's columns, in its order, and nobody protected."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from regclean.findings import export
from regclean.findings.export import published

COLUMNS = [
    "finding_id",
    "kind",
    "rule",
    "severity",
    "subjects",
    "score",
    "summary",
    "proposal",
    "state",
    "first_seen_run",
    "last_seen_run",
]


@pytest.fixture
def exported(nights: Any) -> Any:
    def fill(made: Any) -> None:
        made.customers("1", "2", "5").customers("3", "4", non_disclosure=True).clusters(C1="1 2", C2="3 4")
        made.pair("1", "2").pair("3", "4")
        hit = {"severity": "review", "evidence": json.dumps({"returned": 2}), "proposal": None, "score": None}
        made.write("rule_hits", hit | {"kind": "stale", "rule": "S06", "subjects": ["customers:5"]})

    nights.run(0, fill)
    return nights


def test_findings_have_the_contracts_columns_and_nobody_protected(exported: Any) -> None:
    frame = export(exported.ledger)
    assert frame.columns == COLUMNS
    assert [json.loads(subjects) for subjects in frame["subjects"]] == [["customers:1", "customers:2"], ["customers:5"]]
    assert export(exported.ledger, protected=True).height == 3


def test_findings_are_filtered(exported: Any) -> None:
    exported.decide("same", "1", "2")
    assert export(exported.ledger, kind="stale")["rule"].to_list() == ["S06"]
    assert export(exported.ledger, rule="duplicate")["kind"].to_list() == ["duplicate"]
    assert export(exported.ledger, state="accepted").height == 1
    assert export(exported.ledger, state="verified").columns == COLUMNS


def test_what_touches_a_protected_customer_is_left_out_whole(register: Any) -> None:
    register.customers("1", "2").customers("3", non_disclosure=True).clusters(C1="1 2")
    register.pair("1", "2").pair("1", "3")

    def listed(table: Any, *hidden: str, restricted: bool = False) -> pl.DataFrame:
        return published(register.connection, table, frozenset(hidden), restricted=restricted)

    clusters = listed("clusters")
    assert clusters.columns == ["cluster_id", "customer_no"]
    assert sorted(clusters["customer_no"]) == ["1", "2"]
    assert sorted(listed("clusters", "2")["customer_no"]) == ["1"]  # the flag went away; the protection did not
    assert sorted(listed("clusters", restricted=True)["customer_no"]) == ["1", "2", "3"]
    pairs = listed("pairs")
    assert pairs.columns == ["customer_no_l", "customer_no_r", "match_probability", "match_weight", "relation"]
    assert pairs.select("customer_no_l", "customer_no_r").rows() == [("1", "2")]
    assert listed("pairs", restricted=True).height == 2
    links = listed("member_links")
    assert links.columns == ["bin_group_no", "member_no", "customer_no", "match_probability", "customer_no_given"]
