"""The rules that are there: every `<kind>/<id>.sql` beside this file, described by its own header.

A header is TOML in the SQL comments at the head of the file; `-- guard: name` … `-- end guard` mark the clauses that
keep a rule from firing where it must not. Adding a rule is adding a file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from threading import Lock
from typing import Any

from regclean.domain.findings import ENDINGS, SEVERITIES, Ending, Kind, Severity
from regclean.domain.languages import LANGUAGES, in_language
from regclean.domain.tasks import WAYS, Way
from regclean.warehouse import parameters_of

FOLDERS: dict[str, Kind] = {"stale": "stale", "bin_groups": "bin_group", "fields": "field"}
_READING = Lock()
_GUARD = re.compile(r"^[ \t]*-- guard: (?P<name>[a-z_]+)\n(?P<body>.*?)^[ \t]*-- end guard\n", re.M | re.S)
_REQUIRED = ("id", "title", "summary", "severity", "ends_in", "why", "subjects")
_KNOWN = frozenset({*_REQUIRED, "asks", "way", "severities", "parameters", "guards", "countries", "uses"})


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What people may know of a rule. `title` and `summary` are keyed by language: fi, sv, en.

    `severity` is the rule's own; `severities` lists those that single hits may have instead. `subjects` names the
    tables whose rows a hit is about. `ends_in` says what ends a hit: a change of the register, a task for somebody, or
    nothing that anybody does (a figure); what proposes a change ends in it, and what a rule of changes has none for is a
    task. `asks`: what a task asks for, by language, and `way` how one finds it out; empty where no hit is a task. `guards` maps the name of a guard to what it protects.
    """

    id: str
    kind: Kind
    title: Mapping[str, str]
    summary: Mapping[str, str]
    severity: Severity
    severities: tuple[Severity, ...]
    ends_in: Ending
    asks: Mapping[str, str]
    way: Way | None
    why: str
    subjects: str
    parameters: tuple[str, ...]
    guards: Mapping[str, str]
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its query, which returns `subjects`, `evidence`, `proposal` and maybe `severity`, `score`.

    `uses`: the files of `shared/` that make the tables and macros of its query, without their numbers.
    """

    info: RuleInfo
    sql: str = field(repr=False)
    uses: tuple[str, ...] = ()

    def without_guard(self, name: str) -> Rule:
        """The same rule with the clauses of one guard taken out: what the guard's test compares with."""
        stripped = _GUARD.sub(lambda match: "" if match["name"] == name else match[0], self.sql)
        if stripped == self.sql:
            raise ValueError(f"{self.info.id} has no guard {name!r}")
        return Rule(self.info, stripped, self.uses)


def marked_guards(sql: str) -> frozenset[str]:
    """Names of the guards marked in a query."""
    return frozenset(match["name"] for match in _GUARD.finditer(sql))


def rules() -> tuple[Rule, ...]:
    """Every rule, stale ones first, then shared bins, then fields, each by id."""
    with _READING:  # whoever asks meanwhile waits, instead of reading them all as well
        return _rules()


@cache
def _rules() -> tuple[Rule, ...]:
    found = []
    for folder, kind in FOLDERS.items():
        files = resources.files("regclean.rules").joinpath(folder).iterdir()
        for file in sorted((file for file in files if file.name.endswith(".sql")), key=lambda file: file.name):
            found.append(read_rule(file.name.removesuffix(".sql"), kind, file.read_text(encoding="utf-8")))
    return tuple(found)


def catalogue() -> dict[str, RuleInfo]:
    """What every rule is about, by id."""
    return {rule.info.id: rule.info for rule in rules()}


def titles(language: str) -> dict[str, str]:
    """Rule id -> title in `language` (English where a language is not there)."""
    return {info.id: in_language(info.title, language) for info in catalogue().values()}


def read_rule(name: str, kind: Kind, sql: str) -> Rule:
    """A rule from its file's text. Errors: ValueError that names the file; a wrong rule must not reach a night."""
    header = read_header(name, sql)
    parameters = tuple(header.get("parameters", ()))
    used = parameters_of(sql)
    declared = {parameter.rpartition(".")[2] for parameter in parameters} | {"as_of"}
    guards = dict(header.get("guards", {}))
    problems = [
        *(f"unknown key {key!r}" for key in sorted(header.keys() - _KNOWN)),
        *(f"missing {key!r}" for key in _REQUIRED if key not in header),
        *(
            f"{key} lacks {language}"
            for key in ("title", "summary")
            for language in LANGUAGES
            if not header.get(key, {}).get(language)
        ),
        *(f"undeclared parameter {unknown!r}" for unknown in sorted(used - declared)),
        *(f"unused parameter {unused!r}" for unused in sorted(declared - used - {"as_of"})),
        *(f"guard {guard!r} is named but not marked" for guard in sorted(guards.keys() - marked_guards(sql))),
        *(f"guard {guard!r} is marked but not named" for guard in sorted(marked_guards(sql) - guards.keys())),
    ]
    if not problems and header["id"] != name:
        problems.append(f"id is {header['id']!r}")
    severities = (header.get("severity"), *header.get("severities", ()))
    problems += [f"unknown severity {severity!r}" for severity in severities if severity not in SEVERITIES]
    if header.get("ends_in", "figure") not in ENDINGS:
        problems.append(f"unknown ending {header['ends_in']!r}")
    asks = header.get("asks", {})
    if header.get("ends_in") == "task" or asks:
        problems += [f"asks lacks {language}" for language in LANGUAGES if not asks.get(language)]
        problems += [f"unknown way {header.get('way')!r}"] if header.get("way") not in WAYS else []
    if problems:
        raise ValueError(f"rule {name}: {'; '.join(problems)}")
    info = RuleInfo(
        id=name,
        kind=kind,
        title=header["title"],
        summary=header["summary"],
        severity=header["severity"],
        severities=tuple(header.get("severities", ())),
        ends_in=header["ends_in"],
        asks=asks,
        way=header.get("way"),
        why=header["why"],
        subjects=header["subjects"],
        parameters=parameters,
        guards=guards,
        countries=tuple(header.get("countries", ())),
    )
    return Rule(info, sql, tuple(header.get("uses", ())))


def read_header(name: str, sql: str) -> dict[str, Any]:
    """The TOML in the comments at the head of a file. Errors: ValueError that names the file."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").removeprefix(" "))
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"rule {name}: header: {error}") from error
