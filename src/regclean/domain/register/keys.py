"""What names a row of the register: key columns, keys as one text, and which columns hold customer numbers.

A key is the row's key columns in their clean form, joined by "/"; the key of a list's line is "group/line". How a raw
value is cleaned to a key's form is `standardise.keys`.
"""

from __future__ import annotations

from collections.abc import Iterable

from regclean.domain.register.tables import TABLES

KEY_COLUMNS: dict[str, tuple[str, ...]] = {table.name: table.key_columns for table in TABLES.values()}
# Rows of these may stand several times under one key: a role for two periods, two bills of one day.
REPEATABLE = frozenset(table.name for table in TABLES.values() if table.repeatable)
# Columns that hold a customer's number, of the tables that hang on customers.
CUSTOMER_COLUMNS: dict[str, tuple[str, ...]] = {
    table.name: columns
    for table in TABLES.values()
    if table.name != "customers"
    and (columns := tuple(column.name for column in table.columns if column.refers == "customers"))
}
# The key of a row that a proposal makes begins its last part with this, until the row has its number.
NEW = "new:"


def join_key(parts: Iterable[str]) -> str:
    """The key of these key values, in the order of the table's key columns."""
    return "/".join(parts)


def key_parts(table: str, key: str) -> dict[str, str]:
    """The key's columns and values. Only the first number may hold a slash, or the group's of a list's line."""
    columns = KEY_COLUMNS[table]
    return dict(zip(columns, key.rsplit("/", len(columns) - 1), strict=False))


def first_part(table: str, key: str) -> str:
    """The value of the first key column."""
    return key_parts(table, key)[KEY_COLUMNS[table][0]]


def line_key(bin_group_no: str, member_no: str) -> str:
    """The key of one line of a shared bin's list."""
    return join_key((bin_group_no, member_no))


def group_of(key: str) -> str:
    """The shared bin's number in the key of a line, also of one that has no number yet."""
    return key.rpartition("/" + NEW)[0] or key.rpartition("/")[0]


def member_of(key: str) -> str:
    """The line's number in the key of a line."""
    return key.rpartition("/")[2]
