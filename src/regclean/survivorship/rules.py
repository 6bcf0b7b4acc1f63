"""The rules that a company orders in [survivorship]: whose unit is kept where nobody has chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from regclean.domain.register import UNITS
from regclean.errors import ConfigError
from regclean.survivorship.record import Record

_SOURCES = {"self": 0, "authority": 1, "staff": 2, None: 3, "contact_person": 4}
# The country may stay when the street changes; the town goes with the street.
_STAYS_RIGHT = frozenset({"country_code"})

Rule = Callable[[Record, str, str], Any]
RULES: dict[str, Rule] = {
    "valid": lambda record, unit, _survivor: not record.usable(unit),
    "self_reported": lambda record, _unit, _survivor: _SOURCES.get(record.clean["contact_source"], 3),
    "newest": lambda record, _unit, _survivor: -(record.clean["updated_on"] or date.min).toordinal(),
    "most_complete": lambda record, unit, _survivor: -record.filled(unit),
    "survivor": lambda record, _unit, survivor: record.customer_no != survivor,
}


def check_settings(settings: Mapping[str, Any]) -> None:
    """Errors: ConfigError when [survivorship] names a rule that there is none of."""
    for unit, order in settings.items():
        unknown = [rule for rule in order if rule not in RULES]
        if unknown or not order:
            raise ConfigError(
                f"[survivorship] {unit} names the rule '{unknown[0]}', which is none."
                if unknown
                else f"[survivorship] {unit} names no rule.",
                remedy=f"The rules are: {', '.join(RULES)}. They are tried from left to right.",
            )


def best(own: Record, records: Sequence[Record], unit: str, order: Sequence[str]) -> tuple[Record, str]:
    """The record whose unit the survivor (`own`) keeps, and the rule by which it beats the survivor's own.

    The rule is "survivor" where its own stays, "missing" where it has none.
    """
    candidates = [record for record in _told_best(own, records, unit) if record.filled(unit)]
    if not own.filled(unit):
        candidates = [record for record in candidates if record.usable(unit)]
        return (_first(own, candidates, unit, order), "missing") if candidates else (own, "survivor")
    if own in candidates and own.usable(unit):
        candidates = [record for record in candidates if _covers(record, own, unit)]
    if not candidates:
        return own, "survivor"
    first = _first(own, candidates, unit, order)
    if first is own or first.same(own, unit):
        return own, "survivor"
    if own not in candidates:
        return first, "self_reported"
    return first, next(name for name in order if _score(name, first, unit, own) < _score(name, own, unit, own))


def _told_best(own: Record, records: Sequence[Record], unit: str) -> list[Record]:
    """What a contact person told of a customer never takes the place of what the customer told (GDPR, article 14)."""
    told = any(record.clean["contact_source"] == "self" and record.usable(unit) for record in records)
    own_told = own.clean["contact_source"] == "self" and own.filled(unit)
    return [
        record for record in records if not ((told or own_told) and record.clean["contact_source"] == "contact_person")
    ]


def _covers(record: Record, own: Record, unit: str) -> bool:
    """Does it leave none of the survivor's columns behind, which would then stand beside values of another record?"""
    return all(
        record.held(column) is not None
        for column in UNITS[unit]
        if own.held(column) is not None and column not in _STAYS_RIGHT
    )


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
