"""What was accepted and changes nothing by itself: somebody calls, writes or looks it up, and the answer comes back.

Invariant: an answer changes nothing until a steward accepts it; what is accepted goes into the next batch, or is a rejection.
A task that nobody has ended is in the list, and behind its day it is overdue, whatever came of it so far.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, insert, select

from regclean import rules
from regclean.acts.cases import assign, comment, decide_all
from regclean.acts.context import Context, act
from regclean.acts.visibility import visible_finding, visible_to
from regclean.domain.languages import in_language
from regclean.domain.register import Subject, customers_among, subject_text
from regclean.domain.tasks import OUTCOMES, TO_ACCEPT, WAYS, Outcome, Way
from regclean.errors import NotFoundError, UsageError
from regclean.findings import about_protected
from regclean.findings.decide import DecideReport, DecisionLine, Refusal
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import decisions, findings
from regclean.ledger.task_tables import tasks as plans
from regclean.sealing import masked, names_one

# What can be found out about a customer whose rule names no column.
CONTACT = ("street_address", "postal_code", "city", "phone", "email")
# "It is right as it is", in the words of a rejection of each kind.
AS_IT_IS = {"stale": "still_active", "bin_group": "as_agreed", "field": "is_correct", "duplicate": "other"}
LONGEST = 500  # characters of an answer


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `asks`: what is to be found out; `columns`: the fields that an answer may fill; `answer`: what was told.

    `due`: the day by which it is to be done, or looked at again. `owner`: to whom it is given, else who made it.
    """

    finding_id: str
    kind: str
    rule: str
    way: Way
    asks: str
    label: str | None
    subject: str
    columns: tuple[str, ...]
    owner: str | None
    since: date
    due: date
    says: str
    protected: bool = False
    outcome: Outcome | None = None
    answer: Mapping[str, str] = field(default_factory=dict)
    place: str | None = None  # the subject of the site or building that it is about, where it is one
    told_by: str | None = None
    told_at: datetime | None = None

    @property
    def column(self) -> str | None:
        """The field that an answer fills, where it is one alone."""
        return self.columns[0] if len(self.columns) == 1 else None

    @property
    def to_accept(self) -> bool:
        return self.outcome in TO_ACCEPT

    @property
    def seen(self) -> str:
        """The answer as it stands: whoever accepts it names this."""
        return f"{self.finding_id}@{self.told_at.isoformat() if self.told_at else ''}"

    def overdue(self, today: date) -> bool:
        return self.due < today and not self.to_accept


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """What came back for a task. `number`: its line in the file; `value`: for the task's one field, `values`: by field;
    `note`: for whoever opens it next; `again_on`: the day to look at it again.
    """

    number: int
    finding_id: str
    value: str | None = None
    note: str | None = None
    outcome: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    again_on: date | None = None


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """What became of the answers: taken, told before, refused line by line."""

    taken: int
    repeated: int
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks wait: of everybody, of whoever asks, and how many of each are overdue; answers to be accepted."""

    waiting: int = 0
    overdue: int = 0
    own: int = 0
    own_overdue: int = 0
    answered: int = 0


@act("findings:read")
def list_tasks(context: Context, *, owner: str | None = None, restricted: bool = False) -> list[Task]:
    """The tasks that wait, by the day on which they are due; of one owner.

    `restricted`: with those about customers under non-disclosure, if this account may know of them.
    """
    query = _waiting(context, restricted).order_by(findings.c.state_since, findings.c.finding_id)
    with context.ledger.read() as connection:
        found = [_task(context, row) for row in connection.execute(query).mappings()]
    return sorted(
        (one for one in found if owner is None or one.owner == owner), key=lambda one: (one.due, one.finding_id)
    )


@act("findings:read")
def find_task(context: Context, finding_id: str) -> Task:
    """One task. Errors: NotFoundError."""
    with context.ledger.read() as connection:
        return _open_task(context, connection, finding_id)


@act("findings:read")
def count_tasks(context: Context) -> TaskCounts:
    """How many tasks wait."""
    today = _today(context)
    whose = func.coalesce(findings.c.assignee, decisions.c.user).label("owner")
    query = (
        select(findings.c.state_since, plans.c.due_on, plans.c.outcome, whose)
        .select_from(_joined())
        .where(findings.c.state == "task", findings.c.present, visible_to(context.user))
    )
    waiting = overdue = own = own_overdue = answered = 0
    with context.ledger.read() as connection:
        for row in connection.execute(query).mappings():
            mine = row["owner"] == context.user.name
            told = row["outcome"] in TO_ACCEPT
            late = not told and _due(context, row) < today
            waiting, overdue, own = waiting + (not told), overdue + late, own + (mine and not told)
            own_overdue, answered = own_overdue + (mine and late), answered + told
    return TaskCounts(waiting, overdue, own, own_overdue, answered)


@act("findings:assign")
def plan_task(
    context: Context,
    finding_id: str,
    *,
    owner: str | None = None,
    due: date | None = None,
    way: str | None = None,
) -> None:
    """Say who does a task, until when and how; what is None stays. Errors: NotFoundError, UsageError."""
    if way is not None and way not in WAYS:
        raise UsageError(f"'{way}' is no way to find out.", remedy=f"Known: {', '.join(WAYS)}.")
    with context.ledger.read() as connection:
        task = _open_task(context, connection, finding_id)
    if owner is not None and owner != task.owner:
        assign(context, finding_id, owner)
    told = {"due_on": due, "way": way}
    _write(context, finding_id, {name: value for name, value in told.items() if value is not None}, "plan_task")


@act("findings:decide")
def answer_tasks(context: Context, answers: Iterable[TaskAnswer]) -> AnswerReport:
    """Keep what came back: a steward accepts it later. A note is kept with its case.

    What cannot be taken is refused with its line; the others are.
    """
    waiting = {task.finding_id: task for task in list_tasks(context, restricted=True)}
    taken = repeated = 0
    refused = []
    for one in answers:
        task = waiting.get(one.finding_id)
        why = _why_not(task, one)
        if task is None or why is not None:
            refused.append(Refusal(one.number, *(why or ("", ""))))
            continue
        values = _values(task, one)
        outcome = one.outcome or ("answered" if values else None)
        if outcome is not None and (outcome, values, one.again_on) == (task.outcome, dict(task.answer), None):
            repeated += 1
            continue
        told: dict[str, Any] = {"due_on": one.again_on} if one.again_on else {}
        if outcome is not None:
            if outcome not in TO_ACCEPT and one.again_on is None:
                told["due_on"] = _today(context) + _time_for(context)
            told |= {"outcome": outcome, "answer": values or None}
            told |= {"told_by": context.user.name, "told_at": context.now}
        if told:
            _write(context, task.finding_id, told, "report_task")
        if one.note and one.note.strip():
            comment(context, task.finding_id, one.note)
        taken += 1
    return AnswerReport(taken, repeated, tuple(refused))


@act("findings:decide")
def accept_answers(context: Context, seen: Sequence[str]) -> DecideReport:
    """Accept answers as they were seen (`Task.seen`): a value becomes a change of the next batch, "as it is" a rejection.

    Another answer than the one that was seen is refused.
    """
    waiting = {task.finding_id: task for task in list_tasks(context, restricted=True) if task.to_accept}
    lines = []
    for number, one in enumerate(dict.fromkeys(seen), start=1):
        finding_id = one.partition("@")[0]
        task = waiting.get(finding_id)
        changed = None if task and task.seen == one else "the answer is not the one that was seen; look at it again"
        as_it_is = task is not None and task.outcome == "as_it_is"
        lines.append(
            DecisionLine(
                number=number,
                verdict="reject" if as_it_is else "accept",
                user=context.user.name,
                finding_id=finding_id,
                reason=AS_IT_IS[task.kind] if task and as_it_is else None,
                choices={"fields": dict(task.answer)} if task and not as_it_is else None,
                problem=changed,
            )
        )
    return decide_all(context, lines)


def _waiting(context: Context, restricted: bool) -> Any:
    seen: ColumnElement[bool] = visible_to(context.user)
    if not restricted:
        seen = and_(~findings.c.protected, findings.c.finding_id.not_in(about_protected()))
    return (
        select(
            findings,
            plans.c.due_on,
            plans.c.way,
            plans.c.outcome,
            plans.c.answer,
            plans.c.told_by,
            plans.c.told_at,
            decisions.c.user.label("made_by"),
        )
        .select_from(_joined())
        .where(findings.c.state == "task", findings.c.present, seen)
    )


def _joined() -> Any:
    its_plan = and_(plans.c.finding_id == findings.c.finding_id, plans.c.decision_id == findings.c.decision_id)
    made = decisions.c.decision_id == findings.c.decision_id
    return findings.outerjoin(plans, its_plan).outerjoin(decisions, made)


def _open_task(context: Context, connection: Connection, finding_id: str) -> Task:
    visible_finding(connection, context.user, finding_id)
    query = _waiting(context, True).where(findings.c.finding_id == finding_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError("there is no such task, or it has ended.")
    return _task(context, row)


def _place(subjects: Sequence[str]) -> str | None:
    places = [one for one in subjects if Subject.parse(one).table in ("sites", "buildings")]
    return places[0] if len(places) == 1 else None


def _task(context: Context, row: RowMapping) -> Task:
    rule = rules.catalogue().get(row["rule"])
    language = context.workspace.config.languages[0]
    return Task(
        finding_id=row["finding_id"],
        kind=row["kind"],
        rule=row["rule"],
        way=row["way"] or (rule.way if rule else None) or "look_up",
        asks=in_language(rule.asks, language) if rule and rule.asks else "",
        label=row["label"],
        subject=str(Subject.parse(row["case_key"])),
        columns=_columns(row["kind"], json.loads(row["subjects"])),
        owner=row["assignee"] or row["made_by"],
        since=row["state_since"].astimezone(context.workspace.config.timezone).date(),
        due=_due(context, row),
        says=masked(row["summary"]),
        place=_place(json.loads(row["subjects"])),
        protected=row["protected"],
        outcome=row["outcome"],
        answer=row["answer"] or {},
        told_by=row["told_by"],
        told_at=row["told_at"],
    )


def _columns(kind: str, subjects: Sequence[str]) -> tuple[str, ...]:
    """The fields that an answer may fill: the one that a finding is about, or how a customer is reached."""
    about = [Subject.parse(subject) for subject in subjects]
    named = {subject.column for subject in about}
    if kind == "field" and len(named) == 1:
        return tuple(column for column in named if column)
    return CONTACT if kind == "stale" and len(list(customers_among(subjects))) == 1 else ()


def _why_not(task: Task | None, one: TaskAnswer) -> tuple[str, str] | None:
    """Why an answer is not taken, in words and as a code; None where it is."""
    if task is None:
        return "this is no task that waits", "unknown"
    if one.outcome is not None and one.outcome not in OUTCOMES:
        return f"'{one.outcome}' is no outcome: {', '.join(OUTCOMES)}", "line"
    if one.value and task.column is None:
        return "no single field answers this task; write what was found out under 'note'", "choices"
    if unknown := sorted(name for name, value in one.values.items() if value and name not in task.columns):
        return f"this task does not ask for '{unknown[0]}'", "choices"
    values = _values(task, one)
    if any(names_one(value) for value in values.values()):
        return "a national id is not typed: choose the customer that holds it", "choices"
    if any(len(value) > LONGEST for value in values.values()):
        return f"a value is longer than {LONGEST} characters", "choices"
    if one.outcome == "answered" and not values:
        return "an answer says a value", "choices"
    if values and one.outcome not in (None, "answered"):
        return f"a value and the outcome '{one.outcome}' contradict each other", "choices"
    if not values and one.outcome is None and one.again_on is None and not (one.note and one.note.strip()):
        return "nothing is said", "line"
    return None


def _values(task: Task, one: TaskAnswer) -> dict[str, str]:
    found = {name: value.strip() for name, value in one.values.items() if value and value.strip()}
    if one.value and one.value.strip() and task.column:
        found[task.column] = one.value.strip()
    return found


def _write(context: Context, finding_id: str, told: Mapping[str, Any], action: str) -> None:
    """Add to what is known of a task, and note it without any value."""
    with context.ledger.write() as connection:
        row = visible_finding(connection, context.user, finding_id)
        kept = connection.execute(select(plans).where(plans.c.finding_id == finding_id)).mappings().first()
        held = dict(kept) if kept and kept["decision_id"] == row["decision_id"] else {}
        connection.execute(delete(plans).where(plans.c.finding_id == finding_id))
        values = {**held, **told, "finding_id": finding_id, "decision_id": row["decision_id"]}
        connection.execute(insert(plans).values(**values))
        codes = {"due_on", "way", "outcome"} & told.keys()
        detail = {name: str(told[name]) for name in sorted(codes) if told[name] is not None}
        subject = subject_text("findings", finding_id)
        append(connection, Entry(context.now, context.user.name, action, subject, detail=detail))


def _today(context: Context) -> date:
    return context.now.astimezone(context.workspace.config.timezone).date()


def _time_for(context: Context) -> timedelta:
    return timedelta(days=int(context.workspace.config.section("review")["task_days"]))


def _due(context: Context, row: RowMapping) -> date:
    due: date | None = row["due_on"]
    made: datetime = row["state_since"]
    return due or made.astimezone(context.workspace.config.timezone).date() + _time_for(context)
