"""What else waits beside a finding: in the same case, and about the same subjects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, or_, select

from regclean.accounts.permissions import User
from regclean.acts import visible_to
from regclean.ledger.tables import finding_subjects, findings
from regclean.review.queue.worklist import sifted, waiting


def siblings(connection: Connection, user: User, row: RowMapping | Mapping[str, Any]) -> Sequence[RowMapping]:
    """Every finding of the same case that waits, this one included, most urgent first."""
    query = (
        select(findings)
        .where(
            findings.c.case_key == row["case_key"],
            visible_to(user),
            or_(waiting(), findings.c.finding_id == row["finding_id"]),
            findings.c.kind == row["kind"],
        )
        .order_by(findings.c.priority.desc(), findings.c.finding_id)
        .limit(200)
    )
    return connection.execute(query).mappings().all()


def about(connection: Connection, user: User, subjects: Collection[str], *, but: str) -> Sequence[RowMapping]:
    """Other waiting findings on the same subjects, of any kind: what a decision here also touches."""
    query = (
        select(findings)
        .where(
            findings.c.finding_id.in_(
                select(finding_subjects.c.finding_id).where(finding_subjects.c.subject.in_(sorted(subjects)))
            ),
            findings.c.case_key != but,
            sifted(and_(visible_to(user), waiting())),
        )
        .order_by(findings.c.priority.desc(), findings.c.finding_id)
        .limit(20)
    )
    return connection.execute(query).mappings().all()
