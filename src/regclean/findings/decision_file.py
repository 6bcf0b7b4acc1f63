"""Decisions as lines of a file: reading them, one by one, so that a bad line never takes the good ones with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from regclean.domain.decisions import OPEN_BILLS
from regclean.errors import InputError
from regclean.landing import read_sheet

COLUMNS = ("finding_id", "customer_no_l", "customer_no_r", "verdict", "user", "reason", "choices")
OPTIONAL = ("comment", "defer_until")
CHOICES = ("survivor", "leave_out", "from", "fields", "open_bills")


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What one person says of one finding, or of one pair of customers.

    `number` is the line in the file (1-based, header included), or the position in a request. `choices` is JSON text or
    an object {"survivor", "fields": {column: value}, "leave_out": [customer_no]}. `expected_version` is the version of
    the finding that the person looked at; when the finding has moved on since, the decision is not taken.
    """

    number: int
    verdict: str
    user: str
    finding_id: str | None = None
    customer_no_l: str | None = None
    customer_no_r: str | None = None
    reason: str | None = None
    choices: str | Mapping[str, Any] | None = None
    comment: str | None = None
    defer_until: date | str | None = None
    expected_version: int | None = None
    problem: str | None = None  # why the line itself could not be read


def read_decisions(path: Path) -> Iterator[DecisionLine]:
    """The lines of a decision file: see `read_sheet`.

    Errors: InputError when the file is not there, empty, or lacks a column that every line needs.
    """
    sheet = read_sheet(path)
    _check_columns(path, sheet.names)
    return (_line(number, sheet.names, cells) for number, cells in sheet.lines)


def parse_choices(given: str | Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Choices as an object, or None when there are none. Errors: ValueError that says what is wrong with them."""
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    try:
        choices = json.loads(given) if isinstance(given, str) else dict(given)
    except json.JSONDecodeError as error:
        raise ValueError("the choices are not JSON") from error
    if not isinstance(choices, dict):
        raise ValueError("the choices are not a JSON object")
    unknown = sorted(choices.keys() - set(CHOICES))
    if unknown:
        raise ValueError(f"unknown choice '{unknown[0]}' (known: {', '.join(CHOICES)})")
    if not isinstance(choices.get("survivor", ""), str):
        raise ValueError("the survivor must be a customer number")
    fields = choices.get("fields", {})
    if not isinstance(fields, dict) or not all(value is None or isinstance(value, str) for value in fields.values()):
        raise ValueError("the chosen fields must be an object of texts")
    sources = choices.get("from", {})
    if not isinstance(sources, dict) or not all(isinstance(number, str) for number in sources.values()):
        raise ValueError("'from' must be an object: a field, and the customer number whose value stands")
    left_out = choices.get("leave_out", [])
    if not isinstance(left_out, list) or not all(isinstance(number, str) for number in left_out):
        raise ValueError("the customers to leave out must be a list of numbers")
    if choices.get("open_bills", OPEN_BILLS[0]) not in OPEN_BILLS:
        raise ValueError(f"what becomes of open bills must be one of: {', '.join(OPEN_BILLS)}")
    return choices or None


def _check_columns(path: Path, names: Sequence[str]) -> None:
    missing = [name for name in ("verdict", "user") if name not in names]
    if not missing and not ({"finding_id"} <= set(names) or {"customer_no_l", "customer_no_r"} <= set(names)):
        missing = ["finding_id"]
    if missing:
        raise InputError(
            f"the column '{missing[0]}' is missing.", file=path, row=1, remedy=f"Columns: {', '.join(COLUMNS)}."
        )
    unknown = [name for name in names if name not in (*COLUMNS, *OPTIONAL)]
    if unknown:
        raise InputError(
            f"unknown column '{unknown[0]}'.",
            file=path,
            row=1,
            remedy=f"Columns: {', '.join(COLUMNS)}; optional: {', '.join(OPTIONAL)}.",
        )


def _line(number: int, names: Sequence[str], cells: list[str] | None) -> DecisionLine:
    if cells is None:
        return DecisionLine(number, "", "", problem="the line is not readable as CSV")
    if len(cells) > len(names):
        return DecisionLine(
            number, "", "", problem="the line has more cells than the header; quote the JSON of choices"
        )
    values = dict.fromkeys((*COLUMNS, *OPTIONAL)) | {
        name: cell or None for name, cell in zip(names, cells, strict=False)
    }
    return DecisionLine(
        number=number,
        verdict=(values["verdict"] or "").lower(),
        user=values["user"] or "",
        finding_id=values["finding_id"],
        customer_no_l=values["customer_no_l"],
        customer_no_r=values["customer_no_r"],
        reason=values["reason"],
        choices=values["choices"],
        comment=values["comment"],
        defer_until=values["defer_until"],
    )
