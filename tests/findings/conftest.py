"""A small register to find things in, and ledgers on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from regclean.ledger import Ledger, open_ledger
from regclean.warehouse import write_frame
from regclean.warehouse.database import create_tables

DAY = date(2026, 11, 20)
CLEAN: dict[str, Any] = {
    "kind": "person",
    "kind_inferred": "person",
    "national_id_state": "missing",
    "business_id_state": "missing",
    "postal_code_state": "missing",
    "phone_state": "missing",
    "email_state": "missing",
    "non_disclosure": False,
    "e_invoice_state": "missing",
    "iban_state": "missing",
    "m_given": [],
    "m_last_parts": [],
}


def moment(day: int = 0, hour: int = 2) -> datetime:
    return datetime(2026, 11, 20, hour, tzinfo=UTC) + timedelta(days=day)


@dataclass
class Register:
    """Writes rows of one night; what is not given has a plain default."""

    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)

    def __post_init__(self) -> None:
        create_tables(self.connection)

    def write(self, table: str, *rows: dict[str, Any]) -> Register:
        write_frame(self.connection, table, pl.DataFrame(list(rows), infer_schema_length=None))
        return self

    def customers(self, *numbers: str, **columns: Any) -> Register:
        given = {name: value for name, value in columns.items() if not name.startswith("raw_")}
        raw = {name.removeprefix("raw_"): value for name, value in columns.items() if name.startswith("raw_")}
        for number in numbers:
            self.write("customers", CLEAN | {"customer_no": number, "name": f"Asiakas {number}"} | given)
            self.write(
                "landed.customers",
                {"customer_no": number, "name": f"ASIAKAS {number}"}
                | raw
                | {"_file": "in/a.csv", "_row": 2, "_hash": "h"},
            )
        return self

    def clusters(self, **groups: str) -> Register:
        """`clusters(C1="1 2")`; every other customer stays alone."""
        placed = {customer: cluster for cluster, members in groups.items() for customer in members.split()}
        alone = [row[0] for row in self.connection.execute("SELECT customer_no FROM customers").fetchall()]
        rows = [{"cluster_id": placed.get(number, f"S{number}"), "customer_no": number} for number in alone]
        return self.write("clusters", *rows)

    def pair(
        self, left: str, right: str, probability: float = 0.99, relation: str = "same", **columns: Any
    ) -> Register:
        explanation = {
            "reasons": [],
            "waterfall": [
                {"comparison": "identity", "level": "equal", "weight": 9.0},
                {"comparison": "phone", "level": "equal", "weight": 6.5},
                {"comparison": "given_name", "level": "similar", "weight": 2.0},
            ],
        }
        row = {
            "customer_no_l": left,
            "customer_no_r": right,
            "match_probability": probability,
            "match_weight": 8.0,
            "relation": relation,
            "model": "person",
            "household_probability": 0.01,
            "explanation": json.dumps(explanation),
        }
        return self.write("pairs", row | columns)


@pytest.fixture
def register() -> Iterator[Register]:
    made = Register()
    yield made
    made.connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, ledger_url: Callable[[str], str]) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url(request.param))
    yield opened
    opened.close()
