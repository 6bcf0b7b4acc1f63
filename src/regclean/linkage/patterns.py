"""Patterns of comparison levels with their counts: a million pairs hold a few thousand, and what is judged, is judged on those."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from regclean.linkage.comparison import Comparison
from regclean.linkage.parameters import CLASSES

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# A decision leaves these classes open.
_OPEN = {
    "same": ("stayed", "moved"),
    "household": ("household", "namesake"),
    "different": ("household", "namesake", "successor", "stranger"),
    "successor": ("successor", "household", "stranger"),
}


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct vectors of levels: `codes` (patterns x comparisons, level index from the top, -1 missing) and their counts.

    `cell`: of an equal full name, else -1. `rarity`: -log2 of the frequency of the values that agree outside a full name.
    `allowed` (patterns x classes): what decisions and vetoes leave open.
    """

    codes: Codes
    counts: Array
    cell: Codes
    rarity: Array
    allowed: Mask

    def column(self, parts: tuple[Comparison, ...], name: str) -> Codes:
        names = [part.name for part in parts]
        if name not in names:
            return np.full(len(self.counts), -1, dtype=np.int64)
        return np.asarray(self.codes[:, names.index(name)])

    def agrees(self, parts: tuple[Comparison, ...], name: str, codes: tuple[str, ...]) -> Mask:
        """Whether a comparison stands on one of these levels."""
        known = next((part.codes for part in parts if part.name == name), ())
        return np.isin(self.column(parts, name), [known.index(code) for code in codes if code in known])


def known(patterns: Patterns, parts: tuple[Comparison, ...], names: tuple[str, ...]) -> Codes:
    """Which of these comparisons are not missing, as a number: the first is its lowest bit."""
    return np.asarray(sum((patterns.column(parts, name) >= 0) * 2**bit for bit, name in enumerate(names)))


def as_patterns(frame: pl.DataFrame, parts: tuple[Comparison, ...], country: str) -> Patterns:
    """Patterns of a frame with gamma_<comparison>, cell, rarity, pairs and, when decisions are to count, verdict."""
    levels = np.array([len(part.levels) for part in parts], dtype=np.int64)
    gamma = frame.select([f"gamma_{part.name}" for part in parts]).to_numpy().astype(np.int64)
    codes = np.where(gamma >= 0, levels - 1 - gamma, -1)
    allowed = np.ones((frame.height, len(CLASSES)), dtype=bool)
    if "verdict" in frame.columns:
        verdicts = frame["verdict"].to_list()
        for i, verdict in enumerate(verdicts):
            if verdict in _OPEN:
                allowed[i] = [name in _OPEN[verdict] for name in CLASSES]
    patterns = Patterns(
        codes,
        frame["pairs"].to_numpy().astype(np.float64),
        frame["cell"].to_numpy().astype(np.int64),
        # Averages over threads may differ in the last bits; three decimals are the same on every run.
        np.round(frame["rarity"].to_numpy().astype(np.float64), 3),
        allowed,
    )
    allowed[vetoed(patterns, parts, country)[:, None] & np.array([name in ("stayed", "moved") for name in CLASSES])] = (
        False
    )
    return patterns


def vetoed(patterns: Patterns, parts: tuple[Comparison, ...], country: str) -> Mask:
    """Pairs that no likeness makes one customer: two valid ids of one kind, two legal forms under no common id.

    Elsewhere a legal form is written as one likes, and an id is text: the register says how often one customer has two.
    """
    found = patterns.agrees(parts, "identity", ("other_national_id",))
    if country == "fi":
        form = patterns.agrees(parts, "legal_form", ("different",)) & ~patterns.agrees(parts, "business_id", ("equal",))
        found |= patterns.agrees(parts, "business_id", ("one_edit", "different")) | form
    return np.asarray(found)
