"""Marks must be right to the letter: what is not marked must be the same on both sides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regclean.review.case.diff import Piece, likeness, marks

TEXTS = st.text(alphabet="AaÄäÖöß 0123456789-+.", max_size=30) | st.text(max_size=20)


def text_of(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_the_pieces_are_the_values(value: str, other: str) -> None:
    ours, theirs = marks(value, other)
    assert (text_of(ours), text_of(theirs)) == (value, other)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_on_both_sides(value: str, other: str) -> None:
    ours, theirs = marks(value, other)
    if not any(piece.differs for piece in (*ours, *theirs)):
        return
    same = [text_of(tuple(piece for piece in side if not piece.differs)).casefold() for side in (ours, theirs)]
    assert same[0] == same[1]


@settings(deadline=None)
@given(TEXTS)
def test_nothing_differs_from_itself(value: str) -> None:
    assert not any(piece.differs for side in marks(value, value) for piece in side)


@pytest.mark.parametrize(
    ("value", "other", "marked", "other_marked"),
    [
        ("040 123 4567", "040 123 4568", ["7"], ["8"]),
        ("Seppo Tapani Mäenpää", "Seppo Mäenpää", ["Tapani "], []),
        ("MÄKINEN LIISA", "Mäkinen Liisa", [], []),
        ("Ratapihankatu 22 A 2", "Karhunkatu 27", [], []),  # two different values are not marked to pieces
    ],
)
def test_marks_as_people_would_make_them(value: str, other: str, marked: list[str], other_marked: list[str]) -> None:
    ours, theirs = marks(value, other)
    assert [piece.text for piece in ours if piece.differs] == marked
    assert [piece.text for piece in theirs if piece.differs] == other_marked


@pytest.mark.parametrize(
    ("value", "other", "expected"),
    [
        ("Liisa Mäkinen", "LIISA MÄKINEN", "equal"),
        ("Mäkinen Liisa", "Liisa Maria Mäkinen", "close"),
        ("+358401234567", "+358401234568", "close"),
        ("Turku", "Raisio", "different"),
        (None, "Turku", "missing"),
        ("Turku", "", "missing"),
        (None, None, "missing"),
    ],
)
def test_missing_is_not_different(value: str | None, other: str | None, expected: str) -> None:
    assert likeness(value, other) == likeness(other, value) == expected
