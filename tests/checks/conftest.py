"""A small night on which every expectation holds, written straight into the night's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from regclean import checks
from regclean.standardise.keys import row_key
from regclean.warehouse.database import LOCKDOWN, create_tables

AS_OF = date(2026, 11, 21)
HASH = "0123456789abcdef" * 4


def write_row(connection: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    marks = ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def land(connection: duckdb.DuckDBPyConnection, table: str, row: int, **values: Any) -> None:
    place = {"_file": f"in/{table}.csv", "_row": row, "_hash": HASH}
    write_row(connection, f"landed.{table}", **values, **place)
    write_row(connection, "origins", table_name=table, key=row_key(table, values), **place, taken=True)


def write_customer(connection: duckdb.DuckDBPyConnection, number: str, row: int, **values: Any) -> None:
    standing = {
        "kind": "person",
        "kind_inferred": "person",
        "national_id_state": "missing",
        "business_id_state": "missing",
        "postal_code_state": "ok",
        "phone_state": "ok",
        "email_state": "ok",
        "non_disclosure": False,
        "e_invoice_state": "missing",
        "iban_state": "missing",
        "m_given": [],
        "m_last_parts": [],
        "name": "Matti Virtanen",
    }
    land(connection, "customers", row, customer_no=number)
    write_row(connection, "customers", customer_no=number, **{**standing, **values})


def write_finding(connection: duckdb.DuckDBPyConnection, number: str, **values: Any) -> None:
    standing = {
        "kind": "stale",
        "rule": "S04",
        "severity": "review",
        "subjects": '["services:P1"]',
        "score": 0.5,
        "summary": "No emptying for a long time",
        "evidence": "{}",
        "fingerprint": HASH,
        "protected": False,
    }
    write_row(connection, "findings", finding_id=number, **{**standing, **values})


@pytest.fixture
def insert() -> Callable[..., None]:
    return write_row


@pytest.fixture
def add_customer() -> Callable[..., None]:
    return write_customer


@pytest.fixture
def add_finding() -> Callable[..., None]:
    return write_finding


@pytest.fixture(scope="session")
def orphaned() -> tuple[checks.SuiteResult, ...]:
    """The results of every gate over a night with one warning: service P1 belongs to nobody."""
    connection = duckdb.connect(config=dict(LOCKDOWN))
    create_tables(connection)
    fill(connection)
    connection.execute("UPDATE services SET customer_no = 'Z9' WHERE service_no = 'P1'")
    results = tuple(checks.run_suite(gate, connection, AS_OF) for gate in checks.GATES)
    connection.close()
    return results


@pytest.fixture
def night() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config=dict(LOCKDOWN))
    create_tables(connection)
    fill(connection)
    yield connection
    connection.close()


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    write_customer(
        connection, "A1", 2, national_id_masked="010190-***R", national_id_hash=HASH, national_id_state="ok",
        birth_date=date(1990, 1, 1), birth_date_source="national_id",
    )  # fmt: skip
    connection.execute("UPDATE landed.customers SET national_id = '010190-901R' WHERE customer_no = 'A1'")
    write_customer(connection, "A2", 3)
    write_customer(connection, "A3", 4, non_disclosure=True)
    write_customer(connection, "B1", 5, kind="company", kind_inferred="company", company_name="Kuljetus Oy")
    land(connection, "sites", 2, site_no="S1")
    write_row(
        connection, "sites", site_no="S1", property_id_state="ok", building_id_state="missing", postal_code_state="ok",
        use="permanent", building_state="01", latitude=62.9, longitude=27.7,
    )  # fmt: skip
    land(connection, "services", 2, service_no="P1", customer_no="A1")
    write_row(
        connection, "services", service_no="P1", customer_no="A1", site_no="S1", last_emptied_on=date(2026, 11, 1)
    )
    land(connection, "services", 3, service_no="P3", customer_no="A3")
    write_row(connection, "services", service_no="P3", customer_no="A3")
    land(connection, "site_roles", 2, customer_no="A1", site_no="S1", role="owner")
    write_row(connection, "site_roles", customer_no="A1", site_no="S1", role="owner")
    land(connection, "bin_groups", 2, bin_group_no="K1")
    write_row(connection, "bin_groups", bin_group_no="K1", billing="split")
    for member, customer in (("1", "A1"), ("2", None)):
        land(connection, "bin_group_members", int(member) + 1, bin_group_no="K1", member_no=member)
        write_row(
            connection, "bin_group_members", bin_group_no="K1", member_no=member, customer_no=customer,
            share_state="ok", kind="person", proxy_phone=False, proxy_email=False, proxy_address=False,
            m_given=[], m_last_parts=[],
        )  # fmt: skip
        write_row(
            connection, "member_links", bin_group_no="K1", member_no=member, customer_no=customer,
            match_probability=0.99 if customer else None, state="linked" if customer else "new", candidates="[]",
        )  # fmt: skip
    land(connection, "evidence", 2, customer_no="A1", signal="invoice", observed_on="1.10.2026")
    write_row(connection, "evidence", customer_no="A1", signal="invoice", observed_on=date(2026, 10, 1))
    for table, rows in (
        ("customers", 4), ("sites", 1), ("services", 2), ("site_roles", 1), ("bin_groups", 1),
        ("bin_group_members", 2), ("evidence", 1),
    ):  # fmt: skip
        write_row(
            connection, "landed.files", table_name=table, file=f"in/{table}.csv", sha256=HASH, records=rows,
            loaded=rows, quarantined=0,
        )  # fmt: skip
    write_row(
        connection, "pairs", customer_no_l="A1", customer_no_r="A2", match_probability=0.98, match_weight=9.5,
        relation="same", model="person", explanation='{"reasons": [], "waterfall": []}',
    )  # fmt: skip
    for cluster, customer in (("C1", "A1"), ("C1", "A2"), ("C3", "A3"), ("C4", "B1")):
        write_row(connection, "clusters", cluster_id=cluster, customer_no=customer)
    write_finding(
        connection, "F1", kind="duplicate", rule="duplicate", subjects='["customers:A1","customers:A2"]', score=0.98
    )
    write_finding(connection, "F2")
    write_finding(connection, "F3", subjects='["services:P3"]', protected=True)
    write_finding(
        connection, "F4", kind="bin_group", rule="K12", subjects='["bin_group_members:K1/2","bin_groups:K1"]',
        proposal="[]", score=None,
    )  # fmt: skip
    write_finding(connection, "F5", kind="field", rule="F01", subjects='["customers:A2:phone"]', severity="info")
