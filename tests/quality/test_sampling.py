"""Blind samples: reproducible, of the size asked for, drawn with the chance that is recorded, from every part of the register."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import pytest

from regclean.quality import draw
from regclean.quality.sampling import REACH

sys.path.insert(0, str(Path(__file__).parent))
from sampled import register  # isort: skip


def test_the_sample_is_the_same_whatever_the_order() -> None:
    frame = register()
    one = draw(frame, 300, seed=4)
    other = draw(frame.sample(fraction=1.0, shuffle=True, seed=8), 300, seed=4)
    assert one.frame.equals(other.frame)
    assert one.strata == other.strata
    assert not one.frame["customer_no_l"].equals(draw(frame, 300, seed=5).frame["customer_no_l"])


@pytest.mark.parametrize("size", [1, 2, 7, 30, 100, 1000, 3999, 4000, 9000])
def test_a_sample_has_its_size_and_its_chances(size: int) -> None:
    frame = register()
    sample = draw(frame, size, seed=2)
    assert sample.frame.height == min(size, frame.height)
    assert sample.frame["number"].to_list() == list(range(1, sample.frame.height + 1))
    assert sample.frame.select("customer_no_l", "customer_no_r").is_unique().all()
    assert sum(stratum.population for stratum in sample.strata) == frame.height
    for stratum in sample.strata:
        part = sample.frame.filter(pl.col("stratum") == stratum.number)
        assert part.height == stratum.drawn
        assert part["inclusion"].to_list() == pytest.approx([stratum.drawn / stratum.population] * stratum.drawn)
    if size >= 30:
        assert {stratum.part for stratum in sample.strata if stratum.drawn} == {"joined", "apart", "beyond"}


def test_every_pair_is_drawn_as_often_as_its_chance_says() -> None:
    """Over many seeds, for each part: no pair is favoured by where it stands."""
    frame = register(60)
    times: dict[str, list[float]] = {}
    seeds = range(300)
    for seed in seeds:
        for row in draw(frame, 20, seed=seed).frame.iter_rows(named=True):
            times.setdefault(row["customer_no_l"], []).append(row["inclusion"])
    assert len(times) == 60
    for drawn in times.values():
        chance = drawn[0]
        spread = (chance * (1 - chance) * len(seeds)) ** 0.5
        assert abs(len(drawn) - chance * len(seeds)) <= 4 * spread + 1e-9


def test_every_kind_of_evidence_has_its_share() -> None:
    frame = register()
    drawn = draw(frame, 400, seed=3).frame.join(frame, on=["customer_no_l", "customer_no_r"])
    for stratum in drawn["stratum"].unique():
        kinds = drawn.filter(pl.col("stratum") == stratum).group_by("evidence").len()["len"]
        assert kinds.max() - kinds.min() <= max(0.25 * kinds.sum(), 3)


def test_nothing_to_draw() -> None:
    assert draw(register(4).clear(), 10, seed=1).frame.is_empty()


def test_what_is_beyond_reach_is_a_part_of_its_own() -> None:
    frame = register()
    beyond = (
        draw(frame, 200, seed=1)
        .frame.join(frame, on=["customer_no_l", "customer_no_r"])
        .filter(pl.col("probability") < REACH)
    )
    assert 0 < beyond.height <= 30
