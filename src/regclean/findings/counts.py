"""How many findings of each rule a night has, and what changed since the night before."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from regclean.ledger import Ledger, runs
from regclean.ledger.tables import finding_subjects, findings, protected_subjects


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Findings of one rule and severity: found tonight, new among them, reopened among them, and gone since."""

    kind: str
    rule: str
    severity: str
    found: int
    new: int
    reopened: int
    gone: int


def counts_by_rule(
    ledger: Ledger, run_id: str, previous_run: str | None, *, without_protected: bool = False
) -> list[RuleCount]:
    """Counts of the published night `run_id`; `gone` are findings last seen in `previous_run`.

    `without_protected`: as those may see them who have no right to customers under non-disclosure.
    """

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    tonight = runs.last_seen() == run_id
    gone = and_(findings.c.last_seen_run == (previous_run or ""), findings.c.present.is_(False))
    query = (
        select(
            findings.c.kind,
            findings.c.rule,
            findings.c.severity,
            number(tonight),
            number(findings.c.first_seen_run == run_id),
            number(and_(tonight, findings.c.reopened_because.is_not(None), findings.c.state == "open")),
            number(gone),
        )
        .where(or_(tonight, gone), _unprotected() if without_protected else true())
        .group_by(findings.c.kind, findings.c.rule, findings.c.severity)
        .order_by(findings.c.kind, findings.c.rule, findings.c.severity)
    )
    with ledger.read() as connection:
        return [RuleCount(*row[:3], *(int(number) for number in row[3:])) for row in connection.execute(query)]


def waiting_ids(ledger: Ledger) -> list[str]:
    """The findings that wait for somebody since the last night."""
    query = select(findings.c.finding_id).where(findings.c.present, findings.c.state == "open")
    with ledger.read() as connection:
        return sorted(connection.execute(query).scalars())


def _unprotected() -> ColumnElement[bool]:
    """Is nobody in it under non-disclosure, tonight or ever noted?"""
    restricted = select(finding_subjects.c.finding_id).join(
        protected_subjects, protected_subjects.c.subject == finding_subjects.c.subject
    )
    return and_(~findings.c.protected, findings.c.finding_id.not_in(restricted))
