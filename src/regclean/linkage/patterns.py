"""Patterns of comparison levels with their counts, and how likely each is under a class.

A million pairs hold a few thousand patterns: what the training does, it does on those.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from regclean.linkage.model import SAME_FIRST_NAME, Comparison
from regclean.linkage.parameters import Parameters, Probabilities

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

RARITY_STEP = 2.0
RARITY_RANGE = (4, 18)
STRATA = RARITY_RANGE[1] - RARITY_RANGE[0] + 1


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct vectors of levels: `codes` (patterns x comparisons, level index from the top, -1 missing) and their counts."""

    codes: Codes
    counts: Array
    rarity: Array

    @property
    def strata(self) -> Codes:
        """Rarity of the names, in steps of two bits, as 0, 1, …: rare names are mostly one person, common ones are not."""
        steps = np.clip(np.round(self.rarity / RARITY_STEP), *RARITY_RANGE).astype(np.int64)
        return np.asarray(steps - RARITY_RANGE[0])


def read_patterns(
    connection: duckdb.DuckDBPyConnection, table: str, parts: tuple[Comparison, ...], rule: str | None
) -> Patterns:
    gammas = ", ".join(f"gamma_{c.name}" for c in parts)
    query = (
        f"SELECT {gammas}, round(rarity) AS bits, count(*) AS pairs, avg(rarity) AS rarity FROM {table} "  # noqa: S608  # constants
        "WHERE $rule IS NULL OR match_key = $rule GROUP BY ALL ORDER BY ALL"
    )
    frame = connection.sql(query, params={"rule": rule}).pl()
    levels = np.array([len(c.levels) for c in parts], dtype=np.int64)
    gamma = frame.select([f"gamma_{c.name}" for c in parts]).to_numpy().astype(np.int64)
    codes = np.where(gamma >= 0, levels - 1 - gamma, -1)
    # Averages over threads may differ in the last bits; three decimals are the same on every run.
    rarity = np.round(frame["rarity"].to_numpy().astype(np.float64), 3)
    return Patterns(codes, frame["pairs"].to_numpy().astype(np.float64), rarity)


def log_table(table: Probabilities, parts: tuple[Comparison, ...]) -> list[Array]:
    return [np.log(np.array([table[c.name][code] for code in c.codes])) for c in parts]


def log_likelihood(patterns: Patterns, logs: list[Array], skipped: frozenset[int]) -> Array:
    total = np.zeros(len(patterns.counts))
    for index, log in enumerate(logs):
        if index not in skipped:
            code = patterns.codes[:, index]
            total += np.where(code >= 0, log[np.maximum(code, 0)], 0.0)
    return total


def household_likelihood(
    patterns: Patterns, current: Parameters, parts: tuple[Comparison, ...], skipped: frozenset[int]
) -> Array:
    """Likelihood under "household"; those whose first names agree are namesakes of two generations (see model.py)."""
    plain = log_likelihood(patterns, log_table(current.household, parts), skipped)
    namesakes = log_likelihood(patterns, log_table(current.namesake, parts), skipped)
    return np.where(same_first_name(patterns, parts), namesakes, plain)


def same_first_name(patterns: Patterns, parts: tuple[Comparison, ...]) -> npt.NDArray[np.bool_]:
    for index, comparison in enumerate(parts):
        if comparison.name == "given_name":
            agreeing = [comparison.codes.index(code) for code in sorted(SAME_FIRST_NAME)]
            return np.isin(patterns.codes[:, index], agreeing)
    return np.zeros(len(patterns.counts), dtype=bool)


def level_counts(patterns: Patterns, weights: Array, index: int, levels: int) -> Array:
    code = patterns.codes[:, index]
    seen = code >= 0
    return np.bincount(code[seen], weights=weights[seen], minlength=levels).astype(np.float64)


def class_posteriors(likelihoods: Array, shares: Array) -> Array:
    """Posterior of the classes (patterns x 3) from log likelihoods and the classes' shares."""
    scores = likelihoods + np.log(shares)
    scores -= scores.max(axis=1, keepdims=True)
    mass = np.exp(scores)
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def name_correction(current: Parameters, parts: tuple[Comparison, ...], patterns: Patterns) -> Array:
    """The rarity correction (log2) of each pattern; 0 where the full name is not equal."""
    names = [c.name for c in parts]
    if "given_name" not in names:
        return np.zeros(len(patterns.counts))
    given, last = (patterns.codes[:, names.index(name)] for name in ("given_name", "surname"))
    codes = parts[names.index("given_name")].codes
    full = np.isin(given, [codes.index(code) for code in sorted(SAME_FIRST_NAME)]) & (last == 0)
    return np.where(full, np.array(current.rarity)[patterns.strata], 0.0)


def tf_weight(current: Parameters, parts: tuple[Comparison, ...], patterns: Patterns) -> Array:
    """Weight (log2) of the agreeing names' rarity beyond their levels' u."""
    total = patterns.rarity.copy()
    for index, comparison in enumerate(parts):
        base = np.array([np.log2(current.u[comparison.name][x.code]) if x.tf else 0.0 for x in comparison.levels])
        code = patterns.codes[:, index]
        total += np.where(code >= 0, base[np.maximum(code, 0)], 0.0)
    return total
