"""Confidence limits for sums and ratios over strata that hold at small counts and without a single error.

Each stratum of N items, n of them looked at and x true, has two confidence distributions of its number of true items, a low and a
high one: the exact limits (Clopper and Pearson; hypergeometric where much of the stratum was looked at) at every level. What is
said of several strata melds them (Fay, Proschan and Brittain 2015): draws from the high ones where more true items raise it, from
the low ones where they lower it. With one stratum this is the exact interval itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regclean.quality.intervals import LEVEL, Interval

Array = npt.NDArray[np.float64]
DRAWS = 4000
# Where more than a twentieth was looked at, the finite stratum is taken as such.
FINITE = 20


@dataclass(frozen=True, slots=True)
class Tally:
    """One stratum: how many items, how many were looked at, how many of these were true."""

    population: int
    looked: int
    true: int

    @property
    def rate(self) -> float | None:
        return self.true / self.looked if self.looked else None


def totals(cells: list[Tally], *, seed: int = 1) -> tuple[Array, Array]:
    """Draws (cells x DRAWS) from the low and from the high confidence distribution of each cell's number of true items."""
    generator = np.random.default_rng(seed)
    low = np.empty((len(cells), DRAWS))
    high = np.empty((len(cells), DRAWS))
    for i, cell in enumerate(cells):
        u = (generator.permutation(DRAWS) + generator.random(DRAWS)) / DRAWS
        low[i], high[i] = _cell(cell, u, generator)
    return low, high


def between(value: float, low: Array, high: Array, level: float = LEVEL) -> Interval:
    """The interval of what was computed from draws that push it low, and from draws that push it high."""
    tail = (1 - level) / 2
    lower, upper = float(np.quantile(low, tail)), float(np.quantile(high, 1 - tail))
    return Interval(value, min(lower, value), max(upper, value), level)


def _cell(cell: Tally, u: Array, generator: np.random.Generator) -> tuple[Array, Array]:
    size, n, x = cell.population, cell.looked, cell.true
    if n == 0:
        return np.zeros(DRAWS), np.full(DRAWS, float(size))
    if n >= size:
        return np.full(DRAWS, float(x)), np.full(DRAWS, float(x))
    if size > FINITE * n:
        # Strata are sorted uniforms through the quantile of a beta distribution, by sorted draws from it.
        order = np.argsort(np.argsort(u))
        low = np.sort(generator.beta(x, n - x + 1, DRAWS))[order] if x else np.zeros(DRAWS)
        high = np.sort(generator.beta(x + 1, n - x, DRAWS))[order] if x < n else np.ones(DRAWS)
        return low * size, high * size
    at_most, below = _hypergeometric(size, n, x)
    numbers = np.arange(size + 1, dtype=np.float64)
    # P(X <= x | K) falls with K: the largest K that still has more than u. P(X >= x | K) rises: the smallest.
    high = numbers[np.searchsorted(-at_most, -u, side="left") - 1]
    low = numbers[np.minimum(np.searchsorted(1.0 - below, u, side="right"), size)]
    return np.minimum(low, size - (n - x)), np.maximum(high, x)


def _hypergeometric(size: int, n: int, x: int) -> tuple[Array, Array]:
    """By K = 0..size: P(X <= x) and P(X < x) of true items among n looked at of `size`, K of which are true."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])
    k = np.arange(size + 1)[:, None]
    j = np.arange(x + 1)[None, :]
    possible = (j <= k) & (n - j <= size - k)
    a, b = np.where(possible, k - j, 0), np.where(possible, size - k - n + j, 0)
    term = (
        logs[k] - logs[j] - logs[a] + logs[size - k] - logs[n - j] - logs[b] - (logs[size] - logs[n] - logs[size - n])
    )
    mass = np.exp(np.where(possible, term, -np.inf))
    # Adding small numbers leaves the last bits uneven; the limits need what falls to fall.
    at_most = np.minimum.accumulate(np.clip(mass.sum(axis=1), 0.0, 1.0))
    below = np.minimum.accumulate(np.clip(mass[:, :x].sum(axis=1), 0.0, 1.0))
    return at_most, below
