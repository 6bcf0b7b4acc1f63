"""Telling members that the contact person gave their data: who is due, their letters, and what they object to."""

from __future__ import annotations

from pathlib import Path

from regclean import enquiries
from regclean.acts.context import Context, act
from regclean.acts.enquiries import night_in_force, show_answers, told_to
from regclean.enquiries import Notice, NoticeReport, SendReport, notices
from regclean.errors import UsageError


@act("findings:read")
def list_notices(context: Context) -> tuple[list[Notice], int]:
    """Every member who is due or was written to, and how many are left out by non-disclosure, for whom that may know. Errors: UsageError."""
    with night_in_force(context) as (connection, run):
        found, protected = enquiries.untold(context.ledger, connection, context.workspace, run.as_of)
    stand = enquiries.stand(found, notices.known(context.ledger), context.workspace.config)
    return stand, told_to(context.user, {"protected": protected})["protected"]


@act("enquiries:send")
def write_notice_letters(context: Context, folder: Path, *, limit: int | None = None) -> NoticeReport:
    """Write the letters to members who are due, at most `limit`. Errors: UsageError."""
    if limit is not None and limit < 1:
        raise UsageError("one member is told at least.")
    with night_in_force(context) as (connection, run):
        report = enquiries.write_notices(
            context.ledger,
            connection,
            context.workspace,
            folder,
            as_of=run.as_of,
            user=context.user.name,
            now=context.now,
            limit=limit,
        )
    report.left = told_to(context.user, report.left)
    return report


@act("enquiries:send")
def release_notices(context: Context) -> SendReport:
    """Note the letters that were written as sent, and send the mails. That they were told is proposed on the cases at once.
    Errors: UsageError, UnavailableError.
    """
    groups = {row["bin_group_no"] for row in notices.waiting(context.ledger)}
    with night_in_force(context) as (connection, run):
        found, _ = enquiries.untold(context.ledger, connection, context.workspace, run.as_of)
    to = enquiries.emails_of(found)
    try:
        return enquiries.release_notices(context.ledger, context.workspace, to, user=context.user.name, now=context.now)
    finally:
        show_answers(context, groups)


@act("enquiries:send")
def mark_notice(context: Context, notice_id: int, state: str) -> None:
    """Say that a letter came back, did not go out, or is objected to; or take that back. Errors: UsageError, NotFoundError, ConflictError."""
    group = notices.mark(context.ledger, notice_id, state, user=context.user.name, now=context.now)
    show_answers(context, {group})
