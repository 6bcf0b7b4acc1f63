"""Clerical samples: reproducible, weighted back without bias, with intervals that cover; and calibration."""

import random

import polars as pl
import pytest

from regclean.quality import calibrate, draw_sample, estimate_share, expected_true


def queue(count=4000, seed=1):
    generator = random.Random(seed)
    scores = [round(generator.betavariate(2, 0.6), 4) for _ in range(count)]
    true = [generator.random() < score for score in scores]
    return pl.DataFrame({"finding_id": [f"F{i:05}" for i in range(count)], "score": scores, "true": true})


def test_the_sample_is_the_same_whatever_the_order():
    population = queue()
    one = draw_sample(population, 300, seed=4)
    other = draw_sample(population.sample(fraction=1.0, shuffle=True, seed=8), 300, seed=4)
    assert one.frame.equals(other.frame)
    assert one.strata == other.strata
    assert not one.frame["finding_id"].equals(draw_sample(population, 300, seed=5).frame["finding_id"])


def test_strata_hold_what_they_say():
    sample = draw_sample(queue(), 300, seed=4)
    for stratum in sample.strata:
        part = sample.frame.filter(pl.col("stratum") == stratum.number)
        assert part.height == stratum.drawn >= 2
        assert part["score"].min() >= stratum.low
        assert part["inclusion_probability"][0] == pytest.approx(stratum.drawn / stratum.population)
    assert sum(stratum.population for stratum in sample.strata) == 4000
    assert 270 <= sample.frame.height <= 330


def test_a_small_queue_is_reviewed_whole_and_known_exactly():
    population = queue(5)
    sample = draw_sample(population, 100, seed=1)
    estimate = estimate_share(sample.frame, sample.strata)
    assert sample.frame.height == 5
    assert estimate.low == estimate.value == estimate.high == pytest.approx(population["true"].mean())


def test_nothing_to_sample():
    sample = draw_sample(queue(4).clear(), 10, seed=1)
    assert sample.frame.is_empty()
    assert estimate_share(sample.frame, sample.strata) is None


def test_estimates_are_unbiased_and_intervals_cover():
    population = queue()
    real = population["true"].mean()
    estimates = []
    for seed in range(120):
        sample = draw_sample(population, 250, seed=seed)
        estimates.append(estimate_share(sample.frame, sample.strata))
    assert sum(e.value for e in estimates) / len(estimates) == pytest.approx(real, abs=0.006)
    assert sum(e.low <= real <= e.high for e in estimates) / len(estimates) >= 0.9


def test_a_stratum_without_verdicts_cannot_be_estimated():
    sample = draw_sample(queue(), 300, seed=4)
    silent = sample.frame.with_columns(
        pl.when(pl.col("stratum") == 0).then(None).otherwise(pl.col("true")).alias("true")
    )
    assert estimate_share(silent, sample.strata) is None


def test_expected_number_of_true_ones():
    estimate = expected_true([0.5] * 100)
    assert estimate.value == 50
    assert estimate.low == pytest.approx(50 - 1.959964 * 5, abs=1e-4)
    together = expected_true([0.5] * 100, groups=["a"] * 50 + ["b"] * 50)
    assert together.low < estimate.low
    assert expected_true([]).high == 0
    assert expected_true([1.0, 1.0]) == expected_true([1.0, 1.0], groups=["x", "x"])


def test_calibration_figures():
    result = calibrate(pl.Series([0.1] * 10 + [0.9] * 10), pl.Series([True] + [False] * 9 + [True] * 9 + [False]))
    assert result.brier == pytest.approx(0.09)
    assert result.error == pytest.approx(0.0)
    assert [line["count"] for line in result.to_rows()] == [10, 10]
    assert calibrate(pl.Series([], dtype=pl.Float64), pl.Series([], dtype=pl.Boolean)) is None
    certain = calibrate(pl.Series([1.0, 1.0]), pl.Series([True, False]))
    assert certain.error == pytest.approx(0.5)
    assert certain.bins[0].count == 2
