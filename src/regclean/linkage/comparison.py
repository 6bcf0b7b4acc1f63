"""What a comparison is: levels of agreement, their SQL for either engine, and what is expected of them beforehand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the engines call the functions that the comparisons use."""

    name: str
    jaro_winkler: str
    damerau: str
    overlap: str
    contains: str
    size: str
    intersect: str


DUCKDB = Dialect(
    "duckdb",
    "jaro_winkler_similarity",
    "damerau_levenshtein",
    "list_has_any",
    "list_contains",
    "array_length",
    "list_intersect",
)
SPARK = Dialect(
    "spark", "jaro_winkler_exact", "damerau_levenshtein", "arrays_overlap", "array_contains", "size", "array_intersect"
)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a comparison.

    `stayed`, `moved`, `household`: what is expected before any register speaks, the probability of this level between two rows
    of one customer at one place, of one customer at two places, and of two members of one household. They act as
    pseudo-counts (`mixture.py`), so that a small register does not invent extremes; 0 means that the class excludes the level.
    `exact` names the column whose equality the level means: its u is computed from value counts, not sampled.
    `tf` names the column whose rarity the weight is adjusted by.
    """

    code: str
    condition: str
    stayed: float
    moved: float
    household: float
    exact: str | None = None
    tf: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A null condition (no evidence either way) and levels; the last level is everything else.

    `order`: codes from the best agreement to the last level. However few rows a register has, none of them may come to
    speak for one customer less than the next one does, and no other level less than the last one. Comparisons of ids order
    every level: an equal id then never speaks against one customer.
    """

    name: str
    null: str
    levels: tuple[Level, ...]
    order: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(level.code for level in self.levels)


def similar(column: str, threshold: float = 0.88) -> str:
    """One edit apart, or nearly so. The cheap measure goes first: it spares most pairs the dear one."""
    return (
        f"({{jaro_winkler}}({column}_l, {column}_r) >= {threshold} "
        f"and ({{damerau}}({column}_l, {column}_r) <= 1 or {{jaro_winkler}}({column}_l, {column}_r) >= 0.94))"
    )


def one_edit(column: str, threshold: float = 0.85) -> str:
    return f"({{jaro_winkler}}({column}_l, {column}_r) >= {threshold} and {{damerau}}({column}_l, {column}_r) <= 1)"


def both(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def either_empty(column: str) -> str:
    return f"coalesce({{size}}({column}_l), 0) = 0 or coalesce({{size}}({column}_r), 0) = 0"


def overlap(left: str, right: str | None = None) -> str:
    if right is None:
        return f"{{overlap}}({left}_l, {left}_r)"
    return f"({{overlap}}({left}_l, {right}_r) or {{overlap}}({right}_l, {left}_r))"
