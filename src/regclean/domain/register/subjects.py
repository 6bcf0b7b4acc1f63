"""What findings, evidence and the audit log are about, as one text: "table:key", or "table:key:column" for a field.

The table is a canonical one, or names something of the program itself: users, batches, findings, sources, …
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from regclean.domain.register.keys import group_of, member_of
from regclean.domain.register.tables import TABLES

SOURCES = "sources"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A row, or one field of it. `str()` gives the text that `parse` reads.

    A key may hold colons: what follows the last one is a column only where the table has a column of that name. Of a
    source (`sources:TABLE:AREA`) the area stands as the column.
    """

    table: str
    key: str
    column: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "table:key[:column]"; a text without a colon is a table without a key."""
        table, _, rest = text.partition(":")
        if table == SOURCES:
            key, _, area = rest.partition(":")
            return cls(table, key, area or None)
        key, _, column = rest.rpartition(":")
        if key and table in TABLES and column in TABLES[table].by_name:
            return cls(table, key, column)
        return cls(table, rest)

    def __str__(self) -> str:
        return f"{self.table}:{self.key}" if self.column is None else f"{self.table}:{self.key}:{self.column}"

    @property
    def row(self) -> Subject:
        """The row that it is about."""
        return self if self.column is None else Subject(self.table, self.key)

    @property
    def customer(self) -> str | None:
        """The customer's number, of a customer or a field of one."""
        return self.key if self.table == "customers" else None

    @property
    def group(self) -> str | None:
        """The shared bin's number, of a shared bin or a line of its list."""
        if self.table == "bin_group_members":
            return group_of(self.key)
        return self.key if self.table == "bin_groups" else None

    @property
    def member(self) -> str | None:
        """The line's number, of a line of a shared bin's list."""
        return member_of(self.key) if self.table == "bin_group_members" else None


def subject_text(table: str, key: object, column: str | None = None) -> str:
    """The text of a subject."""
    return str(Subject(table, str(key), column))


def subject_prefix(table: str) -> str:
    """What the texts of a table's subjects begin with: for conditions and concatenations in SQL."""
    return subject_text(table, "")


@lru_cache(maxsize=1 << 16)
def row_subject(text: str) -> str:
    """The text of the row that a subject is about."""
    return str(Subject.parse(text).row)


def customers_among(subjects: Iterable[str]) -> list[str]:
    """The customer numbers among subjects, in their order, each once."""
    numbers = (Subject.parse(text).customer for text in subjects)
    return list(dict.fromkeys(number for number in numbers if number is not None))
