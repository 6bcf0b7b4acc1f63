"""Csv files that a person opens in a spreadsheet, where a company says that listings are for people.

What a program reads back (change files, files to import) is none of these: it stays as it is, to the byte.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from regclean.config import Config

if TYPE_CHECKING:
    import polars as pl

MARK = "\ufeff"  # by it a spreadsheet knows the text as UTF-8
# A telephone number, with words behind it or without: nothing that could be reckoned or called.
_NUMBER = re.compile(r"[+-]\(?\d[\d\s().,/-]*(?:\s[^=+@|!(){}\[\]*^&<>]*)?")


def for_people(config: Config) -> bool:
    """Does the company want its csv files for spreadsheets?"""
    return bool(config.section("workspace")["csv"] == "spreadsheet")


def harmless(text: str) -> str:
    """A text that a spreadsheet would take for a formula, behind an apostrophe; a telephone number is none."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(text) else text


def lines(rows: Iterable[Sequence[object]], *, spreadsheet: bool) -> Iterable[str]:
    """The lines of a csv file of rows, the header first, with harmless texts; for spreadsheets in their dialect."""
    for number, row in enumerate(rows):
        buffer = io.StringIO(MARK if spreadsheet and not number else "")
        buffer.seek(0, io.SEEK_END)
        cells = ("" if cell is None else harmless(cell) if isinstance(cell, str) else cell for cell in row)
        csv.writer(buffer, delimiter=";" if spreadsheet else ",").writerow(cells)
        yield buffer.getvalue()


def for_spreadsheet(frame: pl.DataFrame) -> str:
    """A frame of plain cells as a spreadsheet of this country opens it: marked as UTF-8, with semicolons and no formulas."""
    import polars as pl

    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    safe = frame.with_columns(pl.col(name).map_elements(harmless, return_dtype=pl.String) for name in texts)
    return MARK + safe.write_csv(separator=";", line_terminator="\r\n")
