"""What pairs say of each other: rows divided among customers, all pairs weighed together."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclean.linkage.joint import together

NEVER, SURE = 1e-9, 1e6


def test_a_row_is_not_both_the_father_and_the_son() -> None:
    found = together(
        ["either", "father", "son"], {("either", "father"): 9.0, ("either", "son"): 9.0, ("father", "son"): NEVER}
    )
    assert found["either", "father"] == found["either", "son"] == pytest.approx(9 / 19, abs=1e-6)


def test_a_wife_is_not_the_second_account_of_her_husband() -> None:
    pairs = {("husband", "husband-2"): SURE, ("husband", "wife"): 0.07, ("husband-2", "wife"): 4.6}
    assert together(["husband", "husband-2", "wife"], pairs)["husband-2", "wife"] < 0.5


def test_two_rows_that_are_surely_a_third_are_one() -> None:
    pairs = {("a", "b"): 1.0, ("a", "c"): 45.0, ("b", "c"): SURE}
    assert together(["a", "b", "c"], pairs)["a", "b"] > 0.95


def test_three_alike_say_little_more_than_two() -> None:
    pairs = dict.fromkeys(combinations("abc", 2), 6.0)
    assert 0.7 < together(["a", "b", "c"], pairs)["a", "b"] < 0.9


@given(st.lists(st.floats(NEVER, SURE), min_size=6, max_size=6), st.permutations("abcd"))
def test_no_order_of_rows_and_no_number_matters(odds: list[float], order: list[str]) -> None:
    pairs = dict(zip(combinations("abcd", 2), odds, strict=True))
    found = together(list("abcd"), pairs)
    names = dict(zip("abcd", order, strict=True))

    def renamed(pair: tuple[str, str]) -> tuple[str, str]:
        a, b = (names[row] for row in pair)
        return min(a, b), max(a, b)

    again = together(list("abcd"), {renamed(pair): value for pair, value in pairs.items()})
    for pair, p in found.items():
        assert 0.0 <= p <= 1.0
        assert again[renamed(pair)] == pytest.approx(p, abs=1e-9)


def test_what_other_pairs_do_not_touch_stays() -> None:
    found = together(
        ["a", "b", "c", "d"],
        {("a", "b"): 3.0, ("c", "d"): 8.0, ("a", "c"): NEVER, ("a", "d"): NEVER, ("b", "c"): NEVER, ("b", "d"): NEVER},
    )
    assert found["a", "b"] == pytest.approx(0.75)
    assert found["c", "d"] == pytest.approx(8 / 9)
