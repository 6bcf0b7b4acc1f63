"""What a night's tables and columns hold, as comments in its file: from the register's shape, and from `schema.sql`.

DuckDB shows them in `duckdb_tables()` and `duckdb_columns()`, and tools that read its catalogue show them as descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb

from regclean.domain.register import TABLES
from regclean.warehouse.database import load_sql

_TABLE = re.compile(r"((?:^--[^\n]*\n)+)CREATE TABLE (\w+) \((.*?)\);$", re.MULTILINE | re.DOTALL)
_COLUMN = re.compile(r"^    (\w+)\s[^\n]*?--\s*(.*(?:\n\s+--.*)*)", re.MULTILINE)


def finish(connection: duckdb.DuckDBPyConnection) -> None:
    """Say of each table and column of a night what it holds, write it all to the disk, and close it. Errors: duckdb.Error."""
    _write_comments(connection)
    # Closing would do this too, but without a word when there is no room for it.
    connection.execute("CHECKPOINT")
    connection.close()


def _write_comments(connection: duckdb.DuckDBPyConnection) -> None:
    there = {
        (table, column)
        for table, column in connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main'"
        ).fetchall()
    }
    tables = {table for table, _ in there}
    said = [
        f"COMMENT ON TABLE {table} IS {_quoted(text)}"
        if column is None
        else f"COMMENT ON COLUMN {table}.{column} IS {_quoted(text)}"
        for table, column, text in _meanings()
        if (table in tables if column is None else (table, column) in there)
    ]
    connection.execute(";\n".join(said))


def _meanings() -> Iterator[tuple[str, str | None, str]]:
    """Table, column (None: the table itself), what it holds."""
    for table in TABLES.values():
        yield table.name, None, table.meaning
        for column in (*table.columns, *table.derived):
            yield table.name, column.name, column.meaning
    for above, name, body in _TABLE.findall(load_sql("schema")):
        yield name, None, _text(above)
        for column_name, beside in _COLUMN.findall(body):
            yield name, column_name, _text(beside)


def _text(comment: str) -> str:
    return " ".join(comment.replace("--", " ").split())


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
