"""One of the records to be merged, and the units in which its values are kept.

A unit is a set of columns that mean something only together: an address is taken from one record as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regclean.domain.register import UNITS
from regclean.standardise import value_or_none

# What says that a unit holds something usable: the standardised column, and the column of its state where it has one.
USABLE: dict[str, tuple[str, str | None]] = {
    **{unit: (unit, None) for unit in UNITS},
    "kind": ("kind_given", None),
    "national_id": ("national_id_hash", None),
    "address": ("street_address", None),
    "billing": ("billing_street_address", None),
    "e_invoice_address": ("e_invoice_address", "e_invoice_state"),
    "iban": ("iban", "iban_state"),
}
_SAME_ADDRESS = ("m_street", "m_house", "m_house_letter", "m_stair", "m_flat", "m_postal")


def usable(clean: Mapping[str, Any], unit: str) -> bool:
    """Does a standardised customer hold something usable in a unit?"""
    column, state = USABLE[unit]
    return clean[column] is not None and (state is None or clean[state] in ("ok", "warn"))


@dataclass(frozen=True, slots=True)
class Record:
    """One of the customers to be merged: its row as the register wrote it, and what standardising made of it."""

    customer_no: str
    row: Mapping[str, str | None]
    clean: Mapping[str, Any]

    def held(self, column: str) -> str | None:
        """The value of a column as the register wrote it; a word that means "missing" is none."""
        text = self.row.get(column)
        return text if value_or_none(text) is not None else None

    def filled(self, unit: str) -> int:
        return sum(self.held(column) is not None for column in UNITS[unit])

    def usable(self, unit: str) -> bool:
        return usable(self.clean, unit)

    def same(self, other: Record, unit: str) -> bool:
        """Is it the same value in another spelling?"""
        if unit == "address":
            return self.usable(unit) and all(self.clean[name] == other.clean[name] for name in _SAME_ADDRESS)
        column = USABLE[unit][0]
        return self.clean[column] is not None and self.clean[column] == other.clean[column]
