"""The pages about shared bins with defects, made when they are asked for: `<bin_group_no>.html`, and `index.html`.

Invariant: the folder holds what was asked for last, of the night in force alone. What is no longer to be shown goes before
anything is written, and all of it when a night is published; a shared bin with somebody under non-disclosure behind it has no page, and the index says only how many there are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regclean import __version__
from regclean.bin_reports.gather import ASKED, BinGroup, Found, Gathered, Member, gather
from regclean.bin_reports.letters import Letter, asks_contact, letter, only_informs, why_no_letter
from regclean.bin_reports.questions import questions
from regclean.checks import decimal, whole
from regclean.domain.findings import SEVERITIES, Severity
from regclean.domain.languages import LANGUAGES, in_language
from regclean.resources import load_texts, report_template, write_page
from regclean.rules import said, titles

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?\Z")
_ODD = re.compile(r"[^A-Za-z0-9]+")
# The frame and its style are those of the page about the night.
PACKAGES = ("regclean.bin_reports", "regclean.checks")


@dataclass(frozen=True, slots=True)
class Advice:
    """One defect on the page: what it is, and what to ask of whom."""

    rule: str
    severity: Severity
    title: str
    summary: str
    state: str
    whom: str
    what: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """One member's part of the shares bar, in per cent of the bar's length."""

    member_no: str
    percent: float
    width: float


@dataclass(frozen=True, slots=True)
class Shares:
    """The bar that must reach 100 %. `shown`: the bill is split, or shares were given all the same."""

    parts: tuple[Share, ...]
    total: float
    mark: float
    missing: int
    split: bool

    @property
    def complete(self) -> bool:
        return abs(self.total - 100) <= 0.011


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the index."""

    group: BinGroup
    file: str
    worst: Severity
    counts: Mapping[Severity, int]
    rules: tuple[str, ...]
    asks: bool


def write_bin_reports(
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    states: pl.DataFrame,
    *,
    workspace: str,
    as_of: date,
    language: str,
    languages: Sequence[str] = LANGUAGES,
    only: Collection[str] = (),
) -> list[str]:
    """Write pages of a published night into `folder`; returns the numbers of the shared bins that have one.

    `only`: the shared bins that are asked for; by default all. `states`: finding_id and state of the findings that are still
    to be settled. `workspace` signs the letters; pages are in `language`, letters in each of `languages`, the contact
    person's first. Same night, same bytes.
    """
    gathered = gather(connection, states, only)
    entries = _entries(gathered)
    forget_bin_reports(folder)
    folder.mkdir(parents=True, exist_ok=True)
    known = [name for name in languages if name in LANGUAGES] or list(LANGUAGES)
    page, shared = report_template("bin_group.html.j2", *PACKAGES), _context(language)
    names = titles(language)
    context = {"workspace": workspace, "as_of": as_of, **shared}
    for entry in entries:
        write_page(folder / entry.file, page.render(**_page(entry.group, known, language, workspace, names), **context))
    index = report_template("bin_groups.html.j2", *PACKAGES)
    write_page(folder / "index.html", index.render(entries=entries, gathered=gathered, titles=names, **context))
    return sorted(entry.group.bin_group_no for entry in entries)


def forget_bin_reports(folder: Path) -> None:
    """Remove the pages of an earlier night, or of an earlier question."""
    for old in folder.glob("*.html"):
        old.unlink()


def file_name(bin_group_no: str) -> str:
    """The page of a shared bin: its number where that can be a file name, else what can be with a digest behind."""
    if _PLAIN.match(bin_group_no) and bin_group_no.casefold() != "index":
        return f"{bin_group_no}.html"
    readable = _ODD.sub("-", bin_group_no).strip("-")[:40]
    digest = hashlib.sha256(bin_group_no.encode()).hexdigest()[:10]
    return f"{readable}_{digest}.html" if readable else f"_{digest}.html"


def _entries(gathered: Gathered) -> list[Entry]:
    entries = []
    for group in gathered.groups:
        counts = group.counts()
        entries.append(
            Entry(
                group=group,
                file=file_name(group.bin_group_no),
                worst=next(name for name in SEVERITIES if counts[name]),
                counts=counts,
                rules=tuple(sorted({found.defect.rule for found in group.found})),
                asks=letter(group.material, "en", sender="") is not None,
            )
        )
    return sorted(entries, key=lambda entry: ([-entry.counts[name] for name in SEVERITIES], entry.group.bin_group_no))


def _page(
    group: BinGroup, languages: Sequence[str], language: str, workspace: str, names: Mapping[str, str]
) -> dict[str, Any]:
    advice = [_advice(found, language, names) for found in group.found]
    advice.sort(key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.lines))
    first = group.language if group.language in languages else languages[0]
    ordered = sorted(languages, key=lambda name: name != first)
    written = (letter(group.material, name, sender=workspace) for name in ordered)
    letters: list[Letter] = [one for one in written if one is not None]
    stopped_by = why_no_letter(group.material)
    return {
        "group": group,
        "file": file_name(group.bin_group_no),
        "of_list": [one for one in advice if not one.lines],
        "of_lines": {
            member.line.member_no: [one for one in advice if member.line.member_no in one.lines]
            for member in group.members
        },
        "counts": group.counts(),
        "linked": sum(member.link_state == "linked" for member in group.members),
        "shares": _shares(group.members, group.billing),
        "letters": letters,
        "no_letter": stopped_by and in_language(questions()[stopped_by].do, language),
    }


def _advice(found: Found, language: str, names: Mapping[str, str]) -> Advice:
    defect, question = found.defect, questions().get(found.defect.rule)
    asked = asks_contact(defect) and found.state in ASKED
    if asked:
        whom, what = "contact", ""
    elif question is None or (question.whom == "contact" and only_informs(defect)):
        whom, what = "nobody", ""
    else:
        whom = "office" if question.whom == "contact" else question.whom
        what = question.do.get(language, question.do.get("en", ""))
    return Advice(
        rule=defect.rule,
        severity=defect.severity,
        title=names.get(defect.rule, defect.rule),
        summary=found.summary,
        state=found.state,
        whom=whom,
        what=what,
        lines=defect.lines,
    )


def _shares(members: Sequence[Member], billing: str | None) -> Shares:
    given = [(member.line.member_no, member.share) for member in members if member.share is not None]
    total = round(sum(share for _, share in given), 2)
    length = max(sum(max(share, 0.0) for _, share in given), 100.0)
    return Shares(
        parts=tuple(Share(number, share, 100 * max(share, 0.0) / length) for number, share in given),
        total=total,
        mark=100 * 100 / length,
        missing=len(members) - len(given),
        split=billing == "split" or bool(given),
    )


def _context(language: str) -> dict[str, Any]:
    words = {key: in_language(text, language) for key, text in _texts().items()}

    def word(key: str) -> str:
        """The text of a key; a code that has none is shown as it is."""
        return words.get(key, key)

    formats: dict[str, Callable[..., str]] = {
        "t": word,
        "whole": lambda value: whole(value, language),
        "number": lambda value: said("", float(value), language),
        "percent": lambda value: decimal(100 * value, 1 if value < 0.9995 else 0, language),
        "day": lambda value: said("", value.isoformat() if value else None, language),
        "code": lambda name, value: said(name, value, language),
    }
    return {**formats, "language": language, "version": __version__, "severities": SEVERITIES}


def reason_in_words(code: str, language: str) -> str | None:
    """Why linkage takes a line for a customer, or does not; None for a code that it does not give (any more)."""
    return _texts().get(code, {}).get(language)


def _texts() -> Mapping[str, Mapping[str, str]]:
    return load_texts("regclean.bin_reports", "texts")
