"""The audit log: who did or saw what, when, as a chain of hashes.

Invariant: each row's hash covers the row and the hash of the row before, numbers have no gap, rows are only added (the
database itself refuses to change or delete them). So no row can be altered, removed or slipped in unnoticed; that the
end was not cut off shows against the ends that the published runs remember.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, desc, insert, select

from regclean.domain.findings import digest
from regclean.ledger.database import Ledger, is_writing
from regclean.ledger.tables import audit, runs

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing done or seen. `detail` holds codes, counts and digests, never a personal value."""

    at: datetime
    actor: str
    action: str
    subject: str
    field: str | None = None
    detail: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def append(connection: Connection, entry: Entry) -> int:
    """Add an entry inside a write transaction; returns its number."""
    return append_all(connection, [entry])[-1]


def append_all(connection: Connection, entries: list[Entry]) -> list[int]:
    """Add entries in order, inside a write transaction; returns their numbers."""
    if not is_writing(connection):
        raise ValueError("the audit log is written inside Ledger.write() only")
    seq, previous = end(connection)
    rows: list[dict[str, Any]] = []
    for entry in entries:
        seq += 1
        row = {
            "seq": seq,
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "subject": entry.subject,
            "field": entry.field,
            "detail": dict(entry.detail),
            "previous_hash": previous,
        }
        row["hash"] = previous = _hash(row)
        rows.append(row)
    if rows:
        connection.execute(insert(audit), rows)
    return [row["seq"] for row in rows]


def end(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last entry; (0, zeros) of an empty log."""
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(desc(audit.c.seq)).limit(1)).first()
    return (last.seq, last.hash) if last else (0, GENESIS)


def verify(ledger: Ledger) -> int | None:
    """The number of the first entry that is altered, missing or out of the chain; None when the log is whole."""
    previous, expected = GENESIS, 1
    with ledger.read() as connection:
        ends = {
            row.audit_seq: row.audit_hash
            for row in connection.execute(
                select(runs.c.audit_seq, runs.c.audit_hash).where(runs.c.audit_seq.is_not(None), runs.c.audit_seq > 0)
            )
        }
        for row in connection.execute(
            select(audit).order_by(audit.c.seq), execution_options={"yield_per": 2_000}
        ).mappings():
            whole = row["seq"] == expected and row["previous_hash"] == previous and row["hash"] == _hash(dict(row))
            if not whole or ends.pop(expected, row["hash"]) != row["hash"]:
                return expected
            previous, expected = row["hash"], expected + 1
    return expected if ends else None


def _hash(row: Mapping[str, Any]) -> str:
    return digest(
        [
            row["seq"],
            row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
            row["actor"],
            row["action"],
            row["subject"],
            row["field"],
            row["detail"],
            row["previous_hash"],
        ]
    )
