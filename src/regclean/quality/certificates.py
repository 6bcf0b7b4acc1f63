"""A lower bound for the precision of a band of pairs, from blind checks in random order, valid whenever one looks.

A band holds N pairs, D of them wrong. People look at them in random order, mixed with known pairs. A wrong pair is called right
with some probability, the reviewer's own: it is learnt from the known pairs that are different. How likely the answers are, given D
and that probability, is known exactly (drawn without replacement, then missed or not).

The bound is a confidence sequence (Ville 1939; Robbins 1970; Waudby-Smith and Ramdas 2020): the likelihood of the answers under
a mixture fixed beforehand, divided by their likelihood under (D, error), is a martingale that starts at 1 when these are true, so that
it ever reaches 20 with probability 1 in 20 at most. D is ruled out when that holds whatever the reviewer's error. So one may look
after every answer and stop when one likes. The mixture expects clean answers: of a large band, a clean run costs hardly more
checks than an interval of fixed size.

A right pair that is called wrong makes the bound lower, never higher.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import lgamma, log

import numpy as np
import numpy.typing as npt

from regclean.quality.intervals import LEVEL, Interval, clopper_pearson

Array = npt.NDArray[np.float64]
# What the mixture expects: that no answer is "different" and no known pair is missed; else so few in so many.
CLEAN = 0.95
EXPECTED_WRONG = (0.5, 50.0)
EXPECTED_MISSED = (0.5, 5.0)
# Rates of error that the sup is taken over.
_ERRORS = np.concatenate([[0.0], np.geomspace(1e-4, 0.5, 140), np.linspace(0.51, 1.0, 50)])


# What is worth proving, step by step.
LEVELS = (0.985, 0.99, 0.993, 0.997)


@dataclass(frozen=True, slots=True)
class Checks:
    """Answers on a band: of `population` pairs, `looked` were answered, `wrong` of them not "same"; of `known` pairs that are
    different, `missed` were called the same.
    """

    population: int
    looked: int = 0
    wrong: int = 0
    known: int = 0
    missed: int = 0

    @property
    def reviewer_error(self) -> Interval | None:
        """How often a different pair is called the same, with its interval; None before any known pair was answered."""
        return clopper_pearson(self.missed, self.known)


def lower_bound(checks: Checks, level: float = LEVEL) -> float:
    """The share of right pairs in the band is at least this, with confidence `level` at every moment at once."""
    if checks.population == 0:
        return 0.0
    low, high = _least(checks), checks.population
    if not _ruled_out(checks, high, level):
        return 0.0
    if _ruled_out(checks, low, level):
        low -= 1  # the answers are unlikely under every number of wrong pairs; keep what they show
    # The largest number of wrong pairs that is not ruled out.
    while high - low > 1:
        middle = (low + high) // 2
        if _ruled_out(checks, middle, level):
            high = middle
        else:
            low = middle
    return 1.0 - max(low, 0) / checks.population


def needed(checks: Checks, target: float, level: float = LEVEL) -> int | None:
    """How many further checks, all clean, bring the bound to `target`; 0: it is there; None: the whole band would not.

    One known pair is answered, and not missed, with every ten of them.
    """
    allowed = int((1.0 - target) * checks.population + 1e-9)

    def reached(further: int) -> bool:
        then = Checks(
            checks.population, checks.looked + further, checks.wrong, checks.known + further // 10, checks.missed
        )
        return allowed >= _least(then) and _ruled_out(then, allowed + 1, level)

    most = checks.population - checks.looked
    if reached(0):
        return 0
    if not reached(most):
        return None
    low, high = 0, 1
    while high < most and not reached(high):
        low, high = high, 2 * high
    high = min(high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def next_level(checks: Checks) -> tuple[float, int] | None:
    """The least of `LEVELS` that is not proved yet, and how many further clean checks prove it; None when none would."""
    found = ((level, needed(checks, level)) for level in LEVELS)
    return next(((level, count) for level, count in found if count), None)


def evidence_against(checks: Checks, wrong: int, error: float | None = None) -> float:
    """Log of the martingale against `wrong` wrong pairs in the band: with this error of the reviewer, or the least over all."""
    errors = _ERRORS if error is None else np.array([error])
    return _mixture(checks) - float(_likelihood(checks, wrong, errors).max())


def _ruled_out(checks: Checks, wrong: int, level: float) -> bool:
    return wrong > checks.population or evidence_against(checks, wrong) >= -log(1.0 - level)


def _least(checks: Checks) -> int:
    """What was answered "different" is taken to be wrong; as many of the rest as the answers speak for most."""
    return max(round(checks.wrong / checks.looked * checks.population) if checks.looked else 0, checks.wrong)


def _mixture(checks: Checks) -> float:
    n, x, m, e = checks.looked, checks.wrong, checks.known, checks.missed
    spread = _beta(x, n - x, *EXPECTED_WRONG) + _beta(e, m - e, *EXPECTED_MISSED) + log(1.0 - CLEAN)
    return spread if x or e else float(np.logaddexp(log(CLEAN), spread))


def _beta(hits: int, others: int, a: float, b: float) -> float:
    return lgamma(hits + a) + lgamma(others + b) - lgamma(hits + others + a + b) - lgamma(a) - lgamma(b) + lgamma(a + b)


def _likelihood(checks: Checks, wrong: int, errors: Array) -> Array:
    """Log likelihood of the answers in the order in which they came, by each error of the reviewer."""
    size, n, x, m, e = checks.population, checks.looked, checks.wrong, checks.known, checks.missed
    with np.errstate(divide="ignore"):
        missed, seen = np.log(errors)[:, None], np.log1p(-errors)[:, None]
    known = _times(e, missed[:, 0]) + _times(m - e, seen[:, 0])
    # d wrong pairs among those looked at, x of them seen to be so.
    d = np.arange(max(x, n - (size - wrong)), min(wrong, n) + 1)
    if d.size == 0:
        return np.full(len(errors), -np.inf)
    f = _log_factorials(size)
    drawn = (
        f[wrong]
        - f[d]
        - f[wrong - d]
        + f[size - wrong]
        - f[n - d]
        - f[size - wrong - n + d]
        - (f[size] - f[n] - f[size - n])
    )
    order = f[d] - f[x] - f[d - x] - (f[n] - f[x] - f[n - x])
    terms = (drawn + order)[None, :] + _times(x, seen) + _times(d - x, missed)
    top = terms.max(axis=1)
    finite = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        total = finite + np.log(np.exp(terms - finite[:, None]).sum(axis=1))
    return np.asarray(np.where(np.isfinite(top), total, -np.inf) + known)


def _times(count: int | npt.NDArray[np.int64], logs: Array) -> Array:
    """Count * log, where nothing to the power of nothing is one."""
    with np.errstate(invalid="ignore"):
        return np.where(np.asarray(count) == 0, 0.0, count * logs)


@lru_cache(maxsize=8)
def _log_factorials(size: int) -> Array:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])
