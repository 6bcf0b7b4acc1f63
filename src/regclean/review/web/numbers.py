"""Numbers that come out of an address or a form: what cannot be meant is no number, and never an error."""

from __future__ import annotations

from math import isfinite
from typing import Annotated

from fastapi import Path

LARGEST = 2**31 - 1  # what every database takes for a number
RowNumber = Annotated[int, Path(ge=1, le=LARGEST)]


def whole_number(text: str, largest: int = LARGEST) -> int | None:
    """A number from 1 to `largest`, in plain digits."""
    plain = text.isascii() and text.isdecimal() and len(text) <= len(str(largest))
    return number if plain and 1 <= (number := int(text)) <= largest else None


def real_number(text: str) -> float | None:
    """A finite number."""
    try:
        number = float(text) if len(text) <= 40 else None
    except ValueError:
        return None
    return number if number is not None and isfinite(number) else None
