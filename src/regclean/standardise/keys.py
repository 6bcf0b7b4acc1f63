"""Key values as the standardised tables write them, from what a register or an export holds.

No blanks around, no spreadsheet decimals, codes and days in their canonical form: so that a finding, a batch and a
register that writes " 1001" speak of the same row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from regclean.domain.register import KEY_COLUMNS, TABLES, join_key
from regclean.standardise.codes import UnknownCodeError, read_code
from regclean.standardise.dates import UnreadableDateError, read_date
from regclean.standardise.text import clean_text

_ANY_DAY = date(2100, 1, 1)  # whole dates do not depend on it


def clean_key(text: str | None) -> str | None:
    """A key value as text: `' 1002.0'` -> `1002`. None where there is none."""
    cleaned = clean_text(text) if text is not None else ""
    if cleaned.endswith(".0") and cleaned[:-2].isdigit():
        cleaned = cleaned[:-2]
    return cleaned or None


def canonical_part(table: str, column: str, text: str | None) -> str | None:
    """One key column's value in its canonical form; None where there is none, or it cannot be read."""
    kind = TABLES[table].by_name[column].type
    try:
        if kind == "code":
            return read_code(text, column)
        if kind == "date":
            day = read_date(text, as_of=_ANY_DAY)
            return day.isoformat() if day else None
    except (UnknownCodeError, UnreadableDateError):
        return None
    return clean_key(text)


def row_key(table: str, row: Mapping[str, str | None]) -> str | None:
    """The key of a raw row, or None when a part of it is missing."""
    parts = [canonical_part(table, column, row.get(column)) for column in KEY_COLUMNS[table]]
    return None if None in parts else join_key(part for part in parts if part is not None)
