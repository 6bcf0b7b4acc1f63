"""Text as it should have been: Unicode composed, encoding damage repaired, placeholders known for what they are."""

from __future__ import annotations

import itertools
import re
import unicodedata

import ftfy

from regclean.standardise.folding import word_list
from regclean.standardise.reference import damaged_letter_words

# Only text with one of these is worth the slower repairs.
SUSPICIOUS = (
    r"[ÃÂâï¿�{}|\[\]\\?\u0080-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\u0300-\u036f]|&[a-z#0-9]+;|%C3|=C3|=E[45]|=F6|"
    r"[„”™Žž†‚Šš€…ŒŸ‰ˆƒ≈÷õÕÍÚ├┼─√ΣσΘ╓]"
)
_SUSPICIOUS = re.compile(SUSPICIOUS)
# Almost all text is like this and needs nothing done.
_CLEAN = re.compile(r"[A-Za-z0-9åäöÅÄÖéü.,:/()'+@_#!*<>-]+(?: [A-Za-z0-9åäöÅÄÖéü.,:/()'+@_#!*<>&-]+)*")
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
# One encoding read as another: (what it was read as, what it was).
_MISREAD = (
    ("cp1252", "utf-8"),
    ("mac_roman", "utf-8"),
    ("cp850", "utf-8"),
    ("cp1252", "cp850"),
    ("cp850", "cp1252"),
    ("cp437", "cp1252"),
    ("mac_roman", "cp1252"),
    ("cp1252", "mac_roman"),
)
_WORD = re.compile(r"[^\s,;/()-]*[^\s\x00-\x7fåäöÅÄÖéü][^\s,;/()-]*")
_FINNISH_WORD = re.compile(r"[A-Za-zåäöÅÄÖ]+")
_ESCAPED = re.compile(
    r"(?:[%=]C3[%=][89AB][0-9A-F])+|=(?:E[45]|F6|C[45]|D6)(?=[A-Za-z])|\\u00[c-f][0-9a-f]", re.IGNORECASE
)
_ISO646 = str.maketrans("{|}[\\]", "äöåÄÖÅ")
_ISO646_TOKEN = re.compile(r"(?<![:./\w])[^\W\d_{}|\[\]\\]*[{}|\[\]\\][^\W\d_]*(?:[{}|\[\]\\][^\W\d_]*)*")
_LOST_TOKEN = re.compile(
    r"[^\W\d_]*[?\ufffdÃ]+[^\W\d_]+(?:[?\ufffd]+[^\W\d_]*)*|[^\W\d_]+[?\ufffd]+(?:[^\W\d_]*[?\ufffd]*)*"
)
_LOST = re.compile("[?\ufffdÃ]")
_LOST_LETTERS = "äöåéü"

_PLACEHOLDERS = frozenset(
    """- -- --- . .. ... / * ? ?? ??? x xx xxx xxxx n/a #n/a #n/a! na #puuttuu! #arvo! #value! #ref! #name? nan none null (null) nil
    tyhja tyhjä puuttuu ei_ole ei ei_tiedossa ei_tietoa ei_tiedoa tuntematon unknown okand okänd saknas ingen ej_känd ej_kand
    ei_puhelinta ei_sähköpostia ei_sahkopostia ei_tunneta ei_saatavilla - - tbd ??????? 0 okänt okant tba tbc missing undefined 0
    nimetön nimeton""".replace("\n", " ").split()
)
PLACEHOLDERS = frozenset(word.replace("_", " ") for word in _PLACEHOLDERS)
# Several of these words say that a value is missing or not known, when one of the first ones is among them.
_TELLING = frozenset(
    word_list("""ei eikä tuntematon tuntemattomat puuttuu puuttuvat puuttuva okänd okänt saknas ingen inget inga ej inte no not unknown missing
    ks kts katso nimetön""")
)
_ABOUT = frozenset(
    word_list("""ole on tieto tietoa tiedot tietoja tiedossa tiedetä annettu ilmoitettu merkitty saatu saatavilla saatavissa tunneta määritelty nimi
    nimeä asiakas asiakasta asiakkaan huom lisätiedot lisätiedoissa uppgift uppgifter känd känt tillgänglig tillgängligt angivet
    angiven kund namn namnet finns known available given name data information customer yet vielä selvillä""")
)
# "#DIV/0!", "#VIITTAUS!", "#NAMN?": what a spreadsheet shows instead of a value, in any language.
_ERROR_CELL = re.compile(r"#(?:[A-Za-zÅÄÖåäö]+(?:/0)?[!?]|[Nn]/[Aa]|SAKNAS|PUUTTUU)")


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
    text = _ESCAPED.sub(_unescaped, text)
    text = _WORD.sub(_reread, text)
    text = _ISO646_TOKEN.sub(_iso646, text)
    return _LOST_TOKEN.sub(_lost_letters, text)


def _unescaped(match: re.Match[str]) -> str:
    """The letter of "%C3%A4", "=C3=A4", "=E4" or a backslash with its number."""
    code = re.sub(r"[%=]|\\u00", "", match[0])
    try:
        return bytes.fromhex(code).decode("utf-8" if len(code) > 2 else "latin-1")
    except UnicodeDecodeError:
        return match[0]


def _reread(match: re.Match[str]) -> str:
    """One word in the encoding in which it is a known word; where no word holds what was read, in the only possible one."""
    token = match[0]
    words = damaged_letter_words()
    known, possible = set(), set()
    for read_as, was in _MISREAD:
        try:
            word = token.encode(read_as).decode(was)
        except UnicodeError:
            continue
        bare = word.strip(".,:'\"")
        if was == "utf-8" and bare.isalpha() and max(bare) < "\u0250":
            return word
        if len(bare) > 2 and (bare.isupper() or bare[1:].islower()):
            if bare.lower() in words:
                known.add(word)
            elif _FINNISH_WORD.fullmatch(bare):
                possible.add(word)
    if known:
        return min(known, key=lambda word: (word[0].islower(), word))
    impossible = any(not c.isalpha() and not c.isascii() for c in token[1:-1]) or token[0] in "├┼─√™€…≈÷╓"
    return possible.pop() if impossible and len(possible) == 1 else token


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
    parts = [part.lower() for part in _LOST.split(token)]
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
    """Is this a way of writing "nothing": "-", "ei tiedossa", "uppgift saknas", "#N/A", "xxx"?"""
    lowered = text.strip().lower()
    if not lowered or lowered in PLACEHOLDERS or _NO_WORD.fullmatch(lowered) is not None:
        return bool(lowered)
    if lowered[0] in "#([<{":
        return _ERROR_CELL.fullmatch(text.strip()) is not None or (
            lowered[-1] in ")]>}" and is_placeholder(lowered[1:-1] or "-")
        )
    words = lowered.replace(".", " ").replace("!", " ").split()
    return len(words) > 1 and not _TELLING.isdisjoint(words) and (_TELLING | _ABOUT).issuperset(words)


def value_or_none(text: str | None) -> str | None:
    """Clean text, or None for missing and placeholder."""
    if text is None:
        return None
    text = clean_text(text)
    return None if not text or is_placeholder(text) else text
