"""What a person does with a case: decide, comment, give it to somebody, take a decision back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from regclean.accounts import sessions
from regclean.accounts.permissions import User
from regclean.acts.context import Context, act
from regclean.acts.visibility import hidden_from, visible_decision, visible_finding
from regclean.domain.register import subject_text
from regclean.errors import ForbiddenError, NotFoundError, UsageError
from regclean.findings import Case, Refused, follow
from regclean.findings import decide as taking
from regclean.findings.decide import DecideReport, DecisionLine, Sight
from regclean.findings.seen import AtHand, keep_seen, look
from regclean.home import warehouse_of
from regclean.ledger import in_chunks, runs
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import comments, finding_subjects, findings, users
from regclean.standardise import strike_out_ids


@act("findings:decide")
def consider(context: Context, finding_id: str) -> RowMapping:
    """Take a case in hand, to draft a decision on it or to put it aside; returns its row. Errors: NotFoundError."""
    with context.ledger.read() as connection:
        return visible_finding(connection, context.user, finding_id)


@act("findings:decide")
def arrange(context: Context, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Change what waits on one's own desk, staged or put aside; nothing is decided by it. Returns what the desk holds."""
    with context.ledger.write() as connection:
        return sessions.change_desk(connection, context.user.name, change)


@act("findings:decide")
def decide_all(context: Context, lines: Iterable[DecisionLine]) -> DecideReport:
    """Take every decision that can be taken; each of the others is refused with its line number.

    Refused too: what is said in another's name, what this account may not know of, and customers that the night in force
    does not hold.
    """
    lines = list(lines)
    return taking.record(context.ledger, lines, context.now, admit=_admission(context, lines), sight=_sight(context))


@act("findings:decide")
def decide(context: Context, line: DecisionLine) -> DecideReport:
    """Take one decision; what became of it, which is no refusal.

    Errors: NotFoundError, ForbiddenError, ConflictError when somebody or something else has decided otherwise or the
    finding has moved on, UsageError when the line itself is wrong. Nothing is written then.
    """
    own = replace(line, user=context.user.name)
    return taking.decide(context.ledger, own, context.now, admit=_admission(context, [own]), sight=_sight(context))


@act("findings:decide")
def undo_decision(context: Context, decision_id: int) -> str | None:
    """Take one's own decision back, with all that followed from it; returns the finding it was on.

    Of somebody whose account is disabled, or gone, whoever gives second opinions takes it back. Errors: NotFoundError,
    ForbiddenError when it is another's, ConflictError when it does not stand any more.
    """
    with context.ledger.read() as connection:
        row = visible_decision(connection, context.user, decision_id)
        active = connection.execute(select(users.c.user).where(users.c.user == row["user"], users.c.active)).first()
    left = active is None and context.user.may("findings:second")
    if row["user"] != context.user.name and not left:
        raise ForbiddenError("a decision is taken back by the one who took it.")
    follow.undo(context.ledger, decision_id, user=context.user.name, now=context.now)
    finding_id: str | None = row["finding_id"]
    return finding_id


@act("findings:decide")
def comment(context: Context, finding_id: str, text: str) -> int:
    """Say something about a case, for whoever opens it next; returns the comment's id.

    Errors: NotFoundError; UsageError for one that says nothing.
    """
    said = strike_out_ids(text.strip())
    if not said:
        raise UsageError("a comment says something.")
    values = {"finding_id": finding_id, "user": context.user.name, "text": said, "at": context.now}
    at_hand = _at_hand(context, [finding_id])
    with context.ledger.write() as connection:
        row = visible_finding(connection, context.user, finding_id)
        values["seen_digest"] = keep_seen(connection, row, json.loads(row["subjects"]), at_hand)
        made: int = connection.execute(insert(comments).values(**values).returning(comments.c.comment_id)).scalar_one()
        detail = {"comment": made}
        append(
            connection,
            Entry(context.now, context.user.name, "comment", subject_text("findings", finding_id), detail=detail),
        )
    return made


@act("findings:assign")
def assign(context: Context, finding_id: str, assignee: str | None) -> None:
    """Give the whole case to somebody, or to nobody. Errors: NotFoundError, UsageError for an unknown account."""
    at_hand = _at_hand(context, [finding_id])
    with context.ledger.write() as connection:
        row = visible_finding(connection, context.user, finding_id)
        if assignee is not None:
            known = select(users.c.user).where(users.c.user == assignee, users.c.active)
            if connection.execute(known).first() is None:
                raise UsageError("there is no active user of this name.")
        connection.execute(update(findings).where(findings.c.case_key == row["case_key"]).values(assignee=assignee))
        detail = {"assignee": assignee, "seen": keep_seen(connection, row, json.loads(row["subjects"]), at_hand)}
        append(
            connection,
            Entry(context.now, context.user.name, "assign", subject_text("findings", finding_id), detail=detail),
        )


def _sight(context: Context) -> Sight:
    """What of the night in force stands before whoever says these lines."""

    def sight(lines: Sequence[DecisionLine]) -> AtHand:
        pairs = {subject_text("customers", number) for line in lines for number in _bare_pair(line)}
        return _at_hand(context, [line.finding_id for line in lines if line.finding_id], pairs)

    return sight


def _at_hand(context: Context, finding_ids: Sequence[str], also: Iterable[str] = ()) -> AtHand:
    """The records of what findings are about, and of other subjects, in the night in force."""
    subjects = set(also)
    with context.ledger.read() as connection:
        for some in in_chunks(finding_ids):
            about = select(finding_subjects.c.subject).where(finding_subjects.c.finding_id.in_(some))
            subjects.update(connection.execute(about).scalars())
    last = runs.last_published(context.ledger)
    return look(warehouse_of(context.workspace).read, last.run_id if last else None, subjects)


def _admission(context: Context, lines: Sequence[DecisionLine]) -> Callable[[Connection, DecisionLine, Case], None]:
    """The check of one line inside the transaction that takes it. Errors of it: Refused."""
    user = context.user
    known = _known_customers(context, {number for line in lines for number in _bare_pair(line)})

    def admit(connection: Connection, line: DecisionLine, case: Case) -> None:
        if line.user != user.name:
            raise Refused("user", f"the user must be {user.name}, who is signed in")
        if line.finding_id is None:
            _check_pair(connection, user, case, known)
        if case.finding is None:
            return
        try:
            visible_finding(connection, user, case.finding["finding_id"])
        except NotFoundError as error:
            raise Refused("unknown", "there is no such finding") from error
        if case.finding["workpool"] == "second":
            _check_second(user, case)

    return admit


def _check_pair(connection: Connection, user: User, case: Case, known: frozenset[str]) -> None:
    missing = sorted(set(case.customers) - known | set(case.customers) & hidden_from(connection, user))
    if missing:
        raise Refused("unknown", f"there is no customer {missing[0]} in the register of the last night")


def _check_second(user: User, case: Case) -> None:
    """Somebody was unsure: another person, with the right to it, decides."""
    if not user.may("findings:second"):
        raise Refused("second", "somebody was unsure: a second person with the right to it decides")
    if case.prior is not None and case.prior["undone_at"] is None and case.prior["user"] == user.name:
        raise Refused("second", "you were unsure yourself: a second person decides, or you take that back first")


def _bare_pair(line: DecisionLine) -> tuple[str, ...]:
    pair = (line.customer_no_l, line.customer_no_r)
    return () if line.finding_id else tuple(number for number in pair if number)


def _known_customers(context: Context, numbers: set[str]) -> frozenset[str]:
    """Those of the customers that the night in force holds."""
    last = runs.last_published(context.ledger) if numbers else None
    if last is None:
        return frozenset()
    with warehouse_of(context.workspace).read(last.run_id) as night:
        query = "SELECT customer_no FROM customers WHERE customer_no IN (SELECT unnest($numbers))"
        return frozenset(row[0] for row in night.execute(query, {"numbers": sorted(numbers)}).fetchall())
