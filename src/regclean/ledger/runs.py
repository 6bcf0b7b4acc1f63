"""The nights, as the ledger remembers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, case, delete, desc, func, insert, select, update

from regclean.ledger.database import Ledger
from regclean.ledger.tables import findings, runs


@dataclass(frozen=True, slots=True)
class Run:
    """One night: when, from what, what each step did, and what it found."""

    run_id: str
    as_of: date
    status: str
    started_at: datetime
    finished_at: datetime | None
    steps: list[dict[str, Any]]
    landed: dict[str, int]
    previous_landed: dict[str, int]
    input_digest: str | None
    gates: list[dict[str, Any]]
    model_version: str | None
    counts: dict[str, Any]
    measures: dict[str, float]


def start(
    ledger: Ledger, run_id: str, *, as_of: date, now: datetime, previous_landed: Mapping[str, int] | None = None
) -> None:
    """A night begins. The same run id again begins it anew (a killed night is run again under its own id)."""
    with ledger.write() as connection:
        begin(connection, run_id, as_of=as_of, now=now, previous_landed=previous_landed)


def begin(
    connection: Connection,
    run_id: str,
    *,
    as_of: date,
    now: datetime,
    previous_landed: Mapping[str, int] | None = None,
) -> None:
    """`start` inside a transaction that is already open."""
    connection.execute(delete(runs).where(runs.c.run_id == run_id, runs.c.status != "published"))
    ensure(connection, run_id, as_of=as_of, now=now, previous_landed=previous_landed)


def ensure(
    connection: Connection,
    run_id: str,
    *,
    as_of: date,
    now: datetime,
    previous_landed: Mapping[str, int] | None = None,
) -> None:
    """The night is known to the ledger; what a running one has noted stays."""
    if connection.execute(select(runs.c.run_id).where(runs.c.run_id == run_id)).first() is None:
        connection.execute(
            insert(runs).values(
                run_id=run_id,
                as_of=as_of,
                status="running",
                started_at=now,
                steps=[],
                landed={},
                previous_landed=dict(previous_landed or {}),
                gates=[],
                counts={},
                measures={},
            )
        )


def note(
    ledger: Ledger,
    run_id: str,
    *,
    steps: Sequence[Mapping[str, Any]] | None = None,
    landed: Mapping[str, int] | None = None,
    gates: Sequence[Mapping[str, Any]] | None = None,
    input_digest: str | None = None,
    model_version: str | None = None,
    measures: Mapping[str, float] | None = None,
) -> None:
    """Keep what a running (or just published) night has to tell; what is None stays as it was."""
    values = {
        "steps": steps,
        "landed": landed,
        "gates": gates,
        "input_digest": input_digest,
        "model_version": model_version,
        "measures": measures,
    }
    given = {name: value for name, value in values.items() if value is not None}
    if given:
        with ledger.write() as connection:
            connection.execute(update(runs).where(runs.c.run_id == run_id).values(**given))


def fail(ledger: Ledger, run_id: str, *, now: datetime) -> None:
    """The night stopped; what was published before stays."""
    with ledger.write() as connection:
        connection.execute(
            update(runs)
            .where(runs.c.run_id == run_id, runs.c.status == "running")
            .values(status="failed", finished_at=now)
        )


def sweep(ledger: Ledger, *, now: datetime) -> list[str]:
    """Mark the nights that a kill left running as failed; returns their ids. Call it when no other night can run."""
    with ledger.write() as connection:
        left = list(connection.execute(select(runs.c.run_id).where(runs.c.status == "running")).scalars())
        connection.execute(update(runs).where(runs.c.run_id.in_(left)).values(status="failed", finished_at=now))
    return sorted(left)


def last_published(ledger: Ledger) -> Run | None:
    """The night in force: the one that was published last, whatever day it is of."""
    return next(iter(published(ledger, limit=1)), None)


def published(ledger: Ledger, *, limit: int) -> list[Run]:
    """The published nights, the last one first."""
    with ledger.read() as connection:
        return [_run(row) for row in connection.execute(_PUBLISHED.limit(limit)).mappings()]


def last_seen() -> ColumnElement[str]:
    """The night that found a finding last, of the table `findings`.

    A finding that is present was found by the night in force: only one that goes away has it written down, so that a night
    writes nothing of what it finds again.
    """
    stored = findings.c.last_seen_run
    in_force = _PUBLISHED.with_only_columns(runs.c.run_id).limit(1).scalar_subquery()
    return case((findings.c.present, func.coalesce(in_force, stored)), else_=stored)


def last_seen_of(connection: Connection, finding_id: str) -> str:
    """`last_seen` of one finding."""
    seen: str = connection.execute(select(last_seen()).where(findings.c.finding_id == finding_id)).scalar_one()
    return seen


def get(ledger: Ledger, run_id: str) -> Run | None:
    with ledger.read() as connection:
        row = connection.execute(select(runs).where(runs.c.run_id == run_id)).mappings().first()
    return _run(row) if row else None


def history(ledger: Ledger, *, status: str | None = None, limit: int = 100) -> list[Run]:
    """Nights, the one that began last first."""
    query = select(runs).order_by(*_NEWEST).limit(limit)
    if status is not None:
        query = query.where(runs.c.status == status)
    with ledger.read() as connection:
        return [_run(row) for row in connection.execute(query).mappings()]


_AUDITED = func.coalesce(runs.c.audit_seq, 0)
_NEWEST = (desc(runs.c.started_at), desc(_AUDITED), desc(runs.c.run_id))
# Not by a clock: publishing a night appends to the audit log, whose numbers only grow.
_PUBLISHED = select(runs).where(runs.c.status == "published").order_by(desc(_AUDITED), *_NEWEST)


def _run(row: RowMapping) -> Run:
    return Run(**{name: row[name] for name in Run.__slots__})
