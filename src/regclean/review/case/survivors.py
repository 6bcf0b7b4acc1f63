"""Which values a merged customer would keep, and why: the batch's own rules, on what the night froze.

The page shows what the batch would do, so that a choice is only made where somebody knows better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from regclean.review.web.i18n import N_
from regclean.survivorship import RANKED_BY, Choices, Record, answer

_ADDRESS_PARTS = {
    "m_street": "street",
    "m_house": "house",
    "m_house_letter": "letter",
    "m_stair": "stair",
    "m_flat": "flat",
    "m_postal": "postal",
}

WHY = {
    "all_equal": N_("all alike"),
    "only_one": N_("the only one there is"),
    "chosen": N_("the steward's choice"),
    "cleared": N_("cleared by the steward"),
    "protection": N_("protection is inherited"),
    "living": N_("an active customer was merged"),
    "missing": N_("the kept record lacks it"),
    "survivor": N_("the kept record's"),
    "valid": N_("the valid one"),
    "self_reported": N_("told by the customer"),
    "newest": N_("the newest"),
    "most_complete": N_("the most complete"),
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """Whose value is kept, and the code of the rule that chose it (a key of `WHY`)."""

    customer_no: str
    why: str


def proposals(
    records: Mapping[str, Mapping[str, Any]], survivor: str, settings: Mapping[str, Any]
) -> dict[str, Proposed]:
    """What becomes of each column that merging looks at; a column that no record has is left out.

    `records`: customer number -> its frozen record; `settings`: [survivorship] of regclean.toml.
    """
    held = [record_of(number, record) for number, record in records.items()]
    merged = answer(held, settings, Choices(survivor=survivor), lambda _column, value: value)
    return {cell.column: Proposed(cell.source, cell.rule) for cell in merged.cells if cell.source is not None}


def record_of(number: str, record: Mapping[str, Any]) -> Record:
    """A frozen record as survivorship reads it."""
    raw = {name: None if value is None else str(value) for name, value in (record.get("raw") or {}).items()}
    clean: dict[str, Any] = dict.fromkeys((*RANKED_BY, "contact_source", "non_disclosure")) | dict(
        record.get("clean") or {}
    )
    for name in ("updated_on", "created_on"):
        clean[name] = date.fromisoformat(clean[name][:10]) if clean.get(name) else None
    place: Mapping[str, Any] = next((item for item in record.get("addresses") or () if item.get("source") == "own"), {})
    clean |= {name: place.get(part) for name, part in _ADDRESS_PARTS.items()}
    # The hash is not frozen; the masked id stands in for it.
    clean["national_id_hash"] = clean.get("national_id_masked")
    return Record(number, raw, clean)
