"""What leaves the product: the contract's columns, in its order, and nobody protected."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from regclean.findings import EDGE_SCHEMA, assemble, export, figures
from regclean.findings.decide import DecisionLine, record
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
    "case_key",
    "ends_in",
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


def test_findings_of_an_area_by_how_the_postal_code_begins(nights: Any) -> None:
    def fill(made: Any) -> None:
        made.customers("1", postal_code="70100").customers("2", postal_code="70200").customers("3", postal_code="20100")
        hit = {"severity": "review", "evidence": "{}", "proposal": None, "score": None, "kind": "stale", "rule": "S06"}
        ends = {"1": "task", "2": "figure", "3": "task"}
        made.write("rule_hits", *(hit | {"subjects": [f"customers:{no}"], "ends_in": end} for no, end in ends.items()))

    nights.run(0, fill)
    assert export(nights.ledger, area="70")["case_key"].to_list() == ["customers:1"]
    assert export(nights.ledger, area="7_1").is_empty()


def test_a_case_is_named_after_what_one_act_is_about(nights: Any) -> None:
    """A cluster; a shared bin, also by a line of it; a customer, also by a service; else a site; a source by itself."""
    cases = {
        "K12": (["bin_group_members:K1/2", "bin_groups:K1"], "bin_groups:K1"),
        "F19": (["bin_group_members:K1/2:member_no"], "bin_groups:K1"),
        "K04": (["bin_groups:K1", "customers:5", "services:P1"], "bin_groups:K1"),
        "S03": (["customers:5", "sites:S1"], "customers:5"),
        "F16": (["services:P1:end_on"], "customers:5"),
        "F06": (["sites:S1:property_id"], "sites:S1"),
        "S04": (["sources:services:70100"], "sources:services:70100"),
    }

    def fill(made: Any) -> None:
        made.customers("1", "2", "5").clusters(C1="1 2").pair("1", "2").pair("2", "5", 0.7, "unsure")
        made.write("services", {"service_no": "P1", "customer_no": "5"})
        made.write(
            "sites",
            {
                "site_no": "S1",
                "property_id_state": "invalid",
                "building_id_state": "missing",
                "postal_code_state": "missing",
            },
        )
        for rule, (subjects, _) in cases.items():
            kind = {"K": "bin_group", "S": "stale", "F": "field"}[rule[0]]
            hit = {"severity": "review", "evidence": "{}", "proposal": None, "score": None, "ends_in": "task"}
            made.write("rule_hits", hit | {"kind": kind, "rule": rule, "subjects": subjects})

    nights.run(0, fill)
    frame = export(nights.ledger)
    found = dict(frame.filter(pl.col("rule") != "duplicate").select("rule", "case_key").iter_rows())
    assert found == {rule: case for rule, (_, case) in cases.items()}
    assert set(frame.filter(pl.col("rule") == "duplicate")["case_key"]) == {"clusters:C1"}
    assert set(frame.filter(pl.col("rule") != "duplicate")["ends_in"]) == {"task"}


def test_figures_live_in_the_night_and_not_in_the_ledger(nights: Any, register: Any) -> None:
    """What an earlier version had queued goes with the next night."""

    def fill(ending: str) -> Any:
        hit = {"severity": "info", "evidence": "{}", "proposal": None, "score": None, "kind": "field", "rule": "F02"}

        def write(made: Any) -> None:
            made.customers("1", "2").customers("3", non_disclosure=True)
            for number in ("1", "2", "3"):
                made.write("rule_hits", hit | {"subjects": [f"customers:{number}:business_id"], "ends_in": ending})

        return write

    nights.run(0, fill("task"))
    nights.run(1, fill("figure"))
    assert export(nights.ledger)["state"].to_list() == ["withdrawn", "withdrawn"]
    fill("figure")(register)
    assemble(register.connection, language="fi", decided=pl.DataFrame(schema=EDGE_SCHEMA), ever_hidden=frozenset({"2"}))
    frame = figures(register.connection, "2026-11-21-001")
    assert frame.columns == COLUMNS
    assert frame["subjects"].to_list() == ['["customers:1:business_id"]']
    assert frame.select("state", "first_seen_run", "last_seen_run", "ends_in").row(0) == (
        "open", "2026-11-21-001", "2026-11-21-001", "figure"
    )  # fmt: skip
    assert figures(register.connection, "n", protected=True).height == 3
    assert figures(register.connection, "n", kind="stale").is_empty()


def test_accepting_what_asks_somebody_makes_a_task(nights: Any) -> None:
    """Unless the steward gives the value: then there is something to change."""

    def fill(made: Any) -> None:
        made.customers("1", "2")
        hit = {"severity": "review", "evidence": "{}", "proposal": None, "score": None, "kind": "stale", "rule": "S06"}
        for number in ("1", "2"):
            made.write("rule_hits", hit | {"subjects": [f"customers:{number}"], "ends_in": "task"})

    nights.run(0, fill)
    ids = dict(export(nights.ledger).select("case_key", "finding_id").iter_rows())
    lines = [
        DecisionLine(1, "accept", "aino", finding_id=ids["customers:1"]),
        DecisionLine(
            2, "accept", "aino", finding_id=ids["customers:2"], choices='{"fields": {"street_address": "Rantatie 1"}}'
        ),
    ]
    assert record(nights.ledger, lines, datetime(2026, 11, 20, 9, tzinfo=UTC)).taken == 2
    assert export(nights.ledger, state="task")["case_key"].to_list() == ["customers:1"]
    assert export(nights.ledger, state="accepted")["case_key"].to_list() == ["customers:2"]
    nights.run(1, lambda made: made.customers("1", "2"))
    assert export(nights.ledger, state="verified")["case_key"].to_list() == ["customers:1"]


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
