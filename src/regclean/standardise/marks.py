"""What people write beside a name: that somebody died, may not be disclosed, is the elder or the younger, has a guardian.

A mark is evidence or protection and never a name. What stands in brackets is a remark, unless it says what it is.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache

from regclean.standardise.folding import fold, to_ascii, word_list

_WORD_START, _WORD_END = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_GAP = r"[\s,;:/*!()–—-]*"


def _marked(words: str) -> re.Pattern[str]:
    return re.compile(rf"{_GAP}{_WORD_START}(?:{words}){_WORD_END}\.?", re.IGNORECASE)


# Only text with one of these needs the slower readings.
_HINT = re.compile(
    r"turva|kielto|sp[äa]rr|skydda|salai|hemlig|luovut|disclos|[✝†‡_%()\d]|kuol|vainaj|edesm|menehty|avlid|(?<!\w)död(?!\w)|"
    r"deceas|senior|junior|vanhem|nuorem|äldre|yngre|(?<!\w)(?:sr|jr|sen|jun|vanh|nuor|d\s?\.?\s?[äy]|the)(?!\w)|edunv|holh|"
    r"intressebev|förmyn|formyn|god\s+man|guardian|huoltaja|hoitaja|utredn|valtuut|(?<!\w)ev(?:v|\.|\s)|förvalt|selvittäj|"
    r"[a-zåäö][A-ZÅÄÖ]",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-zåäöé]{2})(?=[A-ZÅÄÖ][a-zåäöé]{2})")
_PROTECTED = re.compile(
    rf"{_GAP}{_WORD_START}(?:turva[\s-]?kiel\w*|turvak\.|luovutuskiel\w*|tietojen\s?luovutus\s?kiel\w*|sp[äa]rr[\s-]?mark\w*|"
    r"skyddad(?:e)?\s+(?:identitet|personuppgifter|adress)|sekretessmark\w*|hemlig(?:a)?\s+(?:adress|uppgifter)|"
    rf"salai(?:nen|set)\s+(?:osoite|tiedot|henkilötiedot)|non[\s-]?disclosure){_WORD_END}{_GAP}",
    re.IGNORECASE,
)
# One word alone may be a part of a name ("Salainen Puutarha Oy"): it is a mark in brackets, or before a colon.
_PROTECTED_BESIDE = re.compile(
    r"[(\[]\s*(?:hemlig\w*|salai\w+|salassa\s?pidettäv\w*|suojattu|skyddad\w*)\s*[)\]]|^\s*(?:hemligt?|salainen|suojattu|skyddad)\s*:\s*",
    re.IGNORECASE,
)
_PROTECTED_WORDS = ("turvakielto", "turvakiellossa", "sparrmarkering", "luovutuskielto")
_DAY = r"(?:\d{1,2}\.\s?\d{1,2}\.\s?)?\d{4}|\d{1,2}/\d{4}"
_DEAD = re.compile(
    rf"{_GAP}(?:[✝†‡]|\+(?=\s?(?:{_DAY}))|{_WORD_START}(?:kuollut|kuoli|kuol\.|vainaja|vain\.|edesmennyt|menehtynyt|avliden|avled|död|"
    rf"deceased|(?-i:k\.)(?=\s?(?:{_DAY}))){_WORD_END})\.?\s*(?P<day>{_DAY})?{_GAP}",
    re.IGNORECASE,
)
_ELDER = _marked(r"seniori?|sr|sen\.|vanhempi|vanh\.|d\.?\s?ä|den\s+äldre|äldre|the\s+elder|elder")
_YOUNGER = _marked(r"juniori?|jr|jun\.|nuorempi|nuor\.|d\.?\s?y|den\s+yngre|yngre|the\s+younger|younger")
_ROLE = (
    r"edunvalvoja\w*|edunvalvonna(?:ssa|n)|edunv\.?|ev\.|evv\.?|holhooja|intressebevakare|förmyndare|god\s+man|legal\s+guardian|guardian|huoltaja|"
    r"asioiden\s?hoitaja|asiainhoitaja|kuolinpesän\s+hoitaja|pesänhoitaja|pesänselvittäjä|pesänjakaja|boutredningsman|"
    r"boförvaltare|dödsboförvaltare|valtuutettu|ombud|"
    # An occupation and an office unless somebody's name follows, or another name stands beside it.
    r"hoitaja(?=\s*:?\s*\w)|edunvalvonta(?=[^/]*/)|(?<=/)edunvalvonta|(?<=/\s)edunvalvonta"
)
_HAS_ROLE = re.compile(rf"(?P<gap>{_GAP}){_WORD_START}(?:{_ROLE})(?!\s?lut){_WORD_END}\s*[.:]?\s*", re.IGNORECASE)
_NEXT_PARTY = re.compile(r"\s*[/;,)]\s*|\s+[-–—]\s+")
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
# What in brackets is told of a name: a former one, somebody in whose care the post goes.
_TELLING = re.compile(
    r"^\W*(?:o\.?\s?s|omaa|ent|entinen|aik|aiemmin|synt|född|tid|tidigare|née|geb|e|s|f|c\s*/\s*o)\b", re.IGNORECASE
)
_ESTATE = re.compile(r"\W*(?:k\.?\s?p\.?|kuolinpesä|dödsbo|sterbhus|d\.?\s?b\.?|dbo)\W*", re.IGNORECASE)
_TITLES = frozenset(
    word_list("""hra herra rva rouva nti neiti fru herr froken fröken mr mrs ms miss dr prof professori tri tohtori maist maisteri
    dipl.ins diplomi-insinööri rovasti pastori kirkkoherra maanviljelija maanviljelijä mv agronomi insinööri emäntä isäntä
    eläkeläinen leskirouva leski varatuomari vt. oik.kand doc dos dosentti sir madam ins tradenomi merkonomi restonomi agrologi
    ekonomi arkkitehti asianajaja varat lääkäri opettaja kirvesmies yrittäjä autoilija muurari maalari sähköasentaja putkimies
    hitsaaja merimies kalastaja kanttori eversti majuri kapteeni luutnantti ylikonstaapeli sairaanhoitaja metsänhoitaja metsuri
    fil.maist fil.kand fil.toht yht.maist kauppat.maist ingenjör jordbrukare lantbrukare lärare läkare arkitekt pensionär änka
    företagare vicehäradshövding advokat magister phd isännöitsijä disponent toimitusjohtaja tj""")
)
# Degrees as Finns write them behind a name, in capitals.
_DEGREES = frozenset(
    word_list(
        "DI FM FK FL FT TM TT TL TK KTM KTK KTT OTK OTM OTT YTM YTT VTM VTK VTT LL LT LK HLL ELL ELT MMM MMT TkT TkL HuK LuK VT PsM PsL"
    )
)
_PARTICLE_TITLES = frozenset({"DI"})


@dataclass(frozen=True, slots=True)
class Marks:
    """A name without what was written beside it, and what that says.

    `generation`: elder | younger. `died`: the day or year as written. `guardian`: the name of who acts for the person.
    `remark`: what was set aside, as written.
    """

    text: str
    deceased: bool = False
    died: str | None = None
    protected: bool = False
    generation: str | None = None
    guardian: str | None = None
    remark: str | None = None

    @property
    def said(self) -> bool:
        return self.deceased or self.protected or bool(self.generation or self.guardian or self.remark)


NO_MARKS = Marks("")


def is_title(word: str) -> bool:
    """Is this word of a name a title, an occupation or a degree?"""
    bare = word.strip(".,;:()-/&+?!")
    if bare in _DEGREES and (len(bare) > 2 or bare not in _PARTICLE_TITLES or word == bare):
        return True
    return bare.lower() in _TITLES and (word.endswith(".") or len(bare) > 2)


def read_marks(text: str) -> Marks:
    """Set aside what is written beside the names of one cell."""
    if not _HINT.search(text):
        return Marks(text)
    text = _unjoined(text)
    text, protected = _take_protected(text)
    deceased, died, generation, guardian = False, None, None, None
    if match := _DEAD.search(text):
        deceased, died = True, match["day"]
        text = _cut(text, match)
    for pattern, said in ((_ELDER, "elder"), (_YOUNGER, "younger")):
        match = pattern.search(text)
        if match and match.start() > 0 and _leaves_a_name(text, match):
            generation, text = said, _cut(text, match)
    text, guardian = _take_guardian(text)
    text, remark = _take_brackets(text)
    text = re.sub(r"[(\[]\s*[)\]]", " ", text)
    return Marks(" ".join(text.split()).strip(" ,;:/-–—"), deceased, died, protected, generation, guardian, remark)


def _cut(text: str, match: re.Match[str]) -> str:
    opened = match[0].count("(") - match[0].count(")")
    behind = text[match.end() :]
    if opened > 0:
        behind = behind.replace(")", " ", opened)
    return f"{text[: match.start()]} {behind}".strip()


def _leaves_a_name(text: str, match: re.Match[str]) -> bool:
    """The abbreviation of a foundation and of the elder are one: "Mäkelän säätiö sr" is no elder."""
    rest = fold(text[: match.start()])
    return len(rest.split()) >= 2 and not re.search(r"saatio|stiftelse|(?<!\w)(?:oy|ab|ky|ry|rf)(?!\w)", rest)


@cache
def _protected_word(word: str) -> bool:
    return len(word) >= 9 and any(
        difflib.SequenceMatcher(None, word, right).ratio() > 0.87 for right in _PROTECTED_WORDS
    )


def _take_protected(text: str) -> tuple[str, bool]:
    if match := _PROTECTED.search(text) or _PROTECTED_BESIDE.search(text):
        return _cut(text, match), True
    for word in re.findall(r"[^\W\d_]{9,}", text):
        if _protected_word(to_ascii(word)):
            return re.sub(rf"{_GAP}{re.escape(word)}{_GAP}", " ", text).strip(), True
    return text, False


def _take_guardian(text: str) -> tuple[str, str | None]:
    """(the person's own name, who acts for the person): "Pesämaa Oili / ev. Vuori", "Edunvalvoja Vuori / Pesämaa Oili"."""
    match = _HAS_ROLE.search(text)
    if match is None:
        return text, None
    before, behind = text[: match.start()].strip(), text[match.end() :].strip()
    if before:
        return before, behind.strip(" ,;/()") or None
    parts = _NEXT_PARTY.split(behind, maxsplit=1)
    if len(parts) == 2 and parts[1].strip(" ,"):
        return parts[1].strip(), parts[0].strip()
    return behind, None


def _take_brackets(text: str) -> tuple[str, str | None]:
    """A remark in brackets is set aside; a former name, a care-of or an estate stays for who reads those."""
    text = _BRACKETS.sub(lambda match: f" {match[1]} " if _ESTATE.fullmatch(match[1]) else match[0], text)
    remarks = [inside for inside in _BRACKETS.findall(text) if not _TELLING.match(inside)]
    text = _BRACKETS.sub(lambda match: match[0] if _TELLING.match(match[1]) else " ", text)
    return text, "; ".join(remark.strip() for remark in remarks if remark.strip()) or None


def _unjoined(text: str) -> str:
    """Words that a system joined: "Mäkelä_Sari", "Mäkelä%20Sari", "MäkeläSari"."""
    text = text.replace("%20", " ").replace("_", " ")
    return text if " " in text.strip() else _CAMEL.sub(" ", text)
