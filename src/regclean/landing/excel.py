"""Reading workbooks (xlsx, xlsm, xlsb, xls, ods): every sheet that has the wanted header."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from regclean.errors import InputError
from regclean.landing.columns import ColumnPlan, Wanted, find_header, resolve
from regclean.landing.report import ROW, Batch
from regclean.landing.textual import whole_days

HEAD_ROWS = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as text, from its first row and column on; `header_at` is a 0-based row."""

    name: str
    cells: pl.DataFrame
    header_at: int
    plan: ColumnPlan


def read_workbook(path: Path, looked_for: Wanted, file: str) -> tuple[list[Sheet], tuple[str, ...]]:
    """The sheets that have the wanted columns, and a note for each that was left out.

    Errors: InputError when the workbook cannot be opened, and when no sheet has the wanted columns.
    """
    heads, notes = [], []
    for name, cells in _open(path, file):
        if cells is None:
            notes.append(f"sheet '{name}' was left out: it cannot be read (a chart?)")
        elif cells.height:
            heads.append((name, cells))
    if not heads:
        raise InputError("the workbook is empty.", file=file, remedy="Save it again with the table in it.")
    chosen = []
    for name, cells in heads:
        rows = _head(cells)
        at = find_header(rows, looked_for)
        if looked_for.has_keys(rows[at]):
            chosen.append(Sheet(name, cells, at, resolve(rows, at, looked_for, f"{file}#{name}")))
        else:
            notes.append(f"sheet '{name}' was left out: it has no column for {', '.join(looked_for.table.keys)}")
    if not chosen:
        name, cells = max(heads, key=lambda head: _best_score(head[1], looked_for))
        rows = _head(cells)
        # No sheet has the keys: resolving the likeliest one says what is missing.
        resolve(rows, find_header(rows, looked_for), looked_for, f"{file}#{name}")
        raise InputError("no sheet has the wanted columns.", file=file)
    return chosen, tuple(notes)


def _best_score(cells: pl.DataFrame, looked_for: Wanted) -> tuple[int, int]:
    rows = _head(cells)
    return looked_for.score(rows[find_header(rows, looked_for)])


def _head(cells: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return cells.head(HEAD_ROWS).rows()


def _open(path: Path, file: str) -> Iterator[tuple[str, pl.DataFrame | None]]:
    """Every sheet's name and cells, all as text; no cells for a sheet that cannot be read."""
    try:
        with _panics_unprinted():
            reader = fastexcel.read_excel(path)
    except BaseException as error:  # the reader's panics are no Exceptions
        raise _unreadable(error, file) from None
    for name in reader.sheet_names:
        try:
            with _panics_unprinted():
                cells = _cells(reader, name)
        except BaseException as error:  # the reader's panics are no Exceptions
            if not isinstance(_unreadable(error, file), InputError):
                raise
            yield name, None
        else:
            yield name, cells


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


def _cells(reader: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    # Reading without skipped rows keeps the sheet's own row numbers.
    sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    return pl.DataFrame(sheet.to_polars()).select(whole_days(pl.all()))


def _unreadable(error: BaseException, file: str) -> BaseException:
    if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
        return error
    if "password" in str(error).lower() or "encrypt" in str(error).lower():
        return InputError(
            "the workbook is protected by a password.", file=file, remedy="Save it without a password, or as csv."
        )
    return InputError(
        "the workbook cannot be read: it is damaged or not a workbook.",
        file=file,
        remedy="Open it in Excel or LibreOffice and save it again as xlsx, or as csv.",
    )


def count_rows(path: Path, sheet: Sheet) -> int:
    """The rows below the header that have any content, counted from the file again, cell by cell."""
    cells = _cells(fastexcel.read_excel(path), sheet.name)
    return sum(1 for row in cells.rows()[sheet.header_at + 1 :] if any(cell and cell.strip() for cell in row))


def read_sheet(sheet: Sheet) -> Iterator[Batch]:
    """The rows below the header that have any content."""
    cells = sheet.cells.select(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias(ROW),
        *(pl.col(column).alias(str(at)) for at, column in enumerate(sheet.cells.columns)),
    )
    below = cells.slice(sheet.header_at + 1)
    filled = pl.any_horizontal(pl.exclude(ROW).str.strip_chars() != "")
    yield Batch(below.filter(filled.fill_null(value=False)).select(ROW, *map(str, sheet.plan.used)))
