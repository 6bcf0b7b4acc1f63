"""Which values a merged customer keeps: rules that the company declares, a reason for every value that changes.

Columns that mean something only together (an address, a bill's address) are kept together, from one record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from regclean.errors import ConfigError
from regclean.register.lines import Row

UNITS: dict[str, tuple[str, ...]] = {
    "name": ("name", "first_names", "last_name", "company_name"),
    "kind": ("kind",),
    "previous_last_name": ("previous_last_name",),
    "national_id": ("national_id",),
    "business_id": ("business_id",),
    "birth_date": ("birth_date",),
    "address": ("street_address", "postal_code", "city", "country_code"),
    "phone": ("phone",),
    "phone_2": ("phone_2",),
    "email": ("email",),
    "language": ("language",),
    "relationship": ("relationship",),
    "billing": ("billing_name", "billing_street_address", "billing_postal_code", "billing_city"),
    "e_invoice_address": ("e_invoice_address",),
    "iban": ("iban",),
}
# What says that a unit holds something usable: the standardised column, and the states that are good.
_VALID: dict[str, tuple[str, str | None]] = {
    "name": ("name", None),
    "kind": ("kind_given", None),
    "national_id": ("national_id_hash", None),
    "address": ("street_address", None),
    "phone": ("phone", None),
    "email": ("email", None),
    "billing": ("billing_street_address", None),
    "e_invoice_address": ("e_invoice_address", "e_invoice_state"),
    "iban": ("iban", "iban_state"),
}
_SAME_ADDRESS = ("m_street", "m_house", "m_house_letter", "m_stair", "m_flat", "m_postal")
_SOURCES = {"self": 0, "authority": 1, "staff": 2, None: 3, "contact_person": 4}


@dataclass(frozen=True, slots=True)
class Record:
    """One of the customers to be merged: its raw row, and what standardising made of it."""

    customer_no: str
    row: Row
    clean: Mapping[str, Any]

    def filled(self, unit: str) -> int:
        return sum(self.row.get(column) is not None for column in UNITS[unit])

    def usable(self, unit: str) -> bool:
        column, state = _VALID.get(unit, (unit, None))
        value = self.clean.get(column)
        return value is not None and (state is None or self.clean.get(state) in ("ok", "warn"))

    @property
    def rank(self) -> tuple[Any, ...]:
        """Lowest survives: not ended, most complete, oldest, lowest number."""
        filled = sum(value is not None for value in self.row.values())
        ended = self.clean.get("status") == "ended"
        created = self.clean.get("created_on") or date.max
        return (ended, -filled, created, len(self.customer_no), self.customer_no)


Rule = Callable[[Record, str, str], Any]
RULES: dict[str, Rule] = {
    "valid": lambda record, unit, _survivor: not record.usable(unit),
    "self_reported": lambda record, _unit, _survivor: _SOURCES.get(record.clean.get("contact_source"), 3),
    "newest": lambda record, _unit, _survivor: -(record.clean.get("updated_on") or date.min).toordinal(),
    "most_complete": lambda record, unit, _survivor: -record.filled(unit),
    "survivor": lambda record, _unit, survivor: record.customer_no != survivor,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One column of the survivor that changes. `why` = {"rule", "from"}: which rule chose whose value."""

    column: str
    before: str | None
    after: str | None
    why: Mapping[str, str]


def check_settings(settings: Mapping[str, Any]) -> None:
    """Errors: ConfigError when [survivorship] names a rule that there is none of."""
    for unit, order in settings.items():
        unknown = [rule for rule in order if rule not in RULES]
        if unknown or not order:
            raise ConfigError(
                f"[survivorship] {unit} must list some of the rules: {', '.join(RULES)}.",
                remedy="The rules are tried from left to right.",
            )


def survivor_of(records: Sequence[Record]) -> str:
    """Who survives where nobody has chosen."""
    return min(records, key=lambda record: record.rank).customer_no


def surviving_values(survivor: str, records: Sequence[Record], settings: Mapping[str, Any]) -> list[Choice]:
    """The columns of the survivor that another record fills or replaces, sorted as declared."""
    own = next(record for record in records if record.customer_no == survivor)
    choices: list[Choice] = []
    for unit, columns in UNITS.items():
        order = settings[unit]
        best, rule = _best(own, records, unit, order)
        if best is own or _same(own, best, unit):
            continue
        choices += [
            Choice(column, own.row.get(column), best.row.get(column), {"rule": rule, "from": best.customer_no})
            for column in columns
            if best.row.get(column) != own.row.get(column) and column in best.row
        ]
    return choices


def _best(own: Record, records: Sequence[Record], unit: str, order: Sequence[str]) -> tuple[Record, str]:
    """The record whose unit is kept, and the first rule by which it beats the survivor's own."""
    candidates = [record for record in records if record.filled(unit)]
    if not candidates:
        return own, "survivor"
    if not own.filled(unit):
        chosen = [record for record in candidates if record.usable(unit)]
        return (_first(own, chosen, unit, order), "missing") if chosen else (own, "survivor")
    best = _first(own, candidates, unit, order)
    rule = next((name for name in order if _score(name, best, unit, own) < _score(name, own, unit, own)), "survivor")
    return best, rule


def _first(own: Record, candidates: Sequence[Record], unit: str, order: Sequence[str]) -> Record:
    return min(
        candidates,
        key=lambda record: (
            *(_score(name, record, unit, own) for name in order),
            record is not own,
            record.customer_no,
        ),
    )


def _score(rule: str, record: Record, unit: str, own: Record) -> Any:
    return RULES[rule](record, unit, own.customer_no)


def _same(own: Record, best: Record, unit: str) -> bool:
    """Is it the same value in another spelling? Then nothing is to be written."""
    if unit == "address":
        return all(own.clean.get(column) == best.clean.get(column) for column in _SAME_ADDRESS) and own.usable(unit)
    column = _VALID.get(unit, (unit, None))[0]
    return own.clean.get(column) is not None and own.clean.get(column) == best.clean.get(column)
