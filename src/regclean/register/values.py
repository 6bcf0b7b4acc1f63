"""Between the text of a batch and the typed columns of a register."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.types import TypeEngine

from regclean.errors import ConflictError
from regclean.standardise import UnreadableDateError, UnreadableNumberError, read_boolean, read_date, read_decimal

_ANY_DAY = dt.date(2100, 1, 1)


def as_text(value: Any) -> str | None:
    """A typed value as an extract writes it: ISO days, numbers without exponent or ".0". Blank text is nothing."""
    if value is None:
        return None
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}".removesuffix(".0") if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else None
    return str(value)


def as_typed(text: str | None, kind: TypeEngine[Any], *, place: str) -> Any:
    """The value that a column of this type takes for `text`. `place` names the column in an error.

    Errors: ConflictError when the column cannot hold it.
    """
    if text is None:
        return None
    try:
        python_type = kind.python_type
    except NotImplementedError:
        return text
    try:
        return _typed(text, python_type)
    except (ValueError, InvalidOperation, UnreadableDateError, UnreadableNumberError) as error:
        raise ConflictError(
            f"a value does not fit the register's column {place}.", remedy="Its type is not that of the extract."
        ) from error


def _typed(text: str, python_type: type) -> Any:
    if issubclass(python_type, bool):
        return read_boolean(text)
    if issubclass(python_type, dt.datetime):
        return dt.datetime.fromisoformat(text)
    if issubclass(python_type, dt.date):
        return dt.date.fromisoformat(text) if text[:4].isdigit() else read_date(text, as_of=_ANY_DAY)
    if issubclass(python_type, int):
        return int(text)
    if issubclass(python_type, float):
        return read_decimal(text)
    if issubclass(python_type, Decimal):
        return Decimal(text.replace(",", "."))
    return text
