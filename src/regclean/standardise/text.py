"""Text as it should have been: Unicode composed, encoding damage repaired, placeholders known for what they are."""

from __future__ import annotations

import itertools
import re
import unicodedata

import ftfy

from regclean.standardise.reference import damaged_letter_words

# Only text with one of these is worth the slower repairs.
SUSPICIOUS = r"[ÃÂâï¿�{}|\[\]\\?\u0080-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\u0300-\u036f]|&[a-z#0-9]+;"
_SUSPICIOUS = re.compile(SUSPICIOUS)
# Almost all text is like this and needs nothing done.
_CLEAN = re.compile(r"[A-Za-z0-9åäöÅÄÖéü.,:/()'+@_%#=!*<>-]+(?: [A-Za-z0-9åäöÅÄÖéü.,:/()'+@_%#=!*<>&-]+)*")
_BLANKS = re.compile(r"\s+")
_NO_WORD = re.compile(r"[^a-z0-9\u0080-\U0010ffff]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
# UTF-8 read as Windows-1252 leaves a second byte that some exports drop or replace: what ftfy must leave alone.
_LEFTOVER = (
    ("Ã\u2026", "Å"),
    ("Ã\u2020", "Æ"),
    ("Ã\u201e", "Ä"),
    ("Ã\u2013", "Ö"),
    ("Ã\u0085", "Å"),
    ("Ã\u0084", "Ä"),
    ("Ã\u0096", "Ö"),
    ("Ã¥", "å"),
    ("Ã¤", "ä"),
    ("Ã¶", "ö"),
    ("Ã©", "é"),
    ("Ã¼", "ü"),
    ("Ã...", "Å"),
)
_ISO646 = str.maketrans("{|}[\\]", "äöåÄÖÅ")
_ISO646_TOKEN = re.compile(r"(?<![:./\w])[^\W\d_{}|\[\]\\]*[{}|\[\]\\][^\W\d_]*(?:[{}|\[\]\\][^\W\d_]*)*")
_LOST_TOKEN = re.compile(
    r"[^\W\d_]*[?\ufffd]+[^\W\d_]+(?:[?\ufffd]+[^\W\d_]*)*|[^\W\d_]+[?\ufffd]+(?:[^\W\d_]*[?\ufffd]*)*"
)
_LOST = re.compile("[?\ufffd]")
_LOST_LETTERS = "äöåéü"

_PLACEHOLDERS = frozenset(
    """- -- --- . .. ... / * ? ?? ??? x xx xxx xxxx n/a #n/a #n/a! na #puuttuu! #arvo! #value! #ref! #name? nan none null (null) nil
    tyhja tyhjä puuttuu ei_ole ei ei_tiedossa ei_tietoa ei_tiedoa tuntematon unknown okand okänd saknas ingen ej_känd ej_kand
    ei_puhelinta ei_sähköpostia ei_sahkopostia ei_tunneta ei_saatavilla - - tbd ??????? 0""".replace("\n", " ").split()
)
PLACEHOLDERS = frozenset(word.replace("_", " ") for word in _PLACEHOLDERS)


def repair_encoding(text: str) -> str:
    """Undo wrong decodings: UTF-8 read as Windows-1252, 7-bit Finnish, HTML entities; lost letters when sure."""
    if not _SUSPICIOUS.search(text):
        return text
    text = ftfy.fix_text(text, uncurl_quotes=False, fix_character_width=False)
    if "Ã" in text:
        for wrong, right in _LEFTOVER:
            text = text.replace(wrong, right)
        if "Ã" in text:
            text = ftfy.fix_encoding(text)
    text = _ISO646_TOKEN.sub(_iso646, text)
    return _LOST_TOKEN.sub(_lost_letters, text)


def _iso646(match: re.Match[str]) -> str:
    """Read one token as the Finnish 7-bit set, unless its brackets or bars are brackets and bars."""
    token = match[0]
    letters = [c for c in token if c.isalpha()]
    if len(letters) < 2 or re.search(r"\{.*\}|\[.*\]", token):
        return token
    upper = all(c.isupper() for c in letters)
    if any(c in "[]\\" for c in token.lstrip("[]\\")) and not upper:
        return token
    if "|" in token and re.search(r"[a-zåäö]\|[A-ZÅÄÖ]", token):
        return token
    replaced = token.translate(_ISO646)
    if upper:
        return replaced.upper()
    if token[0] in "[]\\{|}" and len(token) > 1 and token[1].islower():
        # Capital letters were [ \ ]; a careless export lowers them to { | } at the head of a name.
        return replaced[0].upper() + replaced[1:]
    return replaced


def _lost_letters(match: re.Match[str]) -> str:
    """Replace lost letters when exactly one known word fits, for it is letters outside ASCII that get lost."""
    token = match[0]
    holes = _LOST.findall(token)
    if len(holes) > 4 or len(token) - len(holes) < 2:
        return token
    words = damaged_letter_words()
    parts = _LOST.split(token.lower())
    found = set()
    for letters in itertools.product(_LOST_LETTERS, repeat=len(holes)):
        word = parts[0] + "".join(letter + part for letter, part in zip(letters, parts[1:], strict=True))
        if word in words:
            found.add(word)
    if len(found) != 1:
        return token
    word = found.pop()
    known = [c for c in token if c.isalpha()]
    if len(known) > 1 and all(c.isupper() for c in known):
        return word.upper()
    return word.capitalize() if token[0].isupper() or _LOST.match(token[0]) else word


def clean_text(text: str) -> str:
    """Composed Unicode, repaired encoding, no control characters, single blanks. Twice equals once."""
    if _CLEAN.fullmatch(text):
        return text
    for _ in range(4):  # each repair may uncover the next one; ends early on almost every text
        before = text
        text = _BLANKS.sub(" ", _CONTROLS.sub("", unicodedata.normalize("NFC", repair_encoding(text)))).strip()
        if text == before:
            break
    return text


def is_placeholder(text: str) -> bool:
    """Is this a way of writing "nothing": "-", "ei tiedossa", "#N/A", "xxx"?"""
    lowered = text.strip().lower()
    return lowered in PLACEHOLDERS or _NO_WORD.fullmatch(lowered) is not None


def value_or_none(text: str | None) -> str | None:
    """Clean text, or None for missing and placeholder."""
    if text is None:
        return None
    text = clean_text(text)
    return None if not text or is_placeholder(text) else text
