"""What is shown to whom, and the two doors to what is not: a right, a reason, and a line in the audit log.

Invariant: for a role without the right to protected customers (turvakielto) there are none: no count, queue, search,
neighbour or answer tells of one. `visible_to` is the one condition for that, `without_hidden` the one filter of evidence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, select, true
from starlette.exceptions import HTTPException

from regclean.accounts import sessions
from regclean.accounts.permissions import User
from regclean.accounts.sessions import Session
from regclean.domain.register import Subject, customers_among, subject_text
from regclean.errors import UsageError
from regclean.findings import unseal
from regclean.ledger import Ledger
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import finding_subjects, findings, protected_subjects, sealed
from regclean.review.web.i18n import N_
from regclean.standardise import NATIONAL_ID_IN_TEXT

# Why somebody looks: the codes go to the audit log.
REASONS = {
    "identify": N_("To tell people apart"),
    "contact": N_("The customer is in contact"),
    "correct": N_("To correct the register"),
    "request": N_("A request of the person or of an authority"),
    "other": N_("Something else (say what)"),
}
LONGEST_NOTE = 300
MOST_OPENED = 50  # protected cases that one session remembers as opened


def visible_to(user: User) -> ColumnElement[bool]:
    """The condition on `findings` that every queue, count, search and answer is read under."""
    if user.may("restricted:open"):
        return true()
    return and_(~findings.c.protected, findings.c.finding_id.not_in(_about_protected()))


def hidden_from(connection: Connection, user: User) -> frozenset[str]:
    """The customer numbers that this user must not meet, in whatever evidence."""
    if user.may("restricted:open"):
        return frozenset()
    subjects = connection.execute(select(protected_subjects.c.subject)).scalars()
    return frozenset(customers_among(subjects))


def without_hidden(evidence: Any, hidden: Collection[str]) -> Any:
    """Evidence (JSON) without what it says of hidden customers.

    A customer number stands under a key that speaks of customers, or as `l` and `r` of a pair; whatever stands beside a
    hidden one goes with it, from a list without a trace.
    """
    return _filtered(evidence, frozenset(hidden), about_customers=False) if hidden else evidence


def without_hidden_numbers(text: str, hidden: Collection[str]) -> str:
    """A sentence without the numbers of hidden customers."""
    if not any(number in text for number in hidden):
        return text
    pattern = "|".join(re.escape(number) for number in sorted(hidden, key=lambda number: (-len(number), number)))
    return re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", "•••", text)


def is_protected(connection: Connection, finding_id: str) -> bool:
    """Is a finding about somebody under non-disclosure, tonight or ever noted?"""
    query = select(findings.c.finding_id).where(
        findings.c.finding_id == finding_id, findings.c.protected | findings.c.finding_id.in_(_about_protected())
    )
    return connection.execute(query).first() is not None


def is_opened(session: Session | None, case_key: str) -> bool:
    """Has this session given its reason for a protected case?"""
    return session is not None and case_key in session.data.get("opened", ())


def open_protected(
    ledger: Ledger, user: User, session: Session | None, finding_id: str, reason: str, note: str | None, now: datetime
) -> None:
    """Open a protected case for a session (or for one answer of the API), and write down who did and why.

    Errors: HTTPException 403 without the right, 404 when there is no such protected finding; UsageError without a reason.
    """
    if not user.may("restricted:open"):
        raise HTTPException(403)
    detail = _reason(reason, note)
    with ledger.write() as connection:
        query = select(findings.c.case_key).where(findings.c.finding_id == finding_id)
        case_key = connection.execute(query).scalar()
        if case_key is None or not is_protected(connection, finding_id):
            raise HTTPException(404)
        append(
            connection, Entry(now, user.name, "open_restricted", subject_text("findings", finding_id), detail=detail)
        )
        if session is not None:
            sessions.change_data(connection, session.digest, lambda data: _remember(data, case_key))


def reveal(
    ledger: Ledger, user: User, key: bytes, subject: str, field: str, reason: str, note: str | None, now: datetime
) -> str:
    """A value under seal, for one who has the right and says why; written down before it is shown.

    `key` is the workspace's. Errors: HTTPException 403 without the right, 404 when there is nothing under seal, or
    nothing that this user may know of; UsageError without a reason.
    """
    if not user.may("ids:reveal"):
        raise HTTPException(403)
    detail = _reason(reason, note)
    with ledger.write() as connection:
        known = exists().where(
            finding_subjects.c.subject == sealed.c.subject,
            findings.c.finding_id == finding_subjects.c.finding_id,
            visible_to(user),
        )
        query = select(sealed.c.sealed).where(sealed.c.subject == subject, sealed.c.field == field, known)
        token = connection.execute(query).scalar()
        value = unseal(token, key) if token else None
        if value is None:
            raise HTTPException(404)
        append(connection, Entry(now, user.name, "reveal", subject, field=field, detail=detail))
    return value


def _about_protected() -> Any:
    # Not a join: that would be planned as a walk through every finding's subjects; this looks up the few protected ones.
    return select(finding_subjects.c.finding_id).where(
        finding_subjects.c.subject.in_(select(protected_subjects.c.subject))
    )


def _reason(reason: str, note: str | None) -> dict[str, str]:
    """The reason for the audit log; a national id that slipped into the note is struck out."""
    said = re.sub(NATIONAL_ID_IN_TEXT, "******-****", (note or "").strip())[:LONGEST_NOTE]
    if reason not in REASONS:
        raise UsageError("a reason is needed.", remedy=f"Reasons: {', '.join(REASONS)}.")
    if reason == "other" and not said:
        raise UsageError("say in a few words what the reason is.")
    return {"reason": reason, **({"note": said} if said else {})}


def _remember(data: dict[str, Any], case_key: str) -> None:
    kept = [key for key in data.get("opened", ()) if key != case_key]
    data["opened"] = [*kept, case_key][-MOST_OPENED:]


_GONE = object()


def _filtered(value: Any, hidden: frozenset[str], *, about_customers: bool) -> Any:
    kept = _walk(value, hidden, about_customers=about_customers)
    return {} if kept is _GONE else kept


def _walk(value: Any, hidden: frozenset[str], *, about_customers: bool) -> Any:
    if isinstance(value, Mapping):
        return _walk_object(value, hidden, about_customers=about_customers)
    if isinstance(value, list):
        kept = [_walk(item, hidden, about_customers=about_customers) for item in value]
        return [item for item in kept if item is not _GONE]
    if isinstance(value, str) and ((about_customers and value in hidden) or _names(value, hidden)):
        return _GONE
    return value


def _walk_object(value: Mapping[str, Any], hidden: frozenset[str], *, about_customers: bool) -> Any:
    kept: dict[str, Any] = {}
    for name, item in value.items():
        if _names(name, hidden) or (about_customers and name in hidden):
            continue
        told = "customer" in name or name in ("l", "r")
        found = _walk(item, hidden, about_customers=told)
        if found is not _GONE:
            kept[name] = found
        elif isinstance(item, str):  # the object is about a hidden customer, whatever else it says
            return _GONE
    return kept


def _names(text: str, hidden: frozenset[str]) -> bool:
    return Subject.parse(text).customer in hidden
