"""Which value a merged customer keeps, and why: what the page proposes before somebody chooses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regclean.review.i18n import N_

SURVIVORS_OWN = frozenset({"kind", "status", "relationship", "language"})
_TRUST = {"self": 3, "authority": 3, "staff": 2, None: 1, "contact_person": 0}

WHY = {
    "all_equal": N_("all alike"),
    "only_one": N_("the only one there is"),
    "survivor": N_("the kept record's"),
    "oldest": N_("the oldest"),
    "own_word": N_("the customer's own word"),
    "valid": N_("the only valid one"),
    "newest": N_("the newest"),
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A value, whose it is, and the code of the rule that chose it (a key of `WHY`)."""

    value: str
    customer_no: str
    why: str


def propose(
    column: str,
    records: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, str | None],
    survivor: str | None,
) -> Proposed | None:
    """The value to keep of one column, `values` by customer number; None where nobody has one.

    A valid value before an invalid one, the customer's own word before what others told, the newest before older ones.
    """
    have = {number: value for number, value in values.items() if value}
    if not have:
        return None
    first = survivor if survivor in have else next(iter(have))
    if len(have) == 1:
        number, value = next(iter(have.items()))
        return Proposed(value, number, "only_one")
    if len({value.casefold() for value in have.values()}) == 1:
        return Proposed(have[first], first, "all_equal")
    if column == "created_on":
        number = min(have, key=lambda each: (have[each], each))
        return Proposed(have[number], number, "oldest")
    if column in SURVIVORS_OWN:
        return Proposed(have[first], first, "survivor")

    def clean(number: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = records[number].get("clean") or {}
        return found

    def valid(number: str) -> bool:
        return clean(number).get(f"{column}_state") in (None, "ok")

    if len(good := [number for number in have if valid(number)]) == 1:
        return Proposed(have[good[0]], good[0], "valid")
    candidates = good or list(have)
    trust = {number: _TRUST.get(clean(number).get("contact_source"), 1) for number in candidates}
    best = [number for number in candidates if trust[number] == max(trust.values())]

    def changed(number: str) -> str:
        return str(clean(number).get("updated_on") or clean(number).get("created_on") or "")

    number = max(best, key=lambda each: (changed(each), each == survivor, each))
    return Proposed(have[number], number, "own_word" if len(best) < len(candidates) else "newest")
