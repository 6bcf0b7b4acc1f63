"""Where defects are born: counted by hand on a few records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import polars as pl
import pytest

from regclean.config import default_config
from regclean.quality import TOUCHPOINTS, born, measures
from regclean.rules import at_source, catalogue
from regclean.warehouse.database import create_tables, write_frame

WORDS = default_config().section("touchpoints")


@pytest.fixture
def night() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_tables(connection)
        yield connection


def customers(night: duckdb.DuckDBPyConnection, *given: dict[str, Any]) -> None:
    columns = {"customer_no", "touchpoint", "contact_source", "created_on", "non_disclosure"}
    for row in given:
        told = {"non_disclosure": False, **row}
        assert set(told) <= columns | {"file"}
        names = [name for name in told if name != "file"]
        states = ("national_id", "business_id", "postal_code", "phone", "email", "e_invoice", "iban")
        filled = {f"{name}_state": "missing" for name in states} | {"kind": "person", "kind_inferred": "person"}
        values = {**{name: told[name] for name in names}, **filled, "m_given": [], "m_last_parts": []}
        marks = ", ".join("?" for _ in values)
        night.execute(f"INSERT INTO customers ({', '.join(values)}) VALUES ({marks})", list(values.values()))
        file = row.get("file", "in/customers.csv")
        night.execute("INSERT INTO origins VALUES ('customers', ?, ?, 2, 'h', true)", [row["customer_no"], file])


def finding(
    night: duckdb.DuckDBPyConnection,
    rule: str,
    *subjects: str,
    kind: str = "stale",
    severity: str = "review",
    protected: bool = False,
) -> None:
    number = night.execute("SELECT count(*) FROM findings").fetchall()[0][0]
    row = {
        "finding_id": f"F{number}",
        "kind": kind,
        "rule": rule,
        "severity": severity,
        "subjects": json.dumps(subjects),
    }
    more = {"summary": "", "evidence": "{}", "fingerprint": "", "protected": protected}
    write_frame(night, "findings", pl.DataFrame([row | more | {"ends_in": "task"}]))


def test_a_record_says_where_it_was_made_else_its_file_else_who_told(night: duckdb.DuckDBPyConnection) -> None:
    customers(
        night,
        {"customer_no": "1", "touchpoint": "Verkkolomake 2", "file": "in/konversio.csv"},
        {"customer_no": "2", "file": "in/konversio_2019.csv"},
        {"customer_no": "3", "contact_source": "contact_person"},
        {"customer_no": "4", "touchpoint": "verkosto"},
    )
    found = {one.name: one.records for one in born(night, WORDS, protected=[])}
    assert found == {"web": 1, "list": 1, "migration": 1, "unknown": 1}, "a word is a word, not the beginning of one"


def test_a_thousand_records_have_so_many_with_a_finding_and_its_interval(night: duckdb.DuckDBPyConnection) -> None:
    customers(
        night,
        *({"customer_no": str(number), "touchpoint": "phone", "created_on": date(2025, 1, 1)} for number in range(20)),
    )
    finding(night, "S06", "customers:1")
    finding(night, "S06", "customers:2")
    finding(night, "S09", "customers:2")
    finding(night, "F10", "customers:3:phone", kind="field")
    finding(night, "S09", "customers:4", severity="info")
    (one,) = born(night, WORDS, protected=[])
    assert (one.records, one.defective, one.rules) == (20, 3, (("S06", 2), ("F10", 1), ("S09", 1)))
    assert one.sources == (("in/customers.csv", 20, 3),)
    assert one.years == ((2025, 20, 3),)
    rate = one.rate
    assert rate is not None
    assert rate.value == 150
    assert 0 < rate.low < 150 < rate.high < 1000
    assert measures([one]) == {"born_seller": 150.0}


def test_a_duplicate_was_born_with_the_younger_record(night: duckdb.DuckDBPyConnection) -> None:
    customers(
        night,
        {"customer_no": "1", "touchpoint": "web", "created_on": date(2026, 1, 1)},
        {"customer_no": "2", "touchpoint": "phone", "created_on": date(2019, 1, 1)},
    )
    finding(night, "duplicate", "customers:1", "customers:2", kind="duplicate")
    assert {one.name: one.defective for one in born(night, WORDS, protected=[])} == {"web": 1, "seller": 0}


def test_nobody_under_non_disclosure_is_counted(night: duckdb.DuckDBPyConnection) -> None:
    customers(
        night,
        {"customer_no": "1", "touchpoint": "web", "non_disclosure": True},
        {"customer_no": "2", "touchpoint": "web"},
        {"customer_no": "3", "touchpoint": "web"},
    )
    finding(night, "S06", "customers:1", protected=True)
    finding(night, "S06", "customers:2", protected=True)
    (one,) = born(night, WORDS, protected=["customers:3"])
    assert (one.records, one.defective) == (1, 0)


def test_a_list_is_not_named_by_its_file(night: duckdb.DuckDBPyConnection) -> None:
    night.execute(
        "INSERT INTO bin_group_members (bin_group_no, member_no, share_state, kind, proxy_phone, proxy_email, proxy_address, m_given, m_last_parts) VALUES ('K', '1', 'missing', 'person', false, false, false, [], [])"
    )
    night.execute(
        "INSERT INTO origins VALUES ('bin_group_members', 'K/1', 'in/lists/Virtanen Matti.xlsx#a', 2, 'h', true)"
    )
    (one,) = born(night, WORDS, protected=[])
    assert (one.name, one.sources) == ("list", (("in/lists", 1, 0),))


def test_each_rule_has_one_advice_in_each_language() -> None:
    for rule in ("duplicate", *catalogue()):
        texts = [at_source(rule, language) for language in ("fi", "sv", "en")]
        assert len(set(texts)) == 3, rule
    with pytest.raises(KeyError):
        at_source("S99", "fi")


def test_the_template_names_the_touchpoints() -> None:
    assert set(WORDS) == set(TOUCHPOINTS)
