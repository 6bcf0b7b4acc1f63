"""Henkilötunnus, the Finnish personal identity code."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from regclean.standardise.identifiers.identifier import (
    CHECK_CHARACTERS,
    INVALID,
    PLACEHOLDER,
    Context,
    Identifier,
    IdentifierKind,
    normalise_id,
)

# One as people write it into other fields: with any dash, with blanks, in small letters, without its century sign.
_SIGN = "[-+A-FU-Ya-fu-y\u2010-\u2015\u2212]"
WRITTEN = rf"(?:[0-3]\d[01]\d{{3}}\s?{_SIGN}\s?\d{{3}}\s?[0-9A-FHJ-NPR-Ya-fhj-npr-y]|[0-3]\d[01]\d{{6}}[A-FHJ-NPR-Ya-fhj-npr-y])"
_WRITTEN = re.compile(rf"(?:(?<![^\W_])|(?<=\\[nrt])){WRITTEN}(?![^\W_])")  # in JSON, \n ends a line
STRUCK_OUT = "******-****"
# What `Henkilotunnus.mask` leaves of one, and the words that say what it is.
MASKED = (
    r"(?i)[(\[]?\s*(?:(?:hetu|henkilötunnus|henk\.?\s?tun\w*\.?|sotu|synt\.?|s\.|pb|personbeteckning|personnummer|id)\s*[:.=]?\s*)?"
    r"\b\d{6}[-+A-FU-Y]?\*{3}[0-9A-Y]\b\s*[)\]]?"
)
_LENGTH = 11
_WHOLE = re.compile(r"(\d{6})([-+YXWVUABCDEF])(\d{3})([0-9A-Y])")
# A birth date with an empty or crossed-out tail says that the id is not known.
_CROSSED_OUT = re.compile(r"\d{6}[-+A]?(?:0000?|[xX*]{3,4})?")
_CENTURY = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}


class Henkilotunnus(IdentifierKind):
    """The separator is part of the id: two persons may differ in nothing else.

    Real ones are 002-899; 900-999 are temporary, and are used only where they stand for real ones.
    """

    name = "henkilötunnus"
    columns = ("national_id",)

    def check(self, value: str, context: Context) -> Identifier:
        match = _WHOLE.fullmatch(value)
        if match is None:
            return PLACEHOLDER if _CROSSED_OUT.fullmatch(value) and not value.isdigit() else INVALID
        born, number = _birth_date(match[1], match[2]), int(match[3])
        right = CHECK_CHARACTERS[int(match[1] + match[3]) % 31] == match[4]
        if born is None or born > context.as_of or number < 2 or not right:
            return PLACEHOLDER if number == 0 else INVALID
        state = "temporary" if number >= 900 and not context.accept_test_ids else "ok"
        return self.ok(value, state, birth_date=born)

    def mask(self, value: str) -> str:
        """`010190-123R` -> `010190-***R`."""
        return f"{value[:-4]}***{value[-1:]}"


def ids_in(text: str, *, phones: bool = False, buildings: bool = False) -> list[tuple[int, int, str]]:
    """(start, end, id) of every henkilötunnus in a text, the id normalised.

    One of digits alone, or without its century sign, counts only with a right check character. Where telephone numbers or
    building ids are at home (`phones`, `buildings`), what may be one is left: a few have that shape and pass the check.
    """
    found = []
    for match in _WRITTEN.finditer(text):
        value = normalise_id(match[0])
        day, month, check = int(value[:2]), int(value[2:4]), value[-1]
        right = CHECK_CHARACTERS[int(value[:6] + value[-4:-1]) % 31] == check
        signed = len(value) == _LENGTH
        sure = signed and (check.isalpha() or value[6].isalpha())
        other = (phones and value[0] == "0" and value[6] == "-" and check.isdigit()) or (buildings and not signed)
        if 1 <= day <= 31 and 1 <= month <= 12 and (right or sure) and not other:
            found.append((match.start(), match.end(), value))
    return found


def strike_out_ids(
    text: str, said: Callable[[str], str] = lambda _: STRUCK_OUT, *, phones: bool = False, buildings: bool = False
) -> str:
    """The text with `said` of each id in the place of that id; `phones`, `buildings` as of `ids_in`."""
    for start, end, value in reversed(ids_in(text, phones=phones, buildings=buildings)):
        text = text[:start] + said(value) + text[end:]
    return text


def _birth_date(digits: str, separator: str) -> date | None:
    try:
        return date(_CENTURY[separator] + int(digits[4:6]), int(digits[2:4]), int(digits[0:2]))
    except ValueError:
        return None
