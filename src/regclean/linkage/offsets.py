"""What blind labels teach: one log-odds offset for each pattern of evidence and each level, added to what the mixture says.

The mixture learns without labels, and what it cannot know it says wrong alike for all pairs of one pattern: an odd missingness, a
habit of a register. A label says of one pair what it is. Offsets are the ridge estimate of a logistic regression of the labels on
the levels, with the mixture's own log odds as its base: few labels move little, none moves nothing (Hoerl and Kennard 1970).

Labels are of blind samples alone, drawn with known chances by score and evidence: given these, whether a pair was drawn says nothing
of what it is, so that the regression needs no weights. Decisions made with the score in sight are selective, and teach no offset.
A labelled pair is not fixed by its label: the linkage must meet it as it meets the others, or what is measured on it would be better
than the register.
"""

from __future__ import annotations

import numpy as np

from regclean.linkage.anchors import at_one_place
from regclean.linkage.comparison import Comparison
from regclean.linkage.patterns import Array, Patterns
from regclean.linkage.shared_comparisons import MISSING

# Standard deviation of an offset before any label speaks, in log odds.
PRIOR = 0.35
STEPS = 50
FURTHEST = 4.0


def keys(patterns: Patterns, parts: tuple[Comparison, ...]) -> tuple[tuple[str, ...], Array]:
    """What offsets are kept by, and which of them each pattern has (patterns x keys, 0 or 1)."""
    together = at_one_place(patterns, parts)
    full = patterns.cell >= 0
    named: dict[str, Array] = {
        "pattern.full_name_at_place": (full & together).astype(float),
        "pattern.full_name_elsewhere": (full & ~together).astype(float),
        "pattern.other_name_at_place": (~full & together).astype(float),
        "pattern.other_name_elsewhere": (~full & ~together).astype(float),
    }
    for index, part in enumerate(parts):
        code = patterns.codes[:, index]
        for number, level in enumerate(part.codes):
            named[f"{part.name}.{level}"] = (code == number).astype(float)
        missing = f"{part.name}.{MISSING}"
        named[missing] = named.get(missing, np.zeros(len(code))) + (code < 0)
    return tuple(named), np.stack(list(named.values()), axis=1)


def fit(same: Array, labels: Array, names: tuple[str, ...], design: Array, prior: float = PRIOR) -> dict[str, float]:
    """Key -> offset in log odds, from labelled pairs: what the mixture says (probability), 1 or 0, and their keys."""
    if len(labels) == 0:
        return {}
    # What all labelled pairs have in common tells none from another: each such key would shift them all once more.
    design = design * (design.min(axis=0) < 1.0)
    base = log_odds(same)
    offsets = np.zeros(len(names))
    ridge = np.eye(len(names)) / prior**2
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-(base + design @ offsets)))
        slope = design.T @ (labels - p) - offsets / prior**2
        curve = (design * (p * (1.0 - p))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve, slope)
        # A pair that the mixture is certain of, and wrong, must not throw all others.
        offsets += np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-9:
            break
    return {name: round(float(b), 9) for name, b in zip(names, offsets, strict=True) if abs(b) > 1e-9}


def shift(offsets: dict[str, float], patterns: Patterns, parts: tuple[Comparison, ...]) -> Array:
    """By pattern: what offsets add to the log odds of "same"."""
    if not offsets:
        return np.zeros(len(patterns.counts))
    return total(offsets, *keys(patterns, parts))


def total(offsets: dict[str, float], names: tuple[str, ...], design: Array) -> Array:
    """The sum of the offsets of each row of a design."""
    return np.asarray(np.clip(design @ np.array([offsets.get(name, 0.0) for name in names]), -FURTHEST, FURTHEST))


def shifted(classes: Array, by: Array, same: tuple[int, ...]) -> Array:
    """Posteriors of the classes after the log odds of "same" moved; the others keep their shares among themselves."""
    before = classes[:, list(same)].sum(axis=1)
    after = 1.0 / (1.0 + np.exp(-(log_odds(before) + by)))
    # Where a veto leaves nothing to "same", labels leave nothing either.
    after = np.where((before <= 0.0) | (by == 0.0), before, after)
    result = classes.copy()
    chosen = np.zeros(classes.shape[1], dtype=bool)
    chosen[list(same)] = True
    result[:, chosen] *= (after / np.maximum(before, 1e-300))[:, None]
    result[:, ~chosen] *= ((1.0 - after) / np.maximum(1.0 - before, 1e-300))[:, None]
    return result


def log_odds(p: Array) -> Array:
    held = np.clip(p, 1e-15, 1.0 - 1e-15)
    return np.asarray(np.log(held) - np.log1p(-held))
