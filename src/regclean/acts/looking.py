"""The two doors to what is not shown: a right, a reason, and a line in the audit log before anything is seen."""

from __future__ import annotations

from sqlalchemy import exists, select

from regclean.acts.context import Context, act
from regclean.acts.visibility import is_protected, is_protected_customer, visible_to
from regclean.config import workspace_key
from regclean.domain.register import subject_text
from regclean.errors import NotFoundError, ReasonNeededError
from regclean.findings import unseal
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import finding_subjects, findings, sealed
from regclean.standardise import strike_out_ids

# Why somebody looks: the codes go to the audit log.
LOOKS = ("identify", "contact", "correct", "request", "other")
LONGEST_NOTE = 300


@act("restricted:open")
def open_protected(context: Context, finding_id: str, reason: str, note: str | None = None) -> str:
    """Open a protected case; returns its key. Errors: NotFoundError when there is no such protected finding, ReasonNeededError
    without one.
    """
    detail = _reason(reason, note)
    with context.ledger.write() as connection:
        query = select(findings.c.case_key).where(findings.c.finding_id == finding_id)
        case_key: str | None = connection.execute(query).scalar()
        if case_key is None or not is_protected(connection, finding_id):
            raise NotFoundError("there is no such finding.")
        entry = Entry(
            context.now, context.user.name, "open_restricted", subject_text("findings", finding_id), detail=detail
        )
        append(connection, entry)
    return case_key


@act("findings:read")
def open_customer(
    context: Context, customer_no: str, reason: str | None = None, note: str | None = None, *, opened: bool = False
) -> bool:
    """Open a customer's card; says whether the customer is under non-disclosure.

    Then it takes the right and a reason, which one who has `opened` it before in the same session need not repeat.
    Errors: NotFoundError without the right, ReasonNeededError without a reason.
    """
    subject = subject_text("customers", customer_no)
    with context.ledger.write() as connection:
        protected = is_protected_customer(connection, customer_no)
        if protected and not context.user.may("restricted:open"):
            raise NotFoundError("there is no such customer.")
        detail = _reason(reason or "", note) if protected and not opened else {}
        append(connection, Entry(context.now, context.user.name, "open_customer", subject, detail=detail))
    return protected


@act("findings:read")
def report_person(context: Context, customer_no: str) -> bool:
    """Answer a person who asks what is held of them; says whether the customer is under non-disclosure, which takes the right.

    Errors: NotFoundError without it.
    """
    subject = subject_text("customers", customer_no)
    with context.ledger.write() as connection:
        protected = is_protected_customer(connection, customer_no)
        if protected and not context.user.may("restricted:open"):
            raise NotFoundError("there is no such customer.")
        entry = Entry(context.now, context.user.name, "person_report", subject, detail={"reason": "request"})
        append(connection, entry)
    return protected


@act("ids:reveal")
def reveal(context: Context, subject: str, field: str, reason: str, note: str | None = None) -> str:
    """A value under seal. Errors: NotFoundError when there is nothing under seal, or nothing that this account may know
    of; ReasonNeededError without a reason.
    """
    detail = _reason(reason, note)
    key = workspace_key(context.workspace.var)
    with context.ledger.write() as connection:
        known = exists().where(
            finding_subjects.c.subject == sealed.c.subject,
            findings.c.finding_id == finding_subjects.c.finding_id,
            visible_to(context.user),
        )
        query = select(sealed.c.sealed).where(sealed.c.subject == subject, sealed.c.field == field, known)
        token = connection.execute(query).scalar()
        value = unseal(token, key) if token else None
        if value is None:
            raise NotFoundError("there is no such value.")
        append(connection, Entry(context.now, context.user.name, "reveal", subject, field=field, detail=detail))
    return value


def _reason(reason: str, note: str | None) -> dict[str, str]:
    """The reason for the audit log; a national id that slipped into the note is struck out."""
    said = strike_out_ids((note or "").strip())[:LONGEST_NOTE]
    if reason not in LOOKS:
        raise ReasonNeededError("a reason is needed.", remedy=f"Reasons: {', '.join(LOOKS)}.")
    if reason == "other" and not said:
        raise ReasonNeededError("say in a few words what the reason is.")
    return {"reason": reason, **({"note": said} if said else {})}
