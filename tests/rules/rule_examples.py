"""Worked examples of rules: rows that are given, hits that are expected. Collected from examples/<rule>/<case>.toml."""

from __future__ import annotations

import atexit
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from regclean.config import default_config
from regclean.domain.register import REPEATABLE, TABLES
from regclean.rules import engine
from regclean.rules.catalogue import Rule, rules
from regclean.rules.reference import load_reference
from regclean.standardise.keys import row_key
from regclean.warehouse.database import create_tables

FOLDER = Path(__file__).parent / "examples"
AS_OF = date(2026, 6, 30)
RULES = {rule.info.id: rule for rule in rules()}
FIGURES = {"K22", "K25", "F02", "F27", "F28", "S11"}
_ADDRESS = re.compile(r"(?P<street>.*?)\s+(?P<house>\d+)(?P<letter>[a-z]?)(?:\s+(?P<stair>[a-z])?\s*(?P<flat>\d+))?\Z")


@dataclass(frozen=True, slots=True)
class Example:
    """One case. `guards` names the guards without which it would come out otherwise."""

    rule: str
    name: str
    given: Mapping[str, list[dict[str, Any]]]
    expect: list[dict[str, Any]]
    as_of: date = AS_OF
    config: Mapping[str, Any] = field(default_factory=dict)
    guards: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.rule}/{self.name}"


@cache
def examples() -> list[Example]:
    found = []
    for path in sorted(FOLDER.glob("*/*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        data.pop("note", None)
        data["guards"] = tuple(data.get("guards", ()))
        found.append(Example(rule=path.parent.name, name=path.stem, **data))
    return found


@contextmanager
def given(tables: Mapping[str, list[dict[str, Any]]]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A night of its own with the given rows; what a row leaves out is filled in as the standardiser would."""
    with duckdb.connect() as connection:
        create_tables(connection)
        fill(connection, tables)
        yield connection


def fill(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, list[dict[str, Any]]]) -> None:
    """Insert the given rows. Behind a typed row stands the first landed one of its key, or one that says the same.

    `_file` of a row: the file that it came in, `in.csv` unless said.
    """
    for table, items in tables.items():
        for number, item in enumerate(items, 1):
            insert(connection, table, {name: value for name, value in item.items() if name != "_file"}, number)
    for table in TABLES:
        written = list(tables.get(f"landed.{table}", ()))
        traced = trace(connection, table, written, 1)
        said = [as_written(table, item) for item in tables.get(table, ())]
        said = [
            row | {name: item[name] for name in ("_file",) if name in item}
            for row, item in zip(said, tables.get(table, ()), strict=True)
        ]
        plain = [item for item in said if row_key(table, item) not in traced]
        for number, item in enumerate(plain, len(written) + 1):
            insert(connection, f"landed.{table}", item, number)
        trace(connection, table, plain, len(written) + 1)


def as_written(table: str, item: Mapping[str, Any]) -> dict[str, str | None]:
    """A landed row that says what a typed one says."""
    told = {**item, "kind": item.get("kind_given")} if table == "customers" else item
    return {name: str(value) for name, value in told.items() if name in TABLES[table].by_name and value is not None}


def trace(connection: duckdb.DuckDBPyConnection, table: str, written: list[dict[str, Any]], first: int) -> set[str]:
    """Write the origins of landed rows; returns their keys."""
    traced: set[str] = set()
    for number, item in enumerate(written, first):
        key = row_key(table, item)
        if key is not None:
            file = item.get("_file", "in.csv")
            origin = [table, key, file, number, str(number), table in REPEATABLE or key not in traced]
            connection.execute("INSERT INTO origins VALUES (?, ?, ?, ?, ?, ?)", origin)
            traced.add(key)
    return traced


@dataclass(frozen=True, slots=True)
class Outcome:
    """The hits of an example's rule, and those of the rule with one guard taken out, by guard."""

    hits: list[dict[str, Any]]
    without_guard: Mapping[str, list[dict[str, Any]]]


@cache
def outcome(example_id: str) -> Outcome:
    """Run one example, once: all tests of it look at the same hits."""
    example = next(example for example in examples() if example.id == example_id)
    rule, config = RULES[example.rule], default_config(**example.config)
    connection = _empty_night()
    fill(connection, example.given)
    parameters = engine.bound_parameters(config, example.as_of)
    engine.share(connection, parameters, [rule])

    def hits(variant: Rule) -> list[dict[str, Any]]:
        connection.execute("DELETE FROM rule_hits")
        engine.evaluate(connection, variant, parameters)
        engine.fill_before(connection)
        return decoded(connection)

    return Outcome(hits(rule), {guard: hits(rule.without_guard(guard)) for guard in example.guards})


@cache
def _shared_night() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    # Left to the interpreter's end, the connection would be reported as leaked.
    atexit.register(_shared_night.cache_clear)
    create_tables(connection)
    load_reference(connection, country="fi")
    return connection


def _empty_night() -> duckdb.DuckDBPyConnection:
    """One night for all examples, emptied: making its tables and lists takes longer than most examples."""
    connection = _shared_night()
    tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
    for schema, table in tables:
        connection.execute(f"TRUNCATE {schema}.{table}")
    return connection


def decoded(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    found = connection.execute(
        "SELECT subjects, severity, evidence, proposal, score, ends_in FROM rule_hits"
    ).fetchall()
    return [
        {
            "subjects": subjects,
            "severity": severity,
            "evidence": json.loads(evidence),
            "proposal": json.loads(proposal) if proposal else [],
            "score": score,
            "ends_in": ends_in,
        }
        for subjects, severity, evidence, proposal, score, ends_in in found
    ]


def insert(connection: duckdb.DuckDBPyConnection, table: str, item: Mapping[str, Any], number: int) -> None:
    columns = declared()[table if "." in table else f"main.{table}"]
    row = dict(item)
    landed = table.startswith("landed.")
    if landed:
        row = {"_file": "in.csv"} | row | {"_row": number, "_hash": str(number)}
        assert set(item) - {"_file"} <= {column.name for column in TABLES[table.removeprefix("landed.")].columns}, (
            f"{table}: {item}"
        )
    else:
        unknown = set(item) - {name for name, _, _ in columns}
        assert not unknown, f"{table} has no {unknown}"
        row = matched(row, {name for name, _, _ in columns})
        row |= {name: filler(name, kind, row) for name, kind, required in columns if required and name not in row}
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join(f"${name}" for name in row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", row)


@cache
def declared() -> dict[str, list[tuple[str, str, bool]]]:
    """(name, type, required) of the columns of every table of a night."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    query = "SELECT schema_name || '.' || table_name, column_name, data_type, NOT is_nullable FROM duckdb_columns()"
    for table, *column in _shared_night().execute(query).fetchall():
        found.setdefault(table, []).append(tuple(column))
    return found


def filler(name: str, kind: str, row: Mapping[str, Any]) -> Any:
    if name.endswith("_state"):
        base = {"share_state": "share_percent", "e_invoice_state": "e_invoice_address"}.get(name, name[:-6])
        base = {"national_id": "national_id_masked"}.get(base, base)
        return "missing" if row.get(base) is None else "ok"
    special = {"kind": "person", "kind_inferred": row.get("kind", "person"), "candidates": "[]", "explanation": "{}"}
    if name in special:
        return special[name]
    return {"BOOLEAN": False, "VARCHAR[]": []}.get(kind, "rule" if kind == "VARCHAR" else 0)


def matched(row: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    """The match columns of plain examples: "Anna Maria Virtanen", "Rantatie 4 B 2"."""
    if "m_street" in columns and "m_street" not in row and row.get("street_address"):
        match = _ADDRESS.match(folded(row["street_address"]))
        parts = match.groupdict() if match else {"street": folded(row["street_address"])}
        row |= {f"m_{name.replace('letter', 'house_letter')}": value or None for name, value in parts.items()}
        row |= {"m_postal": row.get("postal_code"), "m_city": folded(row["city"]) if row.get("city") else None}
    if "m_last" in columns and "m_last" not in row and row.get("name"):
        *first, last = folded(row["name"]).split()
        organisation = row.get("kind", "person") not in ("person", "household", "estate")
        if organisation:
            row["m_org"] = folded(row["name"])
        else:
            row |= {"m_last": last, "m_given": first, "m_first": first[0] if first else None, "m_last_parts": [last]}
    return row


def folded(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.lower().translate(str.maketrans("åäöé", "aaoe"))).split())
