"""Requests to erase: asked by one person, confirmed by another, withdrawn by either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, desc, insert, select, update

from regclean.domain.register import subject_text
from regclean.errors import ConflictError, UsageError
from regclean.ledger import Ledger, append
from regclean.ledger.audit import Entry
from regclean.ledger.erasure_tables import erasures

REASONS = ("request", "period", "unlawful", "other")
VERBS = {"customer": "erase", "period": "purge"}  # how the audit log calls them
_ROOMS = {"customer": "customers", "period": "periods"}


@dataclass(frozen=True, slots=True)
class Request:
    """One row of `erasures`."""

    erasure_id: int
    kind: str
    subject: str
    reason: str
    asked_by: str
    asked_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    finished_at: datetime | None
    detail: dict[str, Any]

    @property
    def about(self) -> str:
        """As the audit log names it."""
        return subject_text(_ROOMS[self.kind], self.subject)


def request_of(row: RowMapping) -> Request:
    """A row as an object."""
    return Request(**{name: row[name] for name in Request.__slots__})


def pending(reading: Connection, kind: str, subject: str | None = None) -> Request | None:
    """What is asked, and neither confirmed nor withdrawn; None when nothing is."""
    of = erasures.c
    its = select(erasures).where(of.kind == kind, of.confirmed_at.is_(None), of.withdrawn_at.is_(None))
    row = reading.execute(its if subject is None else its.where(of.subject == subject)).mappings().first()
    return request_of(row) if row is not None else None


def unfinished(reading: Connection) -> list[Request]:
    """What is out of the ledger and may still stand in files."""
    of = erasures.c
    query = select(erasures).where(of.confirmed_at.is_not(None), of.finished_at.is_(None)).order_by(of.erasure_id)
    return [request_of(row) for row in reading.execute(query).mappings()]


def done(reading: Connection) -> list[Request]:
    """Every erasure that was confirmed, the last first."""
    query = select(erasures).where(erasures.c.confirmed_at.is_not(None)).order_by(desc(erasures.c.erasure_id))
    return [request_of(row) for row in reading.execute(query).mappings()]


def ask(ledger: Ledger, kind: str, subject: str, reason: str, *, user: str, now: datetime) -> None:
    """Note that somebody asks for it. Errors: UsageError for another reason, ConflictError when it is asked already."""
    if reason not in REASONS:
        raise UsageError(f"'{reason}' is no reason.", remedy=f"Reasons: {', '.join(REASONS)}.")
    with ledger.write() as writing:
        found = pending(writing, kind, subject if kind == "customer" else None)
        if found is not None:
            raise ConflictError(
                f"{found.asked_by} has asked for this on {found.asked_at:%Y-%m-%d}.",
                remedy="Another account confirms it with --confirm, or takes it back with --withdraw.",
            )
        values = {"kind": kind, "subject": subject, "reason": reason, "asked_by": user, "asked_at": now, "detail": {}}
        writing.execute(insert(erasures).values(values))
        about = subject_text(_ROOMS[kind], subject)
        append(writing, Entry(now, user, f"{VERBS[kind]}_ask", about, detail={"reason": reason}))


def withdraw(ledger: Ledger, kind: str, subject: str, *, user: str, now: datetime) -> None:
    """Take a request back. Errors: ConflictError when nothing is asked."""
    with ledger.write() as writing:
        found = pending(writing, kind, subject)
        if found is None:
            raise ConflictError("nobody has asked for this.")
        its = update(erasures).where(erasures.c.erasure_id == found.erasure_id)
        writing.execute(its.values(withdrawn_by=user, withdrawn_at=now))
        append(writing, Entry(now, user, f"{VERBS[kind]}_withdraw", found.about))


def check_confirmer(found: Request | None, user: str) -> Request:
    """The request that `user` may confirm. Errors: ConflictError."""
    if found is None:
        raise ConflictError("nobody has asked for this.", remedy="One account asks with --ask, another one confirms.")
    if found.asked_by == user:
        raise ConflictError(f"{user} has asked for this: another account must confirm it.")
    return found
