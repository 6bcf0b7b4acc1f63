"""The rows of a register's database that a batch speaks of, read by their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Select, Table, and_, func, select
from sqlalchemy.exc import NoSuchTableError

from regclean.domain.register import CUSTOMER_COLUMNS, KEY_COLUMNS, TABLES, first_part
from regclean.errors import ConflictError
from regclean.register.lines import ChangeLine, moved_key
from regclean.register.values import as_text, as_typed
from regclean.standardise import clean_key, row_key

CHUNK = 500


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row as it stands: `raw` as the database gave it, `text` as an extract would write it (canonical columns)."""

    key: str
    raw: Mapping[str, Any]
    text: Mapping[str, str | None]


@dataclass(slots=True)
class Register:
    """The tables of an open register, reflected when they are first needed."""

    connection: Connection
    lock: bool = False
    _tables: dict[str, Table | None] = field(default_factory=dict)

    def table(self, name: str) -> Table | None:
        """The canonical table or view, or None where the register has none."""
        if name not in self._tables:
            try:
                self._tables[name] = Table(name, MetaData(), autoload_with=self.connection)
            except NoSuchTableError:
                self._tables[name] = None
        return self._tables[name]

    def has(self, name: str, column: str | None) -> bool:
        table = self.table(name)
        return table is not None and (column is None or column in table.c)

    def read(self, name: str, keys: Iterable[str]) -> dict[str, list[StoredRow]]:
        """Rows by key. Blanks around a stored key do not hide a row."""
        wanted = set(keys)
        found: dict[str, list[StoredRow]] = {}
        table = self.table(name)
        if table is None or not all(column in table.c for column in KEY_COLUMNS[name]):
            return found
        first = KEY_COLUMNS[name][0]
        by_first: dict[str, set[str]] = {}
        for key in wanted:
            by_first.setdefault(first_part(name, key), set()).add(key)
        self._read(select(table), table, name, first, sorted(by_first), wanted, found, trimmed=False)
        hidden = sorted(value for value, its in by_first.items() if not its & found.keys())
        if hidden and _is_text(table.c[first]):
            self._read(select(table), table, name, first, hidden, wanted, found, trimmed=True)
        return found

    def referring(self, name: str, customers: Iterable[str]) -> list[tuple[str | None, str, str]]:
        """(key, column, customer) of every row of a table that names one of these customers."""
        table = self.table(name)
        found: list[tuple[str | None, str, str]] = []
        wanted = set(customers)
        for column in CUSTOMER_COLUMNS[name] if table is not None else ():
            if table is None or column not in table.c:
                continue
            for raw in self._select(select(table), table.c[column], sorted(wanted), trimmed=False):
                text = _text(name, raw)
                number = clean_key(text.get(column))
                if number in wanted:
                    found.append((row_key(name, text), column, number or ""))
        return found

    def _read(
        self,
        query: Select[Any],
        table: Table,
        name: str,
        first: str,
        values: list[str],
        wanted: set[str],
        found: dict[str, list[StoredRow]],
        *,
        trimmed: bool,
    ) -> None:
        for raw in self._select(query, table.c[first], values, trimmed=trimmed):
            text = _text(name, raw)
            key = row_key(name, text)
            if key in wanted and key is not None:
                found.setdefault(key, []).append(StoredRow(key, raw, text))

    def _select(
        self, query: Select[Any], column: Column[Any], values: list[str], *, trimmed: bool
    ) -> Iterable[Mapping[str, Any]]:
        looked_for = func.trim(column) if trimmed else column
        for start in range(0, len(values), CHUNK):
            typed = [value for text in values[start : start + CHUNK] if (value := _key_value(text, column)) is not None]
            asked = query.where(looked_for.in_(typed)).order_by(*column.table.primary_key.columns)
            if self.lock and self.connection.dialect.name == "postgresql":
                asked = asked.with_for_update()
            yield from [dict(row) for row in self.connection.execute(asked).mappings()]

    def condition(self, name: str, row: StoredRow, columns: Iterable[str]) -> Any:
        """The NULL-safe condition that a row still is as it was read, in these columns and its key."""
        table = self.table(name)
        assert table is not None  # the row was read from it
        names = dict.fromkeys((*KEY_COLUMNS[name], *columns))
        return and_(
            *(
                table.c[column].is_(None) if row.raw[column] is None else table.c[column] == row.raw[column]
                for column in names
            )
        )


def needed_keys(lines: Iterable[ChangeLine]) -> dict[str, set[str]]:
    """The keys by table that must be read to judge lines."""
    keys: dict[str, set[str]] = {}
    for line in lines:
        keys.setdefault(line.table, set()).add(line.key)
        if line.op == "update" and line.column in KEY_COLUMNS[line.table]:
            keys[line.table].add(moved_key(line))
    return keys


def _text(name: str, raw: Mapping[str, Any]) -> dict[str, str | None]:
    return {column: as_text(raw[column]) for column in TABLES[name].by_name if column in raw}


def _is_text(column: Column[Any]) -> bool:
    try:
        return issubclass(column.type.python_type, str)
    except NotImplementedError:
        return False


def _key_value(text: str, column: Column[Any]) -> Any:
    try:
        return as_typed(text, column.type, place=column.name)
    except ConflictError:
        return None
