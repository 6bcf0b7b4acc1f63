"""The register as one night read it: the rows that some findings speak of, raw, with what hangs on their customers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from regclean.domain.register import CUSTOMER_COLUMNS, KEY_COLUMNS, TABLES, first_part, group_of
from regclean.register import Row
from regclean.standardise import (
    UnknownCodeError,
    UnreadableDateError,
    UnreadableNumberError,
    clean_key,
    read_boolean,
    read_code,
    read_date,
)
from regclean.warehouse import load_sql, rows

PACKAGE = "regclean.batches"
SPELLINGS = 2_000  # values of a column that show how the register writes it
_PADDED = re.compile(r"\d{2}\.\d{2}\.\d{4}")
_SHORT = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Found:
    """One row of the register. `numbered`: its key is in the row itself (a line of a list may have none). `file`: where it was read."""

    table: str
    key: str
    row: Row
    numbered: bool = True
    file: str | None = None


@dataclass(slots=True)
class Extract:
    """Raw rows by table and key, and the standardised customers, of the customers that were asked for."""

    connection: duckdb.DuckDBPyConnection
    as_of: date
    by_place: bool = False  # lines of a list without a number count as numbered
    rows: dict[str, dict[str, list[Found]]] = field(default_factory=dict)
    clean: dict[str, dict[str, Any]] = field(default_factory=dict)
    open_bills: dict[str, list[str]] = field(default_factory=dict)  # customer -> numbers of the bills that are not paid
    _spellings: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def load(self, customers: Iterable[str], keys: Mapping[str, Iterable[str]]) -> None:
        """Read the rows of these customers, what names them, and the rows of these keys (table -> keys)."""
        numbers = sorted({*customers, *keys.get("customers", ())})
        for name in TABLES:
            if name != "bin_group_members":
                self._keep(name, self._read(name, numbers, sorted(set(keys.get(name, ())))))
        groups = {*keys.get("bin_groups", ()), *(group_of(key) for key in keys.get("bin_group_members", ()))}
        groups |= set(self.rows["bin_groups"])
        self._keep("bin_group_members", self._members(numbers, sorted(groups)))
        named = {group_of(key) for key in self.rows["bin_group_members"]}
        if missing := sorted(named - set(self.rows["bin_groups"])):
            self._keep("bin_groups", self._read("bin_groups", [], missing))
        self._load_clean(numbers)
        query = """SELECT customer_no, list(DISTINCT invoice_no ORDER BY invoice_no) FROM invoices
            WHERE customer_no IN $numbers AND is_open_bill(state) GROUP BY customer_no"""
        self.open_bills = dict(rows(self.connection, query, {"numbers": numbers}) if numbers else ())

    def get(self, table: str, key: str) -> Found | None:
        """The one row of a key (of several, the last one, as the night takes it); None when there is none."""
        found = self.rows.get(table, {}).get(key)
        return found[-1] if found else None

    def all(self, table: str, key: str) -> list[Found]:
        return self.rows.get(table, {}).get(key, [])

    def naming(self, table: str, column: str, customer_no: str) -> list[Found]:
        """The rows of a table whose `column` holds this customer's number."""
        return [
            found
            for group in self.rows.get(table, {}).values()
            for found in group
            if clean_key(found.row.get(column)) == customer_no
        ]

    def members(self, group: str) -> list[Found]:
        """The lines of one list."""
        return [
            found
            for lines in self.rows["bin_group_members"].values()
            for found in lines
            if clean_key(found.row.get("bin_group_no")) == group
        ]

    def same_code(self, table: str, column: str, text: str | None, code: str) -> bool:
        """Does a raw value stand for this code?"""
        return text is not None and _code(text, column) == code

    def written(self, table: str, column: str, value: str | None) -> str | None:
        """A canonical value as this register writes it: its own word for a code, its way to write a day or a comma."""
        if value is None:
            return None
        kind = TABLES[table].by_name[column].type
        if kind == "boolean":
            return self._as_spelled(table, column, value, _is_yes)
        if kind == "date":
            return self._day(table, column, value)
        if kind == "decimal":
            commas = any("," in text for text in self._seen(table, column))
            return value.replace(".", ",") if commas else value
        if kind == "code":
            return self._as_spelled(table, column, value, lambda text: _code(text, column))
        return value

    def highest_number(self) -> tuple[int, int]:
        """The highest customer number that is one, and how many digits it has."""
        numbers = self.connection.execute(load_sql("highest_customer_number", PACKAGE)).fetchall()
        return (int(numbers[0][0]), int(numbers[0][1])) if numbers and numbers[0][0] is not None else (0, 1)

    def _read(self, name: str, customers: list[str], keys: list[str]) -> list[dict[str, Any]]:
        """The rows of these customers or with these first key parts."""
        firsts = sorted({first_part(name, key) for key in keys})
        naming = CUSTOMER_COLUMNS.get(name, ("customer_no",) if name == "customers" else ())
        conditions = [f"{column} IN $customers" for column in naming]
        conditions.append(f"{KEY_COLUMNS[name][0]} IN $keys")
        parameters = {"keys": firsts} | ({"customers": customers} if naming else {})
        return self._raw(name, " OR ".join(conditions), parameters)

    def _members(self, customers: list[str], groups: list[str]) -> list[dict[str, Any]]:
        """All lines of every list that names one of these customers, or is one of these groups."""
        where = """bin_group_no IN $groups
            OR bin_group_no IN (SELECT bin_group_no FROM bin_group_members WHERE customer_no IN $customers)"""
        return self._raw("bin_group_members", where, {"groups": groups, "customers": customers})

    def _raw(self, name: str, where: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows behind the typed ones that a condition holds for, in the order of their places."""
        parts = ", ".join(KEY_COLUMNS[name])
        key = f"row_key({parts})" if len(KEY_COLUMNS[name]) > 1 else parts
        # Two statements: DuckDB finds rows by keys that it knows much sooner than by those that a query finds.
        query = f"SELECT DISTINCT {key} FROM {name} WHERE {where}"  # noqa: S608  # names of our own declaration
        found = [one for (one,) in rows(self.connection, query, parameters)]
        if not found:
            return []
        columns = ("key", *TABLES[name].by_name, "_file")
        query = f"SELECT {', '.join(columns)} FROM raw.{name} WHERE key IN $found ORDER BY _file, _row"  # noqa: S608  # names of our own declaration
        return [dict(zip(columns, row, strict=True)) for row in rows(self.connection, query, {"found": found})]

    def _keep(self, name: str, found: Iterable[dict[str, Any]]) -> None:
        kept = self.rows.setdefault(name, {})
        for row in found:
            key, file = row.pop("key"), row.pop("_file")
            # Lines without a number are named by their place in the list: a clerk finds them, a database does not.
            numbered = name != "bin_group_members" or self.by_place or clean_key(row["member_no"]) is not None
            kept.setdefault(key, []).append(Found(name, key, row, numbered, file))

    def _load_clean(self, customers: list[str]) -> None:
        named = set(customers) | {
            clean_key(found.row.get(column)) or ""
            for table, columns in CUSTOMER_COLUMNS.items()
            for group in self.rows.get(table, {}).values()
            for found in group
            for column in columns
        }
        found = self.connection.execute(load_sql("clean_customers", PACKAGE), {"customers": sorted(named - {""})})
        columns = [column[0] for column in found.description]
        self.clean = {
            row["customer_no"]: row for row in (dict(zip(columns, one, strict=True)) for one in found.fetchall())
        }

    def _seen(self, table: str, column: str) -> list[str]:
        """Values of a column, the most frequent first."""
        if (table, column) not in self._spellings:
            query = f"""SELECT {column} FROM raw.{table} WHERE {column} IS NOT NULL
                GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {SPELLINGS}"""  # noqa: S608  # our own names
            self._spellings[table, column] = [value for (value,) in self.connection.execute(query).fetchall()]
        return self._spellings[table, column]

    def _as_spelled(self, table: str, column: str, value: str, read: Any) -> str:
        wanted = read(value)
        return next((text for text in self._seen(table, column) if read(text) == wanted), value)

    def _day(self, table: str, column: str, value: str) -> str:
        """A day in the way of its column; where that shows none, in the way of the table's other days."""
        try:
            day = read_date(value, as_of=self.as_of)
        except UnreadableDateError:
            return value
        if day is None:
            return value
        others = [name for name, its in TABLES[table].by_name.items() if its.type == "date" and name != column]
        for name in (column, *others):
            seen = self._seen(table, name)
            iso = sum(bool(_ISO_DAY.fullmatch(text.strip())) for text in seen)
            short = sum(bool(_SHORT.fullmatch(text.strip())) for text in seen)
            if short > iso:
                padded = all(_PADDED.fullmatch(text.strip()) for text in seen if _SHORT.fullmatch(text.strip()))
                return f"{day:%d.%m.%Y}" if padded else f"{day.day}.{day.month}.{day.year}"
            if iso:
                return day.isoformat()
        return day.isoformat()


def _is_yes(text: str) -> bool | None:
    try:
        return read_boolean(text)
    except UnreadableNumberError:
        return None


def _code(text: str, column: str) -> str | None:
    try:
        return read_code(text, column)
    except (UnknownCodeError, KeyError):
        return text
