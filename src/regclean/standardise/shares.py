"""Shares of a shared bin's bill, in percent."""

from __future__ import annotations

import re

from regclean.standardise.folding import fold_plain, word_list
from regclean.standardise.quantities import UnreadableNumberError, read_decimal
from regclean.standardise.text import clean_text, is_placeholder

_FRACTION = re.compile(r"(\d{1,4})\s*/\s*(\d{1,4})\s*(?:osa|osaa|del|delar|-?os\.?)?")
_WORDS = {
    "puolet": 1 / 2,
    "puoli": 1 / 2,
    "puolikas": 1 / 2,
    "halften": 1 / 2,
    "halva": 1 / 2,
    "half": 1 / 2,
    "kolmasosa": 1 / 3,
    "kolmannes": 1 / 3,
    "yksikolmasosa": 1 / 3,
    "entredjedel": 1 / 3,
    "tredjedel": 1 / 3,
    "third": 1 / 3,
    "kaksikolmasosaa": 2 / 3,
    "tvatredjedelar": 2 / 3,
    "neljasosa": 1 / 4,
    "neljannes": 1 / 4,
    "neljasosan": 1 / 4,
    "enfjardedel": 1 / 4,
    "fjardedel": 1 / 4,
    "quarter": 1 / 4,
    "kolmeneljasosaa": 3 / 4,
    "viidesosa": 1 / 5,
    "viidennes": 1 / 5,
    "enfemtedel": 1 / 5,
    "femtedel": 1 / 5,
    "kuudesosa": 1 / 6,
    "ensjattedel": 1 / 6,
    "seitsemasosa": 1 / 7,
    "kahdeksasosa": 1 / 8,
    "yhdeksasosa": 1 / 9,
    "kymmenesosa": 1 / 10,
    "kaikki": 1.0,
    "koko": 1.0,
    "kokonaan": 1.0,
    "hela": 1.0,
    "allt": 1.0,
    "all": 1.0,
}
# "Shared evenly" and the like: a share is meant, but how much only the whole list can tell.
_EQUAL = frozenset(word_list("tasan tasaosuudet tasajako jaetaantasan jamnt likadelar equal equally"))


def read_share(text: str | None) -> tuple[float | None, str]:
    """(percent, state): "1/3", "33 %", "puolet", "0,5", "hälften". State: ok | invalid | missing.

    A decimal up to 1 is a fraction ("0,25" is 25 %) unless a percent sign follows; "1" alone is the whole.
    Values outside 0..100 are kept: it is for the bin-group rules to judge them.
    """
    if text is None:
        return None, "missing"
    text = clean_text(text)
    if not text or (is_placeholder(text) and text != "0") or fold_plain(text) in _EQUAL:
        return None, "missing"
    words = fold_plain(text)
    if words in _WORDS:
        return round(100 * _WORDS[words], 4), "ok"
    if match := _FRACTION.fullmatch(text.lower()):
        if int(match[2]) == 0:
            return None, "invalid"
        return round(100 * int(match[1]) / int(match[2]), 4), "ok"
    percent = "%" in text or words.endswith(("pros", "prosenttia", "procent", "percent"))
    bare = re.sub(r"(?i)\s*(?:%|pros\.?|prosenttia|procent|percent)\s*$", "", text)
    try:
        value = read_decimal(bare)
    except UnreadableNumberError:
        return None, "invalid"
    if value is None:
        return None, "missing"
    if not percent and 0 < value <= 1:
        value *= 100
    return round(value, 4), "ok"
