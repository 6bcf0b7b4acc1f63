"""The book of enquiries: rounds, enquiries and answers as the ledger keeps them, and each step that one takes.

Invariant: a step is written together with its line in the audit log, and only from a state that it may be taken from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from regclean.domain.enquiries import OPEN_STATES, Asked, EnquiryState
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, NotFoundError
from regclean.ledger.audit import Entry, append
from regclean.ledger.enquiry_tables import answers, enquiries, rounds

# state -> the states that it may come from
STEPS: Mapping[EnquiryState, tuple[EnquiryState, ...]] = {
    "planned": ("given_up",),
    "sent": ("planned", "returned", "given_up", "answered"),
    "reminded": ("sent", "given_up", "answered"),
    "answered": ("planned", "sent", "reminded", "answered", "given_up", "returned", "settled"),
    "settled": ("answered",),
    "given_up": ("planned", "sent", "reminded"),
    "returned": ("sent", "reminded"),
}
_MOMENTS = {"sent": "sent_at", "reminded": "reminded_at", "answered": "answered_at"}
_ENDS: tuple[EnquiryState, ...] = ("settled", "given_up", "returned")


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One enquiry, as the table has it."""

    enquiry_id: int
    round_id: int
    bin_group_no: str
    weight: str
    week: int
    mode: str
    language: str
    channel: str
    issue: int
    state: EnquiryState
    state_since: datetime
    question: Asked | None
    answer_by: date | None
    written_at: datetime | None
    sent_at: datetime | None
    reminded_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None

    @property
    def waits_to_be_sent(self) -> bool:
        """A letter or a reminder was written since anything was sent."""
        last = self.reminded_at or self.sent_at
        return self.written_at is not None and (last is None or self.written_at > last)


@dataclass(frozen=True, slots=True)
class Planned:
    """A shared bin to be asked about."""

    bin_group_no: str
    weight: str
    week: int
    mode: str
    language: str
    channel: str


def begin_round(
    writing: Connection,
    planned: Iterable[Planned],
    *,
    title: str | None,
    user: str,
    now: datetime,
    per_week: int,
    answer_days: int,
    left_out: Mapping[str, int],
) -> int:
    """Write a round with its enquiries; returns its number."""
    values: dict[str, Any] = {"title": title, "planned_by": user, "planned_at": now, "per_week": per_week}
    values |= {"answer_days": answer_days, "left_out": dict(left_out)}
    made: int = writing.execute(insert(rounds).values(**values).returning(rounds.c.round_id)).scalar_one()
    rows = [
        {
            "round_id": made,
            "state": "planned",
            "state_since": now,
            "issue": 1,
            **{name: getattr(one, name) for name in Planned.__slots__},
        }
        for one in planned
    ]
    if rows:
        writing.execute(insert(enquiries), rows)
    append(writing, Entry(now, user, "enquiry_plan", subject_text("rounds", made), detail={"enquiries": len(rows)}))
    return made


def find(
    reading: Connection, *, round_id: int | None = None, states: Collection[str] = (), group: str | None = None
) -> list[Enquiry]:
    """Enquiries of a round, in some states, about a shared bin; by number."""
    query = select(enquiries).order_by(enquiries.c.enquiry_id)
    if round_id is not None:
        query = query.where(enquiries.c.round_id == round_id)
    if states:
        query = query.where(enquiries.c.state.in_(states))
    if group is not None:
        query = query.where(enquiries.c.bin_group_no == group)
    return [_enquiry(row) for row in reading.execute(query).mappings()]


def get(reading: Connection, enquiry_id: int) -> Enquiry:
    """Errors: NotFoundError."""
    row = reading.execute(select(enquiries).where(enquiries.c.enquiry_id == enquiry_id)).mappings().first()
    if row is None:
        raise NotFoundError("there is no such enquiry.")
    return _enquiry(row)


def open_groups(reading: Connection) -> frozenset[str]:
    """The shared bins that have an open enquiry."""
    query = select(enquiries.c.bin_group_no).where(enquiries.c.state.in_(OPEN_STATES))
    return frozenset(reading.execute(query).scalars())


def step(
    writing: Connection, one: Enquiry, state: EnquiryState, *, user: str, now: datetime, detail: Mapping[str, Any] = {}
) -> None:
    """Take one enquiry to its next state. Errors: ConflictError when it is not where it was, or may not go there."""
    if one.state not in STEPS[state]:
        raise ConflictError(f"enquiry {one.enquiry_id} is {one.state}: it cannot become {state}.")
    values: dict[str, Any] = {"state": state, "state_since": now, "ended_at": now if state in _ENDS else None}
    back = one.state in (*_ENDS, "answered") and state in ("planned", "sent", "reminded")
    if state in _MOMENTS and not back:
        values[_MOMENTS[state]] = now
    mine = (enquiries.c.enquiry_id == one.enquiry_id) & (enquiries.c.state == one.state)
    if writing.execute(update(enquiries).where(mine).values(**values)).rowcount != 1:
        raise ConflictError(f"enquiry {one.enquiry_id} has moved on meanwhile.", remedy="Look at it again.")
    said = {"from": one.state, "to": state, **detail}
    append(writing, Entry(now, user, f"enquiry_{state}", subject_text("enquiries", one.enquiry_id), detail=said))


def write_down(
    writing: Connection, one: Enquiry, question: Asked, answer_by: date, *, user: str, now: datetime
) -> None:
    """What was asked in a letter that waits to be sent."""
    values = {"question": question.as_data(), "answer_by": answer_by, "written_at": now}
    writing.execute(update(enquiries).where(enquiries.c.enquiry_id == one.enquiry_id).values(**values))
    detail = {"lines": len(question.lines), "questions": len(question.asks), "reminder": one.state == "sent"}
    append(writing, Entry(now, user, "enquiry_letter", subject_text("enquiries", one.enquiry_id), detail=detail))


def find_answers(reading: Connection, enquiry_ids: Collection[int] | None = None) -> list[RowMapping]:
    """The answers of some enquiries (of all), the oldest first."""
    query = select(answers).order_by(answers.c.answer_id)
    if enquiry_ids is not None:
        query = query.where(answers.c.enquiry_id.in_(enquiry_ids))
    return list(reading.execute(query).mappings())


def find_rounds(reading: Connection) -> list[RowMapping]:
    """All rounds, the newest first."""
    return list(reading.execute(select(rounds).order_by(rounds.c.round_id.desc())).mappings())


def _enquiry(row: RowMapping) -> Enquiry:
    values = {name: row[name] for name in Enquiry.__slots__}
    return Enquiry(**{**values, "question": Asked.of(row["question"]) if row["question"] else None})
