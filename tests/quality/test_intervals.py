"""Intervals against published tables, exact identities, and their own promise: coverage."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.quality.intervals import bootstrap, clopper_pearson, ratio, wilson


# Newcombe (1998), Statistics in Medicine 17:857-872, table I: method 3 (Wilson) and method 5 (Clopper-Pearson).
@pytest.mark.parametrize(
    ("hits", "trials", "wilson_limits", "exact_limits"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_published_limits(hits, trials, wilson_limits, exact_limits):
    score, exact = wilson(hits, trials), clopper_pearson(hits, trials)
    assert (round(score.low, 4), round(score.high, 4)) == wilson_limits
    assert (round(exact.low, 4), round(exact.high, 4)) == exact_limits


def test_exact_interval_of_no_hits_is_the_closed_form():
    assert clopper_pearson(0, 50).high == pytest.approx(1 - 0.025 ** (1 / 50), abs=1e-9)


def test_nothing_tried_gives_nothing():
    assert wilson(0, 0) is None
    assert clopper_pearson(0, 0) is None
    assert ratio([], []) is None
    assert ratio([0.0], [0.0]) is None


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="3 successes of 2"):
        wilson(3, 2)


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_mirrors_and_stays_within_bounds(hits, extra):
    trials = hits + extra
    one, other = wilson(hits, trials), wilson(trials - hits, trials)
    assert 0 <= one.low <= one.value <= one.high <= 1
    assert one.low == pytest.approx(1 - other.high)


@given(st.lists(st.booleans(), min_size=60, max_size=200))
def test_ratio_of_single_trials_is_close_to_wilson(outcomes):
    hits = [float(outcome) for outcome in outcomes]
    one = ratio(hits, [1.0] * len(hits))
    plain = wilson(sum(outcomes), len(outcomes))
    assert one.value == pytest.approx(plain.value)
    assert one.low == pytest.approx(plain.low, abs=0.02)
    assert one.high == pytest.approx(plain.high, abs=0.02)


def test_lumps_widen_the_interval():
    independent = ratio([1.0] * 90 + [0.0] * 10, [1.0] * 100)
    lumped = ratio([10.0] * 9 + [0.0], [10.0] * 10)
    assert lumped.value == independent.value
    assert lumped.high - lumped.low > 2 * (independent.high - independent.low)


def test_without_errors_the_lower_limit_rests_on_the_units():
    assert ratio([45.0] * 10, [45.0] * 10).low == pytest.approx(wilson(10, 10).low)


def test_interval_of_a_ratio_covers_what_it_promises():
    """2,000 registers with lumped errors: the 95 % interval must hold the truth about 95 times in 100."""
    generator = random.Random(7)
    covered = 0
    for _ in range(2000):
        sizes = [generator.choice((1, 1, 1, 3, 6)) for _ in range(150)]
        hits = [size if generator.random() < 0.9 else 0 for size in sizes]
        interval = ratio(hits, sizes)
        covered += interval.low <= 0.9 <= interval.high
    assert 0.925 <= covered / 2000 <= 0.98


def test_bootstrap_agrees_with_linearisation():
    generator = random.Random(3)
    units = [(float(generator.random() < 0.8) * size, size) for size in generator.choices((1.0, 2.0, 5.0), k=400)]
    drawn = bootstrap(units, lambda sums: sums[0] / sums[1] if sums[1] else None, repetitions=800, seed=5)
    linear = ratio([hit for hit, _ in units], [size for _, size in units])
    assert drawn.value == pytest.approx(linear.value)
    assert drawn.low == pytest.approx(linear.low, abs=0.012)
    assert drawn.high == pytest.approx(linear.high, abs=0.012)


def test_bootstrap_is_reproducible():
    units = [(1.0, 2.0), (0.0, 1.0), (3.0, 3.0)] * 20

    def share(sums):
        return sums[0] / sums[1] if sums[1] else None

    assert bootstrap(units, share, seed=9) == bootstrap(units[::-1], share, seed=9)
    assert bootstrap([], share) is None
