"""Codes of the canonical tables, from the words that people use for them in Finnish, Swedish and English."""

from __future__ import annotations

import re
from collections.abc import Callable

from regclean.standardise.folding import fold_plain
from regclean.standardise.reference import code_synonyms
from regclean.standardise.text import clean_text, is_placeholder

_LANGUAGE = re.compile(r"[a-z]{2}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_DETAIL = re.compile(r"\s*[(:,;–-].*$")
_LEADING_CODE = re.compile(r"^\d{1,2}\s*[-–.:)=]\s*")
_EWC = re.compile(r"\*|^(?:ewc|lower?|jatekoodi)\s*", re.IGNORECASE)


class UnknownCodeError(ValueError):
    """A word that stands for no known code. Carries nothing of the word."""


def read_code(text: str | None, column: str) -> str | None:
    """The canonical code of `column` ("use", "role", "language", …) that `text` stands for. Raises UnknownCodeError."""
    return _OPEN_LISTS.get(column, _listed)(text, column)


def _listed(text: str | None, column: str) -> str | None:
    """A code of a list that is known whole.

    A number or an explanation around the word is overlooked ("2 - Vapaa-aika", "Sekajäte (660 l)").
    """
    if text is None:
        return None
    text = clean_text(text)
    synonyms = code_synonyms()[column]
    for attempt in (text, _LEADING_CODE.sub("", text), _DETAIL.sub("", text), _EWC.sub("", text)):
        code = synonyms.get(fold_plain(attempt))
        if code:
            return code
    if not text or is_placeholder(text):
        return None
    # A cut-off word ("Sekaj", "Vapaa-ajan as"): it must point to one code alone.
    folded = fold_plain(text)
    if len(folded) >= 4:
        codes = {code for word, code in synonyms.items() if word.startswith(folded)}
        if len(codes) == 1:
            return codes.pop()
    raise UnknownCodeError("unknown code")


def _language(text: str | None, column: str) -> str | None:
    """ISO 639-1 code in lower case."""
    try:
        return _listed(text, column)
    except UnknownCodeError:
        lowered = clean_text(text or "").lower().split("-")[0].split("_")[0]
        if _LANGUAGE.fullmatch(lowered):
            return lowered
        raise


def _country(text: str | None, column: str) -> str | None:
    """ISO 3166-1 alpha-2 code in upper case."""
    try:
        return _listed(text, column)
    except UnknownCodeError:
        upper = clean_text(text or "").upper()
        if _COUNTRY.fullmatch(upper):
            return upper
        raise


def _building_state(text: str | None, column: str) -> str | None:
    """Two-digit code of a building's state of use."""
    if text is None:
        return None
    text = clean_text(text)
    if match := re.match(r"(\d{1,2})(?:[.,]0+)?(?!\d)", text):
        return match[1].zfill(2)
    if not text or is_placeholder(text):
        return None
    raise UnknownCodeError("not a two-digit code")


_OPEN_LISTS: dict[str, Callable[[str | None, str], str | None]] = {
    "language": _language,
    "country_code": _country,
    "building_state": _building_state,
}
