"""What says that somebody may not be disclosed (turvakielto, spärrmarkering), in any spelling, and who says it where."""

from __future__ import annotations

import difflib
import re
from functools import cache

from regclean.standardise.folding import to_ascii

WORD_START, WORD_END = r"(?<![^\W\d_])", r"(?![^\W\d_])"
GAP = r"[\s,;:/*!()–—-]*"
DAY = r"(?:\d{1,2}\.\s?\d{1,2}\.\s?)?\d{4}|\d{1,2}/\d{4}"

# The sayings, each by a part that every text of it holds.
_SAYINGS: dict[str, tuple[str, ...]] = {
    "turv": (r"turva[\s-]?kiel\w*\.?", r"turvak\.?"),
    "iel[lt]o": (r"t\.\s?kielto", r"osoitekiel(?:to|lo)\w*"),
    "luov": (
        r"(?:osoite)?luovutuskiel\w*",
        r"tietojen\s?luovutus\s?kiel\w*",
        r"(?:tietoja|tietoa|osoitetta)?\s*ei\s+saa\s+luovuttaa(?:\s+(?:tietoja|tietoa|osoitetta|eteenpäin))*",
        r"(?:ei|älä)\s+luovut\w+(?:\s+tietoja)?",
    ),
    "suoja": (
        r"osoitesuoja\w*",
        r"tietosuoja(?!\w)",
        r"suojat(?:tu|ut)\s+(?:osoite|osoitetiedot|tiedot|henkilötiedot|yhteystiedot)",
        r"(?:osoite|tiedot|osoitetiedot|henkilötiedot|yhteystiedot)\s+(?:on\s+|ovat\s+)?suojat\w+",
    ),
    "sala": (
        r"(?:salai(?:nen|set)|salat(?:tu|ut)|salassa\s?pidettäv\w+)\s+(?:osoite|osoitetiedot|tiedot|henkilötiedot|yhteystiedot)",
        r"(?:osoite|tiedot|osoitetiedot|henkilötiedot|yhteystiedot)\s+(?:on\s+|ovat\s+)?(?:salai\w+|salat\w+|salassa(?:\s?pidettäv\w*)?)",
    ),
    "julkinen": (r"osoite\s+ei\s+(?:ole\s+)?julkinen", r"ei[\s-]julkinen\s+osoite"),
    "sekret": (
        r"sekretess(?!\w)",
        r"sekretessmark\w*",
        r"sekretessbelagd\w*\s+(?:identitet|personuppgifter|adress|uppgifter|folkbokföring)",
        r"(?:adress(?:en)?|uppgifter(?:na)?)\s+(?:är\s+)?sekretessbelagd\w*",
    ),
    "sp[äa]rr": (r"sp[äa]rr[\s-]?m[äa]rk\w*", r"sp[äa]rrad\w*"),
    "skydd": (
        r"skyddad\w*\s+(?:identitet|personuppgifter|adress|uppgifter|folkbokföring)",
        r"(?:adress(?:en)?|uppgifter(?:na)?)\s+(?:är\s+)?skyddad\w*",
    ),
    "hemlig": (
        r"hemlig\w*\s+(?:identitet|personuppgifter|adress|uppgifter|folkbokföring)",
        r"(?:adress(?:en)?|uppgifter(?:na)?)\s+(?:är\s+)?hemlig\w*",
    ),
    "protected": (r"protected\s+(?:identity|address|person|data)", r"address\s+(?:is\s+)?protected"),
    "secre": (r"secret\s+(?:identity|address)", r"address\s+(?:is\s+)?secret"),
    "confid": (r"confidential\s+(?:identity|address)", r"address\s+(?:is\s+)?confidential"),
    "disclos": (r"(?:non|no|not)[\s-]?disclos\w+", r"do\s+not\s+disclose"),
}
# One word alone may be a part of a name ("Salainen Puutarha Oy"), or be said of something else: it is a mark where it fills the
# cell of an address or a number, in brackets, or before a colon.
_WORDS: dict[str, str] = {
    "hemlig": r"hemlig[ta]?",
    "sala": r"salai\w+|salat\w+|salassa\s?pidettäv\w*",
    "suoja": r"suojattu",
    "skydd": r"skyddad\w*",
    "protected": r"protected",
    "confid": r"confidential",
    "secre": r"secret",
}
# Words that are known with a slip of the pen, each by two parts, of which one slip leaves one whole.
_WITH_SLIPS: dict[str, tuple[str, str]] = {
    "turvakielto": ("turv", "iel[lt]o"),
    "turvakiellossa": ("turv", "iel[lt]o"),
    "turvakieltoasiakas": ("turv", "iel[lt]o"),
    "sparrmarkering": ("sp[äa]rr", "arker"),
    "sparrmarkerad": ("sp[äa]rr", "arker"),
    "luovutuskielto": ("luov", "iel[lt]o"),
}
# "T U R V A K I E L T O"
_SPACED = re.compile(rf"{WORD_START}(?:[^\W\d_] ){{5,}}[^\W\d_]{WORD_END}")
# What every text that hides somebody holds, for a search that polars can make before anything is read.
HIDING = "(?i)" + "|".join(
    dict.fromkeys([*_SAYINGS, *_WORDS, *(part for parts in _WITH_SLIPS.values() for part in parts), r"(?:\pL ){5}"])
)
_ALL_SAYINGS = "|".join(saying for sayings in _SAYINGS.values() for saying in sayings)
_PROTECTED = re.compile(
    rf"{GAP}{WORD_START}(?:{_ALL_SAYINGS}){WORD_END}"
    rf"(?:\s+(?:voimassa|asti|saakka|päättyy|alkaen|gäller|till|t\.o\.m\.|t\s?o\s?m|until|valid)(?!\w)|\s*(?:{DAY})(?!\d))*{GAP}",
    re.IGNORECASE,
)
_WORD = "(?:" + "|".join(_WORDS.values()) + ")"
_BESIDE = re.compile(rf"[(\[]\s*{_WORD}\s*!*[)\]]|^\s*{_WORD}\s*:\s*|,\s*{_WORD}\s*!*$", re.IGNORECASE)
# "ei turvakieltoa": that there is none. In Finnish the case tells it from "ei, turvakielto".
_NONE = re.compile(
    rf"{WORD_START}(?:ei\s+(?:ole\s+)?(?:turva|osoite|luovutus)[\s-]?kieltoa|(?:ej|inte|ingen|inget|utan)\s+(?:turvakielto|sp[äa]rr\w*)|"
    rf"no\s+non[\s-]?disclosure){WORD_END}",
    re.IGNORECASE,
)
# Said of a thing as often as of a person: no mark in a remark.
_OF_THINGS = re.compile(r"(?:ei|älä)\s+luovut\w+(?!\s+(?:tieto|osoite))", re.IGNORECASE)
_IN_FORCE = re.compile(rf"{DAY}|voimassa|gäller|valid|{_WORD}", re.IGNORECASE)
_LIFTED = re.compile(
    r"(?:päätt(?:yi|ynyt)|poistettu|purettu|lakannut|kumottu|upphävd|upphört|ended|lifted)", re.IGNORECASE
)


def take_protected(text: str) -> tuple[str, bool]:
    """The text without what says that somebody may not be disclosed, and whether anything does."""
    text = _NONE.sub(" ", _unspaced(text))
    protected = False
    while match := _PROTECTED.search(text) or _BESIDE.search(text):
        text, protected = cut_out(text, match), True
    for word in re.findall(r"[^\W\d_]{9,}", text):
        if _with_a_slip(to_ascii(word)):
            return re.sub(rf"{GAP}{re.escape(word)}{GAP}", " ", text).strip(), True
    return text, protected


def hides(text: str) -> bool:
    """Does a cell that holds no name (an address, a phone) say that its customer may not be disclosed?"""
    return hides_beside(text) or re.fullmatch(_WORD, text.strip(" .!()-"), re.IGNORECASE) is not None


def hides_beside(text: str) -> bool:
    """Does a cell that holds a name say so beside it?"""
    return take_protected(text)[1]


def hides_in_remark(text: str) -> bool:
    """Does a text say so that may speak of other things as well?"""
    return take_protected(_OF_THINGS.sub(" ", text))[1]


def declares(text: str) -> bool:
    """Does a cell of the column that is there for it say so, though with more words than yes and no?"""
    return not _LIFTED.search(text) and (hides(text) or _IN_FORCE.search(text) is not None)


def cut_out(text: str, match: re.Match[str]) -> str:
    """The text without the match, and without the bracket that closes what opened in it."""
    opened = match[0].count("(") - match[0].count(")")
    behind = text[match.end() :]
    if opened > 0:
        behind = behind.replace(")", " ", opened)
    return f"{text[: match.start()]} {behind}".strip()


@cache
def _with_a_slip(word: str) -> bool:
    return len(word) >= 9 and any(difflib.SequenceMatcher(None, word, right).ratio() > 0.87 for right in _WITH_SLIPS)


def _unspaced(text: str) -> str:
    return _SPACED.sub(lambda match: match[0].replace(" ", ""), text)
