"""How much of each column a night can use: counted when it is standardised, kept in its file, held against by the next night."""

from __future__ import annotations

import duckdb
import polars as pl

from regclean.domain.register import TABLES, Column, Table
from regclean.warehouse import DamagedNightError, Warehouse, rows, write_frame

PROFILE = {
    "table_name": pl.String, "column_name": pl.String, "n": pl.Int64, "usable": pl.Int64, "unreadable": pl.Int64,
    "sampled": pl.Int64, "most": pl.Int64, "differs": pl.Boolean,
}  # fmt: skip
# Enough rows to tell nine in ten from five in ten.
_SAMPLED = 2000
# In a table of fewer rows than these one of them may be what all others name.
_FEW = 20
# Rows that are of nobody any more may lose what was known, as the law wants it.
_STANDING = {"customers": "status IS DISTINCT FROM 'ended'"}


def profile_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Count every input column of a night's typed tables into `column_profiles`; nothing of a value is kept."""
    connection.execute("DELETE FROM column_profiles")
    unreadable = {
        (table, column): n
        for table, column, n in rows(connection, 'SELECT "table", "column", count(*) FROM unreadable GROUP BY ALL')
    }
    heights = {name: int(rows(connection, f"SELECT count(*) FROM {name}")[0][0]) for name in TABLES}  # noqa: S608  # tables of ours
    found = []
    for table in TABLES.values():
        columns = [column for column in table.columns if column.refers != table.name]
        n, *usable = _counted(connection, table, [f"count(*) FILTER ({_usable(table, one)})" for one in columns])
        step = max(1, heights[table.name] // _SAMPLED)
        values = [_values(table, one) for one in columns]
        _, *sampled = _counted(connection, table, [f"count({text})" for text in values], step)
        _, *most = _counted(
            connection, table, [f"list_max(map_values(histogram(CAST({text} AS TEXT))))" for text in values], step
        )
        found += [
            (table.name, one.name, n, *counts, _differs(table, one, heights))
            for one, *counts in zip(
                columns, usable, [unreadable.get((table.name, one.name), 0) for one in columns], sampled,
                [count or 0 for count in most], strict=True,
            )
        ]  # fmt: skip
    write_frame(connection, "column_profiles", pl.DataFrame(found, schema=PROFILE, orient="row"))


def profiled(warehouse: Warehouse, run_id: str) -> pl.DataFrame:
    """The profile of a published night; empty where its file cannot be read, or was made before nights had one."""
    try:
        with warehouse.read(run_id) as connection:
            frame: pl.DataFrame = connection.sql("FROM column_profiles").pl()
    except (DamagedNightError, duckdb.CatalogException):
        return pl.DataFrame(schema=PROFILE)
    return frame


def _counted(
    connection: duckdb.DuckDBPyConnection, table: Table, aggregates: list[str], step: int = 1
) -> tuple[int, ...]:
    """The number of rows, and the aggregates, over every `step`-th row."""
    where = " AND ".join(filter(None, (_STANDING.get(table.name), f"rowid % {step} = 0")))
    return tuple(rows(connection, f"SELECT {', '.join(['count(*)', *aggregates])} FROM {table.name} WHERE {where}")[0])  # noqa: S608  # names of our own declaration


def _usable(table: Table, column: Column) -> str:
    """When a row has a value of this column that rules can go by, as SQL."""
    derived = {one.name for one in table.derived}
    for one in table.derived:
        if one.name.endswith("_state") and column.name in one.of:
            return f"{one.name} NOT IN ('invalid', 'missing', 'placeholder')"
    if f"{column.name}_given" in derived:
        return f"{column.name}_given IS NOT NULL"
    if column.name == "name" and "m_org" in derived:
        return "coalesce(m_last, m_org) IS NOT NULL"
    if column.name == "street_address" and "m_house" in derived:
        return "m_house IS NOT NULL"
    if column.type == "boolean":
        return column.name
    # What a line has from its contact person says nothing of the member.
    proxy = f" AND NOT proxy_{column.name}" if f"proxy_{column.name}" in derived else ""
    return f"{column.name} IS NOT NULL{proxy}"


def _values(table: Table, column: Column) -> str:
    """What tells rows apart by this column, as SQL. Days do not: a whole register is written anew, or told, on one of them."""
    if column.sealed:
        return next((one.name for one in table.derived if one.name == f"{column.name}_hash"), "NULL")
    return "NULL" if column.type in ("date", "boolean") else column.name


def _differs(table: Table, column: Column, heights: dict[str, int]) -> bool:
    """Do the rows of any register differ in it: names, and numbers of another table's rows, where that has many?"""
    return column.name == "name" or (column.refers is not None and heights[column.refers] >= _FEW)
