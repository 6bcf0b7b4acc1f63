"""Blind samples: which pairs people look at, without seeing a score, to learn how good the linkage is.

A company has no truth file. It can have some hundred pairs looked at. They are drawn from all that was compared, so that each pair's
chance is known (Horvitz and Thompson 1952): half of them from what the linkage joins, the other half from what it leaves apart,
most of these where its score is in doubt. Strata are few, because each costs certainty; within a stratum the pairs are drawn
systematically, in the order of their evidence, so that every pattern of evidence has its share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

# One in a thousand: below it lie most of the pairs and hardly a true one. What is measured of recall says so apart.
REACH = 0.001
# Where strata of score begin, within each part: what is joined, left apart, or below reach.
EDGES: dict[str, tuple[float, ...]] = {"joined": (0.95,), "apart": (0.01, 0.1, 0.5), "beyond": ()}
# What tells strata apart, the finest first: the first scheme that leaves each stratum enough to draw is taken.
SCHEMES: dict[str, tuple[str, ...]] = {"score": ("part", "bin"), "coarse": ("part",)}
SHARES = {"joined": 0.5, "apart": 0.375, "beyond": 0.125}
FEWEST = 3  # drawn from each stratum of a scheme, on the whole
# A stratum that claims certainty is still looked at: its scores may be wrong.
LEAST_DOUBT = 0.05
PAIR = ("customer_no_l", "customer_no_r")


@dataclass(frozen=True, slots=True)
class Stratum:
    """Pairs alike in evidence and score. `part`: joined, apart, or beyond reach; `population`: how many there are."""

    number: int
    name: str
    part: str
    population: int
    drawn: int

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sample:
    """`frame`: the drawn pairs with `number` (the order in which people see them), `stratum` and `inclusion` (the chance)."""

    frame: pl.DataFrame
    strata: tuple[Stratum, ...]
    scheme: str


def draw(frame: pl.DataFrame, size: int, *, seed: int) -> Sample:
    """Draw `size` pairs, or all there are, from a sampling frame (`linkage.sampling_frame`).

    The hash of the seed and a pair's key says where it stands: the same seed draws the same pairs, whatever the order of the rows.
    """
    known = frame.with_columns(
        pl.when("joined")
        .then(pl.lit("joined"))
        .when(pl.col("probability").fill_null(1.0) >= REACH)
        .then(pl.lit("apart"))
        .otherwise(pl.lit("beyond"))
        .alias("part"),
        _rank(seed),
    ).with_columns(_bin().alias("bin"))
    scheme = next(
        (name for name, by in SCHEMES.items() if FEWEST * known.select(by).n_unique() <= size), list(SCHEMES)[-1]
    )
    by = SCHEMES[scheme]
    groups = known.group_by(by).agg(pl.len().alias("population"), _doubt().alias("doubt")).sort(by)
    groups = groups.with_columns(pl.Series("drawn", _allocate(groups, min(size, frame.height)), dtype=pl.Int64))
    groups = groups.with_row_index("stratum", offset=1).with_columns(pl.col("stratum").cast(pl.Int64))
    numbered = (
        known.join(groups, on=by, how="inner")
        .sort("stratum", "evidence", "rank")
        .with_columns((pl.int_range(pl.len()).over("stratum") + seed * 7919 % pl.col("population")).alias("turn"))
    )
    step = pl.col("drawn") / pl.col("population")
    chosen = (pl.col("turn") + 1) * pl.col("drawn") // pl.col("population") > pl.col("turn") * pl.col(
        "drawn"
    ) // pl.col("population")
    drawn = (
        # In the order of another rank: what people see first and last tells nothing of strata.
        numbered.filter(chosen)
        .with_columns(_rank(-1 - seed))
        .sort("rank")
        .with_row_index("number", offset=1)
        .select(pl.col("number").cast(pl.Int64), *PAIR, "stratum", step.alias("inclusion"), "probability")
    )
    strata = tuple(
        Stratum(row["stratum"], _name(row), row["part"], row["population"], row["drawn"])
        for row in groups.iter_rows(named=True)
    )
    return Sample(drawn, strata, scheme)


def _rank(seed: int) -> pl.Expr:
    return pl.struct(PAIR).map_elements(lambda row: rank(seed, *row.values()), return_dtype=pl.String).alias("rank")


def rank(seed: int, *key: object) -> str:
    """A random number that follows from a seed and a key."""
    return hashlib.sha256("\0".join([str(seed), *map(str, key)]).encode()).hexdigest()


def _bin() -> pl.Expr:
    """The stratum of score within the part; who was never compared, but joined through others, is in the lowest."""
    above = pl.lit(0)
    for part, edges in EDGES.items():
        for edge in edges:
            above += ((pl.col("part") == part) & (pl.col("probability").fill_null(0.0) >= edge)).cast(pl.Int64)
    return above


def _doubt() -> pl.Expr:
    p = pl.col("probability").fill_null(0.5).clip(0.0, 1.0)
    return (p * (1 - p)).sqrt().mean()


def _name(row: dict[str, Any]) -> str:
    part = str(row["part"])
    edges = (0.0, *EDGES[part], 1.0)
    return f"{part} {edges[row['bin']]:g}-{edges[row['bin'] + 1]:g}" if "bin" in row else part


def _allocate(groups: pl.DataFrame, size: int) -> list[int]:
    """How many of each stratum: `SHARES` of the parts, within them by size and doubt (Neyman), two at least, all at most."""
    rows = groups.to_dicts()
    parts = {part: [i for i, row in enumerate(rows) if row["part"] == part] for part in SHARES}
    wanted = _share_out(size, [SHARES[p] if parts[p] else 0.0 for p in SHARES], [_sum(rows, parts[p]) for p in SHARES])
    drawn = [0] * len(rows)
    for part, total in zip(SHARES, wanted, strict=True):
        inside = parts[part]
        weights = [rows[i]["population"] * max(rows[i]["doubt"], LEAST_DOUBT) for i in inside]
        populations = [rows[i]["population"] for i in inside]
        for i, n in zip(inside, _share_out(total, weights, populations), strict=True):
            drawn[i] = n
    return drawn


def _sum(rows: list[dict[str, Any]], chosen: list[int]) -> int:
    return sum(rows[i]["population"] for i in chosen)


def _share_out(total: int, weights: Sequence[float], limits: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to weights, up to their limits, that sum to `total` where the limits let them; a weight
    gets two, or what its limit is, before any gets more.
    """
    given = [0] * len(weights)
    floors = [min(2, limit) if weight > 0 else 0 for weight, limit in zip(weights, limits, strict=True)]
    for _ in range(min(total, sum(limit for w, limit in zip(weights, limits, strict=True) if w > 0))):
        # The one that is furthest behind its share gets the next; floors come first.
        best = min(
            (i for i in range(len(weights)) if weights[i] > 0 and given[i] < limits[i]),
            key=lambda i: (given[i] >= floors[i], (given[i] + 0.5) / weights[i], i),
        )
        given[best] += 1
    return given
