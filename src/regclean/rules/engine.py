"""Runs the rules over one night's typed tables and writes `rule_hits`.

Invariant: a rule gives at most one hit on the same subjects, and hits are written in the order of their subjects, so
that the same tables and the same `as_of` give the same rows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from regclean.config import Config
from regclean.errors import ConfigError, RegcleanError
from regclean.outside import unavailable
from regclean.rules.catalogue import Rule, read_header, rules
from regclean.rules.reference import load_reference
from regclean.warehouse import load_sql, parameters_of, rows

_PACKAGE = "regclean.rules"
_OPTIONAL = {"proposal": "JSON[]", "severity": "TEXT", "score": "DOUBLE", "ends_in": "TEXT"}


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one run of the rules did. `hits` and `seconds` are by rule id; `shared_seconds` went into what rules share.

    `off` lists the rules that the workspace switched off or whose country is another.
    """

    hits: Mapping[str, int]
    seconds: Mapping[str, float]
    shared_seconds: float
    off: tuple[str, ...]


def run_rules(connection: duckdb.DuckDBPyConnection, *, config: Config, as_of: date) -> RuleReport:
    """Run every rule that is on and fill `rule_hits`.

    Errors: ConfigError on an unknown rule or a wrong threshold, RegcleanError that names the rule that failed.
    """
    off = switched_off(config)
    started = time.perf_counter()
    parameters = bound_parameters(config, as_of)
    chosen = [rule for rule in rules() if rule.info.id not in off]
    with told("what the rules share"):
        temporary = prepare(connection, parameters, country=config.country, users=chosen)
    shared_seconds = time.perf_counter() - started
    hits: dict[str, int] = {}
    seconds: dict[str, float] = {}
    try:
        connection.execute("DELETE FROM rule_hits")
        for rule in chosen:
            started = time.perf_counter()
            with told(f"the rule {rule.info.id}"):
                hits[rule.info.id] = evaluate(connection, rule, parameters)
            seconds[rule.info.id] = time.perf_counter() - started
        fill_before(connection)
    finally:
        forget(connection, temporary)
    return RuleReport(hits, seconds, shared_seconds, tuple(sorted(off)))


def run_some(connection: duckdb.DuckDBPyConnection, ids: Collection[str], *, config: Config, as_of: date) -> None:
    """Run some rules on a published night, read-only, into a `rule_hits` that only this connection sees. Rules that are off stay off."""
    off = switched_off(config)
    chosen = [rule for rule in rules() if rule.info.id in ids and rule.info.id not in off]
    connection.execute("CREATE OR REPLACE TEMP TABLE rule_hits AS SELECT * FROM rule_hits LIMIT 0")
    parameters = bound_parameters(config, as_of)
    with told("what the rules share"):
        prepare(connection, parameters, country=config.country, users=chosen)
    for rule in chosen:
        with told(f"the rule {rule.info.id}"):
            evaluate(connection, rule, parameters)
    fill_before(connection)


@contextmanager
def told(what: str) -> Iterator[None]:
    """Name what failed, and the class of the error. The engine's own message may quote a value: it goes along as the
    cause, which `--debug` shows on a terminal and nothing else does.
    """
    try:
        yield
    except (duckdb.Error, ValueError) as error:
        if unavailable(error):
            raise
        raise RegcleanError(
            f"{what} could not be run ({type(error).__name__}).",
            remedy="What the engine says of it: regclean --debug run, on a terminal. It may quote values of the register.",
        ) from error


def switched_off(config: Config) -> frozenset[str]:
    """Ids of the rules that do not run here."""
    known = {rule.info.id: rule.info for rule in rules()}
    off = frozenset(config.section("rules")["off"])
    for name in sorted(off - known.keys()):
        near = get_close_matches(str(name).upper(), known, n=1)
        raise ConfigError(
            f"'rules.off' names an unknown rule '{name}'.",
            remedy=f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}.",
        )
    elsewhere = {info.id for info in known.values() if info.countries and config.country not in info.countries}
    return off | elsewhere


def bound_parameters(config: Config, as_of: date) -> dict[str, Any]:
    """`$name` -> value for every threshold of the sections that rules may use; tables are bound as JSON text."""
    parameters: dict[str, Any] = {"as_of": as_of}
    for section in ("shared_bins", "stale", "joining", "fields", "relationship"):
        for name, value in config.section(section).items():
            if name in parameters:
                raise ConfigError(f"'{section}.{name}': another section has a threshold of this name.")
            parameters[name] = _bindable(f"{section}.{name}", value)
    return parameters


def _bindable(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        _require_numbers(name, value)
        return json.dumps(value, sort_keys=True)
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        raise ConfigError(f"'{name}' must be a list of texts.", remedy='Write codes in quotes: ["70100"].')
    return value


def _require_numbers(name: str, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if isinstance(value, dict):
            _require_numbers(f"{name}.{key}", value)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(f"'{name}.{key}' must be a number.")


def prepare(
    connection: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Any],
    *,
    country: str,
    users: Iterable[Rule] | None = None,
) -> list[tuple[str, str]]:
    """Make what several rules need: the reference lists and `shared/*.sql`, in the order of their names.

    Returns the temporary tables and macros made, as (type, name), for `forget`.
    """
    before = _temporary(connection)
    load_reference(connection, country=country)
    share(connection, parameters, users)
    return [item for item in _temporary(connection) if item not in before]


def share(
    connection: duckdb.DuckDBPyConnection, parameters: Mapping[str, Any], users: Iterable[Rule] | None = None
) -> None:
    """Make the temporary tables of `shared/*.sql` anew from the typed tables: those that `users` (all rules) need."""
    for sql in needed_shared(rules() if users is None else users):
        run_statements(connection, sql, parameters)


def needed_shared(users: Iterable[Rule]) -> list[str]:
    """The shared files that the rules, and other needed files, say they use; in the order of their names."""
    needed: list[str] = []
    used = {name for rule in users for name in rule.uses}
    for name, sql, uses in reversed(shared_files()):
        if name in used:
            needed.insert(0, sql)
            used.update(uses)
    return needed


@cache
def shared_files() -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The files of `shared/` in the order of their numbers: name without the number, text, names of those it uses."""
    folder = resources.files(_PACKAGE).joinpath("shared")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    read = ((file.name.removesuffix(".sql").partition("_")[2], file.read_text(encoding="utf-8")) for file in files)
    return tuple((name, sql, tuple(read_header(name, sql).get("uses", ()))) for name, sql in read)


def run_statements(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]) -> None:
    """Run the statements of one file, each with just the parameters that it uses."""
    for statement in connection.extract_statements(sql):
        used = {name: parameters[name] for name in sorted(statement.named_parameters)}
        connection.execute(statement, used or None).fetchall()


def _temporary(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    tables = rows(connection, "SELECT 'TABLE', table_name FROM duckdb_tables() WHERE temporary ORDER BY table_name")
    macros = rows(
        connection,
        "SELECT DISTINCT 'MACRO', function_name FROM duckdb_functions() "
        "WHERE NOT internal AND function_type = 'macro' ORDER BY function_name",
    )
    return [(str(kind), str(name)) for kind, name in tables + macros]


def forget(connection: duckdb.DuckDBPyConnection, temporary: Iterable[tuple[str, str]]) -> None:
    """Drop what `prepare` made, to give its memory back."""
    for kind, name in temporary:
        connection.execute(f'DROP {kind} IF EXISTS temp."{name}"')


def fill_before(connection: duckdb.DuckDBPyConnection) -> None:
    """Put what the register holds into the `before` of every change that `rule_hits` propose."""
    connection.execute(load_sql("fill_before", _PACKAGE))


def evaluate(connection: duckdb.DuckDBPyConnection, rule: Rule, parameters: Mapping[str, Any]) -> int:
    """Write the hits of one rule, and return how many. Errors: ValueError when two hits are about the same subjects."""
    bound = {name: parameters[name] for name in sorted(parameters_of(rule.sql))}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE hits AS {rule.sql}", bound or None)
    columns = {str(name) for name, *_ in rows(connection, "DESCRIBE hits")}
    for name, column_type in _OPTIONAL.items():
        if name not in columns:
            connection.execute(f"ALTER TABLE hits ADD COLUMN {name} {column_type}")
    twice = rows(connection, load_sql("repeated_hits", _PACKAGE))
    if twice:
        raise ValueError(f"rule {rule.info.id} gives several hits on the same subjects ({len(twice)} times)")
    connection.execute(
        load_sql("write_hits", _PACKAGE),
        {"kind": rule.info.kind, "rule": rule.info.id, "severity": rule.info.severity, "ends_in": rule.info.ends_in},
    )
    count = rows(connection, "SELECT count(*) FROM hits")[0][0]
    connection.execute("DROP TABLE hits")
    return int(count)
