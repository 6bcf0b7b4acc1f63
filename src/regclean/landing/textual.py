"""Typed values as the text a clerk would have typed: whole days as ISO dates, numbers without exponent or ".0"."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from uuid import UUID

import polars as pl


def whole_days(text: pl.Expr) -> pl.Expr:
    """Drop the midnight from ISO date-times: a workbook's date is a day."""
    return text.str.replace(r"^(\d{4}-\d\d-\d\d)[ T]00:00:00(\.0+)?$", "$1")


def plain(value: object) -> str | None:
    """The text of one value of a database or parquet column. Errors: TypeError for what has no plain text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (int, float, Decimal)):
        return plain_number(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def plain_number(value: int | float | Decimal) -> str | None:
    """12.0 -> "12", 1e-7 -> "0.0000001"; not-a-number and infinity are no value."""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else None
    if not math.isfinite(value):
        return None
    text = f"{Decimal(repr(value)):f}"
    return text.removesuffix(".0")
