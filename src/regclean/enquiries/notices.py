"""The book of notices: members who are told that the contact person gave their data (GDPR, article 14), and what they object to.

Invariant: a step is written together with its line in the audit log, and only from a state that it may be taken from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, insert, select, update

from regclean.config import Config
from regclean.domain.enquiries import Asked
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, NotFoundError, UsageError
from regclean.ledger import Ledger
from regclean.ledger.audit import Entry, append
from regclean.ledger.enquiry_tables import notices

NoticeState = Literal["due", "sent", "not_sent", "objected"]
# state -> the states that it may come from
STEPS: Mapping[str, tuple[NoticeState, ...]] = {
    "due": ("sent", "not_sent"),
    "sent": ("due", "not_sent", "objected"),
    "not_sent": ("due", "sent"),
    "objected": ("due", "sent", "not_sent"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A member, and where telling them stands. `notice_id` is None while nothing was written."""

    notice_id: int | None
    bin_group_no: str
    member_no: str
    language: str
    state: NoticeState
    why_not: str | None
    due_on: date
    written_on: date | None
    sent_on: date | None
    objected_on: date | None
    channel: str = "letter"

    def late(self, today: date) -> bool:
        """Was the month over before the member was told (or is it now)?"""
        if self.why_not in ("told_by_self", "dead"):
            return False
        return (self.sent_on or today) > self.due_on


def known(ledger: Ledger) -> list[RowMapping]:
    """What the ledger knows of telling members, by number."""
    with ledger.read() as reading:
        return list(reading.execute(select(notices).order_by(notices.c.notice_id)).mappings())


def known_in(reading: Connection, group: str) -> list[RowMapping]:
    """The same of one shared bin."""
    query = select(notices).where(notices.c.bin_group_no == group).order_by(notices.c.notice_id)
    return list(reading.execute(query).mappings())


def notice_of(row: RowMapping, config: Config) -> Notice:
    def day(name: str) -> date | None:
        return row[name].astimezone(config.timezone).date() if row[name] else None

    return Notice(
        row["notice_id"],
        row["bin_group_no"],
        row["member_no"],
        row["language"],
        row["state"],
        row["why_not"],
        row["due_on"],
        day("written_at"),
        day("sent_at"),
        day("objected_at"),
        row["channel"],
    )


def begin(writing: Connection, *, user: str, now: datetime, **facts: Any) -> int:
    """Make the notice of a member, due; returns its number. `facts`: the columns that tell the member and the day."""
    values = {**facts, "state": "due"}
    made: int = writing.execute(insert(notices).values(**values).returning(notices.c.notice_id)).scalar_one()
    append(writing, Entry(now, user, "notice_begin", subject_text("notices", made)))
    return made


def write_down(
    writing: Connection, notice_id: int, question: Asked, channel: str = "letter", *, user: str, now: datetime
) -> None:
    """What a member is told, in a letter or mail that waits to be sent."""
    values = {"question": question.as_data(), "written_at": now, "channel": channel}
    writing.execute(update(notices).where(notices.c.notice_id == notice_id).values(**values))
    append(writing, Entry(now, user, "notice_letter", subject_text("notices", notice_id)))


def waiting(ledger: Ledger) -> list[RowMapping]:
    """What was written and not sent."""
    written = select(notices).where(notices.c.state == "due", notices.c.written_at.is_not(None))
    with ledger.read() as reading:
        return list(reading.execute(written.order_by(notices.c.notice_id)).mappings())


def mark(ledger: Ledger, notice_id: int, state: str, *, user: str, now: datetime) -> str:
    """Say that a letter came back, that it was not sent, or that its reader objects; returns the shared bin's number.

    Errors: UsageError, NotFoundError, ConflictError.
    """
    if state not in STEPS:
        raise UsageError(f"'{state}' is no state of a notice.", remedy=f"Known: {', '.join(STEPS)}.")
    with ledger.write() as writing:
        row = writing.execute(select(notices).where(notices.c.notice_id == notice_id)).mappings().first()
        if row is None:
            raise NotFoundError("there is no such notice.")
        step(writing, row, state, user=user, now=now)
    return str(row["bin_group_no"])


def marks_of(row: RowMapping) -> tuple[str, ...]:
    """What may be said of a notice by hand, as it stands."""
    written = row["written_at"] is not None
    return tuple(
        state for state, before in STEPS.items() if row["state"] in before and (written or state in ("due", "not_sent"))
    )


def step(
    writing: Connection,
    row: RowMapping,
    state: str,
    *,
    user: str,
    now: datetime,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Take one notice to its next state. `told`: what its reader answered. Errors: ConflictError."""
    if row["state"] != state and row["state"] not in STEPS[state]:
        raise ConflictError(f"notice {row['notice_id']} is {row['state']}: it cannot become {state}.")
    if state in ("sent", "objected") and row["written_at"] is None:
        raise ConflictError(f"no letter of notice {row['notice_id']} was written.")
    values: dict[str, Any] = {"state": state, "why_not": "returned" if state == "not_sent" else None}
    if state == "due":  # it is to be written anew
        values |= {"sent_at": None, "written_at": None}
        if row["why_not"] == "returned":
            values["channel"] = "letter"
    elif state == "sent":
        values |= {"sent_at": row["sent_at"] or now, "objected_at": None}
    elif state == "objected":
        values |= {"sent_at": row["sent_at"] or now, "objected_at": row["objected_at"] or now}
    if told is not None:
        values["told"] = dict(told)
    writing.execute(update(notices).where(notices.c.notice_id == row["notice_id"]).values(**values))
    detail = {"from": row["state"], "to": state}
    append(writing, Entry(now, user, f"notice_{state}", subject_text("notices", row["notice_id"]), detail=detail))


def answered(writing: Connection, notice_id: int, told: Mapping[str, Any] | None, turn: int, **who: Any) -> str:
    """Keep what a member answered; None takes it back. Returns "kept", "objected", "withdrawn" or "repeated"."""
    row = writing.execute(select(notices).where(notices.c.notice_id == notice_id)).mappings().one()
    if turn <= (row["told"] or {}).get("turn", 0):
        return "repeated"
    kept = {**(told or {}), "turn": turn}
    against = objects(kept)
    step(writing, row, "objected" if against else "sent", told=kept, **who)
    return "objected" if against else "kept" if told else "withdrawn"


def objects(told: Mapping[str, Any]) -> bool:
    """Does a member say that they are not in the shared bin?"""
    return bool(told.get("not_mine")) or any(line["says"] == "left" for line in told.get("lines", {}).values())


def open_notices(reading: Connection) -> Iterator[tuple[int, str, Asked]]:
    """Number, shared bin and question of the notices that may be answered."""
    query = select(notices).where(notices.c.question.is_not(None), notices.c.written_at.is_not(None))
    for row in reading.execute(query).mappings():
        yield row["notice_id"], row["bin_group_no"], Asked.of(row["question"])
