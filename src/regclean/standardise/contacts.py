"""Telephone numbers to E.164, e-mail addresses to lower case, each with a state."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata

from regclean.standardise.folding import fold, to_ascii, word_list
from regclean.standardise.text import clean_text, is_placeholder

_SEPARATOR = re.compile(
    r"\s*(?:[,;|\n]|\s/\s|/(?=\s*(?:\+|0\d))|\b(?:tai|ja|sekä|eller|och|or|and)\b)\s*", re.IGNORECASE
)
_SINGLE = re.compile(r"\+?\d(?:[ -]?\d){4,12}", re.ASCII)
_NOT_DIGIT = re.compile(r"\D")
_TRUNK = re.compile(r"\(\s*0\s*\)")
_AREA_CODE = re.compile(r"\(\s*(\+?\d{2,4})\s*\)")
_BRACKETS = re.compile(r"[()\[\]{}]")
# What a number is written with; letters and everything else end it.
_RUN = re.compile(r"\+?\d(?:[\s.\-–—−‑/]*\d)*", re.ASCII)
_NEXT_NUMBER = re.compile(r"\s+(?=(?:\+|00?\d))")
_GROUP = re.compile(r"\s+(?=\S+$)")
# A letter among the digits ("0S0 1234567", "85O I23") is a slip of the pen or of a scanner: nobody knows of which digit.
_LETTER_INSIDE = re.compile(r"\d[^\W\d_]+\d|(?<![^\W\d_])[oilsbz]\d{3}|\d{3}[oilsbz](?![^\W\d_])", re.IGNORECASE)
# "x3", "ext. 12", "ovikoodi 4711", "klo 17.30": digits that say themselves that they are no number.
_SAID_REMARK = re.compile(
    r"(?:(?<=\d)\s*[x#]|(?<![^\W\d_])(?:[^\W\d_]*koodi|[^\W\d_]*kod|klo|kl|ext|ala(?:numero|nro|num)?|int|sis(?:äinen)?|"
    r"ankn(?:ytning)?))\s*[.:]?\s*\d{1,6}(?:\s?[.:–—-]\s?\d{1,2})*(?!\d)",
    re.IGNORECASE,
)
# "17-19", "8.00–16.00", "17.30", "1.1.2020": a time or a day behind a whole number.
_TIME = re.compile(
    r"\d{1,2}(?:[.:]\d{2})?(?:\s?[-–—]\s?\d{1,2}(?:[.:]\d{2})?)?|\d{1,2}[./]\d{1,2}(?:[./](?:\d{2,4})?)?", re.ASCII
)
# "9.00 - 17.00", "1.", "2)": hours, and the number of a number.
_HOURS = re.compile(
    r"(?<=[\s(])(?:[01]?\d|2[0-4])[.:][0-5]\d\s?[-–—]\s?(?:[01]?\d|2[0-4])[.:][0-5]\d(?!\d)|(?<!\S)\d[.)]\s+(?=[+0]\d)",
    re.ASCII,
)
_EXTENSION = re.compile(r"(?P<number>.*\d)/(?P<extension>\d{1,4})", re.ASCII)
# One or two digits behind a stroke are no group of a number, nor is one alone: "040 1234567/8", "09 1234567-8", "… 1/2".
_BEHIND = re.compile(r"(?P<number>.*\d{3})(?:\s?/\s?\d{1,2}|\s?[-–—]\s?\d|\s\d/\d{1,2})", re.ASCII)
# A digit that somebody could not read.
_LOST_DIGIT = re.compile(r"\d[?*_]+(?:\d|\s|$)|[?_]\d")
_ONE_DIGIT = re.compile(r".*\d{6}\s+\d", re.ASCII)
_SHORTEST_RUN = 5
_FILLER = re.compile(r"0*|(\d)\1{5,}|(?:0?123456789?0?)|0\d{1,3}0{6,}")
# Numbers as long as most are; what is shorter may go on.
_WHOLE = re.compile(r"\+358(?:(?:4\d|50)\d{7,}|(?!4|50)\d{8,})", re.ASCII)
# The numbering plan knows numbers of five digits behind 040; no subscriber has one: they lost digits on the way.
_MOBILE = re.compile(r"(?:4\d|50)\d*")
_SHORTEST_MOBILE = 8
# A spreadsheet that took 0401234567 for a number wrote 401234567, 401234567.0 or 4.01234567E+08.
_SPREADSHEET = re.compile(r"((?:4\d|50)\d{7,8})(?:[.,]0+)?", re.ASCII)
_SHORTENED = re.compile(r"(\d)[.,](\d+)E\+?0?([89])", re.IGNORECASE | re.ASCII)
_DECIMALS = re.compile(r"(\+?\d{5,})[.,]0+", re.ASCII)
# Numbers of organisations and services, not of persons (national part, without the leading zero).
_BUSINESS = re.compile(r"(?:10|20|29|30|60|70|71|73|75|80)\d+")
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+=?^_`{|}~.-]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_EMAIL_PLAIN = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}")
_EMAIL_JUNK = " \t<>()[]\"'.,;:"
_EMAIL_AT = re.compile(
    r"\s*(?:[(\[{<](?:at|ät|a|miuku(?:mauku)?|snabel-?a|kissanhäntä)[)\]}>]| (?:at|ät) )\s*", re.IGNORECASE
)
_EMAIL_POINT = re.compile(
    r"\s*(?:[(\[{<](?:dot|piste|punkt)[)\]}>]|(?<=[a-z0-9]) (?:dot|piste|punkt) )\s*", re.IGNORECASE
)
# "@gmail,com", "@gmail .com", "@gmail..com": one dot before the country or kind.
_EMAIL_DOT = re.compile(r"(@[a-z0-9-]+(?:\.[a-z0-9-]+)*)\s*[.,]+\s*((?:com|net|org|fi|se|ee|eu|info)(?![a-z0-9@]))")
_EMAIL_NOTHING = re.compile(
    r"(?:ei|eiole|eioo|ei\.ole|none|null|puuttuu|saknas|ingen|x+|-+)@.*|.*@(?:ei\.ole|eiole|eioo|ei|x+|puuttuu|saknas|ingen)(?:\.[a-z]+)?|"
    r"(?P<same>test|testi|asd|no|na|aaa?)@(?P=same)\.[a-z]{2,3}"
)


# Texts of nothing but these words say that there is no number, or none to be given. Folded.
_NO_NUMBER = frozenset(
    word_list("""ei ole eiole puh puhelin puhelinta puhelinnumeroa numero numeroa nroa nro tiedossa tietoa annettu anneta halua luovuta
    salainen saa soittaa soita voi enaa kaytossa poistettu sahkopostia email emailia sposti spostia s postia meilia osoitetta ingen inget inga telefon tel tfn
    telefonnummer nummer nr har finns ej inte saknas hemligt hemlig epost post mejl no phone number none unknown not known secret mail e""")
)
_NOT_GIVEN = frozenset(
    word_list("ei eiole ingen inget inga ej inte saknas no none not unknown salainen hemligt hemlig secret")
)


def _says_nothing(text: str) -> bool:
    words = fold(text).split()
    return _NO_NUMBER.issuperset(words) and not _NOT_GIVEN.isdisjoint(words)


@dataclass(frozen=True, slots=True)
class Phone:
    """One telephone number field. `second` is the next number in the same cell."""

    number: str | None
    state: str  # ok | business | repaired | invalid | missing | placeholder
    second: str | None = None


@dataclass(frozen=True, slots=True)
class Email:
    address: str | None
    state: str  # ok | repaired | invalid | missing | placeholder
    local: str | None = None


@cache
def _finnish_numbers() -> re.Pattern[str]:
    """Every valid national number of Finland and Åland, as phonenumbers' own metadata describes them, in one pattern.

    Parsing a million numbers through the library takes minutes; its patterns alone say the same in a second.
    """
    patterns = []
    for region in ("FI", "AX"):  # one country code, two regions
        metadata = PhoneMetadata.metadata_for_region(region, None)
        assert metadata is not None  # the library always knows both
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
        patterns += [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _one_number(text: str) -> tuple[str | None, str]:
    """(E.164, state) of text that holds the digits of one number and what stands between them."""
    plus = text.startswith("+")
    digits = _NOT_DIGIT.sub("", text)
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
    if _FILLER.fullmatch("0" + national):
        return None, "placeholder"
    if not _finnish_numbers().fullmatch(national):
        return None, "invalid"
    if _MOBILE.fullmatch(national) and len(national) < _SHORTEST_MOBILE:
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


def _number(run: str) -> tuple[str | None, str]:
    """One number as it stands, else with the zero that a spreadsheet took."""
    answer = _one_number(run)
    if answer[0] is None and (restored := _restored(run)):
        number, state = _one_number(restored)
        return number, "repaired" if number else state
    return answer


def _read_run(run: str) -> list[tuple[str | None, str]]:
    """The numbers of digits that no letter interrupts: one, several, or one with a time or an extension behind it."""
    if (match := _BEHIND.fullmatch(run)) and _WHOLE.fullmatch((shorter := _number(match["number"]))[0] or ""):
        return [shorter]
    whole = _number(run)
    groups = _GROUP.split(run)
    if whole[0] is None or _ONE_DIGIT.fullmatch(run):
        parts = _NEXT_NUMBER.split(run)
        if len(parts) > 1 and len(_NOT_DIGIT.sub("", run)) > 15:
            return [answer for part in parts for answer in _read_run(part)]
        if len(parts) == 2 and re.fullmatch(r"[1-9]\d{0,3}", parts[0]):
            return [_number(parts[1])]
        if (match := _EXTENSION.fullmatch(run)) and (shorter := _number(match["number"]))[0]:
            return [shorter]
        if len(groups) == 2 and _TIME.fullmatch(groups[1]) and (shorter := _number(groups[0]))[0]:
            return [shorter]
    return [whole]


def _read_part(text: str) -> list[tuple[str | None, str]]:
    """The numbers of one part of a cell. What a letter stands in the middle of is never read as something shorter."""
    if _restored(stripped := text.strip(" .;,")):
        return [_number(stripped)]
    text = _SAID_REMARK.sub(" ", text)
    if _LETTER_INSIDE.search(text) or _LOST_DIGIT.search(text):
        return [(None, "invalid")]
    return [
        answer
        for run in _RUN.findall(text)
        if len(_NOT_DIGIT.sub("", run)) >= _SHORTEST_RUN
        for answer in _read_run(run)
    ]


def _restored(text: str) -> str | None:
    """The mobile number that a spreadsheet took the zero from, with the zero."""
    # 4.01235E+08 has lost its last digits: nobody knows them.
    if (short := _SHORTENED.fullmatch(text)) and len(short[2]) == int(short[3]):
        text = short[1] + short[2]
    match = _SPREADSHEET.fullmatch(text)
    return "0" + match[1] if match else None


def read_phone(text: str | None) -> Phone:
    """Read a telephone cell, Finland being the home country: the first valid number, and the second if any.

    Only digits that stand together make a number: those of a remark (hours, a door code, an extension) are never added,
    and a cell with a letter among its digits is "invalid", never another number. A mobile number without its zero is
    "repaired".
    """
    if text is None or not text.strip():
        return Phone(None, "missing")
    if decimals := _DECIMALS.fullmatch(text.strip()):
        text = decimals[1]
    if _restored(text.strip()):
        return Phone(*_number(text.strip()))
    if _SINGLE.fullmatch(text):
        answers = _read_run(text)
        return Phone(*answers[0]) if len(answers) == 1 else _first(answers)
    text = clean_text(text)
    if not text or is_placeholder(text) or _says_nothing(text):
        return Phone(None, "placeholder")
    text = "".join(str(unicodedata.decimal(c, c)) for c in text) if not text.isascii() else text
    text = _HOURS.sub(";", text)
    text = _AREA_CODE.sub(r" \1 ", _TRUNK.sub(" ", text))
    return _first([answer for part in _SEPARATOR.split(_BRACKETS.sub(";", text)) for answer in _read_part(part)])


def _first(answers: list[tuple[str | None, str]]) -> Phone:
    found = [(number, state) for number, state in answers if number]
    if found:
        second = next((number for number, _ in found[1:] if number != found[0][0]), None)
        return Phone(found[0][0], found[0][1], second)
    states = {state for _, state in answers}
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
    """Read an e-mail cell: the first possible address, in lower case. Misspelt domains are kept as they are.

    "repaired": what a person wrote for the sign ("(at)"), a blank or a comma too many, was put right.
    """
    if text is None or not text.strip():
        return Email(None, "missing")
    if _EMAIL_PLAIN.fullmatch(text) and not _EMAIL_NOTHING.fullmatch(text):
        return Email(text, "ok", text.partition("@")[0])
    text = clean_text(text)
    if not text or is_placeholder(text) or _says_nothing(text):
        return Email(None, "placeholder")
    text = text.lower().replace("mailto:", " ")
    as_written = set(_email_parts(text))
    for candidate in _email_parts(_repaired_email(text)):
        if _EMAIL_NOTHING.fullmatch(candidate):
            return Email(None, "placeholder")
        local, _, _ = candidate.partition("@")
        if _EMAIL.fullmatch(candidate) and ".." not in candidate and not local.startswith("."):
            return Email(candidate, "ok" if candidate in as_written else "repaired", to_ascii(local))
    return Email(None, "invalid")


def _email_parts(text: str) -> list[str]:
    return [part.strip(_EMAIL_JUNK) for part in re.split(r"[\s,;/]+", text) if "@" in part]


def _repaired_email(text: str) -> str:
    text = re.sub(r"\s*@[\s@]*", "@", _EMAIL_AT.sub("@", _EMAIL_POINT.sub(".", text)))
    return _EMAIL_DOT.sub(r"\1.\2", text)
