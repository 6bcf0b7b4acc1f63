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
from regclean.domain.register import Subject, subject_text
from regclean.domain.tombstone import TOMBSTONE
from regclean.ledger.database import AUDIT_END, Ledger, is_writing
from regclean.ledger.tables import audit, batch_changes, decisions, runs

GENESIS = "0" * 64
_LINES = ("batch_build", "batch_seal", "batch_erase")  # what notes the digest of a batch's lines; the last one holds
ERASED = ("erase", "purge")  # what names the decisions of which no more than user, verdict and day are left


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
        connection.info[AUDIT_END] = (seq, previous)
    return [row["seq"] for row in rows]


def end(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last entry; (0, zeros) of an empty log."""
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(desc(audit.c.seq)).limit(1)).first()
    return (last.seq, last.hash) if last else (0, GENESIS)


@dataclass(frozen=True, slots=True)
class Broken:
    """The number of the first entry that does not hold, and what is wrong there."""

    seq: int
    what: str


def verify(ledger: Ledger) -> int | None:
    """The number of the first entry that does not hold; None when the log is whole."""
    broken = examine(ledger)
    return broken.seq if broken else None


def examine(ledger: Ledger) -> Broken | None:
    """What is wrong with the log or with what it covers: the chain, its end, the decisions and the lines of batches."""
    seq = _chain(ledger)
    if seq is not None:
        return Broken(seq, "the entry is altered, missing or out of the chain")
    return _off_anchor(ledger) or _off_tables(ledger)


def _off_anchor(ledger: Ledger) -> Broken | None:
    """Does the log go as far as its anchor, and was it the same then?"""
    if ledger.anchor is None:
        return None
    held = ledger.anchor.held()
    with ledger.read() as connection:
        last = end(connection)[0]
        found = connection.execute(select(audit.c.hash).where(audit.c.seq == (held[0] if held else 0))).scalar()
    if spoilt := ledger.anchor.spoilt():
        return Broken(last, f"the anchor {spoilt} was altered")
    if held is None:
        return Broken(last, f"the anchor {ledger.anchor.file} is not there") if last else None
    if held[0] > last:
        return Broken(last + 1, f"the entries from here to {held[0]} were cut off")
    if found != held[1]:
        return Broken(held[0], "the chain was computed anew: its anchor holds another end")
    return None


def _off_tables(ledger: Ledger) -> Broken | None:
    """Are the decisions and the lines of batches as they were when the log took note of them?"""
    with ledger.read() as connection:
        entries = connection.execute(
            select(audit).where(audit.c.action.in_(("decide", *_LINES))).order_by(audit.c.seq)
        ).mappings()
        erasing = connection.execute(select(audit.c.detail).where(audit.c.action.in_(ERASED))).scalars()
        erased = {decision for detail in erasing for decision in detail.get("decisions", ())}
        built: dict[int, tuple[int, str]] = {}
        rows = {row["decision_id"]: row for row in connection.execute(select(decisions)).mappings()}
        for entry in entries:
            detail = entry["detail"]
            if entry["action"] == "decide" and "decision" in detail:
                row = rows.get(detail["decision"])
                said = row and (row["user"], row["verdict"], digest(row["reason"]), digest(row["choices"]))
                noted = (entry["actor"], detail["verdict"], detail["reason_digest"], detail["choices_digest"])
                if detail["decision"] in erased:
                    noted = (*noted[:2], digest(row and row["reason"] and TOMBSTONE), digest(None))
                if said != noted:
                    return Broken(entry["seq"], f"decision {detail['decision']} is not as it was made")
            elif entry["action"] in _LINES:
                built[int(Subject.parse(entry["subject"]).key)] = (entry["seq"], detail["digest"])
        for batch_id, (seq, lines) in built.items():
            if lines_digest(connection, batch_id) != lines:
                return Broken(seq, f"the lines of batch {batch_id} are not as they were built")
    return None


def lines_digest(connection: Connection, batch_id: int) -> str:
    """Digest of what a batch's lines say, as the log notes it when the batch is built."""
    columns = [batch_changes.c[name] for name in ("seq", "table", "key", "column", "before", "after")]
    query = select(*columns).where(batch_changes.c.batch_id == batch_id).order_by(batch_changes.c.seq)
    return digest([list(row) for row in connection.execute(query)])


def noted_lines(connection: Connection, batch_id: int) -> str | None:
    """The digest of a batch's lines that the log took note of; None of a batch that was built without one."""
    query = select(audit.c.detail).where(
        audit.c.action.in_(_LINES), audit.c.subject == subject_text("batches", batch_id)
    )
    detail = connection.execute(query.order_by(desc(audit.c.seq))).scalars().first()
    return detail["digest"] if detail else None


def _chain(ledger: Ledger) -> int | None:
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
