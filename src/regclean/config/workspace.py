"""`regclean.toml`: read against the commented template, which is also what `regclean init` writes.

The template is the only place where a threshold and its default stand: a key that is not in it is an error, a value of
another type is an error, and a room reads its own section with `config.section("linkage")`.
"""

from __future__ import annotations

import logging
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from regclean.config.mapping import read_toml
from regclean.domain.languages import LANGUAGES
from regclean.domain.register import TABLES
from regclean.errors import ConfigError, UsageError

log = logging.getLogger(__name__)
FILE_NAME = "regclean.toml"
Section = Mapping[str, Any]
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_VARIABLE = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")
_CHOICES = {
    ("workspace", "country"): ("fi", "generic"),
    ("workspace", "csv"): ("plain", "spreadsheet"),
    ("register", "target"): ("files", "sql"),
    ("engine", "backend"): ("duckdb", "spark"),
    ("operation", "log"): ("text", "json"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One `[[source]]`: a canonical table fed by files (`path`) or by a query (`url`, `query`)."""

    table: str
    path: str | None = None
    mapping: Path | None = None
    url: str | None = field(default=None, repr=False)
    query: str | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """The checked content of `regclean.toml`, defaults filled in."""

    sections: Mapping[str, Section]
    sources: tuple[Source, ...]

    def section(self, name: str) -> Section:
        return self.sections[name]

    @property
    def country(self) -> str:
        return str(self.sections["workspace"]["country"])

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.sections["workspace"]["languages"])

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.sections["workspace"]["timezone"])


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with `regclean.toml`, its inputs and `var/`."""

    root: Path
    config: Config

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def ledger_url(self) -> str:
        """The ledger's URL, its schema in it; a relative SQLite path is relative to the workspace, not to the current folder."""
        settings = self.config.section("ledger")
        url = rooted_sqlite_url(str(settings["url"]), self.root)
        return _within_schema(url, str(settings["schema"])) if settings["schema"] else url


def _within_schema(url: str, schema: str) -> str:
    """A PostgreSQL URL whose connections see this schema alone. Errors: ConfigError."""
    kind, _, rest = url.partition("://")
    if not kind.startswith("postgresql") or not _SCHEMA.fullmatch(schema):
        raise ConfigError(
            "[ledger] schema is a name of small letters, digits and _ in a PostgreSQL database.",
            file=Path(FILE_NAME),
            column="ledger.schema",
            remedy='Example: schema = "regclean". A SQLite ledger has a file of its own instead.',
        )
    if "options=" in rest:
        raise ConfigError(
            "[ledger] url has options of its own.",
            file=Path(FILE_NAME),
            column="ledger.schema",
            remedy="Name the schema there, or leave them out.",
        )
    return f"{url}{'&' if '?' in rest else '?'}options=-csearch_path%3D{schema}"


def rooted_sqlite_url(url: str, root: Path) -> str:
    """The database URL with a relative SQLite path taken from `root`; any other URL as it is."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/") and url != prefix + ":memory:":
        return f"{prefix}{(root / url.removeprefix(prefix)).resolve()}"
    return url


@cache
def template_text() -> str:
    return resources.files("regclean.config").joinpath("template.toml").read_text(encoding="utf-8")


@cache
def _defaults() -> dict[str, Any]:
    return tomllib.loads(template_text())


def init_workspace(root: Path) -> Path:
    """Write a new workspace: the commented template and empty `in/` and `mappings/`. Returns the file's path. Errors: UsageError where one is."""
    path = root / FILE_NAME
    if path.exists():
        raise UsageError(f"{path} exists already; nothing was changed.")
    for folder in (root, root / "in", root / "mappings"):
        folder.mkdir(parents=True, exist_ok=True)
    path.write_text(template_text(), encoding="utf-8")
    return path


def load_workspace(root: Path) -> Workspace:
    """Read and check the workspace in `root`. Errors: ConfigError that names the key and what may stand there."""
    path = root / FILE_NAME
    if not path.exists():
        raise ConfigError(
            f"there is no {FILE_NAME} here.", file=root, remedy="Make a workspace with: regclean init DIR"
        )
    data = _expand(path, read_toml(path))
    sources = data.pop("source", [])
    sections = _checked_sections(path, data)
    if not isinstance(sources, list):
        raise ConfigError("sources are written as [[source]], with two brackets.", file=path)
    return Workspace(
        root, Config(sections, tuple(_source(path, root, number, item) for number, item in enumerate(sources, 1)))
    )


def default_config(**sections: Section) -> Config:
    """The template's configuration with some keys set, checked as a file would be: `default_config(rules={"off": []})`."""
    return Config(_checked_sections(Path(FILE_NAME), sections), ())


def _checked_sections(path: Path, given: Mapping[str, Any]) -> dict[str, Any]:
    """Template, then the preset of shared bins, then what the file sets itself."""
    shared_bins = given.get("shared_bins", {})
    preset = shared_bins.get("preset", "") if isinstance(shared_bins, Mapping) else ""
    given, fixed = _without_same_probability(_without_retired(given))
    sections = _merge(path, _defaults(), _overlay(_preset(path, preset), given) if preset else given)
    _check_values(path, sections)
    if fixed is not None:
        sections["linkage"] = sections["linkage"] | {"same_probability": fixed}
    return sections


def _without_retired(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without the keys of older files that nothing reads any more."""
    stale = given.get("stale")
    if not isinstance(stale, Mapping) or "signal_months" not in stale:
        return given
    log.warning("'stale.signal_months' is an older key: what authorities tell does not age any more.")
    return {**given, "stale": {key: value for key, value in stale.items() if key != "signal_months"}}


def _without_same_probability(given: Mapping[str, Any]) -> tuple[Mapping[str, Any], float | None]:
    """An older file's one threshold for all evidence: it still holds where it stands, and a warning says what took its place."""
    linkage = given.get("linkage")
    if not isinstance(linkage, Mapping) or "same_probability" not in linkage:
        return given, None
    log.warning("'linkage.same_probability' is an older key: 'linkage.same_precision' takes its place.")
    fixed = _checked(Path(FILE_NAME), "linkage.same_probability", 0.9, linkage["same_probability"])
    return {**given, "linkage": {k: v for k, v in linkage.items() if k != "same_probability"}}, float(fixed)


def _overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both tables in one, key by key; `above` wins."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = _overlay(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return merged


def presets() -> tuple[str, ...]:
    """Names of the shipped presets of shared bins."""
    folder = resources.files("regclean.config").joinpath("presets")
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def _preset(path: Path, name: Any) -> dict[str, Any]:
    if name not in presets():
        near = get_close_matches(str(name), presets(), n=1, cutoff=0.5)
        raise ConfigError(
            f"'shared_bins.preset' names an unknown preset '{name}'.",
            file=path,
            remedy=f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(presets())}.",
        )
    file = resources.files("regclean.config").joinpath("presets", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _expand(path: Path, value: Any) -> Any:
    """Replace ${NAME} by the environment's value, everywhere."""
    if isinstance(value, dict):
        return {key: _expand(path, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(path, item) for item in value]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise ConfigError(f"the environment variable {name} is not set.", file=path)
        return os.environ[name]

    return _VARIABLE.sub(replace, value)


def _merge(path: Path, defaults: Mapping[str, Any], given: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    """Defaults overlaid with what is given, key by key.

    A default that is an empty table ([stale.by_waste_type] say) takes any keys: it is the company's own list.
    """
    merged = dict(defaults)
    for key, value in given.items():
        name = f"{place}{key}"
        if key not in defaults:
            near = get_close_matches(key, defaults, n=1)
            remedy = f"Did you mean '{near[0]}'?" if near else f"Known here: {', '.join(sorted(defaults))}."
            raise ConfigError(f"unknown key '{name}'.", file=path, remedy=remedy)
        merged[key] = _checked(path, name, defaults[key], value)
    return merged


def _checked(path: Path, name: str, default: Any, value: Any) -> Any:
    if isinstance(default, dict) and isinstance(value, Mapping):
        return _merge(path, default, value, f"{name}.") if default else dict(value)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(default):
        kinds = {
            bool: "true or false",
            int: "a whole number",
            float: "a number",
            str: "a text",
            list: "a list",
            dict: "a table",
        }
        raise ConfigError(f"'{name}' must be {kinds[type(default)]}.", file=path)
    return value


def _check_values(path: Path, sections: Mapping[str, Section]) -> None:
    for (section, key), choices in _CHOICES.items():
        if sections[section][key] not in choices:
            raise ConfigError(f"'{section}.{key}' must be one of: {', '.join(choices)}.", file=path)
    if sections["workspace"]["timezone"] not in available_timezones():
        raise ConfigError(
            "'workspace.timezone' is not a known time zone.", file=path, remedy='Example: "Europe/Helsinki".'
        )
    languages = sections["workspace"]["languages"]
    if not languages or not set(languages) <= set(LANGUAGES):
        raise ConfigError(f"'workspace.languages' must list some of: {', '.join(LANGUAGES)}.", file=path)


def _source(path: Path, root: Path, number: int, item: Any) -> Source:
    def fail(message: str, remedy: str | None = None) -> ConfigError:
        return ConfigError(f"[[source]] {number}: {message}", file=path, remedy=remedy)

    if not isinstance(item, dict):
        raise fail("must be a table.")
    unknown = sorted(set(item) - {"table", "path", "mapping", "url", "query"})
    if unknown:
        raise fail(f"unknown key '{unknown[0]}'.", "Known: table, path, mapping, url, query.")
    if not all(isinstance(value, str) for value in item.values()):
        raise fail("every value must be a text.")
    table = item.get("table")
    if table not in TABLES:
        near = get_close_matches(str(table), TABLES, n=1)
        raise fail(
            f"'{table}' is not a table.", f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(TABLES)}."
        )
    if ("path" in item) == ("url" in item):
        raise fail("needs either a path or a url.")
    if ("url" in item) != ("query" in item):
        raise fail("url and query go together.")
    url = item.get("url")
    return Source(
        table=table,
        path=item.get("path"),
        mapping=root / item["mapping"] if "mapping" in item else None,
        url=rooted_sqlite_url(url, root) if url else None,
        query=item.get("query"),
    )
