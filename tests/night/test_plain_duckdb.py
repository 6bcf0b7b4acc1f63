"""Plain DuckDB, which knows nothing of this program, reads what is exported and a night's file, which says what it holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from regclean.cli.app import run
from regclean.domain.register import TABLES

OUTPUTS = ("findings", "pairs", "clusters", "member-links")
PLAIN = """
import json, sys
sys.modules["regclean"] = None
import duckdb

exports, file = sys.argv[1:]
names = [path for (path,) in duckdb.sql(f"SELECT file FROM glob('{exports}/*.parquet') ORDER BY file").fetchall()]
found = {}
for path in names:
    found[path.rsplit("/", 1)[-1].removesuffix(".parquet")] = len(duckdb.sql(f"SELECT * FROM '{path}'").fetchall())
found["open"] = duckdb.sql(f"SELECT count(*) FROM '{exports}/findings.parquet' WHERE state = 'open'").fetchall()[0][0]
with duckdb.connect(file, read_only=True) as night:
    found["customers"] = night.execute("SELECT count(*) FROM customers WHERE NOT non_disclosure").fetchall()[0][0]
    found["night pairs"] = night.execute("SELECT count(*) FROM pairs").fetchall()[0][0]
    try:
        night.execute("CREATE TABLE mine (x INTEGER)")
    except duckdb.Error:
        found["written"] = False
print(json.dumps(found))
"""


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


def test_plain_duckdb_reads_the_exports_and_a_nights_file(
    published_register: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = {}
    for name in OUTPUTS:
        assert run(["-w", str(published_register), name, "-o", str(tmp_path / f"{name}.parquet")]) == 0
        capsys.readouterr()
        assert run(["-w", str(published_register), name, "--json"]) == 0
        listed[name] = json.loads(capsys.readouterr().out)
    (file,) = (published_register / "var/warehouse").glob("*.duckdb")
    command = [sys.executable, "-c", PLAIN, str(tmp_path), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert {name: found[name] for name in OUTPUTS} == {name: len(listed[name]) for name in OUTPUTS}
    assert found["open"] == sum(one["state"] == "open" for one in listed["findings"]) > 0
    assert found["customers"] == len(listed["clusters"]), "each customer who may be shown is in one cluster"
    assert found["night pairs"] >= len(listed["pairs"]) > 0
    assert found["written"] is False
