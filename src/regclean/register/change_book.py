"""A batch as a workbook that a clerk reads: each row as it will be, what changes coloured, the old value beside it.

Nothing reads it back: what a register imports are the files. A national id stands in it where it changes, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from regclean.domain.register import TABLES
from regclean.errors import UsageError
from regclean.register.files import OwnTable, own_words, used_columns
from regclean.workbook import BOOK, DAY, MOST_ROWS, WIDEST

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

BEFORE = {"fi": "ennen", "sv": "före", "en": "before"}
NOTHING = {"fi": "Ei muuttuvia rivejä", "sv": "Inga rader ändras", "en": "No row changes"}
LOOKS: Mapping[str, dict[str, Any]] = {
    "": {},
    "changed": {"bg_color": "#FDF1D3", "bold": True},
    "old": {"font_color": "#57625F"},
}
LONGEST_NAME = 31  # of a sheet


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of a sheet. `was`: it shows what another one held before."""

    name: str
    title: str
    day: bool
    was: bool = False


def book(tables: Sequence[OwnTable], language: str) -> bytes:
    """The workbook, one sheet for each table. The same batch gives the same bytes. Errors: UsageError."""
    import xlsxwriter

    made = BytesIO()
    with xlsxwriter.Workbook(made, BOOK) as workbook:
        workbook.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  # equal bytes for equal content
        if not tables:
            workbook.add_worksheet().write_string(0, 0, NOTHING[language])
        for table in tables:
            _sheet(workbook, table, BEFORE[language])
    return made.getvalue()


def _sheet(workbook: Workbook, table: OwnTable, before: str) -> None:
    if len(table.rows) > MOST_ROWS:
        raise UsageError(
            f"a sheet holds {MOST_ROWS:,} rows, and {len(table.rows):,} of {table.table} change.",
            remedy="Write the files instead: regclean batch export N -o DIR",
        )
    shown, words = _columns(table, before), own_words(table)
    sheet = workbook.add_worksheet(table.name[:LONGEST_NAME])
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [one.title for one in shown], workbook.add_format({"bold": True, "bottom": 1}))
    sheet.autofilter(0, 0, len(table.rows), len(shown) - 1)
    widths = [len(one.title) + 2 for one in shown]
    formats = {
        (day, kind): workbook.add_format({"num_format": DAY if day else "@"} | look)
        for day in (True, False)
        for kind, look in LOOKS.items()
    }
    for number, (row, was) in enumerate(zip(table.rows, table.before, strict=True), start=1):
        for place, column in enumerate(shown):
            changes = column.name in was
            value = (was if column.was else row).get(column.name)
            if (column.was or TABLES[table.table].by_name[column.name].sealed) and not changes:
                value = None
            text = words.value(column.name, value)
            kind = "old" if column.was else "changed" if changes else ""
            _cell(sheet, (number, place), text, formats[column.day, kind], day=column.day, coloured=kind == "changed")
            widths[place] = min(max(widths[place], len(text or "")), WIDEST)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width + 1)


def _columns(table: OwnTable, before: str) -> list[Shown]:
    """The register's columns; beside one that changes in some row, what it held."""
    columns, words = TABLES[table.table].by_name, own_words(table)
    changing: Mapping[str, None] = {name: None for was in table.before for name, value in was.items() if value}
    found = []
    for name in used_columns(table):
        day = columns[name].type == "date"
        if columns[name].sealed and not any(name in was for was in table.before):
            continue
        found.append(Shown(name, words.name(name), day))
        if name in changing:
            found.append(Shown(name, f"{words.name(name)} ({before})", day, was=True))
    return found


def _cell(
    sheet: Worksheet, place: tuple[int, int], text: str | None, look: Format, *, day: bool, coloured: bool
) -> None:
    """Text stays text, as 00123 and "=1+1" are; a day is a day where it is one."""
    moment = _day(text) if day and text else None
    if moment is not None:
        sheet.write_datetime(*place, moment, look)
    elif text:
        sheet.write_string(*place, text, look)
    elif coloured:  # emptied
        sheet.write_blank(*place, None, look)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
