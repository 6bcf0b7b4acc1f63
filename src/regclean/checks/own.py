"""A company's own suites: `expectations/<gate>/<name>.json` of its workspace, as Great Expectations writes a suite.

Beside it may stand `<name>.sql`, one SELECT over the night's tables whose `key` names the row; without one the suite judges
the columns that it names of the table of its name, or of `meta.table`. They gate the night with the product's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from regclean.checks.suites import GATES, Expectation, Suite, configuration, read_json, suite_names
from regclean.domain.languages import LANGUAGES
from regclean.domain.register import KEY_COLUMNS
from regclean.errors import ConfigError

NAMED = ("column", "column_A", "column_B")
NAME = re.compile(r"[a-z_][a-z0-9_]*")
WHY = "A check of this company's own."
REMEDY = "Correct the data, or the suite if it asks for too much."


def own_suites(gate: str, folder: Path | None) -> tuple[Suite, ...]:
    """The suites of one gate, sorted by file name; none without a folder. Errors: ConfigError with file and remedy."""
    files = sorted((folder / gate).glob("*.json")) if folder is not None else []
    return tuple(_load(gate, file) for file in files)


def check_own(folder: Path) -> None:
    """Read all of them, before a night has done anything. Errors: ConfigError."""
    for file in sorted(folder.rglob("*.json")):
        if file.parent.parent != folder or file.parent.name not in GATES:
            raise ConfigError(
                "a suite stands in the folder of its gate.",
                file=file,
                remedy=f"Put it into one of: {', '.join(f'expectations/{gate}' for gate in GATES)}.",
            )
    for gate in GATES:
        own_suites(gate, folder)


def _load(gate: str, file: Path) -> Suite:
    content = read_json(file)
    listed = content.get("expectations") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(listed, list) or not listed:
        raise ConfigError("a suite needs expectations, a list with at least one entry.", file=file)
    if file.stem in suite_names(gate):
        raise ConfigError("this is the name of a suite of regclean's own.", file=file, remedy="Give it another name.")
    meta = content.get("meta") or {}
    table = meta.get("table", file.stem)
    remedies = _texts(meta.get("remedy"), REMEDY)
    expectations = tuple(_expectation(file, number, item, table, remedies) for number, item in enumerate(listed, 1))
    names = [expectation.name for expectation in expectations]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"two expectations are named '{repeated[0]}'.", file=file)
    sql = file.with_suffix(".sql")
    text = _select(sql) if sql.is_file() else _of_table(gate, file, table, expectations)
    return Suite(gate, file.stem, file, expectations, query=text)


def _expectation(file: Path, number: int, item: Any, table: str, remedies: Mapping[str, str]) -> Expectation:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str) or not isinstance(item.get("kwargs"), dict):
        raise ConfigError(f"expectation {number} needs: type, kwargs.", file=file)
    meta = item.get("meta") or {}
    kwargs = item["kwargs"]
    name = str(meta.get("name") or "_".join(filter(None, (item["type"].removeprefix("expect_"), kwargs.get("column")))))
    severity = item.get("severity", "critical")
    if severity not in ("critical", "warning"):
        raise ConfigError(f"expectation '{name}': severity must be critical or warning.", file=file)
    plain = {"type": item["type"], "kwargs": kwargs, "severity": severity, "meta": {**meta, "name": name}}
    built = configuration(file, f"expectation '{name}'", plain)
    return Expectation(
        name=name,
        table=table,
        column=kwargs.get("column"),
        severity=severity,
        kwargs=kwargs,
        reasons=_texts(meta.get("why") or item.get("description") or item.get("notes"), WHY),
        remedies=_texts(meta["remedy"], REMEDY) if "remedy" in meta else remedies,
        built=lambda: built,
    )


def _texts(given: Any, otherwise: str) -> dict[str, str]:
    """A sentence in each language: as it is given, or the one that there is."""
    if isinstance(given, dict) and given:
        return {language: str(given.get(language) or next(iter(given.values()))) for language in LANGUAGES}
    return dict.fromkeys(LANGUAGES, str(given or otherwise))


def _select(file: Path) -> str:
    """The text of one SELECT: what judges a night changes nothing in it."""
    text = file.read_text(encoding="utf-8")
    try:
        found = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise ConfigError(f"this is no SQL that DuckDB reads ({type(error).__name__}).", file=file) from error
    if len(found) != 1 or found[0].type is not duckdb.StatementType.SELECT:
        raise ConfigError("a suite's query is one SELECT.", file=file)
    return text


def _of_table(gate: str, file: Path, table: str, expectations: Iterable[Expectation]) -> str:
    """The columns that the expectations name, and the row's key where the table has one."""
    columns = sorted({name for one in expectations for name in _columns(one.kwargs)})
    for name in (table, *columns):
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise ConfigError("this is no name of a table or column of the night.", file=file, column=str(name))
    keys = KEY_COLUMNS.get(table, ())
    key = [f"row_key({', '.join(keys)}) AS key" if len(keys) > 1 else f"{keys[0]} AS key"] if keys else []
    schema = "landed." if gate == "landed" else ""
    return f"SELECT {', '.join([*key, *columns]) or '1 AS row'} FROM {schema}{table}"  # noqa: S608  # names only


def _columns(kwargs: Mapping[str, Any]) -> Iterable[str]:
    yield from (kwargs[name] for name in NAMED if name in kwargs)
    yield from kwargs.get("column_list", ())
