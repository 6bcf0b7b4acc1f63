"""Fills in a form as a spreadsheet program would, by its tags."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import fastexcel
import xlsxwriter

from regclean.workbook import BOOK


def filled(form: Path, target: Path, cells: Mapping[str, Mapping[int, str]]) -> None:
    """Write the form anew with these cells: tag -> column -> text."""
    sheet = fastexcel.read_excel(form).load_sheet(0, header_row=None, dtypes="string").to_polars()
    with xlsxwriter.Workbook(target, BOOK) as book:
        made = book.add_worksheet()
        for at, row in enumerate(sheet.iter_rows()):
            texts = list(row) + [None] * (8 - len(row))
            for column, text in cells.get(str(row[0]), {}).items():
                texts[column] = text
            for column, text in enumerate(texts):
                if text is not None:
                    made.write_string(at, column, str(text))
