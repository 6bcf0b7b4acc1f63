"""A register in a database, and batches against it, without the nights around them."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, insert, select, text

from regclean.domain.register import TABLES
from regclean.ledger import Ledger, open_ledger
from regclean.ledger.tables import batch_changes, batches, decisions, findings
from regclean.register import ChangeLine, SqlTarget

sys.path.insert(0, str(Path(__file__).parent))  # the helpers beside the tests
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HELD = ("customers", "services", "site_roles", "bin_groups", "bin_group_members")
Cells = dict[tuple[str, str, str], str | None]
START: dict[str, list[dict[str, str | None]]] = {
    "customers": [
        {"customer_no": f"{n}", "name": f"Asiakas {n}", "status": "active", "phone": None} for n in range(1, 7)
    ],
    "services": [{"service_no": f"V{n}", "customer_no": f"{n}", "end_on": None} for n in range(1, 7)],
    "site_roles": [
        {"customer_no": f"{n}", "site_no": f"S{n % 4}", "role": "owner", "start_on": f"201{n}-01-01", "end_on": None}
        for n in range(1, 7)
    ],
    "bin_groups": [{"bin_group_no": "K1", "host_customer_no": "1", "contact_customer_no": "2"}],
    "bin_group_members": [
        {"bin_group_no": "K1", "member_no": f"{n}", "customer_no": f"{n}", "share_percent": "25"} for n in range(1, 5)
    ],
}


class Desk:
    """A register, a ledger, and the short way to a batch."""

    def __init__(self, register_url: str, ledger: Ledger) -> None:
        self.engine: Engine = create_engine(register_url)
        self.target = SqlTarget(register_url)
        self.ledger = ledger
        self._numbers = count(1)
        self.now = NOW

    def close(self) -> None:
        self.engine.dispose()
        self.target.close()
        self.ledger.close()

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def make_tables(self, start: dict[str, list[dict[str, Any]]] = START) -> None:
        with self.engine.begin() as connection:
            for name in HELD:
                columns = ", ".join(f"{column} TEXT" for column in TABLES[name].by_name)
                connection.execute(text(f"CREATE TABLE {name} ({columns})"))
                for row in start.get(name, []):
                    self._insert(connection, name, row)

    def _insert(self, connection: Any, name: str, row: dict[str, Any]) -> None:
        names, marks = ", ".join(row), ", ".join(f":{column}" for column in row)
        connection.execute(text(f"INSERT INTO {name} ({names}) VALUES ({marks})"), row)

    def insert(self, name: str, row: dict[str, Any]) -> None:
        with self.engine.begin() as connection:
            self._insert(connection, name, row)

    def execute(self, statement: str, **values: Any) -> int:
        with self.engine.begin() as connection:
            return int(connection.execute(text(statement), values).rowcount)

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the register's own tables, sorted."""
        with self.engine.connect() as connection:
            return {
                name: sorted((tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))), key=repr)
                for name in HELD
            }

    def rows(self, name: str) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(f"SELECT * FROM {name}")).mappings()]

    def batch(self, groups: Sequence[Sequence[ChangeLine]], *, state: str = "approved") -> tuple[int, list[str]]:
        """A batch of these lines, one finding for each group; returns its number and the findings' ids."""
        finding_ids = []
        with self.ledger.write() as writing:
            batch_id: int = writing.execute(
                insert(batches)
                .values(
                    state=state,
                    built_by="berta",
                    built_at=self.tick(),
                    approved_by="dan",
                    approved_at=self.now,
                    gates=[],
                    left_out=[],
                    version=1,
                )
                .returning(batches.c.batch_id)
            ).scalar_one()
            seqs = count(1)
            for lines in groups:
                finding_id = f"F{next(self._numbers):020}"
                finding_ids.append(finding_id)
                decision_id = self._decided(writing, finding_id)
                for line in lines:
                    writing.execute(
                        insert(batch_changes).values(**_stored(line, next(seqs), finding_id, batch_id, decision_id))
                    )
        return batch_id, finding_ids

    def _decided(self, writing: Any, finding_id: str) -> int:
        row = {
            "finding_id": finding_id, "kind": "field", "rule": "F01", "severity": "review", "subjects": "[]",
            "summary": "x", "state": "in_batch", "state_since": self.now, "fingerprint": "f", "evidence_digest": "e",
            "protected": False, "present": True, "first_seen_run": "r", "last_seen_run": "r", "opened_at": self.now,
            "workpool": "field", "priority": 0.0, "version": 1,
        }  # fmt: skip
        writing.execute(insert(findings).values(**row))
        decision_id: int = writing.execute(
            insert(decisions)
            .values(finding_id=finding_id, verdict="accept", user="aino", decided_at=self.now)
            .returning(decisions.c.decision_id)
        ).scalar_one()
        return decision_id

    def line_states(self, batch_id: int) -> dict[int, str]:
        with self.ledger.read() as reading:
            query = select(batch_changes.c.seq, batch_changes.c.state).where(batch_changes.c.batch_id == batch_id)
            return {row.seq: row.state for row in reading.execute(query)}

    def finding_states(self) -> dict[str, str]:
        with self.ledger.read() as reading:
            return {
                row.finding_id: row.state for row in reading.execute(select(findings.c.finding_id, findings.c.state))
            }

    def batch_state(self, batch_id: int) -> str:
        with self.ledger.read() as reading:
            return str(reading.execute(select(batches.c.state).where(batches.c.batch_id == batch_id)).scalar_one())


def _stored(line: ChangeLine, seq: int, finding_id: str, batch_id: int, decision_id: int) -> dict[str, Any]:
    line = replace(line, seq=seq, finding_id=finding_id)
    return {
        "batch_id": batch_id, "seq": seq, "op": line.op, "table": line.table, "key": line.key, "column": line.column,
        "before": line.before, "after": line.after, "finding_id": finding_id, "decision_id": decision_id,
        "why": {"customers": []}, "state": "planned",
    }  # fmt: skip


def change(table: str, key: str, column: str, before: str | None, after: str | None) -> ChangeLine:
    return ChangeLine(0, "update", table, key, column, before, after, None)


def row_text(row: dict[str, Any]) -> str:
    return json.dumps({k: v for k, v in sorted(row.items()) if v is not None}, separators=(",", ":"))


def merge_lines(rows: Callable[[str], list[dict[str, Any]]], loser: str, survivor: str) -> list[ChangeLine]:
    """A merge as building plans it, on the register as it stands."""
    status = next(row["status"] for row in rows("customers") if row["customer_no"] == loser)
    lines = [ChangeLine(0, "merge", "customers", loser, None, None, survivor, None)]
    if status != "ended":
        lines.append(change("customers", loser, "status", status, "ended"))
    lines += [
        change("services", row["service_no"], "customer_no", loser, survivor)
        for row in rows("services")
        if row["customer_no"] == loser
    ]
    has = {row["site_no"] for row in rows("site_roles") if row["customer_no"] == survivor}
    for row in rows("site_roles"):
        key = f"{loser}/{row['site_no']}/owner"
        if row["customer_no"] == loser and row["site_no"] not in has:
            lines.append(change("site_roles", key, "customer_no", loser, survivor))
        elif row["customer_no"] == loser:
            lines.append(ChangeLine(0, "delete", "site_roles", key, None, row_text(row), None, None))
    for column in ("host_customer_no", "contact_customer_no"):
        lines += [
            change("bin_groups", row["bin_group_no"], column, loser, survivor)
            for row in rows("bin_groups")
            if row[column] == loser
        ]
    lines += [
        change("bin_group_members", f"K1/{row['member_no']}", "customer_no", loser, survivor)
        for row in rows("bin_group_members")
        if row["customer_no"] == loser
    ]
    return lines


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger file with its tables, to copy."""
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    ledger = open_ledger(f"sqlite:///{path}")
    with ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
    return path


@pytest.fixture
def new_desk(empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Desk]]:
    """A function: URL of a register ("": SQLite) -> a desk with a ledger of its own."""
    made: list[Desk] = []

    def make(url: str = "") -> Desk:
        folder = tmp_path_factory.mktemp("desk")
        shutil.copy(empty_ledger, folder / "ledger.db")
        desk = Desk(url or f"sqlite:///{folder}/register.db", open_ledger(f"sqlite:///{folder}/ledger.db"))
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, new_desk: Callable[[str], Desk], ledger_url: Callable[[str], str]) -> Desk:
    """A desk on each kind of database, with the small register in it."""
    made = new_desk(ledger_url("postgresql") if request.param == "postgresql" else "")
    made.make_tables()
    return made


@pytest.fixture
def merging() -> Callable[..., list[ChangeLine]]:
    return merge_lines


@pytest.fixture
def changing() -> Callable[..., ChangeLine]:
    return change


@pytest.fixture
def as_row_text() -> Callable[[dict[str, Any]], str]:
    return row_text
