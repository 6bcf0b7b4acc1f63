"""Who may know of what.

Invariant: for an account without the right to protected customers (turvakielto) there are none: no count, queue, search,
neighbour, answer or act tells of one. `visible_to` is the one condition for that.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, select, true

from regclean.accounts.permissions import User
from regclean.domain.register import customers_among, subject_text
from regclean.errors import NotFoundError
from regclean.findings import about_protected
from regclean.ledger.tables import batch_changes, decisions, findings, protected_subjects


def visible_to(user: User) -> ColumnElement[bool]:
    """The condition on `findings` that every queue, count, search and answer is read under."""
    if user.may("restricted:open"):
        return true()
    return and_(~findings.c.protected, findings.c.finding_id.not_in(about_protected()))


def hidden_from(connection: Connection, user: User) -> frozenset[str]:
    """The customer numbers that this user must not meet, in whatever evidence."""
    if user.may("restricted:open"):
        return frozenset()
    subjects = connection.execute(select(protected_subjects.c.subject)).scalars()
    return frozenset(customers_among(subjects))


def is_protected(connection: Connection, finding_id: str) -> bool:
    """Is a finding about somebody under non-disclosure, tonight or ever noted?"""
    query = select(findings.c.finding_id).where(
        findings.c.finding_id == finding_id, findings.c.protected | findings.c.finding_id.in_(about_protected())
    )
    return connection.execute(query).first() is not None


def is_protected_customer(connection: Connection, customer_no: str) -> bool:
    """Is a customer under non-disclosure, tonight or ever noted?"""
    subject = subject_text("customers", customer_no)
    query = select(protected_subjects.c.subject).where(protected_subjects.c.subject == subject)
    return connection.execute(query).first() is not None


def visible_finding(connection: Connection, user: User, finding_id: str) -> RowMapping:
    """The row of a finding that this account may know of. Errors: NotFoundError."""
    query = select(findings).where(findings.c.finding_id == finding_id, visible_to(user))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError("there is no such finding.")
    return row


def visible_decision(connection: Connection, user: User, decision_id: int) -> RowMapping:
    """The row of a decision on what this account may know of. Errors: NotFoundError."""
    row = connection.execute(select(decisions).where(decisions.c.decision_id == decision_id)).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no decision {decision_id}.")
    if row["finding_id"] is not None:
        visible_finding(connection, user, row["finding_id"])
    elif {row["customer_no_l"], row["customer_no_r"]} & hidden_from(connection, user):
        raise NotFoundError(f"there is no decision {decision_id}.")
    return row


def hidden_findings(connection: Connection, user: User, batch_id: int) -> frozenset[str]:
    """Findings of a batch that this account must not know of."""
    query = (
        select(findings.c.finding_id)
        .join(batch_changes, batch_changes.c.finding_id == findings.c.finding_id)
        .where(batch_changes.c.batch_id == batch_id, ~visible_to(user))
        .distinct()
    )
    return frozenset(connection.execute(query).scalars())
