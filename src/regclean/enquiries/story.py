"""The story of a shared bin: what was found, asked, answered, decided and changed, in the order of its days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, RowMapping, or_, select

from regclean.domain.register import Subject, subject_text
from regclean.enquiries import book
from regclean.enquiries.book import Enquiry
from regclean.enquiries.notices import known_in
from regclean.ledger.tables import audit, batch_changes, batches, decisions, findings

What = Literal["found", "step", "answer", "notice", "decision", "batch"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `code`: a rule, a step, a way, a verdict, a batch's state; `about`: the finding, enquiry, notice or
    batch; `told`: an answer.
    """

    at: datetime
    what: What
    code: str
    who: str | None = None
    about: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """A shared bin and all that the ledger knows of it. `asked`: its enquiries, the newest first."""

    bin_group_no: str
    events: tuple[Event, ...]
    asked: tuple[Enquiry, ...]
    cases: Mapping[str, str]  # the finding of a case that waits -> its rule
    told: tuple[RowMapping, ...]  # its notices


def story_of(reading: Connection, number: str, visible: ColumnElement[bool]) -> Story:
    """All of one shared bin; `visible`: the condition on findings that the reader may know of."""
    case = subject_text("bin_groups", number)
    asked = book.find(reading, group=number)
    about = {subject_text("enquiries", one.enquiry_id) for one in asked}
    notices = {subject_text("notices", row["notice_id"]): row for row in known_in(reading, number)}
    rows = list(reading.execute(select(findings).where(findings.c.case_key == case, visible)).mappings())
    rules = {row["finding_id"]: row["rule"] for row in rows}
    events = [Event(row["opened_at"], "found", row["rule"], about=row["finding_id"]) for row in rows]
    steps = select(audit).where(audit.c.subject.in_(about | notices.keys())).order_by(audit.c.seq)
    for row in reading.execute(steps).mappings():
        what: What = "notice" if row["subject"] in notices else "step"
        if row["action"] != "enquiry_answered":  # told by the answer itself
            events.append(Event(row["at"], what, row["action"], row["actor"], Subject.parse(row["subject"]).key))
    for row in book.find_answers(reading, [one.enquiry_id for one in asked]):
        code = "withdrawn" if row["withdrawn"] else row["way"]
        events.append(Event(row["taken_at"], "answer", code, row["said_by"], str(row["enquiry_id"]), row["told"]))
    for row in notices.values():
        if row["told"] and len(row["told"]) > 1:
            events.append(
                Event(row["objected_at"] or row["sent_at"], "answer", "member", "", str(row["notice_id"]), row["told"])
            )
    query = select(decisions).where(decisions.c.finding_id.in_(rules)).order_by(decisions.c.decision_id)
    for row in reading.execute(query).mappings():
        events.append(Event(row["decided_at"], "decision", row["verdict"], row["user"], row["finding_id"]))
    events += _batches(reading, number, rules)
    waits = {row["finding_id"]: row["rule"] for row in rows if row["present"] and row["state"] in ("open", "deferred")}
    events.sort(key=lambda event: event.at)
    return Story(number, tuple(events), tuple(reversed(asked)), waits, tuple(notices.values()))


def _batches(reading: Connection, number: str, rules: Mapping[str, str]) -> list[Event]:
    mine = or_(
        batch_changes.c.finding_id.in_(rules),
        (batch_changes.c.table == "bin_groups") & (batch_changes.c.key == number),
    )
    query = (
        select(batches.c.batch_id, batches.c.built_at, batches.c.built_by, batches.c.state)
        .join(batch_changes, batch_changes.c.batch_id == batches.c.batch_id)
        .where(mine)
        .distinct()
        .order_by(batches.c.batch_id)
    )
    return [Event(row.built_at, "batch", row.state, row.built_by, str(row.batch_id)) for row in reading.execute(query)]
