"""Lists that are handled whole: by area and by customer, without those under non-disclosure and without what was rejected."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import update
from tests.findings.conftest import DAY, Register, moment

from regclean.findings import assemble, classes, decided_edges, missing, publish, standing
from regclean.ledger import Ledger, runs
from regclean.ledger.tables import findings

HIT = {"severity": "review", "proposal": None, "score": None}


def at(building: str, postal_code: str, site_no: str | None = None, *customers: str) -> dict[str, Any]:
    reason = "no_bin" if customers else "nobody"
    town = {"70": "297", "20": "853"}[postal_code[:2]]
    told = {
        "building_id": building,
        "site_no": site_no,
        "municipality_code": town,
        "reason": reason,
        "customers": customers,
    }
    evidence = json.dumps(told | {"basis": {}})
    return HIT | {
        "kind": "stale",
        "rule": "S18",
        "subjects": [f"buildings:{building}"],
        "evidence": evidence,
        "ends_in": "task",
    }


@pytest.fixture
def night(register: Register, ledger: Ledger) -> Register:
    register.customers("1").customers("2", non_disclosure=True).customers("3").clusters()
    places = {"A": "70100", "B": "70200", "C": "20100", "D": "70300"}
    register.write(
        "buildings",
        *(
            {
                "building_id": no,
                "postal_code": place,
                "property_id_state": "missing",
                "postal_code_state": "ok",
            }
            for no, place in places.items()
        ),
    )
    hits = [at("A", "70100", "S1", "1", "2"), at("B", "70200"), at("C", "20100"), at("D", "70300")]
    group = {
        "relationship": "regular",
        "computed": "former",
        "reason": "seen_long_ago",
        "customers": ["1", "2", "3"],
        "count": 3,
    }
    register.write(
        "rule_hits",
        *hits,
        HIT | {"kind": "field", "rule": "F27", "subjects": ["sources:customers:x"], "evidence": json.dumps(group | {"basis": {}}), "ends_in": "figure"},
    )  # fmt: skip
    services = {"service_no": "P1", "customer_no": "1"}, {"service_no": "P2", "customer_no": "1", "end_on": DAY}
    register.write("services", *services)
    assemble(register.connection, language="fi", decided=standing(register.connection, decided_edges(ledger)))
    runs.start(ledger, "r1", as_of=DAY, now=moment())
    publish(ledger, register.connection, "r1", DAY, moment())
    return register


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
def test_what_is_missing_is_listed_by_area(night: Register, ledger: Ledger) -> None:
    with ledger.write() as connection:
        rejected = findings.c.case_key == "buildings:D"
        connection.execute(update(findings).where(rejected).values(state="rejected"))
    found = missing(night.connection, ledger)
    assert found["building_id"].to_list() == ["B", "C"], "A names somebody under non-disclosure, D was rejected"
    assert missing(night.connection, ledger, area="853")["building_id"].to_list() == ["C"]
    assert missing(night.connection, ledger, area="702")["building_id"].to_list() == ["B"]
    whole = missing(night.connection, ledger, restricted=True)
    assert whole.select("building_id", "customer_nos", "reason").rows()[0] == ("A", "1;2", "no_bin")
    assert whole["municipality_code"].to_list() == ["297", "297", "853"]


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
def test_who_is_of_another_class_is_listed_with_what_a_change_touches(night: Register, ledger: Ledger) -> None:
    found = classes(night.connection, frozenset({"3"}), DAY)
    assert found.rows() == [("relationship", "1", "regular", "former", "seen_long_ago", 1)]
    assert classes(night.connection, frozenset(), DAY)["customer_no"].to_list() == ["1", "3"]
