"""Writing a week's letters: the sheets for the print house, the forms, the sealed questions, and what waits in the outbox.

Invariant: a letter is written only to whom it may go to on the night in force, whatever was so when the round was planned.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
from sqlalchemy import Connection

from regclean.bin_reports import BinGroup
from regclean.config import Workspace
from regclean.enquiries import book
from regclean.enquiries.book import Enquiry
from regclean.enquiries.codes import codes_of, exchange, public_key
from regclean.enquiries.forms import write_form
from regclean.enquiries.paper import Paper, link_to, print_letters, respelt
from regclean.enquiries.plan import barred_groups, gathered
from regclean.enquiries.questions import lists_as_sent, question_of
from regclean.errors import UsageError
from regclean.ledger import Ledger
from regclean.reply_page import Codes, seal_question
from regclean.resources import write_whole
from regclean.sheets import font_of

OPEN_AFTER = timedelta(days=90)  # a late answer is an answer: the page takes it for so long after the day


@dataclass(slots=True)
class LetterReport:
    """What was written. `left`: why -> how many were not; `respelt`: letters whose names lost signs for want of a font."""

    letters: int = 0
    emails: int = 0
    reminders: int = 0
    left: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    respelt: int = 0


@dataclass(frozen=True, slots=True)
class _Made:
    one: Enquiry
    paper: Paper
    answer_by: date
    email: str


def write_letters(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    folder: Path,
    *,
    as_of: date,
    user: str,
    now: datetime,
    round_id: int | None = None,
    reminders: bool = False,
) -> LetterReport:
    """Write what is due now into a folder: letters of planned enquiries, or reminders. What was written before and not
    sent is written again. Errors: UsageError.
    """
    today = now.astimezone(workspace.config.timezone).date()
    report = LetterReport()
    with ledger.read() as reading:
        due = _due(reading, workspace, round_id, today, reminders=reminders)
    if folder.exists() and not folder.is_dir():
        raise UsageError("this is not a folder.", file=folder)
    made = list(_made(ledger, connection, workspace, due, report, as_of=as_of, today=today))
    if not made:
        return report
    folder.mkdir(parents=True, exist_ok=True)
    _write(workspace, folder, made, today, report)
    put_outside(workspace, [one.paper for one in made])
    with ledger.write() as writing:
        for one in made:
            book.write_down(writing, one.one, one.paper.question, one.answer_by, user=user, now=now)
    report.reminders = sum(one.paper.reminder for one in made)
    report.emails = sum(one.one.channel == "email" for one in made)
    report.letters = len(made) - report.emails
    return report


def put_outside(workspace: Workspace, papers: Iterable[Paper]) -> None:
    """Seal the questions of these letters for the reply page, which takes an answer until some time after its day."""
    outside, key = exchange(workspace), public_key(workspace)
    for paper in papers:
        expires = (date.fromisoformat(paper.question.answer_by) + OPEN_AFTER).isoformat()
        sealed = seal_question(paper.codes, paper.question.as_data(), key, expires)
        outside.put_question(paper.codes.number, sealed)


def _due(
    reading: Connection, workspace: Workspace, round_id: int | None, today: date, *, reminders: bool
) -> list[Enquiry]:
    if reminders:
        late = timedelta(days=int(workspace.config.section("enquiries")["reminder_days"]))
        waiting = book.find(reading, round_id=round_id, states=("sent",))
        return [
            one
            for one in waiting
            if one.waits_to_be_sent or (one.answer_by is not None and one.answer_by + late <= today)
        ]
    planned_at = {row["round_id"]: row["planned_at"] for row in book.find_rounds(reading)}
    zone = workspace.config.timezone
    return [
        one
        for one in book.find(reading, round_id=round_id, states=("planned",))
        if planned_at[one.round_id].astimezone(zone).date() + timedelta(weeks=one.week - 1) <= today
    ]


def _made(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    due: Sequence[Enquiry],
    report: LetterReport,
    *,
    as_of: date,
    today: date,
) -> Iterable[_Made]:
    if not due:
        return
    config = workspace.config
    settings = config.section("enquiries")
    groups, barred = gathered(ledger, connection), barred_groups(ledger, connection, as_of)
    lists = lists_as_sent(ledger, connection, {one.bin_group_no for one in due}, as_of)
    answer_by = today + timedelta(days=int(settings["answer_days"]))
    for one in due:
        group = groups.get(one.bin_group_no)
        why = barred.get(one.bin_group_no) or ("nothing_to_ask" if group is None else None)
        if why or group is None:
            report.left[why or ""] += 1
            continue
        codes = codes_of(workspace, one.enquiry_id, one.issue)
        question = question_of(one, group, lists[one.bin_group_no], codes, config, today=today, answer_by=answer_by)
        to = (group.contact_name or "", *group.contact_address)
        paper = Paper(question, codes, to, str(settings["page"]), reminder=one.sent_at is not None)
        yield _Made(one, paper, answer_by, group.contact_email or "")


def _write(workspace: Workspace, folder: Path, made: Sequence[_Made], today: date, report: LetterReport) -> None:
    printed = [one for one in made if one.one.channel == "letter"]
    for one in made:
        write_whole(folder / f"form-{one.one.enquiry_id}.xlsx", write_form(one.paper.question, one.paper.codes))
    if printed:
        pdf, places = print_papers(workspace, [one.paper for one in printed], today)
        write_whole(folder / "letters.pdf", pdf)
        rows = [
            row("enquiry", one.one.enquiry_id, one.paper, place) for one, place in zip(printed, places, strict=True)
        ]
        write_whole(folder / "letters.csv", as_csv(rows))
        report.pages = sum(pages for _, pages in places)
        report.respelt = count_respelt(workspace, [one.paper for one in printed])


def print_papers(workspace: Workspace, papers: Sequence[Paper], today: date) -> tuple[bytes, list[tuple[int, int]]]:
    """The PDF of some letters, as the workspace prints them. Errors: UsageError when the font is not there."""
    settings = workspace.config.section("enquiries")
    left, top = (float(at) for at in (*settings["address_at_mm"], 20, 48)[:2])
    office = [str(line) for line in settings["office"]]
    return print_letters(papers, office=office, address_at=(left, top), font=font_of(workspace), made_on=today)


def count_respelt(workspace: Workspace, papers: Iterable[Paper]) -> int:
    """How many letters print a name in other signs than it is written in: none with a font of one's own."""
    return 0 if workspace.config.section("enquiries")["font"] else sum(map(respelt, papers))


def row(what: str, number: int, paper: Paper, place: tuple[int, int]) -> Mapping[str, str]:
    """The line of one letter, as the print house gets it."""
    names = ("name", "line_1", "line_2", "line_3")
    address = dict(zip(names, (*paper.to, "", "", ""), strict=False))
    return {what: str(number), "first_page": str(place[0]), "pages": str(place[1]), **address}


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """A table for the print house, that no spreadsheet takes for formulas."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _tame(value) for name, value in row.items()} for row in rows)
    return "\ufeff" + written.getvalue()


def _tame(value: str) -> str:
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t") else value


def mail_link(workspace: Workspace, codes: Codes) -> str:
    """What a mail leads to. Errors: UsageError without a reply page."""
    page = str(workspace.config.section("enquiries")["page"])
    if not page:
        raise UsageError("a mail holds a link, and there is no reply page.", remedy="Set [enquiries] page.")
    return link_to(page, codes)


def contact_emails(groups: Mapping[str, BinGroup], due: Iterable[Enquiry]) -> dict[int, str]:
    """Where the mail of each enquiry goes."""
    return {
        one.enquiry_id: email
        for one in due
        if (group := groups.get(one.bin_group_no)) and (email := group.contact_email)
    }
