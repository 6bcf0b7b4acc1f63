"""A night in memory with just the rows that a test names."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import polars as pl

from regclean.warehouse.database import create_tables

Rows = Sequence[Mapping[str, Any]]
_DEFAULTS = {"VARCHAR": "", "BOOLEAN": False, "DOUBLE": 0.0, "INTEGER": 0}


def night(findings: Rows = (), **tables: Rows) -> tuple[duckdb.DuckDBPyConnection, pl.DataFrame]:
    """(connection, states of the findings). Columns that are required and not given are empty."""
    connection = duckdb.connect()
    create_tables(connection)
    for table, given in tables.items():
        insert(connection, table, given)
    insert(connection, "findings", [finding(number, row) for number, row in enumerate(findings)])
    states = {"finding_id": [f"F{n:04}" for n in range(len(findings))], "state": [row["state"] for row in findings]}
    return connection, pl.DataFrame(states, schema={"finding_id": pl.String, "state": pl.String})


def found(rule: str, severity: str, subjects: list[str], state: str = "open", **evidence: Any) -> dict[str, Any]:
    return {
        "rule": rule,
        "severity": severity,
        "subjects": subjects,
        "evidence": evidence,
        "state": state,
        "protected": False,
    }


def finding(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "finding_id": f"F{number:04}",
        "kind": "bin_group",
        "rule": row["rule"],
        "severity": row["severity"],
        "subjects": json.dumps(sorted(row["subjects"])),
        "summary": f"summary of {row['rule']}",
        "evidence": json.dumps({"rule": row["evidence"]}),
        "protected": row["protected"],
    }


def insert(connection: duckdb.DuckDBPyConnection, table: str, given: Rows) -> None:
    columns = connection.execute(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'main' AND table_name = $table",
        {"table": table},
    ).fetchall()
    required = {name: _DEFAULTS.get(kind, []) for name, kind, nullable in columns if nullable == "NO"}
    for row in given:
        values = required | dict(row)
        names, places = ", ".join(values), ", ".join(f"${name}" for name in values)
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", values)
