"""Where two values differ, character by character, so that the eye finds the one digit that matters.

Invariant: the pieces of a value, put together, are the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Likeness = Literal["equal", "close", "different", "missing"]
CLOSE = 0.72  # share of characters in common from which two values are worth marking
CLOSE_WORD = 0.5  # the same of two words in one place
_WORD = re.compile(r"\w+|\W")
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
    # Word by word first: a name that the other does not have is marked as the name that it is.
    words, other_words = _words(value), _words(other)
    folded, other_folded = [word.casefold() for word in words], [word.casefold() for word in other_words]
    for tag, start, end, other_start, other_end in SequenceMatcher(
        None, folded, other_folded, autojunk=False
    ).get_opcodes():
        text, other_text = "".join(words[start:end]), "".join(other_words[other_start:other_end])
        if tag == "replace":
            _mark_letters(ours, theirs, text, other_text)
        else:
            _append(ours, text, differs=tag != "equal")
            _append(theirs, other_text, differs=tag != "equal")
    return tuple(ours), tuple(theirs)


def _mark_letters(ours: list[Piece], theirs: list[Piece], text: str, other: str) -> None:
    """One word written in two ways: the letters that differ; two different words: both as wholes."""
    matcher = SequenceMatcher(None, _folded(text), _folded(other), autojunk=False)
    if matcher.ratio() < CLOSE_WORD:
        _append(ours, text, differs=True)
        _append(theirs, other, differs=True)
        return
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        _append(ours, text[start:end], differs=tag != "equal")
        _append(theirs, other[other_start:other_end], differs=tag != "equal")


def _words(value: str) -> list[str]:
    return _WORD.findall(value)


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
    """Add a stretch; one that goes on as the last one ended is joined to it."""
    if text and pieces and pieces[-1].differs == differs:
        pieces[-1] = Piece(pieces[-1].text + text, differs)
    elif text:
        pieces.append(Piece(text, differs))
