"""Small tables that a person has filled in: decisions, labels, truths. They are read whole, in any encoding with comma, semicolon or
tab, or from the first sheet of a workbook.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import fastexcel

from regclean.errors import InputError
from regclean.landing.delimited import SEPARATOR_LINE
from regclean.landing.encoding import examine
from regclean.outside import unavailable

DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """`names`: the header, in lower case. `lines`: line in the file (1-based, header included) and its cells, stripped;
    None in their place where the line cannot be read. Empty lines are left out.
    """

    path: Path
    names: tuple[str, ...]
    lines: Iterator[tuple[int, list[str] | None]]

    @property
    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """As `lines`, each cell under the name of its column; nothing where the line cannot be read."""
        return ((number, dict(zip(self.names, cells or (), strict=False))) for number, cells in self.lines)

    def require(self, columns: Iterable[str], remedy: str) -> None:
        """Errors: InputError when one of the columns is not there."""
        missing = next((name for name in columns if name not in self.names), None)
        if missing:
            raise InputError("the column is missing.", file=self.path, row=1, column=missing, remedy=remedy)


def read_sheet(path: Path) -> FilledSheet:
    """Errors: InputError when the file is not there, cannot be read, is empty, or names a column twice."""
    if not path.is_file():
        raise InputError("there is no such file.", file=path, remedy="Give a csv file.")
    try:
        text = _workbook(path) if path.suffix.lower() == ".xlsx" else _text(path)
    except (OSError, fastexcel.FastExcelError) as error:
        remedy = "It must be a csv file, or a workbook (xlsx)."
        raise unavailable(error, path) or InputError("the file cannot be read.", file=path, remedy=remedy) from error
    skipped = 0
    first, _, rest = text.partition("\n")
    if SEPARATOR_LINE.fullmatch(first):  # it is for spreadsheets alone
        text, skipped = rest, 1
    if not text.strip():
        raise InputError("the file is empty.", file=path, remedy="Its first line names the columns.")
    if "\n" not in text:  # as old Macs end their lines
        text = text.replace("\r", "\n")
    header, _, _ = text.partition("\n")
    try:
        delimiter = max(DELIMITERS, key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        names = tuple(name.strip().lower() for name in next(reader, []))
    except csv.Error as error:
        remedy = "Its first line names the columns, with commas between them."
        raise InputError("the first line cannot be read.", file=path, row=1, remedy=remedy) from error
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise InputError("the column stands twice.", file=path, row=1, column=twice, remedy="Keep one of them.")
    return FilledSheet(path, names, _lines(reader, skipped))


def _text(path: Path) -> str:
    with examine(path).lines() as lines:
        return "".join(lines).removeprefix("\ufeff")


def _workbook(path: Path) -> str:
    """The first sheet of a workbook, as csv."""
    sheet = fastexcel.read_excel(path).load_sheet(0, dtypes="string")
    return sheet.to_polars().write_csv()


class _Reader(Protocol):
    """A reader of the csv module, whose type has no public name."""

    @property
    def line_num(self) -> int: ...

    def __next__(self) -> list[str]: ...


def _lines(reader: _Reader, skipped: int) -> Iterator[tuple[int, list[str] | None]]:
    while True:
        number = reader.line_num + skipped + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield number, None
            continue
        if any(cells):
            yield number, cells
