"""Do the probabilities mean what they say? Reliability by bins, Brier score, calibration error."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import polars as pl

from regclean.quality.intervals import Interval, wilson

EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1.0)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Scores in [low, high): how many, what they promised on average, what share was true."""

    low: float
    high: float
    count: int
    promised: float
    observed: Interval


@dataclass(frozen=True, slots=True)
class Calibration:
    """Brier: mean squared error of the probability (0 is perfect). `error`: mean |promised - observed| over bins,
    weighted by their counts (expected calibration error).
    """

    count: int
    brier: float
    error: float
    bins: tuple[ReliabilityBin, ...]

    def to_rows(self) -> list[dict[str, Any]]:
        return [
            {
                "from": item.low,
                "to": item.high,
                "count": item.count,
                "promised": item.promised,
                "observed": item.observed.value,
                "observed_low": item.observed.low,
                "observed_high": item.observed.high,
            }
            for item in self.bins
        ]


def calibrate(probability: pl.Series, truth: pl.Series) -> Calibration | None:
    """Compare probabilities with what was true; None when there is nothing to compare."""
    frame = pl.DataFrame({"p": probability.cast(pl.Float64), "y": truth.cast(pl.Float64)}).drop_nulls()
    if frame.is_empty():
        return None
    brier = float(frame.select(((pl.col("p") - pl.col("y")) ** 2).mean()).item())
    bins = []
    for low, high in pairwise(EDGES):
        last = high == EDGES[-1]
        part = frame.filter((pl.col("p") >= low) & ((pl.col("p") <= high) if last else (pl.col("p") < high)))
        observed = wilson(float(part["y"].sum()), part.height)
        if observed is not None:
            bins.append(ReliabilityBin(low, high, part.height, float(part["p"].sum()) / part.height, observed))
    error = sum(abs(item.promised - item.observed.value) * item.count for item in bins) / frame.height
    return Calibration(frame.height, brier, error, tuple(bins))
