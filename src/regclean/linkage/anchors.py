"""What pairs of the register say by themselves, before any class is known: two birth dates tell two persons apart.

The mixture would learn its own confusion of what few pairs show; these rates are counted.
"""

from __future__ import annotations

import numpy as np

from regclean.linkage.comparison import Comparison
from regclean.linkage.model import CONTACTS, DATES, OTHER_FIRST_NAME, PLACES, SAME_FIRST_NAME, SAME_PLACE
from regclean.linkage.parameters import Parameters
from regclean.linkage.patterns import Mask, Patterns

ANCHORS = 50
PSEUDO_NAMESAKES = 10.0
# Of ten families with namesakes, one is expected to give the same further names too.
NAMED_ALIKE = 0.1


def expected_conflict(parts: tuple[Comparison, ...], name: str) -> float:
    """How often one customer is expected to have two birth dates."""
    levels = next((part.levels for part in parts if part.name == name), ())
    total = sum(level.stayed for level in levels)
    return sum(level.stayed for level in levels if level.code == "different") / total if total else 0.0


def alike(patterns: Patterns, parts: tuple[Comparison, ...]) -> Mask:
    """Pairs whose names agree, or nearly so."""
    other = patterns.agrees(parts, "given_name", OTHER_FIRST_NAME) | patterns.agrees(parts, "surname", ("different",))
    return np.asarray(~other)


def at_one_place(patterns: Patterns, parts: tuple[Comparison, ...]) -> Mask:
    """Pairs that live, or have lived, at one place."""
    found = np.zeros(len(patterns.counts), dtype=bool)
    for name in PLACES:
        found |= patterns.agrees(parts, name, SAME_PLACE)
    return found


def shared_names(
    part: Comparison, parts: tuple[Comparison, ...], candidates: Patterns, current: Parameters, conflict: float | None
) -> dict[str, float]:
    """How many given names namesakes share: as those do who have one surname, one place and two birth dates.

    By chance, beyond the first name, where the register has few of them. Of one customer's pairs, some have two dates.
    """
    together = at_one_place(candidates, parts) & candidates.agrees(parts, "surname", ("equal",))
    same, u = current.same(part.name), current.u[part.name]
    seen = {
        code: PSEUDO_NAMESAKES
        * (
            (1.0 - NAMED_ALIKE) * u[code] / sum(u[c] for c in SAME_FIRST_NAME)
            + NAMED_ALIKE * same[code] / sum(same[c] for c in SAME_FIRST_NAME)
        )
        for code in SAME_FIRST_NAME
    }
    for name in DATES:
        wrong = conflict if conflict is not None else expected_conflict(parts, name)
        for code in SAME_FIRST_NAME:
            named = together & candidates.agrees(parts, part.name, (code,))
            two = candidates.counts[named & candidates.agrees(parts, name, ("different",))].sum()
            one = candidates.counts[named & candidates.agrees(parts, name, ("equal",))].sum()
            seen[code] += max(float(two - wrong / (1.0 - wrong) * one), 0.0)
    return {code: seen.get(code, 0.0) / sum(seen.values()) for code in part.codes}


def beside_name(parts: tuple[Comparison, ...], candidates: Patterns, name: str, level: str) -> float:
    """How often two persons of one name stand on this level too: of those with two birth dates at two places.

    They have one e-mail address made of that name; or spouses, who share the surname, with one first name.
    """
    apart = alike(candidates, parts) & ~at_one_place(candidates, parts) & (candidates.column(parts, name) >= 0)
    equal = candidates.agrees(parts, name, (level,))
    two = one = chosen = 0.0
    for dated in DATES:
        wrong = expected_conflict(parts, dated)
        differs, agrees = (apart & candidates.agrees(parts, dated, (code,)) for code in ("different", "equal"))
        two += max(float(candidates.counts[differs].sum() - wrong * candidates.counts[agrees].sum()), 0.0)
        chosen += float(candidates.counts[differs & equal].sum())
        one += wrong * float(candidates.counts[agrees & equal].sum())
    return min((max(chosen - one, 0.0) + 0.02) / (two + 20.0), 0.9)


def date_conflicts(parts: tuple[Comparison, ...], candidates: Patterns) -> float | None:
    """How often one customer has two birth dates: of pairs with full name and a contact in common at two places. None: too few."""
    contact = np.zeros(len(candidates.counts), dtype=bool)
    for name in CONTACTS:
        contact |= candidates.agrees(parts, name, ("equal",))
    anchors = (candidates.cell >= 0) & contact & ~at_one_place(candidates, parts)
    for name in DATES:
        dated = anchors & (candidates.column(parts, name) >= 0)
        total = candidates.counts[dated].sum()
        if total >= ANCHORS:
            conflicts = candidates.counts[dated & candidates.agrees(parts, name, ("different",))].sum()
            return float((conflicts + 0.5) / (total + ANCHORS))
    return None
