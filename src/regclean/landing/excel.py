"""Reading workbooks (xlsx, xlsm, xlsb, xls, ods): every sheet that has the wanted header, but hidden ones."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import fastexcel
import polars as pl

from regclean.errors import InputError
from regclean.landing.columns import ColumnPlan, Row, Wanted, find_header, resolve
from regclean.landing.counting import count_sheet_rows
from regclean.landing.delimited import as_line
from regclean.landing.report import ROW, Batch, Rejected
from regclean.landing.textual import whole_days
from regclean.landing.xlsx import FilledRow, SheetPart, Xlsx, unreadable

HEAD_ROWS = 100
BATCH_ROWS = 10_000
# The stream of a password-protected workbook, in the directory of its file.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Book(Protocol):
    """An open workbook."""

    @property
    def sheets(self) -> tuple[SheetPart, ...]: ...

    def rows(self, sheet: SheetPart) -> Iterator[FilledRow]: ...

    def count(self, sheet: SheetPart, below: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with the wanted header, which is in the row `header`."""

    book: Book
    part: SheetPart
    header: int
    plan: ColumnPlan

    def count(self) -> int:
        """The rows below the header that have any content, counted by another reader."""
        return self.book.count(self.part, self.header)

    def batches(self) -> Iterator[Batch]:
        """The rows below the header that have any content."""
        rows = (row for row in self.book.rows(self.part) if row.number > self.header)
        while some := list(islice(rows, BATCH_ROWS)):
            yield self._batch(some)

    def _batch(self, rows: list[FilledRow]) -> Batch:
        width = len(self.plan.header)
        rejected = []
        good = []
        for row in rows:
            if (last := max(row.cells)) < width:
                good.append(row)
            else:
                cells = [row.cells.get(at) for at in self.plan.used] + [row.cells[last]]
                why = f"a value in column {last + 1}, which has no heading"
                rejected.append(Rejected(row.number, why, as_line(cells, ";")))
        columns = {str(at): [row.cells.get(at) for row in good] for at in self.plan.used}
        data = {ROW: [row.number for row in good]} | columns
        frame = pl.DataFrame(data, schema={ROW: pl.Int64} | dict.fromkeys(columns, pl.String))
        return Batch(frame, tuple(rejected))


def read_workbook(path: Path, looked_for: Wanted, file: str) -> tuple[list[Sheet], tuple[str, ...]]:
    """The sheets that have the wanted columns, and a note for each that was left out.

    A hidden sheet is read only where the mapping names it. Errors: InputError when the workbook cannot be opened, when it
    lacks a sheet that the mapping names, and when no sheet has the wanted columns.
    """
    book = _open(path, file)
    chosen: list[Sheet] = []
    notes: list[str] = []
    heads = []
    for part in _asked_for(book, looked_for, notes, file):
        if part.part is None:
            notes.append(f"sheet '{part.name}' was left out: it cannot be read (a chart?)")
            continue
        head = list(islice(book.rows(part), HEAD_ROWS))
        if not head:
            continue
        rows = [_dense(row) for row in head]
        heads.append((part, head, rows))
        at = find_header(rows, looked_for)
        if looked_for.has_keys(rows[at]):
            plan = resolve(rows, at, looked_for, f"{file}#{part.name}")
            chosen.append(Sheet(book, part, head[at].number, plan))
        else:
            notes.append(f"sheet '{part.name}' was left out: it has no column for {', '.join(looked_for.table.keys)}")
    if not heads:
        raise InputError(
            "; ".join(["the workbook is empty", *notes]) + ".", file=file, remedy="Save it again with the table in it."
        )
    if not chosen:
        part, _, rows = max(heads, key=lambda head: _best_score(head[2], looked_for))
        # No sheet has the keys: resolving the likeliest one says what is missing.
        resolve(rows, find_header(rows, looked_for), looked_for, f"{file}#{part.name}")
        raise InputError("no sheet has the wanted columns.", file=file)
    return chosen, tuple(notes)


def _asked_for(book: Book, looked_for: Wanted, notes: list[str], file: str) -> list[SheetPart]:
    """The sheets to look at, those that are not said in `notes`."""
    named = looked_for.mapping.sheets
    missing = [name for name in named if name not in {part.name for part in book.sheets}]
    if missing:
        raise InputError(
            f"the workbook has no sheet '{missing[0]}', which the mapping names.",
            file=file,
            remedy="Its sheets: " + ", ".join(part.name for part in book.sheets) + ".",
        )
    asked = []
    for part in book.sheets:
        if named and part.name not in named:
            notes.append(f"sheet '{part.name}' was not read: the mapping does not name it")
        elif part.hidden and not named:
            notes.append(f"sheet '{part.name}' is hidden and was not read (to read it: [sheets] names in the mapping)")
        else:
            asked.append(part)
    return asked


def _dense(row: FilledRow) -> Row:
    return tuple(row.cells.get(at) for at in range(max(row.cells) + 1))


def _best_score(rows: list[Row], looked_for: Wanted) -> tuple[int, int]:
    return looked_for.score(rows[find_header(rows, looked_for)])


def _open(path: Path, file: str) -> Book:
    if zipfile.is_zipfile(path):
        try:
            with zipfile.ZipFile(path) as archive:
                names = {name.replace("\\", "/").lower() for name in archive.namelist()}
        except (zipfile.BadZipFile, ValueError) as error:
            raise _unreadable(error, file) from None
        if "_rels/.rels" in names and not any(name.endswith("workbook.bin") for name in names):
            return _Streamed(path, file)
    elif _is_encrypted(path):
        raise _protected(file)
    return _Dense(path, file)


def _is_encrypted(path: Path) -> bool:
    before = b""
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            if _ENCRYPTED in before + block:
                return True
            before = block[-len(_ENCRYPTED) :]
    return False


class _Streamed(Xlsx):
    """xlsx and xlsm, row by row."""

    def count(self, sheet: SheetPart, below: int) -> int:
        assert sheet.part is not None
        return count_sheet_rows(self.pieces(sheet.part), below, self.blank_strings)


class _Dense:
    """xls, xlsb and ods: each sheet is read whole."""

    def __init__(self, path: Path, file: str) -> None:
        self._path, self._file = path, file
        try:
            with _panics_unprinted():
                self._reader = fastexcel.read_excel(path)
        except BaseException as error:  # the reader's panics are no Exceptions
            raise _unreadable(error, file) from None
        self._cells: dict[str, pl.DataFrame] = {}
        self.sheets = tuple(self._sheet(name) for name in self._reader.sheet_names)

    def _sheet(self, name: str) -> SheetPart:
        try:
            with _panics_unprinted():
                # Reading without skipped rows keeps the sheet's own row numbers.
                sheet = self._reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
                self._cells[name] = pl.DataFrame(sheet.to_polars()).select(whole_days(pl.all()))
        except BaseException as error:  # the reader's panics are no Exceptions
            if not isinstance(_unreadable(error, self._file), InputError):
                raise
            return SheetPart(name, None, hidden=False)
        return SheetPart(name, name, hidden=sheet.visible != "visible")

    def rows(self, sheet: SheetPart) -> Iterator[FilledRow]:
        for number, row in enumerate(self._cells[sheet.name].iter_rows(), 1):
            cells = {at: text for at, text in enumerate(row) if text and not text.isspace()}
            if cells:
                yield FilledRow(number, cells)

    def count(self, sheet: SheetPart, below: int) -> int:
        with _panics_unprinted():
            again = fastexcel.read_excel(self._path).load_sheet(
                sheet.name, header_row=None, skip_rows=below, dtypes="string"
            )
        return sum(1 for row in pl.DataFrame(again.to_polars()).rows() if any(cell and cell.strip() for cell in row))


@contextmanager
def _panics_unprinted() -> Iterator[None]:
    """On some damaged workbooks the reader panics, and prints a backtrace beside the error that it raises.

    What else is written to the error stream meanwhile appears afterwards.
    """
    stream, panicked = 2, False
    saved = os.dup(stream)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), stream)
        try:
            yield
        except BaseException as error:
            panicked = type(error).__name__ == "PanicException"
            raise
        finally:
            os.dup2(saved, stream)
            os.close(saved)
            held.seek(0)
            if not panicked:
                os.write(stream, held.read())


def _unreadable(error: BaseException, file: str) -> BaseException:
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError)):
        return error
    if "password" in str(error).lower() or "encrypt" in str(error).lower():
        return _protected(file)
    return unreadable(file)


def _protected(file: str) -> InputError:
    return InputError(
        "the workbook is protected by a password.", file=file, remedy="Save it without a password, or as csv."
    )
