"""What one enquiry asks: the list as it was sent, and at most three questions in the reader's language.

Invariant: a line is told by the text of its landed row, less every cell that a batch wrote from anything but an answer: what
the company knows of a neighbour is in no letter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

import duckdb
from sqlalchemy import select

from regclean.bin_reports import BinGroup, asks, bin_group_in_words, one_line, postal_line
from regclean.config import Config
from regclean.domain.enquiries import MOST_QUESTIONS, Asked, AskedLine
from regclean.domain.register import line_key
from regclean.enquiries.book import Enquiry
from regclean.ledger import Ledger
from regclean.ledger.tables import batch_changes, findings
from regclean.reply_page import Codes
from regclean.warehouse import load_sql, rows

# What these rules change of a list, its contact person said.
ANSWERED = ("K30", "K31", "K32")
_NAMES = ("name", "street_address", "postal_code", "city", "share_percent")


def question_of(
    one: Enquiry,
    group: BinGroup,
    lines: Iterable[AskedLine],
    codes: Codes,
    config: Config,
    *,
    today: date,
    answer_by: date,
) -> Asked:
    """The question of one enquiry. An empty form names no line and asks nothing about lines."""
    shown = tuple(lines) if one.mode == "list" else ()
    asked = asks(group.material, one.language, MOST_QUESTIONS) if one.mode == "list" else ()
    return Asked(
        number=codes.number,
        mode="list" if one.mode == "list" else "empty",
        language=one.language,
        sender=str(config.section("workspace")["name"]),
        bin_group_no=group.bin_group_no,
        bin_group=bin_group_in_words(group.material, one.language),
        asked_on=today.isoformat(),
        answer_by=answer_by.isoformat(),
        lines=shown,
        asks=asked,
        split=group.billing == "split" or any(line.share for line in shown),
        reply_to=str(config.section("enquiries")["reply_to"]),
    )


def lists_as_sent(
    ledger: Ledger, connection: duckdb.DuckDBPyConnection, numbers: Collection[str], as_of: date
) -> dict[str, list[AskedLine]]:
    """The lines of these shared bins, as their contact persons sent them."""
    written = _written_by_batches(ledger)
    found: dict[str, list[AskedLine]] = {number: [] for number in numbers}
    parameters = {"numbers": sorted(numbers), "as_of": as_of}
    for number, line, *cells in rows(connection, load_sql("list_as_sent", "regclean.enquiries"), parameters):
        hidden = written.get(line_key(number, line), frozenset())
        row = {
            name: None if name in hidden or ("" in hidden) else value for name, value in zip(_NAMES, cells, strict=True)
        }
        found[number].append(_line(line, row))
    return found


def _line(number: str, row: Mapping[str, str | None]) -> AskedLine:
    share = one_line(row["share_percent"]).removesuffix("%").strip()
    return AskedLine(number, one_line(row["name"]), one_line(postal_line(row)), share)


def _written_by_batches(ledger: Ledger) -> dict[str, frozenset[str]]:
    """Line -> its columns that a batch wrote from something else than an answer; "" where it made the whole line."""
    query = (
        select(batch_changes.c.key, batch_changes.c.column)
        .join(findings, findings.c.finding_id == batch_changes.c.finding_id)
        .where(
            batch_changes.c.table == "bin_group_members",
            batch_changes.c.state == "done",
            batch_changes.c.op.in_(("update", "insert")),
            findings.c.rule.not_in(ANSWERED),
        )
    )
    written: dict[str, set[str]] = {}
    with ledger.read() as reading:
        for row in reading.execute(query):
            written.setdefault(row.key, set()).add(row.column or "")
    return {key: frozenset(columns) for key, columns in written.items()}
