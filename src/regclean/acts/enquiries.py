"""Asking contact persons: plan a round, write its letters, release them, take what comes back.

A round, its letters and its answers are about shared bins that nobody under non-disclosure is behind: no account sees another
by them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from regclean import enquiries, findings
from regclean.accounts.permissions import User
from regclean.acts.context import Context, act
from regclean.domain.enquiries import EnquiryState, Told
from regclean.domain.register import subject_text
from regclean.enquiries import Enquiry, LetterReport, RoundReport, SendReport, Taker, TakeReport
from regclean.errors import UsageError
from regclean.home import warehouse_of
from regclean.ledger import runs
from regclean.ledger.audit import Entry, append_all
from regclean.ledger.tables import audit

if TYPE_CHECKING:
    import duckdb

# What somebody may say of an enquiry that no letter, answer or night says.
MARKS: tuple[EnquiryState, ...] = ("returned", "given_up", "sent", "planned")

IMPORT = subject_text("rounds", "import")  # what the audit log knows of importing answers


@act("findings:decide")
def plan_enquiries(
    context: Context,
    *,
    title: str | None = None,
    limit: int | None = None,
    per_week: int | None = None,
    only: Collection[str] = (),
) -> RoundReport:
    """Plan a round. Errors: UsageError."""
    if (limit is not None and limit < 1) or (per_week is not None and per_week < 1):
        raise UsageError("a round asks one shared bin at least.")
    with night_in_force(context) as (connection, run):
        report = enquiries.plan_round(
            context.ledger,
            connection,
            context.workspace.config,
            as_of=run.as_of,
            user=context.user.name,
            now=context.now,
            title=title,
            limit=limit,
            per_week=per_week,
            only=only,
        )
    return replace(report, left_out=told_to(context.user, report.left_out))


@act("enquiries:send")
def write_enquiry_letters(
    context: Context, folder: Path, *, round_id: int | None = None, reminders: bool = False
) -> LetterReport:
    """Write the letters that are due. Errors: UsageError."""
    with night_in_force(context) as (connection, run):
        report = enquiries.write_letters(
            context.ledger,
            connection,
            context.workspace,
            folder,
            as_of=run.as_of,
            user=context.user.name,
            now=context.now,
            round_id=round_id,
            reminders=reminders,
        )
    report.left = told_to(context.user, report.left)
    return report


@act("enquiries:send")
def outbox(context: Context, *, round_id: int | None = None) -> list[Enquiry]:
    """What was written and waits to be released."""
    return enquiries.waiting(context.ledger, round_id)


@act("enquiries:send")
def release_enquiries(context: Context, *, round_id: int | None = None) -> SendReport:
    """Send what waits in the outbox. Errors: UsageError, UnavailableError."""
    with night_in_force(context) as (connection, _):
        groups = enquiries.gathered(context.ledger, connection)
    return enquiries.release(
        context.ledger,
        context.workspace,
        lambda due: enquiries.contact_emails(groups, due),
        user=context.user.name,
        now=context.now,
        round_id=round_id,
    )


@act("enquiries:send")
def import_answers(context: Context, place: Path | None = None) -> TakeReport:
    """Take the answers of the reply page, and the filled forms of a file or folder; they stand on their cases at once."""
    taker = _taker(context)
    taker.from_page()
    left = {"reply_page": len(taker.report.refused)}
    if place is not None:
        taker.from_forms(place)
        left["form"] = len(taker.report.refused) - left["reply_page"]
    with context.ledger.write() as writing:
        entries = [
            Entry(context.now, context.user.name, "answers_import", IMPORT, way, {"refused": number})
            for way, number in left.items()
        ]
        append_all(writing, entries)
    return _shown(context, taker)


@act("findings:read")
def files_left(context: Context) -> dict[str, int]:
    """How many files the last import could not take, by the way that they came; they lie where they were."""
    last = select(audit.c.detail).where(audit.c.subject == IMPORT).order_by(audit.c.seq.desc()).limit(1)
    with context.ledger.read() as reading:
        found = {way: reading.execute(last.where(audit.c.field == way)).scalar() for way in ("reply_page", "form")}
    return {way: detail["refused"] for way, detail in found.items() if detail and detail["refused"]}


@act("enquiries:send")
def type_answer(context: Context, enquiry_id: int, told: Told) -> TakeReport:
    """Take an answer that came by telephone or on paper. Errors: NotFoundError, ConflictError."""
    with context.ledger.read() as reading:
        one = enquiries.get(reading, enquiry_id)
    taker = _taker(context)
    taker.typed(one, told)
    return _shown(context, taker)


@act("enquiries:send")
def mark_enquiry(context: Context, enquiry_id: int, state: str) -> None:
    """Say that a letter came back, that an enquiry is given up, or that neither is so. Errors: NotFoundError, UsageError, ConflictError."""
    chosen = next((one for one in MARKS if one == state), None)
    if chosen is None:
        raise UsageError(f"'{state}' is not said by hand.", remedy=f"Known: {', '.join(MARKS)}.")
    with context.ledger.write() as writing:
        one = enquiries.get(writing, enquiry_id)
        if chosen not in marks_of(one):
            raise UsageError(f"enquiry {enquiry_id} is {one.state}: it cannot be marked as {chosen}.")
        enquiries.step(writing, one, chosen, user=context.user.name, now=context.now)


def told_to(user: User, left_out: Mapping[str, int]) -> Counter[str]:
    """Why nobody is asked, as this account may know it: nothing tells of somebody under non-disclosure, not even a count."""
    known = user.may("restricted:open")
    return Counter({why: number for why, number in left_out.items() if why != "protected" or known})


def marks_of(one: Enquiry) -> tuple[EnquiryState, ...]:
    """What may be said of an enquiry by hand, as it stands."""
    barred: set[EnquiryState] = {"planned" if one.sent_at else "sent"}
    if one.state in ("planned", "answered"):
        barred.add("sent")
    return tuple(mark for mark in MARKS if one.state in enquiries.STEPS[mark] and mark not in barred)


@act("findings:read")
def list_enquiries(context: Context, *, round_id: int | None = None, group: str | None = None) -> list[Enquiry]:
    """The enquiries of a round, or about a shared bin."""
    with context.ledger.read() as reading:
        return enquiries.find(reading, round_id=round_id, group=group)


def _taker(context: Context) -> Taker:
    return Taker(context.ledger, context.workspace, user=context.user.name, now=context.now)


def _shown(context: Context, taker: Taker) -> TakeReport:
    show_answers(context, taker.report.groups)
    return taker.report


def show_answers(context: Context, groups: Collection[str]) -> None:
    """Put what was answered on the cases of these shared bins, as the next night would."""
    if groups:
        with night_in_force(context) as (connection, run):
            findings.find_between(
                context.ledger,
                connection,
                run,
                context.now,
                config=context.workspace.config,
                found_by=enquiries.RULES,
                about=groups,
                tables={"reported": enquiries.reported(context.ledger)},
            )


@contextmanager
def night_in_force(context: Context) -> Iterator[tuple[duckdb.DuckDBPyConnection, runs.Run]]:
    """The night in force, read-only. Errors: UsageError before the first one."""
    last = runs.last_published(context.ledger)
    if last is None:
        raise UsageError("no night has been published yet.", remedy="Run: regclean run")
    with warehouse_of(context.workspace).read(last.run_id) as connection:
        yield connection, last
