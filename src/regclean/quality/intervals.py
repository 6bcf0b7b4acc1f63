"""Confidence intervals for proportions and for ratios of sums over dependent units.

Linkage errors come in lumps: one wrong merge of two large clusters makes many false pairs at once. Treating pairs as
independent would give intervals that are far too narrow, so the unit that is resampled or linearised is the entity
(or the shared-bin list), and the pairs only contribute their counts to it.

Sources: Wilson (1927) for the score interval; Clopper and Pearson (1934) for the exact one; Korn and Graubard (1998)
for a binomial interval at the effective sample size of a cluster sample; Efron and Tibshirani (1993) for the
percentile bootstrap.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A point estimate with its confidence limits, `low <= value <= high`."""

    value: float
    low: float
    high: float
    level: float = LEVEL


def z_score(level: float) -> float:
    """The two-sided normal quantile: 1.96 for 0.95."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(successes: float, trials: float, level: float = LEVEL) -> Interval | None:
    """Wilson's score interval; `trials` may be fractional (an effective sample size). None without trials.

    Errors: ValueError for more successes than trials.
    """
    if trials <= 0:
        return None
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    z = z_score(level)
    share = successes / trials
    scale = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / scale
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / scale
    # At 0 and 1 the limit is the estimate itself; rounding must not push it past.
    low = 0.0 if successes == 0 else min(share, max(0.0, centre - half))
    high = 1.0 if successes == trials else max(share, min(1.0, centre + half))
    return Interval(share, low, high, level)


def clopper_pearson(successes: int, trials: int, level: float = LEVEL) -> Interval | None:
    """The exact interval: never below its nominal coverage, wider than Wilson's. None without trials. Errors: ValueError for more successes than trials."""
    if trials <= 0:
        return None
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes of {trials} trials")
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else _bisect(lambda p: _binomial_sf(successes, trials, p) - tail)
    high = 1.0 if successes == trials else _bisect(lambda p: tail - _binomial_cdf(successes, trials, p))
    return Interval(successes / trials, low, high, level)


def ratio(numerators: Sequence[float], denominators: Sequence[float], level: float = LEVEL) -> Interval | None:
    """A proportion that is a ratio of sums over independent units (entities, lists). None if the denominator is 0.

    The variance is linearised over units; it gives the sample size that an independent sample would need for the
    same precision, and Wilson's interval is taken at that size. Unlike the bootstrap this needs no random numbers and
    does not collapse to a point when there are no errors: then the size is that of the units that took part,
    weighted by Kish's formula.
    """
    if len(numerators) != len(denominators):
        raise ValueError("as many numerators as denominators are needed")
    total = math.fsum(denominators)
    if total <= 0:
        return None
    share = min(1.0, max(0.0, math.fsum(numerators) / total))
    kish = total * total / math.fsum(d * d for d in denominators)
    units = sum(1 for d in denominators if d > 0)
    squares = math.fsum((n - share * d) ** 2 for n, d in zip(numerators, denominators, strict=True))
    variance = squares / (total * total) * (units / (units - 1) if units > 1 else 1.0)
    size = share * (1 - share) / variance if variance > 0 and 0 < share < 1 else kish
    # Clusters never make a sample better than independent trials would be.
    size = max(min(size, total), 1e-9)
    limits = wilson(share * size, size, level)
    return None if limits is None else replace(limits, value=share)


def bootstrap(
    units: Sequence[tuple[float, ...]],
    statistic: Callable[[tuple[float, ...]], float | None],
    *,
    repetitions: int = 1000,
    seed: int = 1,
    level: float = LEVEL,
) -> Interval | None:
    """Percentile bootstrap of a statistic of column sums, resampling units with replacement.

    `units` holds one tuple of counts for each entity; `statistic` gets their sums. Equal tuples are drawn together,
    so that a register of a million entities with a few dozen patterns costs the patterns, not the entities.
    """
    value = statistic(_column_sums(Counter(units))) if units else None
    if value is None:
        return None
    patterns = Counter(units)
    keys = sorted(patterns)
    generator = random.Random(seed)  # noqa: S311  # reproducible resampling, not a secret
    drawn = []
    for _ in range(repetitions):
        one = statistic(_column_sums(_resample(keys, [patterns[key] for key in keys], generator)))
        if one is not None:
            drawn.append(one)
    drawn.sort()
    tail = (1 - level) / 2
    low, high = _quantile(drawn, tail), _quantile(drawn, 1 - tail)
    return Interval(value, min(low, value), max(high, value), level)


def _resample(keys: list[tuple[float, ...]], counts: list[int], generator: random.Random) -> Counter[tuple[float, ...]]:
    """One multinomial draw, as a chain of binomials over the patterns."""
    left, weight = sum(counts), sum(counts)
    drawn: Counter[tuple[float, ...]] = Counter()
    for key, count in zip(keys, counts, strict=True):
        taken = _binomial_draw(left, count / weight, generator) if weight else 0
        drawn[key] = taken
        left -= taken
        weight -= count
    return drawn


def _binomial_draw(trials: int, probability: float, generator: random.Random) -> int:
    if probability >= 1:
        return trials
    if probability <= 0 or trials == 0:
        return 0
    if probability > 0.5:
        return trials - _binomial_draw(trials, 1 - probability, generator)
    mean = trials * probability
    if mean > 1000:
        spread = math.sqrt(mean * (1 - probability))
        return min(trials, max(0, round(generator.gauss(mean, spread))))
    # Geometric gaps between successes: the work is that of the successes, not of the trials.
    log_miss, position, taken = math.log1p(-probability), 0, 0
    while True:
        position += int(math.log(1.0 - generator.random()) / log_miss) + 1
        if position > trials:
            return taken
        taken += 1


def _column_sums(patterns: Counter[tuple[float, ...]]) -> tuple[float, ...]:
    width = len(next(iter(patterns)))
    return tuple(math.fsum(key[i] * count for key, count in patterns.items()) for i in range(width))


def _quantile(ordered: list[float], share: float) -> float:
    position = share * (len(ordered) - 1)
    lower = math.floor(position)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (position - lower)


def _log_term(k: int, n: int, p: float) -> float:
    choose = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return choose + k * math.log(p) + (n - k) * math.log1p(-p)


def _binomial_cdf(k: int, n: int, p: float) -> float:
    return math.fsum(math.exp(_log_term(i, n, p)) for i in range(k + 1))


def _binomial_sf(k: int, n: int, p: float) -> float:
    """P(X >= k)."""
    return math.fsum(math.exp(_log_term(i, n, p)) for i in range(k, n + 1))


def _bisect(rising: Callable[[float], float]) -> float:
    """The root of a rising function on (0, 1)."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
