"""Folding to the letters a-z and digits, the form in which everything is compared.

DuckDB's and Spark's string functions count bytes and characters differently, so that match columns hold ASCII only. Names
in other scripts are transliterated: nothing is folded to nothing.
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

_SPECIAL = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ł": "l",
        "ŋ": "n",
        "ŧ": "t",
        "ı": "i",
        "œ": "oe",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "й": "i",  # as registers of Finland have it: Сергей is Sergei
    }
)
_FAST = str.maketrans("åäöéÅÄÖÉü", "aaoeaaoeu")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def to_ascii(text: str) -> str:
    """Lower case, diacritics dropped (å ä -> a, ö -> o), letters of other scripts transliterated (Ольга -> olga)."""
    text = text.lower().translate(_FAST)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_SPECIAL))
    text = "".join(c for c in text if not unicodedata.combining(c)).lower().translate(_SPECIAL)
    if text.isascii():
        return text
    # Letters alone: "½" and "€" mean something else in words, and the sign of softness is no letter.
    return "".join(anyascii(c).replace("'", "") if c.isalpha() else c for c in text).lower()


def fold(text: str) -> str:
    """ASCII words separated by single blanks: "Mäki-Virtanen" -> "maki virtanen", "O'Brien" -> "obrien"."""
    return _NOT_WORD.sub(" ", to_ascii(text).replace("'", "")).strip()


def fold_plain(text: str) -> str:
    """Like `fold`, for codes: letters and digits only, nothing between them; "m³" and "%" keep their meaning."""
    return _NOT_WORD.sub("", to_ascii(text))


def word_list(text: str) -> list[str]:
    """A word list written as one text: easier to read and to extend than so many quotation marks."""
    return text.split()
