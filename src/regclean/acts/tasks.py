"""What was accepted and changes nothing by itself: somebody calls, writes or looks it up, and the answer comes back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from regclean import rules
from regclean.acts.cases import comment, decide_all
from regclean.acts.context import Context, act
from regclean.domain.languages import in_language
from regclean.domain.register import Subject
from regclean.findings import about_protected
from regclean.findings.decide import DecideReport, DecisionLine
from regclean.ledger.tables import findings
from regclean.sealing import masked


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `asks`: what is to be found out; `column`: the field that an answer fills, None where none does."""

    finding_id: str
    rule: str
    asks: str
    label: str | None
    subject: str
    column: str | None
    owner: str | None
    since: date
    says: str


@dataclass(frozen=True, slots=True)
class TaskAnswer:
    """What came back for a task. `number`: its line in the file; `value`: for the task's field; `note`: for whoever opens it next."""

    number: int
    finding_id: str
    value: str | None = None
    note: str | None = None


@act("findings:read")
def list_tasks(context: Context, *, owner: str | None = None) -> list[Task]:
    """The tasks that wait, oldest first; of one owner. Nobody under non-disclosure is named."""
    of = findings.c
    open_ = and_(of.state == "task", of.present, ~of.protected, of.finding_id.not_in(about_protected()))
    query = select(findings).where(open_).order_by(of.state_since, of.finding_id)
    if owner is not None:
        query = query.where(of.assignee == owner)
    known, language = rules.catalogue(), context.workspace.config.languages[0]
    tasks = []
    with context.ledger.read() as connection:
        for row in connection.execute(query).mappings():
            about = Subject.parse(row["case_key"])
            asks = known[row["rule"]].asks if row["rule"] in known else {}
            tasks.append(
                Task(
                    finding_id=row["finding_id"],
                    rule=row["rule"],
                    asks=in_language(asks, language) if asks else "",
                    label=row["label"],
                    subject=str(about),
                    column=_column(row["kind"], row["subjects"]),
                    owner=row["assignee"],
                    since=row["state_since"].date(),
                    says=masked(row["summary"]),
                )
            )
    return tasks


@act("findings:decide")
def answer_tasks(context: Context, answers: Iterable[TaskAnswer]) -> DecideReport:
    """Take the answers: a value becomes a change that goes into the next batch, a note is kept with its case.

    What cannot be taken is refused with its line; the others are.
    """
    answers = list(answers)
    columns = {task.finding_id: task.column for task in list_tasks(context)}
    lines = [
        DecisionLine(
            number=one.number,
            verdict="accept",
            user=context.user.name,
            finding_id=one.finding_id,
            comment=one.note,
            choices={"fields": {columns.get(one.finding_id) or "": one.value}},
            problem=None if columns.get(one.finding_id) else "this is no open task that a value answers",
        )
        for one in answers
        if one.value
    ]
    report = decide_all(context, lines)
    for one in answers:
        if one.note and not one.value and one.finding_id in columns:
            comment(context, one.finding_id, one.note)
    return report


def _column(kind: str, subjects: str) -> str | None:
    """The field that a finding is about, where it is about one alone."""
    found = {Subject.parse(subject).column for subject in json.loads(subjects)} if kind == "field" else set()
    return next(iter(found)) if len(found) == 1 else None
