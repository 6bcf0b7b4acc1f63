"""Dates as clerks and spreadsheets write them; sentinels mean "unknown" or "open ended" and become None."""

from __future__ import annotations

import re
from datetime import date, timedelta

import polars as pl

from regclean.standardise.text import clean_text, is_placeholder

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_FINNISH = re.compile(r"(\d{1,2})[./-] ?(\d{1,2})[./-] ?(\d{4}|\d{2})(?:[T ,klo]+[\d.:]+)?\.?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{4,6})(?:[.,]\d+)?")
_MONTH_DAY = re.compile(r"(?:--?)?(\d{1,2})-(\d{1,2})")
_DAY_MONTH = re.compile(r"(\d{1,2})\. ?(\d{1,2})\.?")
# What registers write for "not known" and "until further notice".
_SENTINELS = frozenset(
    date(*day)
    for day in (
        (1753, 1, 1),
        (1800, 1, 1),
        (1899, 12, 30),
        (1899, 12, 31),
        (1900, 1, 1),
        (1901, 1, 1),
        (2079, 6, 6),
    )
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "tammi jan january januari",
            "helmi feb february februari",
            "maalis mar mars march",
            "huhti apr april",
            "touko maj may",
            "kesä kesa jun juni june",
            "heinä heina jul juli july",
            "elo aug augusti august",
            "syys sep sept september",
            "loka okt oct oktober october",
            "marras nov november",
            "joulu dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_NAMED_MONTH = re.compile(
    r"(?:(?:den )?(?P<day>\d{1,2})(?:st|nd|rd|th)?[. -]+)(?P<month>[^\W\d_]{3,}?)(?:kuuta|kuu|k)?[. ,-]+(?P<year>\d{4}|\d{2})|"
    r"(?P<first>[^\W\d_]{3,})\.? (?P<second>\d{1,2})(?:st|nd|rd|th)?,? (?P<then>\d{4})"
)
# What people write beside a day: its name, "from", "until", the time of day.
_BESIDE = re.compile(
    r"^(?:(?:ma|ti|ke|to|pe|la|su|(?:maanan|tiis|tors|perjan|lauan|sunnun)tai(?:na)?|keskiviikko(?:na)?|(?:mån|tis|ons|tors|fre|lör|sön)(?:dag(?:en)?)?|"
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\.?,? |(?:alkaen|alk\.?|lähtien|saakka|asti|pvm|från|fr\. ?o\. ?m\.?|from|"
    r"since|t\. ?o\. ?m\.?|till|until|den) ?:? ?)+(?=\d)|(?<=\d)\.?,? ?(?:(?:klo|kl)\.? ?\d[\d.:]*|alkaen|alk\.?|lähtien|saakka|asti|[-–])$"
)
# Until somebody says otherwise.
_OPEN = frozenset(
    ("toistaiseksi", "voimassa toistaiseksi", "tills vidare", "gäller tills vidare", "until further notice")
)
_FIRST_YEAR, _OPEN_YEAR = 1850, 2090
_ORDINARY_YEARS = (1902, 2078)  # no sentinel is in them
_EXCEL_EPOCH = date(1899, 12, 30)
# A bare number is an Excel day between 1927 and 2119, outside of which it could be a year or a mistake.
_EXCEL_DAYS = range(10_000, 80_001)


class UnreadableDateError(ValueError):
    """Text that is no date. Carries nothing of the text."""


def read_date(text: str | None, *, as_of: date, birth: bool = False) -> date | None:
    """Read a date; None for missing, placeholder and sentinel.

    A two-digit year is the latest one that is not in the future (a birth) or not more than 20 years ahead.
    Raises UnreadableDateError.
    """
    if text is None:
        return None
    text = clean_text(text)
    if not text or is_placeholder(text) or text.lower() in _OPEN:
        return None
    found = _parse(text, as_of, birth) or _parse(_plain(text), as_of, birth)
    if found is None:
        if re.fullmatch(r"[0.\-/ :T]+", text):
            return None  # 00.00.0000
        raise UnreadableDateError("not a date")
    if found in _SENTINELS or not _FIRST_YEAR <= found.year < _OPEN_YEAR:
        return None
    return found


def plain_days(texts: pl.Series) -> pl.Series:
    """The days of texts like 2026-11-27, of years in which no day means something else; None is for `read_date` to read."""
    plain = texts.to_frame("text").select(
        pl.when(pl.col("text").str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
        .then("text")
        .str.to_date("%Y-%m-%d", strict=False)
        .alias("day")
    )
    ordinary = pl.col("day").dt.year().is_between(*_ORDINARY_YEARS)
    return plain.select(pl.when(ordinary).then("day")).to_series()


def _plain(text: str) -> str:
    """The day as day.month.year, without what stands beside it and with one sign between."""
    text = _BESIDE.sub("", text.lower().strip("'\"= "))
    if match := _NAMED_MONTH.fullmatch(text):
        month = _MONTHS.get(match["month"] or match["first"])
        if month:
            return f"{match['day'] or match['second']}.{month}.{match['year'] or match['then']}"
    return re.sub(r"(?<=\d) ?[.,] ?(?=\d)", ".", text)


def _parse(text: str, as_of: date, birth: bool) -> date | None:
    if not text.isascii():
        return None
    if match := _ISO.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := _FINNISH.fullmatch(text):
        year = int(match[3])
        if len(match[3]) == 2:
            year = _full_year(year, as_of, birth)
        return _date(year, int(match[2]), int(match[1]))
    if match := _COMPACT.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3])) or _date(
            int(text[4:8]), int(text[2:4]), int(text[0:2])
        )
    if (match := _SERIAL.fullmatch(text)) and int(match[1]) in _EXCEL_DAYS:
        return _EXCEL_EPOCH + timedelta(days=int(match[1]))
    if text in {"1", "1.0", "0", "0.0", "2958465", "2958465.0"}:
        return date(1900, 1, 1)  # Excel's own smallest and largest days
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(short: int, as_of: date, birth: bool) -> int:
    limit = as_of.year + (0 if birth else 20)
    year = limit - limit % 100 + short
    return year if year <= limit else year - 100


def read_month_day(text: str | None) -> str | None:
    """Read the day of a season: "05-01", "1.5.", or a whole date; `mm-dd`. Raises UnreadableDateError."""
    if text is None:
        return None
    text = clean_text(text)
    if not text or is_placeholder(text):
        return None
    if match := _MONTH_DAY.fullmatch(text):
        month, day = int(match[1]), int(match[2])
    elif match := _DAY_MONTH.fullmatch(text):
        month, day = int(match[2]), int(match[1])
    else:
        found = _parse(text, date(2000, 1, 1), False)
        if found is None:
            raise UnreadableDateError("not a day of the year")
        month, day = found.month, found.day
    if _date(2000, month, day) is None:
        raise UnreadableDateError("not a day of the year")
    return f"{month:02d}-{day:02d}"
