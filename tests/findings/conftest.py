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
from sqlalchemy import select, update

from regclean.findings import PublishReport, assemble, decided_edges, publish, standing
from regclean.findings.decide import DecideReport, DecisionLine, record
from regclean.findings.edges import EDGE_SCHEMA
from regclean.ledger import Ledger, open_ledger, runs
from regclean.ledger.tables import findings
from regclean.warehouse import Warehouse, write_frame
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
    empty: bool = True  # false: the connection has the tables already

    def __post_init__(self) -> None:
        if self.empty:
            create_tables(self.connection)

    def write(self, table: str, *rows: dict[str, Any]) -> Register:
        write_frame(self.connection, table, pl.DataFrame(list(rows), infer_schema_length=None))
        return self

    def customers(self, *numbers: str, **columns: Any) -> Register:
        given = {name: value for name, value in columns.items() if not name.startswith("raw_")}
        raw = {name.removeprefix("raw_"): value for name, value in columns.items() if name.startswith("raw_")}
        clean = [CLEAN | {"customer_no": number, "name": f"Asiakas {number}"} | given for number in numbers]
        places = [{"_file": f"in/{number}.csv", "_row": 2, "_hash": "h"} for number in numbers]
        landed = [
            {"customer_no": number, "name": f"ASIAKAS {number}"} | raw | place
            for number, place in zip(numbers, places, strict=True)
        ]
        origins = [
            {"table_name": "customers", "key": number, "taken": True} | place
            for number, place in zip(numbers, places, strict=True)
        ]
        return self.write("customers", *clean).write("landed.customers", *landed).write("origins", *origins)

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


class Nights:
    """A workspace's nights, one after the other: `fill` writes each night's register."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def run(self, day: int, fill: Callable[[Register], object], **options: Any) -> PublishReport:
        """Build the register, assemble its findings on what is decided by now, publish them."""
        made = Register()
        fill(made)
        assemble(made.connection, language="fi", decided=standing(made.connection, decided_edges(self.ledger)))
        run_id = f"2026-11-{20 + day}-1"
        runs.start(self.ledger, run_id, as_of=DAY + timedelta(days=day), now=moment(day))
        report = publish(
            self.ledger,
            made.connection,
            run_id,
            DAY + timedelta(days=day),
            moment(day) + timedelta(minutes=10),
            **options,
        )
        made.connection.close()
        return report

    def row(self, *customers: str, rule: str = "duplicate") -> dict[str, Any]:
        """The finding on these customers."""
        wanted = sorted(f"customers:{customer}" for customer in customers)
        return next(row for row in self.rows() if json.loads(row["subjects"]) == wanted and row["rule"] == rule)

    def rows(self) -> list[dict[str, Any]]:
        with self.ledger.read() as connection:
            columns = {**dict(findings.c), "last_seen_run": runs.last_seen().label("last_seen_run")}.values()
            return [dict(row) for row in connection.execute(select(*columns).order_by(findings.c.subjects)).mappings()]

    def state(self, *customers: str) -> tuple[str, str | None]:
        row = self.row(*customers)
        return row["state"], row["reopened_because"]

    def set_state(self, state: str, *customers: str, at: datetime) -> None:
        """What batches do."""
        with self.ledger.write() as connection:
            connection.execute(
                update(findings)
                .where(findings.c.finding_id == self.row(*customers)["finding_id"])
                .values(state=state, state_since=at)
            )

    def decide(self, verdict: str, *customers: str, user: str = "aino", day: int = 0, **line: Any) -> DecideReport:
        """One decision on the finding on these customers, or on the bare pair if there is none."""
        named = {"finding_id": self.row(*customers)["finding_id"]} if self._known(customers) else {}
        if not named:
            named = {"customer_no_l": customers[0], "customer_no_r": customers[1]}
        given = {"reason": "checked", **named, **line}
        return record(self.ledger, [DecisionLine(2, verdict, user, **given)], moment(day, hour=9))

    def edges(self) -> dict[tuple[str, str], str]:
        """The pairs whose decision holds."""
        return {edge.pair: edge.verdict for edge in decided_edges(self.ledger) if not edge.lapsed}

    def lapsed(self) -> set[tuple[str, str]]:
        return {edge.pair for edge in decided_edges(self.ledger) if edge.lapsed}

    def _known(self, customers: tuple[str, ...]) -> bool:
        wanted = sorted(f"customers:{customer}" for customer in customers)
        return any(json.loads(row["subjects"]) == wanted for row in self.rows())


@pytest.fixture
def nights(ledger: Ledger) -> Nights:
    return Nights(ledger)


@pytest.fixture
def new_register() -> Callable[[], Register]:
    return Register


@pytest.fixture
def new_nights() -> Callable[[Ledger], Nights]:
    return Nights


@pytest.fixture
def warehouse_of() -> Callable[[Callable[[Register], object], Path], None]:
    """Builds and publishes a warehouse file with one night's findings."""

    def build(fill: Callable[[Register], object], folder: Path) -> None:
        warehouse = Warehouse(folder)
        with warehouse.build("2026-11-21-1") as night:
            made = Register(night.connection, empty=False)
            fill(made)
            assemble(made.connection, language="fi", decided=pl.DataFrame(schema=EDGE_SCHEMA))
        warehouse.publish("2026-11-21-1")

    return build


def _many_pairs(count: int, phone: str | None = None) -> Callable[[Register], object]:
    """A night of so many duplicates of two."""

    def fill(made: Register) -> None:
        numbers = [f"{number:04}" for number in range(2 * count)]
        pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
        made.customers(*numbers, phone=phone)
        made.clusters(**{f"C{left}": f"{left} {right}" for left, right in pairs})
        for left, right in pairs:
            made.pair(left, right)

    return fill


@pytest.fixture
def many_pairs() -> Callable[..., Callable[[Register], object]]:
    return _many_pairs


@pytest.fixture
def noon() -> datetime:
    return moment(hour=12)
