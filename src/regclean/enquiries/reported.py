"""Reported data: what answers say of shared bins, cell by cell, as the rules read it.

Invariant: it speaks of shared bins and of lines of their lists, never of a customer: so no answer changes what a customer told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from sqlalchemy import RowMapping, select

from regclean.domain.register import NEW
from regclean.enquiries import book
from regclean.enquiries.book import Enquiry
from regclean.ledger import Ledger
from regclean.ledger.enquiry_tables import notices

# The rules that read it.
RULES = ("K30", "K31", "K32", "K33")
SCHEMA = {
    "bin_group_no": pl.String,
    "line": pl.String,
    "column_name": pl.String,
    "value": pl.String,
    "reported_on": pl.Date,
    "told_by": pl.String,
}
Cell = tuple[str, str, str, str | None, Any, str]


def reported(ledger: Ledger) -> pl.DataFrame:
    """What was answered and is not settled: the latest answer of each enquiry; and of members, that they were told.

    The columns are those of the warehouse table `reported`.
    """
    with ledger.read() as reading:
        answered = {one.enquiry_id: one for one in book.find(reading, states=("answered",))}
        latest = {row["enquiry_id"]: row for row in book.find_answers(reading, answered) if not row["withdrawn"]}
        told = list(reading.execute(select(notices).where(notices.c.state.in_(("sent", "objected")))).mappings())
    cells: dict[tuple[str, str, str], Cell] = {}
    for row in told:
        for cell in _of_notice(row):
            cells[cell[:3]] = cell
    for enquiry_id, row in latest.items():
        for cell in _of_answer(answered[enquiry_id], row):
            cells[cell[:3]] = cell
    return pl.DataFrame(list(cells.values()), schema=SCHEMA, orient="row")


def confirms(one: Enquiry, told: Mapping[str, Any]) -> bool:
    """Does an answer speak of the whole list?"""
    if told["ends_on"]:
        return False
    lines = one.question.lines if one.question else ()
    return all(line.no in told["lines"] for line in lines) and bool(lines or told["new"])


def _of_answer(one: Enquiry, row: RowMapping) -> Iterator[Cell]:
    told, number, day, way = row["told"], one.bin_group_no, row["answered_on"], row["way"]

    def cell(line: str, column: str, value: str | None) -> Cell:
        return number, line, column, value, day, way

    if confirms(one, told):
        yield cell("", "confirmed_on", day.isoformat())
    if told["ends_on"]:
        yield cell("", "end_on", told["ends_on"])
    for column, value in told["moves"].items():
        yield cell("", column, value)
    for name, value in told["contact"].items():
        yield cell("", f"contact_{name}", value)
    if told["contact"]:
        yield cell("", "contact_customer_no", None)  # whose number the new one has, linking finds
    for line, said in told["lines"].items():
        if said["says"] == "left":
            yield cell(line, "end_on", said["left_on"])
        for column, value in said.items():
            if column not in ("says", "left_on"):
                yield cell(line, column, value)
    for at, new in enumerate(told["new"], 1):
        for column, value in new.items():
            yield cell(f"{NEW}{row['answer_id']}-{at:02}", column, value)
        yield cell(f"{NEW}{row['answer_id']}-{at:02}", "start_on", day.isoformat())
    if told["note"] or any(told["words"]):
        yield cell("", "words", f"{one.enquiry_id}")


def _of_notice(row: RowMapping) -> Iterator[Cell]:
    """What a notice says of its line: that its member was told, and what they answered."""
    number, line, told = row["bin_group_no"], row["member_no"], row["told"] or {}
    day = row["sent_at"].date()
    yield number, line, "informed_on", day.isoformat(), day, "company"
    on = (row["objected_at"] or row["sent_at"]).date()
    if row["state"] == "objected":
        left = [said["left_on"] for said in told.get("lines", {}).values() if said["says"] == "left"]
        yield number, line, "end_on", left[0] if left else on.isoformat(), on, "member"
    for said in told.get("lines", {}).values():
        for column, value in said.items():
            if column not in ("says", "left_on"):
                yield number, line, column, value, on, "member"
    if told.get("note"):
        yield number, "", "words", f"notice {row['notice_id']}", on, "member"
