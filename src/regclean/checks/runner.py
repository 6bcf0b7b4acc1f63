"""Run a gate: DuckDB prepares small tables, Great Expectations judges them.

Invariant: no big table enters pandas. A query returns the rows that break a rule, the combinations of codes with their
counts, or one row of shares; each with a `key` to find the row by. What leaves here is counts, shares and keys.
"""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from threading import Lock
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from regclean.checks.columns import PROFILE
from regclean.checks.documents import document, name_of, outcomes_of, passed
from regclean.checks.own import own_suites
from regclean.checks.results import KEYS_SHOWN, RESTRICTED, ExpectationResult, SuiteResult
from regclean.checks.suites import VIOLATIONS, Expectation, Suite, great_expectations, load_suites
from regclean.domain.findings import digest
from regclean.errors import ConfigError
from regclean.standardise import HIDING
from regclean.warehouse import load_sql, parameters_of, registered, rows

if TYPE_CHECKING:
    import pandas as pd

_JUDGING = Lock()  # its surroundings are of one at a time: two would take each other's data away
_PARAMETERS = ("max_clustered_share", "max_person_cluster")
_DECIDED = {"customer_no_l": pl.String, "customer_no_r": pl.String, "verdict": pl.String}
_DEFAULTS: dict[str, Any] = {
    "country": "fi",
    "configured_tables": (),  # canonical tables with a [[source]]
    "previous_counts": {},  # landed rows of last night by table
    "max_fall_percent": 20.0,
    "decided": None,  # polars frame customer_no_l, customer_no_r, verdict
    "rules": (),  # ids of the installed rules
    "previous_findings": {},  # findings of last night by rule
    "max_fall_usable_percent": 30.0,
    "previous_columns": None,  # what of each column could be used last night: a polars frame as `profiled` gives it
    "previous_open": (),  # findings that waited after last night
    "max_growth": 2.0,  # times last night's findings of one rule
    "max_clustered_share": None,  # 0.4, or 1.0 for the generic country (a test set may be all duplicates)
    "max_person_cluster": None,  # 30, or no limit for the generic country
}


def run_suite(
    name: str,
    connection: duckdb.DuckDBPyConnection,
    as_of: date,
    *,
    context: Mapping[str, Any] | None = None,
    folder: Path | None = None,
    own: Path | None = None,
    before: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> SuiteResult:
    """Run every suite of the gate `name` ("landed", "standardised", "linked", "findings") over a night's database.

    `context` overrides what the queries may know of the world outside the database: see `_DEFAULTS`. `folder` takes
    the suites from another place than the product's own; those in `own`, a company's, are run as well. `before`: documents of the last
    night by suite; a suite of the product's own that passed then, and is asked the same of the same rows, is not judged again. Nothing is written. Errors: ConfigError for a wrong suite
    and for an expectation that could not be evaluated (that is not the data's fault), ValueError for unknown context.
    """
    started = perf_counter()
    known = _context(as_of, context or {})
    suites = (*load_suites(name, folder, build=not before), *own_suites(name, own))
    with _prepared(connection, known):
        judged = [_run(suite, connection, known, before.get(suite.name)) for suite in suites]
        results = [result for _, found in judged for result in found]
        hidden = _protected(connection, {key for result in results for key in result.failing_keys})
    documents = tuple(told([_without(one, hidden) for one in found]) for told, found in judged)
    shown = [_without(result, hidden) for result in results]
    shown.sort(key=lambda result: (result.severity, result.suite, result.expectation))
    return SuiteResult(name, tuple(shown), perf_counter() - started, documents)


def _context(as_of: date, given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(given) - set(_DEFAULTS))
    if unknown:
        raise ValueError(f"unknown context: {', '.join(unknown)}")
    known = {**_DEFAULTS, **given}
    finnish = known["country"] == "fi"
    if known["max_clustered_share"] is None:
        known["max_clustered_share"] = 0.4 if finnish else 1.0
    if known["max_person_cluster"] is None:
        known["max_person_cluster"] = 30 if finnish else 1_000_000
    return {
        **known,
        "as_of": as_of,
        "configured_tables": list(known["configured_tables"]),
        "previous_tables": list(known["previous_counts"]),
        "previous_rows": list(known["previous_counts"].values()),
        "rules": list(known["rules"]),
        "previous_rules": list(known["previous_findings"]),
        "previous_open": list(known["previous_open"]),
        "previous_findings": list(known["previous_findings"].values()),
    }


@contextmanager
def _prepared(connection: duckdb.DuckDBPyConnection, known: Mapping[str, Any]) -> Iterator[None]:
    """What the queries lean on: macros, the decided edges, and the columns of the last night."""
    connection.execute(load_sql("macros", "regclean.checks"))
    edges = pl.DataFrame(schema=_DECIDED) if known["decided"] is None else known["decided"]
    columns = pl.DataFrame(schema=PROFILE) if known["previous_columns"] is None else known["previous_columns"]
    with registered(connection, "decided_edges", edges), registered(connection, "previous_columns", columns):
        yield


def _run(
    suite: Suite,
    connection: duckdb.DuckDBPyConnection,
    known: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> tuple[Callable[[list[ExpectationResult]], Mapping[str, Any]], list[ExpectationResult]]:
    """How the suite's document is made of what may be shown, and each outcome in the house's words."""
    if suite.asset == VIOLATIONS:
        table, counts = _violations(suite, connection, known)
    else:
        table, counts = _query(suite, suite.asset, connection, known), {}
    asked = _asked(suite, table, known) if suite.query is None else None
    if before is not None and asked is not None and passed(before, asked):
        observed = {name: one["result"].get("observed_value") for name, one in outcomes_of(before).items()}
        return lambda _: before, [_as_before(suite, one, observed[one.name], known) for one in suite.expectations]
    shown = table.to_pandas()
    said = _validate(suite, shown, known)
    outcomes = {name_of(one): {"success": bool(one.success), **one.result} for one in said.results}
    return partial(document, said, asked), [
        _result(suite, expectation, shown, outcomes[expectation.name], counts.get(expectation.name), known)
        for expectation in suite.expectations
    ]


def _asked(suite: Suite, table: pl.DataFrame, known: Mapping[str, Any]) -> str:
    """A digest of everything that the verdict on a suite of the product's own depends on."""
    parameters = [known[name] for name in _PARAMETERS]
    rows_of = [[name, str(kind)] for name, kind in table.schema.items()], table.rows()
    return digest([_judge(), suite.file.read_text(encoding="utf-8"), parameters, *rows_of])


@cache
def _judge() -> list[str]:
    """Who judges: this room's code, and the guests' versions."""
    code = [path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("*.py"))]
    return [*code, *map(metadata.version, ("great_expectations", "pandas", "polars"))]


def _as_before(
    suite: Suite, expectation: Expectation, observed: float | None, known: Mapping[str, Any]
) -> ExpectationResult:
    """The outcome of an expectation that no row broke, as it was in the night before."""
    return ExpectationResult(
        suite=suite.name,
        expectation=expectation.name,
        table=expectation.table,
        column=expectation.column,
        severity=expectation.severity,
        success=True,
        observed=observed,
        minimum=_limit(expectation.kwargs.get("min_value"), known),
        maximum=_limit(expectation.kwargs.get("max_value"), known),
        unexpected_count=0,
        failing_keys=(),
        reasons=expectation.reasons,
        remedies=expectation.remedies,
    )


def _violations(
    suite: Suite, connection: duckdb.DuckDBPyConnection, known: Mapping[str, Any]
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Of every rule the first rows that break it (rule, table_name, key), and the number of all of them.

    A night that is broken altogether breaks a rule a million times: only what is shown is handed on.
    """
    frames, counts = [], {}
    for rule in suite.queries:
        found = _query(suite, rule, connection, known).select(
            pl.lit(rule).alias("rule"), pl.col("table_name").cast(pl.String), pl.col("key").cast(pl.String)
        )
        counts[rule] = found.height
        frames.append(found.sort("table_name", "key").head(KEYS_SHOWN))
    return pl.concat(frames), counts


def _query(suite: Suite, name: str, connection: duckdb.DuckDBPyConnection, known: Mapping[str, Any]) -> pl.DataFrame:
    text = suite.text(name)
    names = parameters_of(text)
    if unknown := sorted(names - known.keys()):
        raise ConfigError(f"the query '{name}' asks for ${unknown[0]}, which is not known.", file=suite.file)
    parameters = {parameter: known[parameter] for parameter in names}
    try:
        frame: pl.DataFrame = connection.sql(text, params=parameters).pl()
    except duckdb.Error as error:
        raise ConfigError(f"the query '{name}' could not be run: {type(error).__name__}.", file=suite.file) from error
    return frame


@cache
def _gx_context() -> Any:
    """Great Expectations' surroundings in memory: nothing is read from or written to a project of its own."""
    context = great_expectations().get_context(mode="ephemeral")
    bars = importlib.import_module("great_expectations.data_context.types.base").ProgressBarsConfig
    context.variables.progress_bars = bars(globally=False, metric_calculations=False)
    return context


@cache
def _whole_table(suite: str, asset: str) -> Any:
    """How Great Expectations is handed a whole table (its batch definition); it holds no data itself."""
    source = _gx_context().data_sources.add_or_update_pandas(f"{suite}: {asset}")
    return source.add_dataframe_asset(asset).add_batch_definition_whole_dataframe("night")


def _validate(suite: Suite, table: pd.DataFrame, known: Mapping[str, Any]) -> Any:
    """Great Expectations' own verdict. Errors: ConfigError for a rule that could not be evaluated."""
    with _JUDGING:
        said = _said(suite, table, known)
    for outcome in said.results:
        _refuse_broken(suite, name_of(outcome), outcome.exception_info)
    return said


def _said(suite: Suite, table: pd.DataFrame, known: Mapping[str, Any]) -> Any:
    batch = _whole_table(suite.name, suite.asset).get_batch({"dataframe": table})
    judged = great_expectations().ExpectationSuite(name=suite.name)
    for expectation in suite.expectations:
        judged.add_expectation(expectation.built())
    result_format: dict[str, Any] = {"result_format": "COMPLETE"}
    index = [column for column in ("key", "table_name", "n") if column in table.columns]
    if index:
        result_format["unexpected_index_column_names"] = index
    parameters = {name: known[name] for name in _PARAMETERS}
    return batch.validate(judged, result_format=result_format, expectation_parameters=parameters)


def _refuse_broken(suite: Suite, name: str, info: Mapping[str, Any]) -> None:
    """A rule that could not be evaluated is an error of the rule. Its message may quote values: only its kind is told."""
    details = [info] if "raised_exception" in info else list(info.values())
    for detail in details:
        if detail.get("raised_exception", True):
            trace = str(detail.get("exception_traceback") or "").strip().splitlines()
            kind = trace[-1].split(":")[0].rpartition(".")[2] if trace else "unknown error"
            raise ConfigError(
                f"the expectation '{name}' could not be evaluated ({kind}).",
                file=suite.file,
                remedy="Compare its column and arguments with the query's columns.",
            )


def _result(
    suite: Suite,
    expectation: Expectation,
    table: pd.DataFrame,
    outcome: Mapping[str, Any],
    counted: int | None,
    known: Mapping[str, Any],
) -> ExpectationResult:
    """One outcome in the house's words. `counted`: how many rows break it, where that was counted before."""
    failing: Sequence[Mapping[str, Any]] = outcome.get("unexpected_index_list") or ()
    tables = sorted({str(row["table_name"]) for row in failing if row.get("table_name")})
    keys = sorted({_key(row, many=len(tables) > 1) for row in failing if row.get("key") is not None})
    return ExpectationResult(
        suite=suite.name,
        expectation=expectation.name,
        table=", ".join(tables) or expectation.table,
        column=expectation.column,
        severity=expectation.severity,
        success=outcome["success"],
        observed=_observed(expectation, table) if suite.query is None else _told(outcome),
        minimum=_limit(expectation.kwargs.get("min_value"), known),
        maximum=_limit(expectation.kwargs.get("max_value"), known),
        unexpected_count=_failing_rows(outcome, failing) if counted is None else counted,
        failing_keys=tuple(keys[:KEYS_SHOWN]),
        reasons=expectation.reasons,
        remedies=expectation.remedies,
    )


def _failing_rows(outcome: Mapping[str, Any], failing: Sequence[Mapping[str, Any]]) -> int:
    """Rows, not combinations of codes: a combination tells how many rows have it."""
    return sum(int(row.get("n") or 1) for row in failing) or int(outcome.get("unexpected_count") or 0)


def _key(row: Mapping[str, Any], *, many: bool) -> str:
    return f"{row['table_name']}:{row['key']}" if many else str(row["key"])


def _observed(expectation: Expectation, table: pd.DataFrame) -> float | None:
    """The number itself, where the suite is about one row of numbers."""
    if expectation.column is None or len(table) != 1 or not ({"min_value", "max_value"} & set(expectation.kwargs)):
        return None
    value = float(table[expectation.column].iloc[0])
    return None if math.isnan(value) else value


def _told(outcome: Mapping[str, Any]) -> float | None:
    """The number that Great Expectations saw, of an expectation that is about one."""
    value = outcome.get("observed_value")
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if number and value is not None else None


def _limit(value: Any, known: Mapping[str, Any]) -> float | None:
    if isinstance(value, dict):
        value = known[value["$PARAMETER"]]
    try:
        return None if value is None else float(value)
    except ValueError:  # a company's own suite may compare days
        return None


def _protected(connection: duckdb.DuckDBPyConnection, keys: set[str]) -> set[str]:
    """Those keys that belong to customers under non-disclosure; composite keys are looked up by their parts too."""
    parts = {part: key for key in keys for part in _parts(key)}
    if not parts:
        return set()
    found = rows(connection, load_sql("protected_keys", "regclean.checks"), {"keys": sorted(parts), "hiding": HIDING})
    protected = {part for (part,) in found}
    return {key for key in keys if protected.intersection(_parts(key))}


def _parts(key: str) -> set[str]:
    """A key, without its table, and what it is composed of: "group/member", "left + right"."""
    bare = key.partition(":")[2]
    return {part for text in (key, bare) for part in (text, *re.split(r" \+ |/", text)) if part}


def _without(result: ExpectationResult, hidden: set[str]) -> ExpectationResult:
    return replace(result, failing_keys=tuple(RESTRICTED if key in hidden else key for key in result.failing_keys))
