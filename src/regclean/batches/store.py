"""Batches in the ledger: reading and writing their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from regclean.domain.batches import IN_DOUBT
from regclean.domain.findings import digest
from regclean.errors import ConflictError, UsageError
from regclean.ledger import in_chunks
from regclean.ledger.tables import batch_changes, batches, decisions, findings
from regclean.register import ChangeLine

NOT_THERE = ("rejected", "erased")  # lines of which the register is not asked


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as the ledger knows it. `lines` counts its lines by state, `findings` its findings."""

    batch_id: int
    state: str
    title: str | None
    built_by: str
    built_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    left_out: tuple[Mapping[str, str], ...]
    gates: tuple[Mapping[str, Any], ...]
    lines: Mapping[str, int]
    findings: int
    decided_by: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line with what the ledger knows of it."""

    line: ChangeLine
    decision_id: int | None
    why: Mapping[str, Any]
    state: str
    state_reason: str | None


def get(connection: Connection, batch_id: int) -> RowMapping:
    """The batch's row. Errors: UsageError when there is none."""
    row = connection.execute(select(batches).where(batches.c.batch_id == batch_id)).mappings().first()
    if row is None:
        raise UsageError(f"there is no batch {batch_id}.", remedy="List them with: regclean batch list")
    return row


def require(row: RowMapping, states: tuple[str, ...], what: str) -> None:
    """Errors: ConflictError when the batch is in none of the states in which `what` can be done to it."""
    if row["state"] in IN_DOUBT and row["state"] not in states:
        raise ConflictError(
            f"batch {row['batch_id']} is {row['state']}: what became of it in the register is not known yet.",
            remedy="Apply it again or take it back: the register's receipt is asked first.",
        )
    if row["state"] not in states:
        raise ConflictError(f"batch {row['batch_id']} is {row['state']}: it cannot be {what} now.")


def stored_lines(connection: Connection, batch_id: int) -> list[StoredLine]:
    """All lines of a batch, in order."""
    query = select(batch_changes).where(batch_changes.c.batch_id == batch_id).order_by(batch_changes.c.seq)
    return [
        StoredLine(
            change_line(row),
            row["decision_id"],
            row["why"] or {},
            row["state"],
            row["state_reason"],
        )
        for row in connection.execute(query).mappings()
    ]


def change_line(row: RowMapping) -> ChangeLine:
    """What a row of `batch_changes` does to the register."""
    names = ("seq", "op", "table", "key", "column", "before", "after", "finding_id")
    return ChangeLine(*(row[name] for name in names))


def set_lines(
    connection: Connection, batch_id: int, seqs: Iterable[int], state: str, reason: str | None = None
) -> None:
    for some in in_chunks(sorted(set(seqs))):
        connection.execute(
            update(batch_changes)
            .where(batch_changes.c.batch_id == batch_id, batch_changes.c.seq.in_(some))
            .values(state=state, state_reason=reason)
        )


def set_state(connection: Connection, batch_id: int, state: str, **values: Any) -> None:
    connection.execute(
        update(batches)
        .where(batches.c.batch_id == batch_id)
        .values(state=state, version=batches.c.version + 1, **values)
    )


def token(batch: RowMapping, lines: Iterable[StoredLine]) -> str:
    """What the register knows a batch by: also another ledger's batch of the same number has another one."""
    if batch["token"] is not None:
        return str(batch["token"])
    content = [[one.line.op, one.line.table, one.line.key, one.line.column, one.line.after] for one in lines]
    return digest([batch["batch_id"], batch["built_by"], batch["built_at"].isoformat(), content])


def deciders(connection: Connection, batch_id: int) -> dict[int, str]:
    """Who decided: decision -> user, of all lines that were not rejected."""
    query = (
        select(decisions.c.decision_id, decisions.c.user)
        .join(batch_changes, batch_changes.c.decision_id == decisions.c.decision_id)
        .where(batch_changes.c.batch_id == batch_id, batch_changes.c.state != "rejected")
        .distinct()
    )
    return {row.decision_id: row.user for row in connection.execute(query)}


def protected_findings(connection: Connection, batch_id: int) -> set[str]:
    """Findings of a batch that touch customers under non-disclosure."""
    query = (
        select(batch_changes.c.finding_id, batch_changes.c.why, findings.c.protected)
        .join(findings, findings.c.finding_id == batch_changes.c.finding_id)
        .where(batch_changes.c.batch_id == batch_id)
    )
    return {row.finding_id for row in connection.execute(query) if row.protected or (row.why or {}).get("protected")}


def summaries(connection: Connection, batch_ids: Iterable[int] | None = None) -> list[Batch]:
    """Batches, newest first."""
    query = select(batches).order_by(batches.c.batch_id.desc())
    if batch_ids is not None:
        query = query.where(batches.c.batch_id.in_(list(batch_ids)))
    return [_summary(connection, row) for row in connection.execute(query).mappings().all()]


def _summary(connection: Connection, row: RowMapping) -> Batch:
    mine = batch_changes.c.batch_id == row["batch_id"]
    by_state = select(batch_changes.c.state, func.count()).where(mine).group_by(batch_changes.c.state)
    count = select(func.count(batch_changes.c.finding_id.distinct())).where(mine)
    return Batch(
        batch_id=row["batch_id"],
        state=row["state"],
        title=row["title"],
        built_by=row["built_by"],
        built_at=row["built_at"],
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
        left_out=tuple(row["left_out"]),
        gates=tuple(row["gates"]),
        lines={row[0]: row[1] for row in sorted(connection.execute(by_state).all())},
        findings=connection.execute(count).scalar_one(),
        decided_by=tuple(sorted(set(deciders(connection, row["batch_id"]).values()))),
        version=row["version"],
    )
