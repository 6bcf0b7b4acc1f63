"""What a column and a table of the register are: everything that any room needs to know of one, told once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

# key: names a row, of this table or of the one that `refers` names; code: a word of a list, open where `codes` is empty.
ColumnType = Literal["key", "text", "date", "month_day", "integer", "decimal", "boolean", "code", "list"]
TYPES: tuple[ColumnType, ...] = get_args(ColumnType)


@dataclass(frozen=True, slots=True)
class Column:
    """One column, canonical (of the input) or derived (written by standardising from the columns that `of` names).

    - `key`: part of the row's key; `needed`: a row means nothing without it (None: as `key`); `required`: a typed row
      always has a value, given or found;
    - `unless`: the columns of which one may stand in its place, for standardising finds the key by it;
    - `refers`: the table whose key it holds; `identifier`: which identifiers it holds (`standardise.identifiers`);
    - `unit`: what a number counts; `codes`: the whole list of a code column;
    - `personal`: tells something of a person; `sealed`: leaves `landed` only as a keyed hash and a mask;
    - `compared`: linkage compares it, so that a decision on a pair is asked again when it changes;
    - `survives_with`: a merged customer keeps it together with the other columns of this survivorship unit;
    - `choosable`: a steward may choose its value; `exported`: a batch may write it to the register;
    - `called`: what registers call it, to suggest a mapping.
    """

    name: str
    meaning: str
    type: ColumnType = "text"
    key: bool = False
    needed: bool | None = None
    required: bool = False
    unless: tuple[str, ...] = ()
    refers: str | None = None
    identifier: str | None = None
    unit: str | None = None
    codes: tuple[str, ...] = ()
    personal: bool = False
    sealed: bool = False
    compared: bool = False
    survives_with: str | None = None
    choosable: bool = False
    exported: bool = True
    called: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    table: str = ""

    @property
    def never_null(self) -> bool:
        """Does a typed row always have a value?"""
        return self.key or self.required or bool(self.needed)


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table.

    `keys` are the columns without which a row means nothing; `key_columns` name it.
    `repeatable`: rows may stand several times under one key; `history`: what was seen, which no batch rewrites.
    `typed`: the columns of the standardised table.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    derived: tuple[Column, ...] = ()
    repeatable: bool = False
    history: bool = False
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for part in ("columns", "derived"):
            object.__setattr__(self, part, tuple(replace(column, table=self.name) for column in getattr(self, part)))
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if (column.key if column.needed is None else column.needed))

    @property
    def key_columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    @property
    def references(self) -> tuple[str, ...]:
        """The columns that hold keys, its own and other tables'."""
        return tuple(column.name for column in self.columns if column.type == "key")

    @property
    def typed(self) -> tuple[Column, ...]:
        return (*(column for column in self.columns if not column.sealed), *self.derived)
