"""A mapping: which column of a file is which canonical column."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from regclean.domain.register import Table
from regclean.errors import ConfigError

# Sections that list names, and the entry that does.
_LISTS = {"ignore": "columns", "fill_down": "columns", "sheets": "names"}
_GROUP = re.compile(r"\[([^\[\]]*)\]|([^\[\]]+)")
_NAME = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Joined:
    """A text made of several of the file's columns: "[{Katuosoite}, {Postinumero} {Postitoimipaikka}][; {Lisätieto}]".

    `groups`: (literals around the names, names, optional). What stands in brackets falls away where one of its names is empty.
    """

    groups: tuple[tuple[tuple[str, ...], tuple[str, ...], bool], ...]

    @classmethod
    def read(cls, template: str) -> Joined:
        groups = []
        for found in _GROUP.finditer(template):
            literals = _NAME.split(text := found[1] if found[1] is not None else found[2])
            groups.append((tuple(literals[::2]), tuple(_NAME.findall(text)), found[1] is not None))
        return cls(tuple(groups))

    @property
    def parts(self) -> tuple[str, ...]:
        """The file's columns that are joined."""
        return tuple(dict.fromkeys(name for _, names, _ in self.groups for name in names))


@dataclass(frozen=True, slots=True)
class Mapping:
    """`columns`: canonical name -> the file's names, the first non-empty one wins.

    `values`: canonical name -> {file's value: canonical value}. `constants`: canonical name -> a value for every row.
    `joined`: canonical name -> a text of several of the file's columns; where all of them are empty, `columns` counts.
    `ignore`: the file's columns that are known and not wanted. `fill_down`: the file's columns of which an empty cell means
    what stands above it, as merged cells do. `sheets`: the only sheets of a workbook to read; of these also hidden ones.
    """

    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    joined: dict[str, Joined] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    fill_down: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


def load_mapping(path: Path, table: Table) -> Mapping:
    """Read and check a mapping file. Errors: ConfigError with the file and the name that is wrong."""
    data = read_toml(path)
    unknown = sorted(set(data) - {"columns", "values", "constants", "joined", *_LISTS})
    if unknown:
        known = ", ".join(("columns", "values", "constants", "joined", *_LISTS))
        raise ConfigError(f"unknown section [{unknown[0]}].", file=path, remedy=f"Known: {known}.")
    columns = {name: _names(path, name, value) for name, value in data.get("columns", {}).items()}
    values = {
        name: {str(key): str(value) for key, value in entries.items()}
        for name, entries in data.get("values", {}).items()
    }
    constants = {name: _text(value) for name, value in data.get("constants", {}).items()}
    joined = {name: _joined(path, name, value) for name, value in data.get("joined", {}).items()}
    for name in (*columns, *values, *constants, *joined):
        if name not in table.by_name:
            near = get_close_matches(name, table.by_name, n=1)
            hint = f"Did you mean '{near[0]}'?" if near else f"Columns of {table.name}: {', '.join(table.by_name)}."
            raise ConfigError(f"'{name}' is not a column of {table.name}.", file=path, column=name, remedy=hint)
    return Mapping(columns, values, constants, joined, **{section: _listed(path, data, section) for section in _LISTS})


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file. Errors: ConfigError, never a traceback of the parser."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError("there is no such file.", file=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read as TOML: {error}.", file=path) from None
    except OSError as error:
        raise ConfigError(f"cannot be opened: {error.strerror}.", file=path) from None


def _listed(path: Path, data: dict[str, Any], section: str) -> tuple[str, ...]:
    """The names of `[section] entry = [...]`, or of a plain list."""
    told, entry = data.get(section, {}), _LISTS[section]
    names = told.get(entry, []) if isinstance(told, dict) else told
    if not isinstance(names, list):
        raise ConfigError(f"[{section}] {entry} must be a list of names.", file=path)
    return tuple(str(name) for name in names)


def _names(path: Path, column: str, value: Any) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ConfigError("must be a column name of the file, or a list of them.", file=path, column=column)
    return tuple(names)


def _joined(path: Path, column: str, value: Any) -> Joined:
    if not isinstance(value, str) or not (template := Joined.read(value)).parts:
        raise ConfigError(
            "must be a text that names columns of the file in braces.",
            file=path,
            column=column,
            remedy=f'Example: {column} = "{{Katuosoite}}, {{Postinumero}} {{Postitoimipaikka}}".',
        )
    return template


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
