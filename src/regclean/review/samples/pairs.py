"""A drawn pair as people see it: two records side by side, what differs marked, and nothing of what the program thinks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regclean.review.case.diff import Likeness, Piece, likeness, marks
from regclean.review.case.fields import BY_NAME
from regclean.review.web.i18n import N_

# A column of the blind sheet -> what it is called.
FIELDS: Mapping[str, str] = {
    "name": BY_NAME["name"].label,
    "previous_name": BY_NAME["previous_last_name"].label,
    "kind": BY_NAME["kind"].label,
    "birth_date": BY_NAME["birth_date"].label,
    "national_id": BY_NAME["national_id"].label,
    "business_id": BY_NAME["business_id"].label,
    "address": BY_NAME["street_address"].label,
    "sites": N_("Sites"),
    "phone": BY_NAME["phone"].label,
    "email": BY_NAME["email"].label,
    "status": BY_NAME["status"].label,
    "created_on": BY_NAME["created_on"].label,
}
CODES = ("kind", "status")
# About the record, never a difference of customers.
TOLD_ONLY = ("kind", "status", "created_on")


@dataclass(frozen=True, slots=True)
class Side:
    """One record's value; `raw` None: the record has none."""

    raw: str | None
    pieces: tuple[Piece, ...]
    likeness: Likeness | None
    clean: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records."""

    name: str
    label: str
    words: bool
    left: Side
    right: Side


@dataclass(frozen=True, slots=True)
class Pair:
    """`missing`: the labels of fields that neither record has."""

    number: int
    left: str
    right: str
    lines: tuple[Line, ...]
    missing: tuple[str, ...]


def as_shown(row: Mapping[str, Any]) -> Pair:
    """A row of the blind sheet, as it is read on the page."""
    values = {name: (row[f"{name}_l"] or None, row[f"{name}_r"] or None) for name in FIELDS}
    return Pair(
        number=row["number"],
        left=row["customer_no_l"],
        right=row["customer_no_r"],
        lines=tuple(_line(name, *both) for name, both in values.items() if any(both)),
        missing=tuple(FIELDS[name] for name, both in values.items() if not any(both)),
    )


def _line(name: str, left: str | None, right: str | None) -> Line:
    ours, theirs = marks(left or "", right or "") if left and right else (_whole(left), _whole(right))
    alike = None if name in TOLD_ONLY else likeness(left, right)
    return Line(name, FIELDS[name], name in CODES, Side(left, ours, None), Side(right, theirs, alike))


def _whole(value: str | None) -> tuple[Piece, ...]:
    return (Piece(value, False),) if value else ()
