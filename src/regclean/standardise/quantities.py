"""Numbers, litres, intervals and yes/no as they stand in exports."""

from __future__ import annotations

import math
import re

from regclean.standardise.folding import fold, fold_plain, word_list
from regclean.standardise.text import clean_text, is_placeholder

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,2})?", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0'](?=\d{3}(?!\d))")
_UNIT = re.compile(
    r"\s*(?:kpl|st|l|ltr|litraa|liter|m3|m³|vk|viikkoa|viikon|veckor|v|%|pv|paivaa|kk)\.?$", re.IGNORECASE
)
_CUBIC = re.compile(r"m\s*(?:3|³|\^3)|kuutio", re.IGNORECASE)
# No wheeled bin holds less than this many litres; a smaller number is in cubic metres (0,66).
_SMALLEST_LITRES = 10.0
_TRUE = frozenset(word_list("k kylla x 1 true t on y yes j ja kb voimassa tosi sant joo v"))
_FALSE = frozenset(word_list("e ei 0 false f off n no nej epatosi falskt ole eiole nope"))
_INTERVAL_WORDS = {
    "viikoittain": 1.0,
    "kerranviikossa": 1.0,
    "viikottain": 1.0,
    "joka viikko": 1.0,
    "varjevecka": 1.0,
    "varannanvecka": 2.0,
    "jokatoinenviikko": 2.0,
    "jokatoinen": 2.0,
    "parillinenviikko": 2.0,
    "paritonviikko": 2.0,
    "kuukausittain": 4.0,
    "kerrankuussa": 4.0,
    "kerrankuukaudessa": 4.0,
    "manadsvis": 4.0,
    "kahdestiviikossa": 0.5,
    "kaksikertaaviikossa": 0.5,
    "weekly": 1.0,
    "monthly": 4.0,
    "fortnightly": 2.0,
}
_TIMES_A_WEEK = re.compile(r"(\d+)(?:krt|x|kertaa|ggr|ganger)?(?:/|per)?(?:vk|viikko|viikossa|vecka)")
_MONTHS = re.compile(r"(\d+)(?:kk|kuukausi|kuukautta|manad|manader)")


class UnreadableNumberError(ValueError):
    """Text that is no number of the kind asked for. Carries nothing of the text."""


def read_decimal(text: str | None) -> float | None:
    """Read a number with comma or point, thousands blanks, and a unit behind it. Raises UnreadableNumberError."""
    if text is None:
        return None
    text = clean_text(text)
    if not text or (is_placeholder(text) and text != "0"):
        return None
    text = _THOUSANDS.sub("", _UNIT.sub("", text)).strip()
    if "," in text and "." in text:
        last = max(text.rfind(","), text.rfind("."))
        text = text[:last].replace(",", "").replace(".", "") + "." + text[last + 1 :]
    text = text.replace(",", ".")
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise UnreadableNumberError("not a number")
    value = float(text)
    if not math.isfinite(value):
        raise UnreadableNumberError("not a number")
    return value


def read_integer(text: str | None) -> int | None:
    """Read a whole number; "2,0" is one, "2,5" is not. Raises UnreadableNumberError."""
    value = read_decimal(text)
    if value is None:
        return None
    if value != int(value) or abs(value) >= 2**31:
        raise UnreadableNumberError("not a whole number")
    return int(value)


def read_litres(text: str | None) -> float | None:
    """Read the volume of a bin in litres; cubic metres ("0,66", "5 m3") are converted. Raises UnreadableNumberError."""
    value = read_decimal(text)
    if value is None or text is None:
        return None
    if value < 0:
        raise UnreadableNumberError("a volume cannot be negative")
    if value and (value < _SMALLEST_LITRES or _CUBIC.search(text)):
        return round(value * 1000, 3)
    return value


def read_weeks(text: str | None) -> float | None:
    """Read an emptying interval in weeks: "2", "2 vk", "joka toinen viikko", "2 krt/vk" (0.5). Raises UnreadableNumberError."""
    if text is None:
        return None
    cleaned = clean_text(text)
    if not cleaned or is_placeholder(cleaned):
        return None
    words = fold_plain(cleaned)
    if words in _INTERVAL_WORDS:
        return _INTERVAL_WORDS[words]
    if "/" in cleaned or re.search(r"krt|kertaa|ggr", words):
        if match := _TIMES_A_WEEK.fullmatch(words):
            return 1 / int(match[1]) if int(match[1]) else None
        raise UnreadableNumberError("not an interval")
    if match := _MONTHS.fullmatch(words):
        return 4.0 * int(match[1])
    value = read_decimal(re.sub(r"(?i)\b(?:joka|välein|välin|var|krs)\b", "", cleaned).strip().rstrip("."))
    if value is not None and value < 0:
        raise UnreadableNumberError("an interval cannot be negative")
    return value or None


def read_boolean(text: str | None) -> bool | None:
    """Read yes or no in three languages. Raises UnreadableNumberError."""
    if text is None:
        return None
    text = clean_text(text)
    folded = fold(text).replace(" ", "")
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    if not text or is_placeholder(text):
        return None
    if folded in {"10", "00"}:  # 1.0 and 0.0 of a spreadsheet
        return folded == "10"
    raise UnreadableNumberError("neither yes nor no")
