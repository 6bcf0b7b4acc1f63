"""Telephone numbers to E.164, e-mail addresses to lower case, each with a state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata

from regclean.standardise.folding import to_ascii
from regclean.standardise.text import clean_text, is_placeholder

_SEPARATOR = re.compile(r"\s*(?:[,;|\n]|\s/\s|/(?=\s*(?:\+|0\d))|\b(?:tai|ja|eller|och|or|and)\b)\s*", re.IGNORECASE)
_SINGLE = re.compile(r"\+?\d(?:[ -]?\d){4,12}", re.ASCII)
_LABEL = re.compile(r"^[^\d+(]+")
_NOT_DIGIT = re.compile(r"\D")
_TRUNK = re.compile(r"\(\s*0\s*\)")
_NEXT_NUMBER = re.compile(r"\s+(?=(?:\+|00?\d))")
_FILLER = re.compile(r"0*|(\d)\1{5,}|(?:0?123456789?0?)")
# Numbers of organisations and services, not of persons (national part, without the leading zero).
_BUSINESS = re.compile(r"(?:10|20|29|30|60|70|71|73|75|80)\d+")
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+=?^_`{|}~.-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_EMAIL_PLAIN = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}")
_EMAIL_JUNK = " \t<>()[]\"'.,;:"
_EMAIL_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\}|\(a\)|\(ät\)|\[ät\]| at )\s*", re.IGNORECASE)
_EMAIL_NOTHING = re.compile(
    r"(?:ei|eiole|ei\.ole|none|null|puuttuu|x+|-+)@.*|.*@(?:ei\.ole|eiole|ei|x+|puuttuu)(?:\.[a-z]+)?"
)


@dataclass(frozen=True, slots=True)
class Phone:
    """One telephone number field. `second` is the next number in the same cell."""

    number: str | None
    state: str  # ok | business | invalid | missing | placeholder
    second: str | None = None


@dataclass(frozen=True, slots=True)
class Email:
    address: str | None
    state: str  # ok | invalid | missing | placeholder
    local: str | None = None


@cache
def _finnish_numbers() -> re.Pattern[str]:
    """Every valid national number of Finland, as phonenumbers' own metadata describes them, in one pattern.

    Parsing a million numbers through the library takes minutes; its patterns alone say the same in a second.
    """
    metadata = PhoneMetadata.metadata_for_region("FI", None)
    assert metadata is not None  # the library always knows Finland
    kinds = (
        metadata.fixed_line,
        metadata.mobile,
        metadata.toll_free,
        metadata.premium_rate,
        metadata.shared_cost,
        metadata.personal_number,
        metadata.voip,
        metadata.pager,
        metadata.uan,
        metadata.voicemail,
    )
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _one_number(text: str) -> tuple[str | None, str]:
    """(E.164, state) of text that holds one number at most."""
    text = _TRUNK.sub("", _LABEL.sub("", text))
    plus = text.lstrip(" (").startswith("+")
    digits = _NOT_DIGIT.sub("", text)
    if not digits:
        return None, "invalid"
    if _FILLER.fullmatch(digits):
        return None, "placeholder"
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    if not plus and digits.startswith("358") and len(digits) >= 10:
        plus = True
    if plus and not digits.startswith("358"):
        return _foreign_number("+" + digits)
    if plus:
        national = digits[3:].removeprefix("0")
    elif digits.startswith("0"):
        national = digits[1:]
    else:
        return None, "invalid"  # no area code: not to be guessed
    if not _finnish_numbers().fullmatch(national):
        return None, "invalid"
    return f"+358{national}", "business" if _BUSINESS.fullmatch(national) else "ok"


def _foreign_number(text: str) -> tuple[str | None, str]:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None, "invalid"
    if not phonenumbers.is_valid_number(number):
        return None, "invalid"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), "ok"


def _numbers(text: str) -> list[str]:
    """The parts of a cell that may each be a number."""
    parts = []
    for part in _SEPARATOR.split(text):
        pieces = _NEXT_NUMBER.split(part)
        # "040 123 4567 050 123 4567": cut before a zero only where one number would be too long.
        if len(_NOT_DIGIT.sub("", part)) > 15 and len(pieces) > 1:
            parts.extend(pieces)
        else:
            parts.append(part)
    return [part for part in parts if any(c.isdigit() for c in part)]


def read_phone(text: str | None) -> Phone:
    """Read a telephone cell, Finland being the home country: the first valid number, and the second if any."""
    if text is None or not text.strip():
        return Phone(None, "missing")
    if _SINGLE.fullmatch(text):
        return Phone(*_one_number(text))
    text = clean_text(text)
    if not text or is_placeholder(text):
        return Phone(None, "placeholder")
    read = [_one_number(part) for part in _numbers(text)]
    found = [(number, state) for number, state in read if number]
    if found:
        second = next((number for number, _ in found[1:] if number != found[0][0]), None)
        return Phone(found[0][0], found[0][1], second)
    states = {state for _, state in read}
    return Phone(None, "placeholder" if states == {"placeholder"} else "invalid")


def read_phone_generic(text: str | None) -> Phone:
    """Digits only, whatever the country."""
    if text is None or not text.strip():
        return Phone(None, "missing")
    if is_placeholder(text):
        return Phone(None, "placeholder")
    digits = _NOT_DIGIT.sub("", to_ascii(text))
    if not digits.strip("0"):
        return Phone(None, "invalid")
    return Phone(digits if digits.isascii() else None, "ok" if digits.isascii() else "invalid")


def read_email(text: str | None) -> Email:
    """Read an e-mail cell: the first possible address, in lower case. Misspelt domains are kept as they are."""
    if text is None or not text.strip():
        return Email(None, "missing")
    if _EMAIL_PLAIN.fullmatch(text) and not _EMAIL_NOTHING.fullmatch(text):
        return Email(text, "ok", text.partition("@")[0])
    text = clean_text(text)
    if not text or is_placeholder(text):
        return Email(None, "placeholder")
    text = _EMAIL_AT.sub("@", text).lower().replace("mailto:", " ")
    text = re.sub(r"\s*@\s*", "@", re.sub(r"(@[a-z0-9-]+),(?=(?:com|fi|net|org|se)\b)", r"\1.", text))
    candidates = [part.strip(_EMAIL_JUNK) for part in re.split(r"[\s,;/]+", text) if "@" in part]
    for candidate in candidates:
        if _EMAIL_NOTHING.fullmatch(candidate):
            return Email(None, "placeholder")
        local, _, _ = candidate.partition("@")
        if _EMAIL.fullmatch(candidate) and ".." not in candidate and not local.startswith("."):
            return Email(candidate, "ok", to_ascii(local))
    return Email(None, "invalid")
