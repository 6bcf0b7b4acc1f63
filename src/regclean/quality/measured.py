"""How good the register's linkage is, measured: from blind samples alone, never from the model's own probabilities.

Of each drawn pair the night in force says whether it joins it, and people said whether it is one customer. Strata are weighted by
how many pairs they hold (the inverse of the chance of being drawn); intervals are `melding.py`'s. Samples of one model and one
scheme of strata are taken together, the newest model's that has answers. A pair whose customers are not both there any more is out;
what the linkage has changed since the drawing counts as it is tonight, by the share of the drawn pairs that changed.

Not measured: pairs that share no key at all, not even a weaker one, and what nobody could answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import polars as pl
from sqlalchemy import Connection, select

from regclean.ledger import Ledger
from regclean.ledger.sample_tables import sample_pairs, samples
from regclean.quality.given import answers
from regclean.quality.intervals import Interval
from regclean.quality.melding import Tally, between, totals
from regclean.warehouse import load_sql, registered

MORE = 50
_COLUMNS = {
    "sample_id": pl.Int64,
    "number": pl.Int64,
    "customer_no_l": pl.String,
    "customer_no_r": pl.String,
    "stratum": pl.String,
    "part": pl.String,
    "answer": pl.String,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares 0..1 and numbers of pairs, None where nothing can be said.

    `recall`: of the true pairs within reach (`sampling.REACH`); `left`: true pairs in the register, within reach; `beyond`: true
    pairs below reach.
    """

    precision: Interval | None = None
    recall: Interval | None = None
    left: Interval | None = None
    beyond: Interval | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """`checks`: answers that the figures rest on; `unsure`: pairs of which nobody could say; `waiting`: drawn, not answered yet;
    `more`: what the figures would be with `MORE` further checks that go as these went. `model_version`, `run_id`: of the drawing.
    """

    figures: Figures = Figures()
    more: Figures = Figures()
    checks: int = 0
    unsure: int = 0
    waiting: int = 0
    model_version: str | None = None
    run_id: str | None = None

    @property
    def done(self) -> bool:
        """Is anything measured yet?"""
        return self.figures.precision is not None or self.figures.recall is not None

    def values(self) -> dict[str, float]:
        """The measures that are kept of a night: value and limits of what is measured, and how many checks it rests on."""
        found: dict[str, float] = {}
        for name in ("precision", "recall", "left", "beyond"):
            for prefix, figures in (("", self.figures), ("more_", self.more)):
                interval: Interval | None = getattr(figures, name)
                key = prefix + ("duplicates_left" if name == "left" else name)
                if interval is not None:
                    found |= {key: interval.value, f"{key}_low": interval.low, f"{key}_high": interval.high}
        return found | {"checks": float(self.checks)} if self.done else {}


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell with what the linkage makes of it: joined tonight, else within reach or not."""

    cell: Tally
    joined: bool
    beyond: bool


def measure(ledger: Ledger, night: duckdb.DuckDBPyConnection, *, settled: bool = False) -> Measured:
    """The figures of a night's clusters, from all labels so far, or from those that are settled (`given.py`)."""
    with ledger.read() as connection:
        drawn, populations, newest = _drawn(connection, answers(connection, settled=settled))
    if newest is None:
        return Measured()
    with registered(night, "drawn", drawn):
        status = night.sql(load_sql("sample_status", "regclean.quality")).pl()
    answered = status.filter(pl.col("answer").is_not_null() & pl.col("present"))
    checks = answered.filter(pl.col("answer").is_in(["same", "different"]))
    cells = _cells(status, populations)
    return Measured(
        figures=_figures(cells),
        more=_figures(_with_more(cells)),
        checks=checks.height,
        unsure=answered.filter(pl.col("answer") == "unsure").height,
        waiting=status.filter(pl.col("answer").is_null() & pl.col("present")).height,
        model_version=newest["model_version"],
        run_id=newest["run_id"],
    )


def blind_labels(ledger: Ledger) -> pl.DataFrame:
    """What people said of blind pairs, the last word on each: customer_no_l, customer_no_r, same. Known pairs teach nothing."""
    with ledger.read() as connection:
        given = answers(connection)
        drawn = select(sample_pairs).where(sample_pairs.c.known.is_(None)).order_by(sample_pairs.c.sample_id)
        found = {
            (row.customer_no_l, row.customer_no_r): given[row.sample_id, row.number] == "same"
            for row in connection.execute(drawn)
            if given.get((row.sample_id, row.number)) in ("same", "different")
        }
    schema = {"customer_no_l": pl.String, "customer_no_r": pl.String, "same": pl.Boolean}
    return pl.DataFrame([(*pair, same) for pair, same in sorted(found.items())], schema=schema, orient="row")


def _drawn(
    connection: Connection, given: Mapping[tuple[int, int], str]
) -> tuple[pl.DataFrame, dict[str, int], Mapping[str, Any] | None]:
    """The drawn pairs of the samples that count, stratum -> population by the newest of these, and that sample's row."""
    said = {sample for sample, _ in given}
    query = select(samples).where(samples.c.certificate_id.is_(None)).order_by(samples.c.sample_id)
    rows = list(connection.execute(query).mappings())
    empty = pl.DataFrame(schema=_COLUMNS)
    newest = next((row for row in reversed(rows) if row["sample_id"] in said), None)
    if newest is None:
        return empty, {}, None
    alike = {
        row["sample_id"]: row
        for row in rows
        if (row["model_version"], row["scheme"]) == (newest["model_version"], newest["scheme"])
    }
    strata = {
        (sample, one["number"]): (one["name"], one["part"]) for sample, row in alike.items() for one in row["strata"]
    }
    populations = {one["name"]: one["population"] for row in alike.values() for one in row["strata"]}
    query = (
        select(sample_pairs)
        .where(sample_pairs.c.sample_id.in_(alike), sample_pairs.c.known.is_(None))
        .order_by(sample_pairs.c.sample_id, sample_pairs.c.number)
    )
    drawn = [
        (
            row["sample_id"],
            row["number"],
            row["customer_no_l"],
            row["customer_no_r"],
            *strata[row["sample_id"], row["stratum"]],
            given.get((row["sample_id"], row["number"])),
        )
        for row in connection.execute(query).mappings()
    ]
    return pl.DataFrame(drawn, schema=_COLUMNS, orient="row"), populations, dict(newest)


def _cells(status: pl.DataFrame, populations: Mapping[str, int]) -> list[_Placed]:
    found = []
    for (name, part), rows in sorted(status.group_by("stratum", "part"), key=lambda group: str(group[0])):
        for joined in (True, False):
            here = rows.filter(pl.col("present") & (pl.col("joined") == joined))
            if here.is_empty():
                continue
            looked = here.filter(pl.col("answer").is_in(["same", "different"]))
            population = max(round(populations[str(name)] * here.height / rows.height), here.height)
            true = looked.filter(pl.col("answer") == "same").height
            found.append(_Placed(Tally(population, looked.height, true), joined, part == "beyond" and not joined))
    return found


def _figures(cells: list[_Placed]) -> Figures:
    if not cells:
        return Figures()
    low, high = totals([one.cell for one in cells])
    joined = np.array([one.joined for one in cells])
    beyond = np.array([one.beyond for one in cells])
    apart = ~joined & ~beyond
    size = float(sum(one.cell.population for one in cells if one.joined))
    hits, missed = _expected(cells, joined), _expected(cells, apart)
    precision = recall = left = None
    if hits is not None and size:
        precision = between(hits / size, low[joined].sum(axis=0) / size, high[joined].sum(axis=0) / size)
    if hits is not None and missed is not None and hits + missed > 0:
        lowest, highest = low[joined].sum(axis=0), high[joined].sum(axis=0)
        few, many = low[apart].sum(axis=0), high[apart].sum(axis=0)
        recall = between(
            hits / (hits + missed), _ratio(lowest, lowest + many), np.maximum(_ratio(highest, highest + few), 0.0)
        )
        left = between(hits + missed, lowest + few, highest + many)
    below = _expected(cells, beyond)
    further = between(below, low[beyond].sum(axis=0), high[beyond].sum(axis=0)) if below is not None else None
    return Figures(precision, recall, left, further)


def _ratio(part: Any, whole: Any) -> Any:
    return np.where(whole > 0, part / np.maximum(whole, 1e-12), 1.0)


def _expected(cells: Iterable[_Placed], chosen: Any) -> float | None:
    """True pairs of these cells; a cell that nobody has looked at is taken to be like the others. None when none was."""
    some = [one.cell for one, take in zip(cells, chosen, strict=True) if take]
    if not some:
        return 0.0
    known = [(cell.population, cell.rate) for cell in some if cell.rate is not None]
    if not known:
        return None
    share = sum(n * rate for n, rate in known) / sum(n for n, _ in known)
    return sum(cell.population * (cell.rate if cell.rate is not None else share) for cell in some)


def _with_more(cells: list[_Placed]) -> list[_Placed]:
    """The cells with `MORE` further checks, spread and answered as those so far."""
    whole = sum(one.cell.looked for one in cells)
    found = []
    for one in cells:
        cell = one.cell
        further = min(round(MORE * cell.looked / whole), cell.population - cell.looked) if whole else 0
        true = round(further * (cell.rate or 0.0))
        found.append(replace(one, cell=Tally(cell.population, cell.looked + further, cell.true + true)))
    return found
