"""How sure is it, where there is no truth: clerical samples and what they say about the whole queue.

A company cannot compare its findings with a truth file. It can have a few hundred of them reviewed. The sample is
stratified by score (most of the doubt sits in the middle, most of the volume at the top), drawn with a seed, and
weighted back by the inverse of each item's chance of being drawn (Horvitz and Thompson 1952). Before any review, the
calibrated probabilities themselves say how many true ones to expect.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from regclean.quality.intervals import LEVEL, Interval, wilson, z_score

STRATA = (0.0, 0.5, 0.8, 0.95, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Stratum:
    """Items with a score in [low, high) (the last one includes its high end)."""

    number: int
    low: float
    high: float
    population: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Sample:
    """`frame`: the drawn rows, with `stratum` and `inclusion_probability`, sorted by key."""

    frame: pl.DataFrame
    strata: tuple[Stratum, ...]
    seed: int


def draw_sample(
    population: pl.DataFrame,
    size: int,
    *,
    seed: int,
    key: Sequence[str] = ("finding_id",),
    score: str = "score",
    edges: Sequence[float] = STRATA,
) -> Sample:
    """Draw about `size` rows, more from strata that are large or in doubt (Neyman allocation on p(1-p)).

    A row is drawn by the hash of the seed and its key, so that the same seed gives the same sample whatever the order
    of the rows, and a larger sample contains the smaller one's rows of each stratum. Rows without a score form the
    first stratum. Every stratum that holds rows gives at least two, or all it has.
    """
    numbered = population.with_columns(_stratum(score, edges).alias("stratum"))
    groups = numbered.group_by("stratum").agg(pl.len().alias("n"), _doubt(score).alias("doubt")).sort("stratum")
    counts = groups["n"].to_list()
    wanted = _allocate(counts, groups["doubt"].to_list(), size)
    ranked = numbered.with_columns(
        pl.struct(key).map_elements(lambda row: _rank(seed, row), return_dtype=pl.String).alias("_rank")
    )
    parts = []
    for stratum, total, drawn in zip(groups["stratum"].to_list(), counts, wanted, strict=True):
        rows = ranked.filter(pl.col("stratum") == stratum).sort("_rank").head(drawn)
        parts.append(rows.with_columns(pl.lit(drawn / total).alias("inclusion_probability")))
    frame = pl.concat(parts) if parts else ranked.with_columns(pl.lit(1.0).alias("inclusion_probability"))
    strata = tuple(
        Stratum(number, edges[number], edges[number + 1], total, drawn)
        for number, total, drawn in zip(groups["stratum"].to_list(), counts, wanted, strict=True)
    )
    return Sample(frame.drop("_rank").sort(list(key)), strata, seed)


def estimate_share(reviewed: pl.DataFrame, strata: Sequence[Stratum], *, level: float = LEVEL) -> Interval | None:
    """The share of true items in the whole population, from the reviewed sample (`stratum`, `true`).

    Rows whose `true` is null (the reviewer could not say) are left out; a stratum with items but no verdict makes
    the estimate impossible: None. The interval is Wilson's at the effective sample size; a stratum where all
    verdicts agree still counts as uncertain (one half of a verdict each way, as Agresti and Coull do).
    """
    total = sum(stratum.population for stratum in strata)
    if total == 0:
        return None
    value = variance = 0.0
    verdicts = 0
    for stratum in strata:
        if stratum.population == 0:
            continue
        answers = reviewed.filter(pl.col("stratum") == stratum.number)["true"].drop_nulls()
        n, hits = answers.len(), int(answers.sum())
        if n == 0:
            return None
        weight = stratum.population / total
        value += weight * hits / n
        softened = (hits + 0.5) / (n + 1)
        variance += weight**2 * softened * (1 - softened) / n * (1 - n / stratum.population)
        verdicts += n
    if variance <= 0:
        return Interval(value, value, value, level)
    centre = min(max(value, 0.5 / (verdicts + 1)), 1 - 0.5 / (verdicts + 1))
    size = centre * (1 - centre) / variance
    return wilson(min(max(value, 0.0), 1.0) * size, size, level)


def expected_true(
    probabilities: Sequence[float], *, groups: Sequence[str] | None = None, level: float = LEVEL
) -> Interval:
    """How many of the items are true, if the probabilities are calibrated: their sum, with a normal interval.

    `groups` names items that stand or fall together (pairs of one cluster): within a group the errors are taken as
    fully dependent, which is the widest that they can be.
    """
    value = math.fsum(probabilities)
    spread = [math.sqrt(p * (1 - p)) for p in probabilities]
    if groups is None:
        variance = math.fsum(s * s for s in spread)
    else:
        sums: dict[str, float] = {}
        for group, s in zip(groups, spread, strict=True):
            sums[group] = sums.get(group, 0.0) + s
        variance = math.fsum(s * s for s in sums.values())
    half = z_score(level) * math.sqrt(variance)
    return Interval(value, max(0.0, value - half), min(float(len(probabilities)), value + half), level)


def _stratum(score: str, edges: Sequence[float]) -> pl.Expr:
    inner = list(edges[1:-1])
    above = pl.sum_horizontal([(pl.col(score) >= edge).cast(pl.Int32) for edge in inner]) if inner else pl.lit(0)
    return above.fill_null(0)


def _doubt(score: str) -> pl.Expr:
    p = pl.col(score).fill_null(0.5).clip(0.0, 1.0)
    return (p * (1 - p)).mean().sqrt()


def _rank(seed: int, row: dict[str, object]) -> str:
    text = "\0".join([str(seed), *(str(value) for value in row.values())])
    return hashlib.sha256(text.encode()).hexdigest()


def _allocate(counts: list[int], doubt: list[float], size: int) -> list[int]:
    """Neyman allocation with a floor of two, never more than there are."""
    # A stratum that claims certainty is still checked: its scores may be wrong.
    weights = [n * max(d, 0.1) for n, d in zip(counts, doubt, strict=True)]
    whole = sum(weights)
    return [
        min(n, max(2, round(size * weight / whole))) if whole else min(n, 2)
        for n, weight in zip(counts, weights, strict=True)
    ]
