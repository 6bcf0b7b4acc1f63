"""Each gate lets a good night pass; each critical expectation stops a night that breaks it, and names what broke."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Barrier
from typing import Any

import duckdb
import polars as pl
import pytest

from regclean import checks
from regclean.checks.columns import PROFILE
from regclean.errors import ConfigError, GateError
from regclean.resources import bundled
from regclean.warehouse import load_sql

AS_OF = date(2026, 11, 21)


@dataclass(frozen=True)
class Break:
    """One mutation of the good night: the expectation that it must break, with the key that must be named."""

    gate: str
    expectation: str
    key: str | None
    sql: str = ""
    do: Callable[[duckdb.DuckDBPyConnection], None] | None = None
    context: dict[str, Any] = field(default_factory=dict)


def column(table: str, name: str, **counts: int) -> pl.DataFrame:
    """The profile of last night's only column."""
    told = {"unreadable": 0, "sampled": 0, "most": 0, **counts}
    return pl.DataFrame([{"table_name": table, "column_name": name, "differs": False, **told}], schema=PROFILE)


def without_keys(table: str) -> str:
    """The same table without its primary key, so that a broken night can be written at all."""
    return f"CREATE TABLE copy AS FROM {table}; DROP TABLE {table}; ALTER TABLE copy RENAME TO {table};"


def big_register(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        INSERT INTO customers BY NAME
            SELECT * EXCLUDE (i) REPLACE ('X' || i AS customer_no) FROM customers, range(1000) AS r(i) WHERE customer_no = 'A2';
        INSERT INTO clusters SELECT 'D' || (i // 2), 'X' || i FROM range(1000) AS r(i);
        INSERT INTO pairs BY NAME
            SELECT * EXCLUDE (i) REPLACE (least('X' || 2 * i, 'X' || (2 * i + 1)) AS customer_no_l,
                              greatest('X' || 2 * i, 'X' || (2 * i + 1)) AS customer_no_r)
            FROM pairs, range(500) AS r(i);
        """
    )


def giant_cluster(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        INSERT INTO customers BY NAME
            SELECT * EXCLUDE (i) REPLACE ('X' || i AS customer_no) FROM customers, range(40) AS r(i) WHERE customer_no = 'A2';
        INSERT INTO clusters SELECT 'D', 'X' || i FROM range(40) AS r(i);
        INSERT INTO pairs BY NAME
            SELECT * EXCLUDE (i) REPLACE ('X0' AS customer_no_l, 'X' || i AS customer_no_r)
            FROM pairs, range(1, 40) AS r(i) WHERE customer_no_l = 'A1';
        """
    )


STATE_COLUMNS = (
    "kind", "kind_inferred", "national_id_state", "business_id_state", "postal_code_state", "phone_state",
    "email_state", "e_invoice_state", "iban_state", "birth_date_source",
)  # fmt: skip
BREAKS = [
    Break(
        "landed",
        "unaccounted_records",
        "in/sites.csv",
        "UPDATE landed.files SET records = 2 WHERE table_name = 'sites'",
    ),
    Break("landed", "miscounted_table", "sites", "DELETE FROM landed.sites"),
    Break(
        "landed",
        "empty_table",
        "sites",
        "DELETE FROM landed.sites; DELETE FROM landed.files WHERE table_name = 'sites'",
        context={"configured_tables": ["sites"]},
    ),
    Break("landed", "fallen_count", "customers", "SELECT 1", context={"previous_counts": {"customers": 6, "sites": 1}}),
    Break("landed", "missing_hash", "services", "UPDATE landed.services SET _hash = '' WHERE service_no = 'P1'"),
    Break(
        "landed",
        "fingerprinted_file",
        "in/sites.csv",
        "UPDATE landed.files SET sha256 = 'x' WHERE table_name = 'sites'",
    ),
    Break("standardised", "lost_key", "A2", "DELETE FROM customers WHERE customer_no = 'A2'"),
    Break("standardised", "lost_key", "K1/2", "DELETE FROM bin_group_members WHERE member_no = '2'"),
    Break(
        "standardised",
        "unusable_rows",
        "customers",
        "INSERT INTO landed.customers BY NAME "
        "SELECT 'Z' || i AS customer_no, 'f' AS _file, i AS _row, 'h' || i AS _hash FROM range(40) AS r(i)",
    ),
    Break(
        "standardised",
        "keys_alike",
        "sites",
        "INSERT INTO origins SELECT 'sites', 'S1', 'f', i, 'h' || i, false FROM range(40) AS r(i)",
    ),
    Break(
        "standardised",
        "swapped_columns",
        "name",
        "INSERT INTO landed.customers BY NAME SELECT 'Z' || i AS customer_no, '040 1234567' AS name, 'f' AS _file, "
        "i AS _row, 'h' || i AS _hash FROM range(40) AS r(i); "
        "INSERT INTO origins SELECT 'customers', 'Z' || i, 'f', i, 'h' || i, true FROM range(40) AS r(i)",
    ),
    Break(
        "standardised",
        "fallen_shares",
        "phone (90 % -> 40 %)",
        "INSERT INTO column_profiles VALUES ('customers', 'phone', 60, 24, 0, 24, 1, false)",
        context={"previous_columns": column("customers", "phone", n=60, usable=54)},
    ),
    Break(
        "standardised",
        "one_value",
        "phone",
        "INSERT INTO column_profiles VALUES ('customers', 'phone', 60, 60, 0, 60, 60, false)",
        context={"previous_columns": column("customers", "phone", n=60, usable=60, sampled=60, most=3)},
    ),
    Break(
        "standardised",
        "unreadable_columns",
        "use",
        "INSERT INTO column_profiles VALUES ('sites', 'use', 60, 1, 59, 1, 1, false)",
    ),
    Break(
        "findings",
        "mass_withdrawal",
        "55 of 60 withdrawn",
        "SELECT 1",
        context={"previous_open": [f"F{number}" for number in range(60)]},
    ),
    Break("standardised", "invented_key", "A2", "DELETE FROM landed.customers WHERE customer_no = 'A2'"),
    Break(
        "standardised",
        "repeated_key",
        "P1",
        without_keys("services") + "INSERT INTO services FROM services WHERE service_no = 'P1'",
    ),
    Break(
        "standardised",
        "impossible_birth_date",
        "A2",
        "UPDATE customers SET birth_date = '2026-11-22' WHERE customer_no = 'A2'",
    ),
    Break(
        "standardised",
        "impossible_birth_date",
        "A2",
        "UPDATE customers SET birth_date = '1799-12-31' WHERE customer_no = 'A2'",
    ),
    Break(
        "standardised",
        "clear_national_id",
        "A1",
        "UPDATE customers SET national_id_masked = '010190-901R' WHERE customer_no = 'A1'",
    ),
    Break(
        "standardised",
        "clear_national_id",
        "A1",
        "UPDATE customers SET national_id_hash = '010190-901R' WHERE customer_no = 'A1'",
    ),
    *(
        Break(
            "standardised", f"known_{column}", "A2", f"UPDATE customers SET {column} = 'bad' WHERE customer_no = 'A2'"
        )
        for column in STATE_COLUMNS
    ),
    *(
        Break("standardised", f"known_{column}", "S1", f"UPDATE sites SET {column} = 'bad'")
        for column in ("property_id_state", "building_id_state", "postal_code_state")
    ),
    Break(
        "standardised",
        "known_share_state",
        "K1/2",
        "UPDATE bin_group_members SET share_state = 'bad' WHERE member_no = '2'",
    ),
    Break("standardised", "known_kind", "K1/2", "UPDATE bin_group_members SET kind = 'bad' WHERE member_no = '2'"),
    Break("linked", "customer_without_cluster", "B1", "DELETE FROM clusters WHERE customer_no = 'B1'"),
    Break("linked", "cluster_of_unknown_customer", "Z9", "INSERT INTO clusters VALUES ('C9', 'Z9')"),
    Break(
        "linked",
        "customer_in_two_clusters",
        "B1",
        without_keys("clusters") + "INSERT INTO clusters VALUES ('C9', 'B1')",
    ),
    Break(
        "linked",
        "pair_out_of_order",
        "B1 + A1",
        "INSERT INTO pairs BY NAME SELECT * REPLACE ('B1' AS customer_no_l, 'A1' AS customer_no_r, 'related' AS relation) FROM pairs",
    ),
    Break("linked", "repeated_pair", "A1 + A2", without_keys("pairs") + "INSERT INTO pairs FROM pairs"),
    Break(
        "linked",
        "pair_of_unknown_customer",
        "A1 + Z9",
        "INSERT INTO pairs BY NAME SELECT * REPLACE ('Z9' AS customer_no_r, 'unsure' AS relation) FROM pairs",
    ),
    Break("linked", "impossible_probability", "A1 + A2", "UPDATE pairs SET match_probability = 1.01"),
    Break("linked", "impossible_probability", "A1 + A2", "UPDATE pairs SET match_weight = 'nan'"),
    Break(
        "linked",
        "impossible_probability",
        "K1/1",
        "UPDATE member_links SET match_probability = -0.1 WHERE member_no = '1'",
    ),
    Break("linked", "unreadable_explanation", "A1 + A2", "UPDATE pairs SET explanation = '{'"),
    Break(
        "linked", "national_id_in_explanation", "A1 + A2", """UPDATE pairs SET explanation = '{"id": "010190-901R"}'"""
    ),
    Break("linked", "cluster_without_same_pair", "C1", "UPDATE pairs SET relation = 'unsure'"),
    Break(
        "linked", "cluster_without_same_pair", "C1", "UPDATE clusters SET cluster_id = 'C1' WHERE customer_no = 'B1'"
    ),
    Break(
        "linked",
        "cluster_against_decision",
        "C1",
        "SELECT 1",
        context={"decided": pl.DataFrame({"customer_no_l": ["A1"], "customer_no_r": ["A2"], "verdict": ["household"]})},
    ),
    Break("linked", "member_without_link", "K1/2", "DELETE FROM member_links WHERE member_no = '2'"),
    Break(
        "linked", "link_of_unknown_member", "K1/1", "UPDATE member_links SET customer_no = 'Z9' WHERE member_no = '1'"
    ),
    Break(
        "linked",
        "link_of_unknown_member",
        "K1/9",
        "INSERT INTO member_links BY NAME SELECT * REPLACE ('9' AS member_no) FROM member_links WHERE member_no = '2'",
    ),
    Break("linked", "contradictory_link", "K1/1", "UPDATE member_links SET state = 'ambiguous' WHERE member_no = '1'"),
    Break("linked", "known_relation", "A1 + A2", "UPDATE pairs SET relation = 'bad'"),
    Break("linked", "known_state", "K1/2", "UPDATE member_links SET state = 'bad' WHERE member_no = '2'"),
    Break("linked", "no_runaway_match", None, do=big_register),
    Break("linked", "no_giant_cluster", "D", do=giant_cluster),
    Break(
        "findings",
        "repeated_finding",
        "F2",
        without_keys("findings") + "INSERT INTO findings FROM findings WHERE finding_id = 'F2'",
    ),
    Break("findings", "unreadable_finding", "F2", "UPDATE findings SET evidence = '{' WHERE finding_id = 'F2'"),
    Break("findings", "unreadable_finding", "F2", "UPDATE findings SET proposal = '{}' WHERE finding_id = 'F2'"),
    Break("findings", "unreadable_finding", "F2", "UPDATE findings SET subjects = '{}' WHERE finding_id = 'F2'"),
    Break("findings", "finding_about_nothing", "F2", "UPDATE findings SET subjects = '[]' WHERE finding_id = 'F2'"),
    Break(
        "findings",
        "finding_about_nothing",
        "F1",
        """UPDATE findings SET subjects = '["customers:A2","customers:A1"]' WHERE finding_id = 'F1'""",
    ),
    Break(
        "findings",
        "unknown_subject",
        "F2",
        """UPDATE findings SET subjects = '["customers:Z9"]' WHERE finding_id = 'F2'""",
    ),
    Break(
        "findings",
        "unknown_subject",
        "F5",
        """UPDATE findings SET subjects = '["customers:Z9:phone"]' WHERE finding_id = 'F5'""",
    ),
    Break(
        "findings",
        "unknown_subject",
        "F2",
        """UPDATE findings SET subjects = '["nonsense:A1"]' WHERE finding_id = 'F2'""",
    ),
    Break("findings", "impossible_score", "F2", "UPDATE findings SET score = 1.5 WHERE finding_id = 'F2'"),
    Break(
        "findings",
        "national_id_in_finding",
        "F2",
        """UPDATE findings SET evidence = '{"note": "soita 010190-901R"}' WHERE finding_id = 'F2'""",
    ),
    Break(
        "findings",
        "national_id_in_finding",
        "F2",
        "UPDATE findings SET summary = 'id 240512C930L' WHERE finding_id = 'F2'",
    ),
    Break(
        "findings", "national_id_in_finding", "F2", "UPDATE findings SET label = '010190y901r' WHERE finding_id = 'F2'"
    ),
    Break("findings", "unprotected_finding", "F3", "UPDATE findings SET protected = false WHERE finding_id = 'F3'"),
    Break("findings", "unprotected_finding", "F4", "UPDATE member_links SET customer_no = 'A3' WHERE member_no = '2'"),
    Break(
        "findings", "unprotected_finding", "F5", "UPDATE customers SET non_disclosure = true WHERE customer_no = 'A2'"
    ),
    Break("findings", "unknown_rule", "F4", "SELECT 1", context={"rules": ["S04", "F01"]}),
    Break("findings", "known_kind", "F2", "UPDATE findings SET kind = 'bad' WHERE finding_id = 'F2'"),
    Break("findings", "known_severity", "F2", "UPDATE findings SET severity = 'bad' WHERE finding_id = 'F2'"),
    Break("findings", "rule_of_its_kind", "F2", "UPDATE findings SET rule = 'K04' WHERE finding_id = 'F2'"),
]
WARNINGS = [
    Break("landed", "missing_key", "in/sites.csv:2", "UPDATE landed.sites SET site_no = ' '"),
    Break("landed", "repeated_key", "A1", "UPDATE landed.customers SET customer_no = ' A1 ' WHERE customer_no = 'A2'"),
    Break("landed", "few_quarantined", "in/sites.csv", "UPDATE landed.files SET records = 51, quarantined = 50 WHERE table_name = 'sites'"),
    Break("standardised", "orphaned_service", "P1", "UPDATE services SET customer_no = 'Z9' WHERE service_no = 'P1'"),
    Break("standardised", "service_at_unknown_site", "P1", "UPDATE services SET site_no = 'Z9' WHERE service_no = 'P1'"),
    Break("standardised", "orphaned_role", "A1/Z9/owner", "UPDATE site_roles SET site_no = 'Z9'"),
    Break("standardised", "orphaned_member", "K9/2", "UPDATE bin_group_members SET bin_group_no = 'K9' WHERE member_no = '2'"),
    Break("standardised", "orphaned_evidence", "Z9", "UPDATE evidence SET customer_no = 'Z9'"),
    Break("standardised", "emptied_after_today", "P1", "UPDATE services SET last_emptied_on = '2026-11-22' WHERE service_no = 'P1'"),
    Break("standardised", "outside_finland", "S1", "UPDATE sites SET latitude = 27.7, longitude = 62.9"),
    Break("standardised", "lost_rows", "evidence", "DELETE FROM evidence"),
    Break("linked", "household_in_cluster", "C1", "INSERT INTO clusters VALUES ('C1', 'A4'); UPDATE pairs SET relation = 'household'"),
    Break("findings", "sudden_growth", "S04", "INSERT INTO findings BY NAME SELECT * EXCLUDE (i) REPLACE ('G' || i AS finding_id) FROM findings, range(80) r(i) WHERE finding_id = 'F2'",
          context={"previous_findings": {"S04": 3, "duplicate": 1, "K12": 1, "F01": 1}}),
]  # fmt: skip


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Break], Path]:
    """A folder with only the suites that hold a case's expectation: the others are run by the tests of good nights."""

    @cache
    def folder(gate: str, expectation: str) -> Path:
        home = tmp_path_factory.mktemp(expectation)
        (home / gate).mkdir()
        for suite in checks.load_suites(gate):
            if expectation in {item.name for item in suite.expectations}:
                shutil.copy(suite.file, home / gate)
        return home

    return lambda case: folder(case.gate, case.expectation)


def run(night: duckdb.DuckDBPyConnection, case: Break, alone: Callable[[Break], Path]) -> checks.SuiteResult:
    (case.do or (lambda connection: connection.execute(case.sql)))(night)
    return checks.run_suite(case.gate, night, AS_OF, context=case.context, folder=alone(case))


@pytest.mark.parametrize("gate", checks.GATES)
def test_good_night_passes(night: duckdb.DuckDBPyConnection, gate: str) -> None:
    result = checks.run_suite(gate, night, AS_OF)
    assert [failure.expectation for failure in result.failed] == []
    assert result.success
    checks.gate(result)


@pytest.mark.parametrize("gate", checks.GATES)
def test_empty_night_has_only_lost_its_customers(gate: str) -> None:
    from regclean.warehouse.database import create_tables

    connection = duckdb.connect()
    create_tables(connection)
    failed = [failure.expectation for failure in checks.run_suite(gate, connection, AS_OF).failed]
    assert failed == (["empty_table"] if gate == "landed" else [])


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.gate}-{case.expectation}-{case.key}")
def test_critical_expectation_stops_the_night(
    night: duckdb.DuckDBPyConnection, case: Break, alone: Callable[[Break], Path]
) -> None:
    result = run(night, case, alone)
    failure = next(
        failure for failure in result.critical if failure.expectation == case.expectation and failure.unexpected_count
    )
    assert failure.unexpected_count >= 1
    if case.key is not None:
        assert case.key in failure.failing_keys or f"customers:{case.key}" in failure.failing_keys
    with pytest.raises(GateError) as stopped:
        checks.gate([result])
    assert stopped.value.exit_code == 1
    for part in (failure.suite, failure.expectation, failure.table, failure.why, failure.remedy, case.key or ""):
        assert part in str(stopped.value)


@pytest.mark.parametrize("case", WARNINGS, ids=lambda case: f"{case.gate}-{case.expectation}")
def test_warning_is_reported(night: duckdb.DuckDBPyConnection, case: Break, alone: Callable[[Break], Path]) -> None:
    result = run(night, case, alone)
    failure = next(failure for failure in result.warnings if failure.expectation == case.expectation)
    assert case.key in failure.failing_keys


def test_every_critical_expectation_has_a_test_that_breaks_it() -> None:
    critical = {
        (gate, expectation.name)
        for gate in checks.GATES
        for suite in checks.load_suites(gate)
        for expectation in suite.expectations
        if expectation.severity == "critical"
    }
    assert critical == {(case.gate, case.expectation) for case in BREAKS}


def test_every_query_belongs_to_a_suite() -> None:
    for gate in checks.GATES:
        files = {item.name for item in resources.files("regclean.checks").joinpath("sql", gate).iterdir()}
        assert files == {f"{query}.sql" for suite in checks.load_suites(gate) for query in suite.queries}


def test_a_mutation_breaks_nothing_else(night: duckdb.DuckDBPyConnection) -> None:
    night.execute("UPDATE findings SET score = 1.5 WHERE finding_id = 'F2'")
    assert [failure.expectation for failure in checks.run_suite("findings", night, AS_OF).failed] == [
        "impossible_score"
    ]


def test_rejected_rows_are_not_lost(night: duckdb.DuckDBPyConnection, insert: Callable[..., None]) -> None:
    night.execute("DELETE FROM customers WHERE customer_no = 'A2'")
    insert(night, "landed.quarantine", table_name="customers", file="in/customers.csv", line=3, why="x")
    assert checks.run_suite("standardised", night, AS_OF).failed == ()


def test_cleaned_keys_are_not_lost(night: duckdb.DuckDBPyConnection) -> None:
    night.execute("UPDATE landed.customers SET customer_no = '  \u00a0Ａ2' WHERE customer_no = 'A2'")
    assert checks.run_suite("standardised", night, AS_OF).failed == ()


def test_decided_same_holds_a_cluster_together(night: duckdb.DuckDBPyConnection) -> None:
    night.execute("DELETE FROM pairs")
    decided = pl.DataFrame({"customer_no_l": ["A1"], "customer_no_r": ["A2"], "verdict": ["same"]})
    assert checks.run_suite("linked", night, AS_OF, context={"decided": decided}).success
    assert not checks.run_suite("linked", night, AS_OF).success


@pytest.mark.parametrize("text", ["040123-4567", "010190-901S", "1010190-901R", "310290-901R7", "lasku 120521-1234"])
def test_what_only_looks_like_a_national_id_passes(night: duckdb.DuckDBPyConnection, text: str) -> None:
    night.execute("UPDATE findings SET summary = $text WHERE finding_id = 'F2'", {"text": text})
    assert checks.run_suite("findings", night, AS_OF).success


def test_registered_id_is_found_even_when_it_looks_like_a_telephone(night: duckdb.DuckDBPyConnection) -> None:
    number = next(f"010190-{n:03}{c}" for n in range(2, 899) for c in "0123456789" if (10190 * 1000 + n) % 31 == int(c))
    night.execute("UPDATE findings SET summary = $text WHERE finding_id = 'F2'", {"text": number})
    assert checks.run_suite("findings", night, AS_OF).success
    masked = f"{number[:7]}***{number[-1]}"
    night.execute("UPDATE customers SET national_id_masked = $masked WHERE customer_no = 'B1'", {"masked": masked})
    assert not checks.run_suite("findings", night, AS_OF).success


def test_generic_country_has_no_finnish_rules(night: duckdb.DuckDBPyConnection) -> None:
    night.execute("UPDATE sites SET latitude = 1; UPDATE findings SET summary = '010190-901R' WHERE finding_id = 'F2'")
    big_register(night)
    for gate in ("linked", "findings"):
        assert checks.run_suite(gate, night, AS_OF, context={"country": "generic"}).success
    failed = {
        failure.expectation
        for failure in checks.run_suite("standardised", night, AS_OF, context={"country": "generic"}).failed
    }
    assert "outside_finland" not in failed


def test_shares_warn_below_their_floor(night: duckdb.DuckDBPyConnection, add_customer: Callable[..., None]) -> None:
    for number in range(150):
        add_customer(night, f"X{number}", 100 + number, email_state="invalid" if number % 2 else "ok")
    (failure,) = checks.run_suite("standardised", night, AS_OF).failed
    assert (failure.expectation, failure.severity, failure.minimum) == ("usable_emails", "warning", 0.85)
    assert failure.observed == pytest.approx(79 / 154)
    assert failure.summary == "0.513 (at least 0.85)"


def test_protected_keys_are_not_named(night: duckdb.DuckDBPyConnection) -> None:
    night.execute("UPDATE customers SET email_state = 'bad' WHERE customer_no = 'A3'; DELETE FROM clusters")
    (failure,) = checks.run_suite("standardised", night, AS_OF).failed
    assert failure.failing_keys == ("(restricted)",)
    shown = {key for failure in checks.run_suite("linked", night, AS_OF).failed for key in failure.failing_keys}
    assert "A1" in shown
    assert "A3" not in shown


def test_at_most_twenty_keys_are_named(night: duckdb.DuckDBPyConnection, add_finding: Callable[..., None]) -> None:
    for number in range(30):
        add_finding(night, f"G{number:02}", score=2)
    (failure,) = checks.run_suite("findings", night, AS_OF).failed
    assert (failure.unexpected_count, len(failure.failing_keys)) == (30, 20)


def test_counts_are_of_rows_not_of_combinations(
    night: duckdb.DuckDBPyConnection, add_customer: Callable[..., None]
) -> None:
    for number in range(7):
        add_customer(night, f"X{number}", 100 + number, phone_state="bad")
    (failure,) = checks.run_suite("standardised", night, AS_OF).failed
    assert failure.unexpected_count == 7


def test_unknown_context_is_refused(night: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ValueError, match="contry"):
        checks.run_suite("landed", night, AS_OF, context={"contry": "fi"})


# Suites as files -------------------------------------------------------------------------------------------------------


def suite_folder(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    content = json.loads((bundled("expectations") / "linked" / "pairs.json").read_text(encoding="utf-8"))
    change(content)
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "pairs.json").write_text(json.dumps(content), encoding="utf-8")
    return tmp_path


def first(content: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = content["expectations"][0]
    return entry


MISTAKES: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("Did you mean 'expect_column_values_to_be_in_set'", lambda c: first(c).update(type="expect_column_values_to_be_in_sett")),
    ("extra fields not permitted", lambda c: first(c)["kwargs"].update(colum="relation")),
    ("field required", lambda c: first(c)["kwargs"].pop("column")),
    ("mostly", lambda c: first(c)["kwargs"].update(mostly=3)),
    ("severity must be one of", lambda c: first(c).update(severity="fatal")),
    ("meta.why", lambda c: first(c)["meta"]["why"].pop("sv")),
    ("unknown part 'notice'", lambda c: first(c).update(notice="x")),
    ("needs: type", lambda c: first(c).pop("severity")),
    ("after its place", lambda c: c.update(name="linked.other")),
    ("exactly: name, meta, expectations", lambda c: c.pop("meta")),
    ("at least one", lambda c: c.update(expectations=[])),
    ("two expectations", lambda c: c["expectations"].append(first(c))),
]  # fmt: skip


@pytest.mark.parametrize(("message", "change"), MISTAKES, ids=[message for message, _ in MISTAKES])
def test_mistake_in_a_suite_is_said_when_it_is_loaded(
    tmp_path: Path, message: str, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(ConfigError) as error:
        checks.load_suites("linked", suite_folder(tmp_path, change))
    assert message in str(error.value)
    assert "pairs.json" in str(error.value)


def test_broken_json_is_said_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "pairs.json").write_text('{\n"name": }', encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        checks.load_suites("linked", tmp_path)
    assert (error.value.row, error.value.exit_code) == (2, 2)


def test_expectation_without_its_query_is_said(tmp_path: Path) -> None:
    (tmp_path / "linked").mkdir()
    content = json.loads((bundled("expectations") / "linked" / "pairs.json").read_text(encoding="utf-8"))
    content["name"] = "linked.wishes"
    (tmp_path / "linked" / "wishes.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ConfigError, match="there is no query 'wishes'"):
        checks.load_suites("linked", tmp_path)


@pytest.mark.parametrize("change", [
    lambda c: first(c)["kwargs"].update(column="relatoin"),
    lambda c: (first(c).update(type="expect_column_values_to_be_between"), first(c).update(kwargs={"column": "relation", "min_value": 1})),
], ids=["unknown column", "wrong type"])  # fmt: skip
def test_rule_that_cannot_be_evaluated_is_an_error_of_the_rule(
    night: duckdb.DuckDBPyConnection, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(ConfigError, match="'known_relation' could not be evaluated") as error:
        checks.run_suite("linked", night, AS_OF, folder=suite_folder(tmp_path, change))
    assert "pairs.json" in str(error.value)
    assert "'same'" not in str(error.value)


def test_unknown_gate_is_refused(night: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ConfigError, match="landed, standardised, linked, findings"):
        checks.run_suite("landing", night, AS_OF)


def test_import_leaves_the_heavy_libraries_out() -> None:
    code = "import sys, regclean.checks; print({'great_expectations', 'pandas'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_bundled_folders() -> None:
    assert (bundled("expectations") / "landed" / "violations.json").is_file()
    assert bundled("flows").name == "flows"
    with pytest.raises(KeyError):
        bundled("elsewhere")


def test_gates_are_judged_at_once_by_as_many_as_ask(night: duckdb.DuckDBPyConnection) -> None:
    """Two clerks build at the same moment: Great Expectations keeps one set of surroundings for them all."""
    asked = [night.cursor() for _ in range(8)]
    for cursor in asked:
        cursor.execute(load_sql("macros"))
    together = Barrier(len(asked))

    def judge(connection: duckdb.DuckDBPyConnection) -> bool:
        together.wait()
        return checks.run_suite("findings", connection, AS_OF).success

    with ThreadPoolExecutor(len(asked)) as pool:
        assert all(pool.map(judge, asked))


def test_the_library_is_imported_without_what_takes_time_and_is_not_used() -> None:
    code = "import sys; from regclean.checks import great_expectations; great_expectations(); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert "great_expectations" in told.stdout.split()
    assert not {"lark", "rfc3987_syntax", "pyspark"} & set(told.stdout.split())
