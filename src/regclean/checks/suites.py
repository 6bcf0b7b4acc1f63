"""Expectation suites as files: `expectations/<gate>/<asset>.json`, each over what `sql/<gate>/<asset>.sql` returns.

An expectation on the asset `violations` is named after its own query `sql/<gate>/<name>.sql`, which returns the rows
that break the rule. Everything wrong with a file is said when it is loaded: Great Expectations itself would log and
drop an expectation that it does not know.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, partial
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any

from regclean.checks.results import Severity
from regclean.domain.languages import LANGUAGES
from regclean.errors import ConfigError
from regclean.resources import bundled
from regclean.warehouse import load_sql

GATES = ("landed", "standardised", "linked", "findings")  # of a night, in their order
BATCH_GATE = "update_batch"  # stands before every batch, over its lines and the register as it would be
VIOLATIONS = "violations"
_IMPORT = Lock()
_SEVERITIES: tuple[Severity, ...] = ("critical", "warning")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation of a suite; `built` gives Great Expectations' own object, or a ConfigError that says what is wrong."""

    name: str
    table: str
    column: str | None
    severity: Severity
    kwargs: Mapping[str, Any]
    reasons: Mapping[str, str]
    remedies: Mapping[str, str]
    built: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Suite:
    """One file of a gate."""

    gate: str
    asset: str
    file: Path
    expectations: tuple[Expectation, ...]
    query: str | None = None  # of a company's own suite: what it judges

    @property
    def name(self) -> str:
        return f"{self.gate}.{self.asset}"

    @property
    def queries(self) -> tuple[str, ...]:
        """Names of the SQL files that this suite needs, without the gate."""
        if self.asset == VIOLATIONS:
            return tuple(expectation.name for expectation in self.expectations)
        return (self.asset,)

    def text(self, query: str) -> str:
        """The SQL of one of its queries."""
        return self.query or load_sql(f"{self.gate}/{query}", "regclean.checks")


def great_expectations() -> Any:
    """The library, imported on first use: analytics off, warnings of its dependencies off the screen, without Spark.

    It would import every part of an installed pyspark, which ends the process where that believes to run doctests, and,
    through what draws its charts, a grammar of web addresses that takes a second to be built and is not used. Its
    import is no thing for two threads at once: a server calls this before it answers anybody.
    """
    with _IMPORT:
        if "great_expectations" not in sys.modules:
            os.environ["GX_ANALYTICS_ENABLED"] = "false"
            with warnings.catch_warnings(), _hidden("pyspark"), _hidden("rfc3987_syntax"):
                warnings.simplefilter("ignore")
                importlib.import_module("great_expectations")
            # What it logs of an expectation that fails quotes values; `_refuse_broken` says which one it was.
            logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
    return sys.modules["great_expectations"]


@contextmanager
def _hidden(package: str) -> Iterator[None]:
    """As if a package were not installed."""
    modules: dict[str, Any] = sys.modules
    before = modules.get(package)
    modules[package] = None
    try:
        yield
    finally:
        del modules[package]
        if before is not None:
            modules[package] = before


def load_suites(gate: str, folder: Path | None = None, *, build: bool = True) -> tuple[Suite, ...]:
    """Every suite of a gate, sorted by file name. Errors: ConfigError that names file, expectation and remedy.

    Without `build` what only Great Expectations knows to be wrong is said when a suite is judged.
    """
    home = (folder or bundled("expectations")) / gate
    files = sorted(home.glob("*.json"))
    if gate not in (*GATES, BATCH_GATE) or not files:
        raise ConfigError(
            f"there are no suites for the gate '{gate}'.",
            file=home,
            remedy=f"Gates: {', '.join((*GATES, BATCH_GATE))}.",
        )
    suites = tuple(_load(gate, file) for file in files)
    for expectation in (one for suite in suites if build for one in suite.expectations):
        expectation.built()
    return suites


def suite_names(gate: str) -> frozenset[str]:
    """What the product's own suites of a gate are called."""
    return frozenset(file.stem for file in (bundled("expectations") / gate).glob("*.json"))


def read_json(file: Path) -> Any:
    """What a suite's file holds. Errors: ConfigError."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise ConfigError("this is not JSON.", file=file, row=line) from error


def _load(gate: str, file: Path) -> Suite:
    content = read_json(file)
    if not isinstance(content, dict) or set(content) != {"name", "meta", "expectations"}:
        raise ConfigError("a suite has exactly: name, meta, expectations.", file=file)
    if content["name"] != f"{gate}.{file.stem}":
        raise ConfigError(f"the suite must be named '{gate}.{file.stem}', after its place.", file=file)
    meta = content["meta"]
    if not isinstance(meta, dict) or not isinstance(meta.get("table"), str):
        raise ConfigError("meta.table must name the table that the suite is about.", file=file)
    remedies = _translated(file, "meta.remedy", meta.get("remedy"))
    if not isinstance(content["expectations"], list) or not content["expectations"]:
        raise ConfigError("expectations must be a list with at least one entry.", file=file)
    expectations = tuple(
        _expectation(file, number, item, meta["table"], remedies)
        for number, item in enumerate(content["expectations"], 1)
    )
    suite = Suite(gate, file.stem, file, expectations)
    _check_names(suite)
    return suite


def _expectation(file: Path, number: int, item: Any, table: str, remedies: Mapping[str, str]) -> Expectation:
    place = f"expectation {number}"
    if not isinstance(item, dict) or not {"type", "kwargs", "severity", "meta"} <= set(item):
        raise ConfigError(f"{place} needs: type, kwargs, severity, meta.", file=file)
    meta = item["meta"]
    if not isinstance(meta, dict) or not isinstance(meta.get("name"), str):
        raise ConfigError(f"{place} needs a meta.name.", file=file)
    place = f"expectation '{meta['name']}'"
    unknown = sorted(set(item) - {"type", "kwargs", "severity", "meta"})
    if unknown:
        raise ConfigError(f"{place} has an unknown part '{unknown[0]}'.", file=file)
    if item["severity"] not in _SEVERITIES:
        raise ConfigError(f"{place}: severity must be one of: {', '.join(_SEVERITIES)}.", file=file)
    column = item["kwargs"].get("column") if isinstance(item["kwargs"], dict) else None
    return Expectation(
        name=meta["name"],
        table=meta.get("table", table),
        column=None if file.stem == VIOLATIONS else column,
        severity=item["severity"],
        kwargs=item["kwargs"],
        reasons=_translated(file, f"{place}: meta.why", meta.get("why")),
        remedies=_translated(file, f"{place}: meta.remedy", meta["remedy"]) if "remedy" in meta else remedies,
        built=cache(partial(configuration, file, place, item)),
    )


def configuration(file: Path, place: str, item: dict[str, Any]) -> Any:
    """Great Expectations' object for one entry, built alone so that a mistake is an error and not a log line."""
    great_expectations()
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    try:
        return ExpectationConfiguration(**item).to_domain_obj()
    except ExpectationNotFoundError as error:
        near = get_close_matches(str(item["type"]), list_registered_expectation_implementations(), n=1)
        remedy = f"Did you mean '{near[0]}'?" if near else None
        raise ConfigError(f"{place}: there is no '{item['type']}'.", file=file, remedy=remedy) from error
    except (ValueError, TypeError) as error:  # pydantic's ValidationError is a ValueError
        problems: list[dict[str, Any]] = getattr(error, "errors", list)()
        details = "; ".join(f"{'.'.join(map(str, p['loc']))}: {p['msg']}" for p in problems) or "wrong arguments"
        raise ConfigError(f"{place}: {details}.", file=file) from error


def _translated(file: Path, place: str, texts: Any) -> Mapping[str, str]:
    if (
        not isinstance(texts, dict)
        or set(texts) != set(LANGUAGES)
        or not all(isinstance(t, str) for t in texts.values())
    ):
        raise ConfigError(f"{place} must give a sentence in each of: {', '.join(LANGUAGES)}.", file=file)
    return texts


def _check_names(suite: Suite) -> None:
    names = [expectation.name for expectation in suite.expectations]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ConfigError(f"two expectations are named '{repeated[0]}'.", file=suite.file)
    home = resources.files("regclean.checks").joinpath("sql", suite.gate)
    for query in suite.queries:
        if not home.joinpath(f"{query}.sql").is_file():
            raise ConfigError(
                f"there is no query '{query}' for it.",
                file=suite.file,
                remedy=f"Add checks/sql/{suite.gate}/{query}.sql, or correct the name.",
            )
    if suite.asset == VIOLATIONS:
        for expectation in suite.expectations:
            if expectation.kwargs.get("value_set") != [expectation.name]:
                raise ConfigError(f"'{expectation.name}' must look for its own name in value_set.", file=suite.file)
