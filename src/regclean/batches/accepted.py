"""Accepted findings and planned lines: what building a batch passes around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regclean.domain.findings import Operation
from regclean.domain.register import CUSTOMER_COLUMNS, NEW, TABLES, Subject, customers_among

Why = Mapping[str, Any]


class LeftOut(Exception):  # noqa: N818  # an answer, not a failure
    """Why a finding is not in the batch. `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted finding with the decision on it."""

    finding_id: str
    kind: str
    rule: str
    subjects: tuple[str, ...]
    proposal: tuple[Mapping[str, Any], ...]
    choices: Mapping[str, Any]
    decision_id: int
    user: str
    protected: bool

    @property
    def customers(self) -> tuple[str, ...]:
        return tuple(customers_among(self.subjects))

    @property
    def keys(self) -> dict[str, set[str]]:
        """The rows that it speaks of, by table."""
        keys: dict[str, set[str]] = {}
        for subject in self.subjects:
            about = Subject.parse(subject)
            if about.table in TABLES:
                keys.setdefault(about.table, set()).add(about.key)
        for change in self.proposal:
            if NEW not in change["key"]:
                keys.setdefault(change["table"], set()).add(change["key"])
            if change["column"] in CUSTOMER_COLUMNS.get(change["table"], ()):
                keys.setdefault("customers", set()).update(
                    number for number in (change["before"], change["after"]) if number and not number.startswith(NEW)
                )
        chosen: Mapping[str, Any] = self.choices.get("fields") or {}
        refer = {column for table in keys for column in CUSTOMER_COLUMNS.get(table, ())}
        if another := {number for column, number in chosen.items() if number and column in refer}:
            keys.setdefault("customers", set()).update(another)
        return keys


@dataclass(frozen=True, slots=True)
class Planned:
    """A line before it has its number."""

    op: Operation
    table: str
    key: str
    column: str | None
    before: str | None
    after: str | None
    why: Why = field(default_factory=dict)

    @property
    def cell(self) -> tuple[str, str, str | None]:
        return (self.table, self.key, self.column)
