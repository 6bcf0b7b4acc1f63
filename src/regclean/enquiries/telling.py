"""Telling members that the contact person gave their data (GDPR, article 14): whom, until when, and the letters.

Invariant: a person is told once of what is held of a line, however often the list is sent again; nobody under non-disclosure
is written to, and no letter is about a shared bin that one of them may be behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import RowMapping

from regclean import rules
from regclean.bin_reports import Material, bin_group_in_words, one_line, postal_line
from regclean.config import Config, Workspace
from regclean.domain.enquiries import Asked, AskedLine
from regclean.domain.languages import LANGUAGES
from regclean.enquiries import notices
from regclean.enquiries.codes import codes_of, person_digest
from regclean.enquiries.letters import as_csv, count_respelt, print_papers, put_outside
from regclean.enquiries.letters import row as print_row
from regclean.enquiries.notices import Notice, notice_of
from regclean.enquiries.paper import Paper
from regclean.enquiries.plan import PACKAGE, barred_groups
from regclean.enquiries.questions import lists_as_sent
from regclean.errors import UsageError
from regclean.findings import ever_hidden, hidden_customers
from regclean.ledger import Ledger
from regclean.resources import write_whole
from regclean.warehouse import load_sql

RULE = "K25"  # what it finds is what is due here


@dataclass(frozen=True, slots=True)
class Untold:
    """A member who is to be told. `to`: name and address lines; `email`: their own in the register, where mail is sent;
    `why_not`: what keeps them from being told.
    """

    bin_group_no: str
    member_no: str
    line: AskedLine
    bin_group: Material
    to: tuple[str, ...]
    language: str
    due_on: date
    why_not: str | None
    email: str | None
    said: str  # what was said of them
    person_digest: str  # of that


@dataclass(slots=True)
class NoticeReport:
    """What was written, or sent. `left`: why -> how many members were not written to."""

    letters: int = 0
    emails: int = 0
    late: int = 0
    pages: int = 0
    respelt: int = 0
    left: Counter[str] = field(default_factory=Counter)


def untold(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    as_of: date,
) -> tuple[list[Untold], int]:
    """The lines of the night in force (`connection`, read-only) whose members the register does not know to be told, and how
    many of them are left out by non-disclosure.
    """
    config = workspace.config
    barred = {number for number, why in barred_groups(ledger, connection, as_of).items() if why == "protected"}
    rules.run_some(connection, (RULE,), config=_without_wait(config), as_of=as_of)
    with hidden_customers(connection, ever_hidden(ledger)):
        frame = connection.sql(load_sql("untold", PACKAGE)).pl()
    rows = [row for row in frame.to_dicts() if row["bin_group_no"] not in barred and not row["hidden"]]
    sent = lists_as_sent(ledger, connection, {row["bin_group_no"] for row in rows}, as_of)
    lines = {(number, line.no): line for number, found in sent.items() for line in found}
    month = timedelta(days=int(config.section("shared_bins")["inform_days"]))
    found = [_untold(row, lines, workspace, as_of, month) for row in rows]
    return found, len(frame) - len(rows)


def _without_wait(config: Config) -> Config:
    sections = dict(config.sections)
    sections["shared_bins"] = {**sections["shared_bins"], "inform_days": 0}
    return Config(sections, config.sources)


def _untold(
    row: Mapping[str, Any],
    lines: Mapping[tuple[str, str], AskedLine],
    workspace: Workspace,
    as_of: date,
    month: timedelta,
) -> Untold:
    number, member = row["bin_group_no"], row["member_no"]
    line = lines.get((number, member), AskedLine(member))
    to = (one_line(row["name"]), *_address(row))
    bin_place = postal_line({name: row[f"bin_{name}"] for name in ("street_address", "postal_code", "city")})
    why = "dead" if row["dead"] else "told_by_self" if row["told_by_self"] else None
    email = row["email"] if workspace.config.section("enquiries")["smtp"] else None
    if why is None and not email and (not to[0] or len(to) < 3):
        why = "no_address"
    said = "\0".join((number, " ".join(sorted(line.name.casefold().split())), line.address.casefold()))
    return Untold(
        bin_group_no=number,
        member_no=member,
        line=line,
        bin_group=Material(bin_group_no=number, place=bin_place, waste_type=row["waste_type"]),
        to=to,
        language=row["language"] if row["language"] in LANGUAGES else workspace.config.languages[0],
        due_on=row["from_on"] + month if row["from_on"] else as_of,
        why_not=why,
        email=email,
        said=said,
        person_digest=person_digest(workspace, said),
    )


def _address(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Two lines: of the line itself, else (where it has the bin's address or none) of the customer whom it is about."""
    for prefix in ("own_",) if row["proxy_address"] else ("", "own_"):
        street = one_line(row[f"{prefix}street_address"])
        town = " ".join(one_line(row[f"{prefix}{name}"]) for name in ("postal_code", "city")).strip()
        if street and town:
            return street, town
    return ()


def stand(found: Collection[Untold], rows: Collection[RowMapping], config: Config) -> list[Notice]:
    """Every member who is due or was written to, those due first by their day."""
    there = {(row["bin_group_no"], row["person_digest"]) for row in rows}
    due = [
        Notice(
            None,
            one.bin_group_no,
            one.member_no,
            one.language,
            "due",
            one.why_not,
            one.due_on,
            None,
            None,
            None,
            _way(one),
        )
        for one in found
        if (one.bin_group_no, one.person_digest) not in there
    ]
    said = [notice_of(row, config) for row in rows]
    return sorted(due, key=lambda one: (one.due_on, one.bin_group_no, one.member_no)) + said


def _way(one: Untold, there: RowMapping | None = None) -> str:
    """By mail where it can be; on paper again where it was on paper before, or mail came back."""
    return "email" if one.email and (there is None or there["channel"] == "email") else "letter"


def emails_of(found: Iterable[Untold]) -> dict[tuple[str, str], str]:
    """Where mail to members goes, by shared bin and digest of the person."""
    return {(one.bin_group_no, one.person_digest): one.email for one in found if one.email and not one.why_not}


def question_of(one: Untold, number: str, config: Config, *, today: date, answer_by: date) -> Asked:
    """What a member is told and may object to."""
    return Asked(
        number=number,
        mode="member",
        language=one.language,
        sender=str(config.section("workspace")["name"]),
        bin_group_no=one.bin_group_no,
        bin_group=bin_group_in_words(one.bin_group, one.language),
        asked_on=today.isoformat(),
        answer_by=answer_by.isoformat(),
        lines=(one.line,),
        split=bool(one.line.share),
        reply_to=str(config.section("enquiries")["reply_to"]),
    )


def _facts(one: Untold) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("bin_group_no", "member_no", "person_digest", "due_on", "language")}


def write_notices(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    workspace: Workspace,
    folder: Path,
    *,
    as_of: date,
    user: str,
    now: datetime,
    limit: int | None = None,
) -> NoticeReport:
    """Write the letters to members who are due, those due first on top: notices.pdf and notices.csv for the print house; who is
    told by mail is in neither. What was written before and not sent is written again. `limit`: at most so many now.
    Errors: UsageError.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError("this is not a folder.", file=folder)
    config, today = workspace.config, now.astimezone(workspace.config.timezone).date()
    found, protected = untold(ledger, connection, workspace, as_of)
    rows = {(row["bin_group_no"], row["person_digest"]): row for row in notices.known(ledger)}
    report = NoticeReport()
    report.left.update({"protected": protected} if protected else {})
    chosen: dict[tuple[str, str], Untold] = {}
    for one in sorted(found, key=lambda one: one.due_on):
        mark = (one.bin_group_no, one.person_digest)
        there = rows.get(mark)
        why = "told_already" if mark in chosen or (there and there["state"] != "due") else one.why_not
        if why is None and limit is not None and len(chosen) >= limit:
            why = "later"
        if why:
            report.left[why] += 1
        else:
            chosen[mark] = one
    if not chosen:
        return report
    answer_by = today + timedelta(days=int(config.section("enquiries")["answer_days"]))
    with ledger.write() as writing:
        numbers = {
            mark: rows[mark]["notice_id"] if mark in rows else notices.begin(writing, **_facts(one), user=user, now=now)
            for mark, one in chosen.items()
        }
    papers: dict[str, list[tuple[int, Paper]]] = {"letter": [], "email": []}
    for mark, one in chosen.items():
        codes = codes_of(workspace, numbers[mark], 1, what="notice")
        question = question_of(one, codes.number, config, today=today, answer_by=answer_by)
        paper = Paper(question, codes, one.to, str(config.section("enquiries")["page"]))
        papers[_way(one, rows.get(mark))].append((numbers[mark], paper))
    if papers["letter"]:
        _print(workspace, folder, papers["letter"], today, report)
    put_outside(workspace, [paper for some in papers.values() for _, paper in some])
    with ledger.write() as writing:
        for channel, some in papers.items():
            for number, paper in some:
                notices.write_down(writing, number, paper.question, channel, user=user, now=now)
    report.letters, report.emails = len(papers["letter"]), len(papers["email"])
    report.late = sum(one.due_on < today for one in chosen.values())
    return report


def _print(
    workspace: Workspace, folder: Path, papers: Sequence[tuple[int, Paper]], today: date, report: NoticeReport
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pdf, places = print_papers(workspace, [paper for _, paper in papers], today)
    write_whole(folder / "notices.pdf", pdf)
    lines = [print_row("notice", *one, place) for one, place in zip(papers, places, strict=True)]
    write_whole(folder / "notices.csv", as_csv(lines))
    report.pages = sum(pages for _, pages in places)
    report.respelt = count_respelt(workspace, (paper for _, paper in papers))
