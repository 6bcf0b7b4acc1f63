"""Figures from blind samples: intervals that hold, also at small counts and without an error; and never a figure without a sample."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import insert

from regclean.config import load_workspace
from regclean.ledger import Ledger, opened
from regclean.ledger.sample_tables import labels, sample_pairs, samples
from regclean.quality import clopper_pearson, draw, measure
from regclean.quality.measured import Measured, _cells, _figures
from regclean.quality.melding import Tally, between, totals
from regclean.warehouse import Warehouse

sys.path.insert(0, str(Path(__file__).parent))
from sampled import register  # isort: skip

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(("looked", "true"), [(50, 0), (50, 1), (50, 25), (50, 50), (3, 0), (1, 1)])
def test_one_large_stratum_has_the_exact_interval(looked: int, true: int) -> None:
    low, high = totals([Tally(1_000_000, looked, true)])
    exact = clopper_pearson(true, looked)
    assert exact is not None
    found = between(true / looked, low[0] / 1e6, high[0] / 1e6)
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=0.012)


def test_a_finite_stratum_is_known_the_better_the_more_of_it_was_looked_at() -> None:
    widths = []
    for looked in (10, 30, 55, 60):
        low, high = totals([Tally(60, looked, 0)])
        widths.append(between(0.0, low[0], high[0]).high)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == 0
    low, high = totals([Tally(60, 0, 0)])
    assert (low[0].max(), high[0].min()) == (0, 60), "nobody has looked: anything may be"


@pytest.mark.parametrize("size", [25, 120])
def test_the_intervals_hold(size: int) -> None:
    """Of many samples of one register, as many as said hold what is true; at 25 most samples see no error at all."""
    frame = register(3000, seed=7)
    joined, reach = frame.filter("joined"), frame.filter(pl.col("probability") >= 0.001)
    precision = joined["same"].mean()
    recall = joined["same"].sum() / reach["same"].sum()
    held = {"precision": 0, "recall": 0, "left": 0}
    runs = 60
    for seed in range(runs):
        figures = _figures(_cells(*answered(frame, size, seed)))
        truth = {"precision": precision, "recall": recall, "left": reach["same"].sum()}
        for name, value in truth.items():
            interval = getattr(figures, name)
            held[name] += interval.low <= value <= interval.high
    assert min(held.values()) >= 0.95 * runs - 2  # two of sixty are within chance


def answered(frame: pl.DataFrame, size: int, seed: int) -> tuple[pl.DataFrame, dict[str, int]]:
    sample = draw(frame, size, seed=seed)
    strata = {stratum.number: stratum for stratum in sample.strata}
    status = sample.frame.join(frame.drop("probability"), on=["customer_no_l", "customer_no_r"]).select(
        pl.col("stratum").map_elements(lambda n: strata[n].name, return_dtype=pl.String),
        pl.col("stratum").map_elements(lambda n: strata[n].part, return_dtype=pl.String).alias("part"),
        pl.when("same").then(pl.lit("same")).otherwise(pl.lit("different")).alias("answer"),
        pl.lit(value=True).alias("present"),
        "joined",
    )
    return status, {stratum.name: stratum.population for stratum in sample.strata}


def put(ledger: Ledger, pairs: list[tuple[str, str]], answers: dict[int, str], model: str = "person 1") -> None:
    """A sample of these pairs, all of one stratum, with these answers."""
    with ledger.write() as connection:
        number = connection.execute(
            insert(samples)
            .values(
                run_id="2026-11-01-001",
                model_version=model,
                scheme="coarse",
                strata=[
                    {"number": 1, "name": "joined", "part": "joined", "population": len(pairs), "drawn": len(pairs)}
                ],
                drawn_at=NOW,
                drawn_by="sam",
            )
            .returning(samples.c.sample_id)
        ).scalar_one()
        for i, (left, right) in enumerate(pairs, 1):
            connection.execute(
                insert(sample_pairs).values(
                    sample_id=number, number=i, customer_no_l=left, customer_no_r=right, stratum=1, inclusion=1.0
                )
            )
        for i, answer in answers.items():
            connection.execute(insert(labels).values(sample_id=number, number=i, answer=answer, user="sam", at=NOW))


def measured(
    folder: Path, *drawn: tuple[list[tuple[str, str]], dict[int, str], str]
) -> tuple[Measured, list[tuple[str, str]]]:
    warehouse = Warehouse(folder / "var" / "warehouse")
    with opened(load_workspace(folder).ledger_url) as ledger, warehouse.read(warehouse.published()[-1]) as night:
        pairs = night.sql(
            """SELECT l.customer_no, r.customer_no FROM clusters l JOIN clusters r
            ON l.cluster_id = r.cluster_id AND l.customer_no < r.customer_no ORDER BY ALL"""
        ).fetchall()
        for one in drawn:
            put(ledger, *one)
        return measure(ledger, night), pairs


def test_nothing_is_measured_before_somebody_has_answered(published_register: Path) -> None:
    found, pairs = measured(published_register)
    assert not found.done
    assert found.values() == {}
    found, _ = measured(published_register, (pairs, {}, "person 1"))
    assert not found.done
    found, _ = measured(published_register, (pairs, {1: "unsure"}, "person 1"))
    assert (found.done, found.unsure, found.checks) == (False, 1, 0)


def test_answers_become_figures_and_the_last_one_counts(published_register: Path) -> None:
    _, pairs = measured(published_register)
    found, _ = measured(published_register, (pairs, {i + 1: "same" for i in range(len(pairs))}, "person 1"))
    assert found.figures.precision is not None
    assert found.figures.precision.low == found.figures.precision.value == 1.0, "all were looked at"
    assert found.values()["checks"] == len(pairs)
    gone = ("1", "2")
    found, _ = measured(published_register, ([*pairs, gone], {1: "different", len(pairs) + 1: "different"}, "person 2"))
    assert found.model_version == "person 2"
    assert found.checks == 1, "what is no longer there is not counted, and neither is another model's sample"
