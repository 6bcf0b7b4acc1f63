"""Workbooks: a frame as a sheet that a person reads on: text stays text, days are days, the header stays in sight."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from regclean.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

# A workbook's cells hold what the frame holds: no text becomes a formula, a link or a number.
BOOK = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "remove_timezone": True,
}
MOST_ROWS = 1_048_575  # beside the header
LONGEST_CELL = 32_767
WIDEST = 60  # characters of a column
DAY = "d.m.yyyy"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(frame: pl.DataFrame, *, sheet: str = "Sheet1") -> bytes:
    """A workbook of one sheet. Errors: UsageError where a sheet cannot hold the frame whole."""
    import datetime as dt

    import polars as pl
    import xlsxwriter

    _check(frame)
    made = BytesIO()
    with xlsxwriter.Workbook(made, BOOK) as book:
        book.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001  # equal bytes for equal content
        frame.write_excel(
            book,
            worksheet=sheet,
            dtype_formats={pl.String: "@", pl.Date: DAY, pl.Datetime: f"{DAY} h:mm"},
            column_widths={name: _width(frame, name) for name in frame.columns},
            freeze_panes=(1, 0),
        )
    return made.getvalue()


def _width(frame: pl.DataFrame, name: str) -> int:
    """Pixels for the widest cell of a column, within bounds."""
    import polars as pl

    longest = frame[name].cast(pl.String).str.len_chars().max() if frame.height else 0
    held = longest if isinstance(longest, int) else 0
    return 7 * min(max(held, len(name) + 3, 6), WIDEST) + 10


def _check(frame: pl.DataFrame) -> None:
    """A workbook would cut what is more than it holds, without a word."""
    import polars.selectors as cs

    remedy = "Write csv or parquet instead."
    if frame.height > MOST_ROWS:
        raise UsageError(f"a sheet holds {MOST_ROWS:,} rows, and these are {frame.height:,}.", remedy=remedy)
    for column in frame.select(cs.string()):
        if (column.str.len_chars() > LONGEST_CELL).any():
            raise UsageError(f"a cell holds {LONGEST_CELL:,} characters.", column=column.name, remedy=remedy)
