"""Where two values differ, character by character, so that the eye finds the one digit that matters.

Invariant: the pieces of a value, put together, are the value.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Likeness = Literal["equal", "close", "different", "missing"]
SYMBOLS: dict[Likeness, str] = {"equal": "=", "close": "≈", "different": "≠", "missing": "∅"}
CLOSE = 0.72  # share of characters in common from which two values are worth marking
LONGEST = 400  # characters; longer texts are compared as wholes


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a value; `differs`: the other value does not have it there."""

    text: str
    differs: bool


def marks(value: str, other: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both values as pieces. Upper and lower case are one; what has too little in common is not marked at all."""
    if len(value) > LONGEST or len(other) > LONGEST:
        return _whole(value), _whole(other)
    matcher = SequenceMatcher(None, _folded(value), _folded(other), autojunk=False)
    if matcher.ratio() < CLOSE:
        return _whole(value), _whole(other)
    ours: list[Piece] = []
    theirs: list[Piece] = []
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        _append(ours, value[start:end], differs=tag != "equal")
        _append(theirs, other[other_start:other_end], differs=tag != "equal")
    return tuple(ours), tuple(theirs)


def likeness(value: str | None, other: str | None) -> Likeness:
    """How two standardised values compare. A missing one is never a difference."""
    if not value or not other:
        return "missing"
    ours, theirs = _folded(value), _folded(other)
    if ours == theirs:
        return "equal"
    close = SequenceMatcher(None, ours, theirs, autojunk=False).ratio() >= CLOSE
    return "close" if close or _same_words(value, other) else "different"


def _same_words(value: str, other: str) -> bool:
    """The same words in another order, or one value's words all in the other: `Liisa Mäkinen`, `Mäkinen Liisa Maria`."""
    ours, theirs = set(value.casefold().split()), set(other.casefold().split())
    return min(len(ours), len(theirs)) > 1 and (ours <= theirs or theirs <= ours)


def _folded(value: str) -> list[str]:
    return [character.casefold() for character in value]


def _whole(value: str) -> tuple[Piece, ...]:
    return (Piece(value, False),) if value else ()


def _append(pieces: list[Piece], text: str, *, differs: bool) -> None:
    if text:
        pieces.append(Piece(text, differs))
