"""How a row of the register is named: the key text of findings and batches, from a row's cells and back.

A key names a row as the standardised tables do (no blanks around, codes and days in their canonical form), so that a
finding, a batch and a register that writes " 1001" speak of the same row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from regclean.domain.tables import TABLES
from regclean.standardise.codes import UnknownCodeError, read_code
from regclean.standardise.dates import UnreadableDateError, read_date
from regclean.standardise.rules import key_text

KEY_COLUMNS: dict[str, tuple[str, ...]] = {
    name: ("bin_group_no", "member_no") if name == "bin_group_members" else table.keys for name, table in TABLES.items()
} | {"services": ("service_no",)}
# Rows of these may stand several times under one key: a role for two periods, two bills of one day.
REPEATABLE = frozenset({"site_roles", "evidence"})
# Columns that hold a customer's number.
CUSTOMER_COLUMNS: dict[str, tuple[str, ...]] = {
    "services": ("customer_no",),
    "site_roles": ("customer_no",),
    "bin_groups": ("host_customer_no", "contact_customer_no"),
    "bin_group_members": ("customer_no",),
    "evidence": ("customer_no",),
}
_ANY_DAY = date(2100, 1, 1)  # whole dates do not depend on it


def clean_key(text: str | None) -> str | None:
    """One key value as the standardised tables write it."""
    return key_text(text)[0] if text is not None else None


def canonical_part(table: str, column: str, text: str | None) -> str | None:
    """One key column's value in its canonical form; None where there is none."""
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
    """The key of a row, or None when a part of it is missing."""
    parts = [canonical_part(table, column, row.get(column)) for column in KEY_COLUMNS[table]]
    return None if None in parts else "/".join(part for part in parts if part is not None)


def key_parts(table: str, key: str) -> dict[str, str]:
    """The key's columns. Only the first number may hold a slash, or the group's of a list member."""
    columns = KEY_COLUMNS[table]
    return dict(zip(columns, key.rsplit("/", len(columns) - 1), strict=False))
