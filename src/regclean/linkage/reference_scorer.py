"""What a pair is, from its comparison vector and an exported posterior: standard library only, to be read and to be checked against.

    python scorer.py MODEL.posterior.json < pairs.jsonl > scored.jsonl

A pair: {"gamma_<comparison>": level number as Splink writes it (-1: missing), "cell": number of the cell of an equal full name, else
-1, "rarity": -log2 of the frequency of the values that agree outside a full name}. The answer: the probability of each class; "same" is
the sum of those under `same_classes`.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any


def score(model: dict[str, Any], pair: dict[str, Any]) -> dict[str, float]:
    """Class -> probability."""
    classes = model["classes"]
    cell, rarity = pair.get("cell", -1), pair.get("rarity", 0.0)
    full = cell >= 0
    total = [prior + (model["cells"][cell][k] if full else 0.0) for k, prior in enumerate(model["log_priors"])]
    stands = {part["name"]: standing(part, pair.get(f"gamma_{part['name']}", -1)) for part in model["comparisons"]}
    reached = {name: level["level"] if level else "missing" for name, level in stands.items()}
    known = [reached.get(name, "missing") != "missing" for name in model["known"]["comparisons"]]
    if known:
        # Which fields both rows know: the first is the lowest bit.
        logs = model["known"]["log_likelihood"][sum(one << bit for bit, one in enumerate(known))]
        total = [a + b for a, b in zip(total, logs, strict=True)]
    owned = False
    for part in model["comparisons"]:
        level = stands[part["name"]]
        if level is None:
            continue
        # Within an equal full name, the levels of its parts say what the cell does not.
        logs = level["log_likelihood_in_full_name" if full and part["in_name"] else "log_likelihood"]
        total = [a + b for a, b in zip(total, logs, strict=True)]
        if level["refined_by_rarity"] and not (full and part["in_name"]) and not (owned and not full):
            total = [a + rarity * b for a, b in zip(total, level["per_bit_of_rarity"], strict=True)]
            owned = True
    same = [name in model["same_classes"] for name in classes]
    if any(vetoed(veto, reached) for veto in model["vetoes"]):
        total = [-math.inf if one else value for one, value in zip(same, total, strict=True)]
    top = max(total)
    mass = [math.exp(value - top) for value in total]
    found = [value / sum(mass) for value in mass]
    return dict(zip(classes, with_labels(model, found, same, reached, full), strict=True))


def standing(part: dict[str, Any], gamma: int) -> dict[str, Any] | None:
    """The level that a pair stands on, by Splink's number of it; None: missing."""
    levels: list[dict[str, Any]] = part["levels"]
    return levels[len(levels) - 1 - gamma] if gamma >= 0 else None


def vetoed(veto: dict[str, list[str]], reached: dict[str, str]) -> bool:
    """Does one of these levels stand, and none of those that excuse it?"""
    stands = any(f"{name}.{level}" in veto["levels"] for name, level in reached.items())
    return stands and not any(f"{name}.{level}" in veto["unless"] for name, level in reached.items())


def with_labels(
    model: dict[str, Any], found: list[float], same: list[bool], reached: dict[str, str], full: bool
) -> list[float]:
    """What blind labels add to the log odds of "same"; the other classes keep their shares among themselves."""
    at_place = any(f"{name}.{level}" in model["same_place"] for name, level in reached.items())
    pattern = f"pattern.{'full' if full else 'other'}_name_{'at_place' if at_place else 'elsewhere'}"
    keys = [pattern, *(f"{name}.{level}" for name, level in reached.items())]
    by = sum(model["offsets"].get(key, 0.0) for key in keys)
    by = max(-model["furthest_offset"], min(model["furthest_offset"], by))
    before = sum(value for value, one in zip(found, same, strict=True) if one)
    if not by or before <= 0.0:
        return found
    held = min(max(before, 1e-15), 1.0 - 1e-15)
    after = 1.0 / (1.0 + math.exp(-(math.log(held) - math.log1p(-held) + by)))
    return [
        value * after / before if one else value * (1.0 - after) / max(1.0 - before, 1e-300)
        for value, one in zip(found, same, strict=True)
    ]


if __name__ == "__main__":
    posterior = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(score(posterior, json.loads(line))) + "\n")
