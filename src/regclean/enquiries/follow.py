"""What a night does with enquiries: what was answered and is dealt with is settled, what nobody answered is given up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import and_, or_, select

from regclean.config import Workspace
from regclean.domain.register import subject_text
from regclean.enquiries import book
from regclean.enquiries.codes import codes_of, exchange
from regclean.enquiries.reported import RULES
from regclean.ledger import Ledger
from regclean.ledger.tables import findings
from regclean.ledger.task_tables import tasks

ACTOR = "regclean"
_WAITING = ("open", "deferred", "accepted", "in_batch", "applied")


def follow(ledger: Ledger, workspace: Workspace, *, as_of: date, now: datetime) -> tuple[int, int]:
    """Settle and give up; returns how many of each. A shared bin that was settled may be asked about again."""
    grace = timedelta(days=int(workspace.config.section("enquiries")["reminder_days"]))
    told = and_(tasks.c.finding_id == findings.c.finding_id, tasks.c.outcome.in_(("done", "answered")))
    waits = or_(
        findings.c.state.in_(_WAITING),
        and_(findings.c.state == "task", ~select(tasks.c.finding_id).where(told).exists()),
    )
    busy = select(findings.c.case_key).where(findings.c.rule.in_(RULES), findings.c.present, waits)
    ended: list[book.Enquiry] = []
    settled = given_up = 0
    with ledger.write() as writing:
        waiting = set(writing.execute(busy).scalars())
        for one in book.find(writing, states=("answered", "reminded")):
            if one.state == "answered" and subject_text("bin_groups", one.bin_group_no) not in waiting:
                book.step(writing, one, "settled", user=ACTOR, now=now)
                settled += 1
            elif one.state == "reminded" and one.answer_by is not None and one.answer_by + grace < as_of:
                book.step(writing, one, "given_up", user=ACTOR, now=now)
                given_up += 1
            else:
                continue
            ended.append(one)
    for one in ended:
        if one.state == "answered":  # who was given up may still answer, as long as the code holds
            exchange(workspace).withdraw(codes_of(workspace, one.enquiry_id, one.issue).number)
    return settled, given_up
