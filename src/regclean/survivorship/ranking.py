"""The order in which records of one customer survive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from regclean.survivorship.record import USABLE, usable

# Every standardised column that the ranking looks at.
RANKED_BY: tuple[str, ...] = tuple(
    dict.fromkeys(
        ("status", "created_on", *(name for columns in USABLE.values() for name in columns if name is not None))
    )
)
Rank = tuple[bool, int, date, int, str]


def rank(customer_no: str, clean: Mapping[str, Any]) -> Rank:
    """Lowest survives: not ended, most units with something usable in them, oldest, lowest number.

    `clean`: the standardised customer, `RANKED_BY` at least. Errors: KeyError when one of them is not there.
    """
    complete = sum(usable(clean, unit) for unit in USABLE)
    created = clean["created_on"] or date.max
    return (clean["status"] == "ended", -complete, created, len(customer_no), customer_no)
