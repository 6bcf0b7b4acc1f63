"""Each expectation of the gate stops a batch that breaks it; a good one passes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regclean import checks
from regclean.batches import gate
from regclean.batches.accepted import Accepted, Planned
from regclean.checks.suites import BATCH_GATE
from regclean.config import load_workspace
from regclean.night import open_published

DAY = date(2026, 11, 1)


@pytest.fixture
def night(published_register: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    warehouse, run_id = open_published(load_workspace(published_register))
    with warehouse.read(run_id) as connection:
        yield connection


def finding(*, protected: bool = False) -> Accepted:
    return Accepted("F1", "field", "F01", ("customers:1001",), (), {}, 1, "aino", protected)


def line(
    op: Any, table: str, key: str, column: str | None = None, before: str | None = None, after: str | None = None
) -> Planned:
    return Planned(op, table, key, column, before, after)


def broken(
    night: duckdb.DuckDBPyConnection, *lines: Planned, of: Accepted | None = None, exported: bool = True
) -> set[str]:
    numbered = [(number, one, of or finding()) for number, one in enumerate(lines, 1)]
    result = gate.judge(night, numbered, as_of=DAY, country="fi", exported=exported)
    return {failure.expectation for failure in result.failed}


MOVED = line("update", "services", "V1", "customer_no", "1001", "1002")
HOST = line("update", "bin_groups", "K2", "host_customer_no", "1001", "1002")
MERGE = line("merge", "customers", "1001", None, None, "1002")
BREAKS = {
    "unknown_cell": [line("update", "customers", "1001", "shoe_size", None, "44")],
    "lost_key": [line("delete", "customers", "1001", None, "{}")],
    "unknown_row": [line("update", "customers", "4711", "phone", None, "1")],
    "changed_twice": [line("update", "customers", "1001", "phone", None, v) for v in "12"],
    "merged_in_a_circle": [MERGE, line("merge", "customers", "1002", None, None, "1001"), MOVED, HOST],
    "service_without_customer": [MERGE, HOST],
    "shared_bin_without_customer": [MERGE, MOVED],
    "bill_without_payer": [line("update", "site_roles", "1001/S1/payer", "customer_no", "1001", "9999")],
    "shares_do_not_sum": [line("update", "bin_group_members", "K3/2", "end_on", None, "1.1.2026")],
    "protected_in_export": [line("update", "customers", "1014", "phone", "040 999 8888", "1")],
    "national_id_out_of_place": [line("update", "customers", "1001", "billing_name", None, "010190-901R")],
    "changes_nothing": [line("update", "customers", "1001", "phone", "1", "1")],
}


def test_a_good_batch_passes(night: duckdb.DuckDBPyConnection) -> None:
    assert (
        broken(night, MERGE, MOVED, HOST, line("update", "customers", "1003", "national_id", None, "010190-901R"))
        == set()
    )


@pytest.mark.parametrize("name", sorted(set(BREAKS) - {"shares_do_not_sum", "bill_without_payer"}))
def test_each_expectation_stops_what_breaks_it(night: duckdb.DuckDBPyConnection, name: str) -> None:
    assert name in broken(night, *BREAKS[name])


def test_shares_still_sum_and_bills_keep_their_payer(published_register: Path) -> None:
    with (published_register / "in" / "bin_groups.csv").open("a", encoding="utf-8") as file:
        file.write("K3;mixed;S3;1015;1015;Laine Pekka;;Haapaniemenkatu 7;70100;Kuopio;split;1.1.2016;1.3.2026\n")
    with (published_register / "in" / "bin_group_members.csv").open("a", encoding="utf-8") as file:
        file.write("K3;1;1015;Laine Pekka;;;;;50;1.3.2026\nK3;2;1016;Savolainen Eeva;;;;;50;1.3.2026\n")
    with (published_register / "in" / "site_roles.csv").open("a", encoding="utf-8") as file:
        file.write("1001;S1;payer;1.1.2005;\n")
    from datetime import UTC, datetime

    from regclean.night import run_night

    workspace = load_workspace(published_register)
    run_night(workspace, as_of=DAY, now=datetime(2026, 11, 3, tzinfo=UTC))
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        assert "shares_do_not_sum" in broken(connection, *BREAKS["shares_do_not_sum"])
        assert "bill_without_payer" in broken(connection, *BREAKS["bill_without_payer"])
        assert "bill_without_payer" in broken(connection, MERGE, MOVED, HOST)
        given = line("update", "bin_group_members", "K3/1", "share_percent", "50", "100")
        assert broken(connection, *BREAKS["shares_do_not_sum"], given) == set()


def test_lines_need_a_decision(night: duckdb.DuckDBPyConnection) -> None:
    nobody = Accepted("F1", "field", "F01", (), (), {}, None, "aino", False)  # type: ignore[arg-type]  # the fault itself
    assert "undecided_line" in broken(night, line("update", "customers", "1001", "phone", None, "1"), of=nobody)


def test_every_expectation_has_its_case() -> None:
    (suite,) = checks.load_suites(BATCH_GATE)
    assert {expectation.name for expectation in suite.expectations} == {*BREAKS, "undecided_line"}
