"""A night's file says of its tables and columns what they hold, to plain DuckDB."""

from __future__ import annotations

from pathlib import Path

import duckdb

from regclean.domain.register import TABLES


def test_plain_duckdb_reads_the_data_dictionary_in_a_nights_file(published_register: Path) -> None:
    (file,) = (published_register / "var/warehouse").glob("*.duckdb")
    with duckdb.connect(str(file), read_only=True) as night:
        tables = dict(
            night.execute("SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = 'main'").fetchall()
        )
        columns = night.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'main' AND NOT internal"
        ).fetchall()
    assert tables["customers"] == TABLES["customers"].meaning
    assert {name for name, comment in tables.items() if not comment} <= {"search_terms", "search_subjects"}
    said = {(table, column): comment for table, column, comment in columns}
    for table in TABLES.values():
        for column in (*table.columns, *table.derived):
            if (table.name, column.name) in said:
                assert said[table.name, column.name] == column.meaning
    assert said["origins", "taken"] == "false: another row with this key was taken"
