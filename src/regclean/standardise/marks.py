"""What people write beside a name: that somebody died, may not be disclosed, is the elder or the younger, has a guardian.

A mark is evidence or protection and never a name. What stands in brackets is a remark, unless it says what it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from regclean.standardise.folding import fold, word_list
from regclean.standardise.non_disclosure import DAY, GAP, WORD_END, WORD_START, cut_out, take_protected
from regclean.standardise.reference import first_name_genders, name_counts


def _marked(words: str) -> re.Pattern[str]:
    return re.compile(rf"{GAP}{WORD_START}(?:{words}){WORD_END}\.?", re.IGNORECASE)


_CAMEL = re.compile(r"(?<=[a-zåäöé]{2})(?=[A-ZÅÄÖ][a-zåäöé]{2})")
_DEAD_WORD = (
    r"kuollut|kuoli|kuoll?\.|vainaja|vain\.|edesmennyt|edesm\.?|menehtynyt|menehtyi|pois\s?mennyt|pois\s?nukkunut|nukkunut\s+pois|"
    r"avliden|avlidne|avlidna|avled|avl\.|död|dog(?=\s?\d)|bortgången|gått\s+bort|in\s+memoriam|deceased|dec'?d\.?|dec\.|the\s+late|(?-i:RIP|R\.I\.P)"
)
_DEAD = re.compile(
    rf"{GAP}(?:[✝✞✟☦†‡⚰⚱]\ufe0f?|\+(?=\s?(?:{DAY}))|{WORD_START}(?:{_DEAD_WORD}|(?-i:[kd]\.)(?=\s?(?:{DAY}))){WORD_END})\.?\s*(?P<day>{DAY})?{GAP}|"
    rf"\s\(?(?-i:[kd]\.)\)?\s*$|[\s(]+(?:1[89]|20)\d\d\s?[-–—]\s?(?P<year>(?:19|20)\d\d)\)?{GAP}$",
    re.IGNORECASE,
)
_BORN = re.compile(
    rf"[\s,(]+(?:\*|{WORD_START}(?:s|synt|syntynyt|f|född|b|born)\.?)\s?(?:{DAY}){WORD_END}\)?", re.IGNORECASE
)
_ELDER = _marked(
    r"seniori?|sr|snr|sen\.|(?-i:sen|SEN)(?=\W*$)|vanhempi|vanh\.?|vnh|d\.?\s?ä|den\s+äldre|äldre|the\s+elder|elder"
)
_YOUNGER = _marked(
    r"juniori?|jr|jnr|jun\.|(?-i:jun|JUN)(?=\W*$)|nuorempi|nuor\.?|nrm|d\.?\s?y|den\s+yngre|yngre|the\s+younger|younger|(?-i:II|III)(?=\W*$)"
)
_BEFORE = {
    "elder": re.compile(r"(?:vanhempi|seniori?|äldre)\s+", re.IGNORECASE),
    "younger": re.compile(r"(?:nuorempi|juniori?|yngre)\s+", re.IGNORECASE),
}
# A relation beside a whole name tells the father from the son that bears it, too.
_RELATION = {
    "elder": re.compile(
        r"(?:\s*[(,]\s*(?:isä|äiti|far|fader|mor|father|mother)\s*\)?|\s+(?:isä|äiti))\s*$", re.IGNORECASE
    ),
    "younger": re.compile(
        r"(?:\s*[(,]\s*(?:poika|tytär|son|dotter|daughter)\s*\)?|\s+(?:poika|tytär))\s*$", re.IGNORECASE
    ),
}
_ROLE = (
    r"(?:yleinen\s+|allmän\s+|laillinen\s+)?(?:edunvalvoja\w*|edunvalvonna(?:ssa|n)|edunvalvontavaltuutettu|edunv\.?|ev\.?(?=\s)|ev\.|evv\.?|holhooja|"
    r"intressebevakare\w*|intr\.?\s?bev\.?|förmyndare|god\s+man|legal\s+guardian|guardian|huoltaja|vårdnadshavare|asioiden\s?hoitaja|asiainhoitaja|"
    r"kuolinpesän\s+hoitaja|pesänhoitaja|pesänselvittäjä|pesänjakaja|boutredningsman|boförvaltare|dödsboförvaltare|förvaltare|valtuutettu|ombud|"
    r"isännöitsijä|isänn\.|disponent|asioita\s+hoitaa|asiat\s+hoitaa|"
    r"yhteyshenkilö|yht\.?\s?henkilö|yht\.?\s?hlö|yhdyshenkilö|kontaktperson|"
    # An occupation and an office unless somebody's name follows, or another name stands beside it.
    r"hoitaja(?=\s*:?\s*\w)|hoit\.|edunvalvonta(?=[^/]*/)|(?<=[/,]\s)(?:edunvalvonta|intressebevakning\w*)|(?<=[/,])(?:edunvalvonta|intressebevakning\w*))"
)
_HAS_ROLE = re.compile(rf"(?P<gap>{GAP}){WORD_START}(?:{_ROLE})(?!\s?lut){WORD_END}\s*[.:]?\s*", re.IGNORECASE)
_NEXT_PARTY = re.compile(r"\s*[/;,)]\s*|\s+[-–—]\s+|\s+för\s+")
_BRACKETS = re.compile(r"\s*(?:\(([^()]*)(?:\)|$)|\[([^\[\]]*)\]|\{([^{}]*)\})\s*")
# "HUOM! laskut pojalle": what is meant for a reader.
_NOTE = re.compile(
    r"[\s,;/-]+(?:(?-i:HUOM|HOX|OBS|NOTE|NB)\b|(?:huom|obs)[!:.]|(?:alias|aka|a\.k\.a\.|kutsumanimi|kutsutaan)(?=[\s:]))[!:.]*\s*(?P<note>.*)$",
    re.IGNORECASE,
)
# "Virtanen Matti 040 1234567", "Virtanen Matti ynnä muut": what is not of the name, and nobody else's.
_BEHIND = re.compile(
    r"[\s,;:/-]+(?:(?:(?:puh|p|gsm|tel|tfn|mob)\.?:?\s*)?(?P<number>(?!\d{1,3}-\d{1,3}-\d{1,4}-\d)\(?(?:\+|0)[\d\s()./–-]{5,}\d)|"
    r"(?:ynnä|ja|och)\s+(?:muut|muita|andra|övriga)|med\s+flera)[\s.)]*$",
    re.IGNORECASE,
)
# What in brackets is told of a name: a former one, somebody in whose care the post goes.
_TELLING = re.compile(
    r"^\W*(?:o\.?\s?s|omaa|ent|entinen|aik|aiemmin|synt|född|född|tid|tidigare|née|geb|e|s|f|c\s*/\s*o)\b",
    re.IGNORECASE,
)
_ESTATE = re.compile(r"\W*(?:v?\.?\s?k\.?\s?p\.?|kuolinpesä|dödsbo|sterbhus|d\.?\s?b\.?|dbo)\W*", re.IGNORECASE)
_TITLES = frozenset(
    word_list("""hra herra rva rouva nti neiti fru herr froken fröken mr mrs ms miss dr prof professori tri tohtori maist maisteri
    dipl.ins diplomi-insinööri rovasti pastori kirkkoherra maanviljelija maanviljelijä mv agronomi insinööri emäntä isäntä
    eläkeläinen eläk eläkel rouvat rkm rak.mest rakennusmestari hr fr rva. rehtori evp vääpeli kersantti mba msc bsc mphil emeritus emerita emer maanvilj maat.metsät toim.joht lvi leskirouva leski varatuomari vt. oik.kand doc dos dosentti sir madam ins tradenomi merkonomi restonomi agrologi
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
# Somebody may be called Jur or Mag: with a dot it is a degree.
_DOTTED_TITLES = frozenset(word_list("jur kand lic mag pens fil pol ek med tekn teol"))
_PARTICLE_TITLES = frozenset({"DI"})
# What occupations and offices end in; a surname that ends so is in the list of surnames.
_OCCUPATION = re.compile(
    r"[^\W\d_]{2,}(?:neuvos|johtaja|mestari|insinööri|opettaja|asentaja|hoitaja|päällikkö|kuljettaja|sihteeri|lääkäri|maisteri|"
    r"tohtori|kandidaatti|lisensiaatti|kersantti|vääpeli|luutnantti|yrittäjä|autoilija|viljelijä|tuomari|notaari|tarkastaja|myyjä|"
    r"ompelija|leipuri|esimies|työläinen|eläkeläinen|direktör|mästare|lärare|ingenjör|skötare|montör|förare|brukare|företagare)"
)


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
    lowered = bare.lower()
    if lowered in _TITLES:
        return word.endswith(".") or len(bare) > 2
    if lowered in _DOTTED_TITLES:
        return word.endswith(".")
    return _OCCUPATION.fullmatch(lowered) is not None and fold(lowered) not in name_counts().last


def read_marks(text: str) -> Marks:
    """Set aside what is written beside the names of one cell."""
    text = _unjoined(_rejoined(text))
    text, protected = take_protected(text)
    deceased, died, generation, guardian = False, None, None, None
    while (match := _DEAD.search(text)) and (_two_words(text[: match.start()]) or _two_words(text[match.end() :])):
        deceased, died = True, died or match["day"] or match["year"]
        text = cut_out(text, match)
    text = _BORN.sub(" ", text).strip()
    text, generation = _take_generation(text)
    text, guardian = _take_guardian(text)
    text, note = _take_note(text)
    text, remark = _take_brackets(text)
    text = re.sub(r"[(\[]\s*[)\]]", " ", text)
    remark = "; ".join(filter(None, (remark, note))) or None
    return Marks(" ".join(text.split()).strip(" ,;:/-–—"), deceased, died, protected, generation, guardian, remark)


def _two_words(text: str) -> bool:
    return len(re.findall(r"[^\W\d_]{2,}", text)) >= 2


def _take_generation(text: str) -> tuple[str, str | None]:
    for said, pattern in _BEFORE.items():
        if (match := pattern.match(text)) and len(fold(text[match.end() :]).split()) >= 2:
            return text[match.end() :], said
    for said, pattern in _RELATION.items():
        if (match := pattern.search(text)) and _leaves_a_name(text, match):
            return text[: match.start()], said
    said_by = None
    for pattern, said in ((_ELDER, "elder"), (_YOUNGER, "younger")):
        match = pattern.search(text)
        if match and match.start() > 0 and _leaves_a_name(text, match):
            said_by, text = said, cut_out(text, match)
    return text, said_by


def _leaves_a_name(text: str, match: re.Match[str]) -> bool:
    """The abbreviation of a foundation and of the elder are one: "Mäkelän säätiö sr" is no elder."""
    rest = fold(text[: match.start()])
    return len(rest.split()) >= 2 and not re.search(r"saatio|stiftelse|(?<!\w)(?:oy|ab|ky|ry|rf)(?!\w)", rest)


def _take_guardian(text: str) -> tuple[str, str | None]:
    """(the person's own name, who acts for the person): "Pesämaa Oili / ev. Vuori", "Edunvalvoja Vuori / Pesämaa Oili"."""
    match = _HAS_ROLE.search(text)
    if match is None:
        return text, None
    before, behind = text[: match.start()].strip(), text[match.end() :].strip()
    before = re.sub(r"[\s,;/(]+c\s*/\s*o\s*$", "", before, flags=re.IGNORECASE)
    if before:
        return before, behind.strip(" ,;/()") or None
    parts = _NEXT_PARTY.split(behind, maxsplit=1)
    if len(parts) == 2 and parts[1].strip(" ,"):
        return parts[1].strip(), parts[0].strip()
    return behind, None


def _take_note(text: str) -> tuple[str, str | None]:
    if (match := _BEHIND.search(text)) and re.search(r"[^\W\d_]{2,}", text[: match.start()]):
        return text[: match.start()], match["number"]
    match = _NOTE.search(text)
    if match is None or not _two_words(text[: match.start()]):
        return text, None
    return text[: match.start()], match["note"].strip() or None


def _take_brackets(text: str) -> tuple[str, str | None]:
    """A remark in brackets is set aside; a former name, a care-of or an estate stays for who reads those."""
    remarks: list[str] = []

    def outside(match: re.Match[str]) -> str:
        inside = next(part for part in match.groups() if part is not None)
        if _ESTATE.fullmatch(inside):
            return f" {inside} "
        if _TELLING.match(inside):
            return match[0]
        remarks.append(inside.strip())
        return " "

    return _BRACKETS.sub(outside, text), "; ".join(filter(None, remarks)) or None


def _unjoined(text: str) -> str:
    """Words that a system joined: "Mäkelä_Sari", "Mäkelä%20Sari", "MäkeläSari"."""
    text = text.replace("%20", " ").replace("_", " ")
    return text if " " in text.strip() else _CAMEL.sub(" ", text)


_STRAY_HYPHEN = re.compile(r"([^\W\d_]+)(\s*)[-–‐‑](\s*)(?=([^\W\d_]+))")


def _rejoined(text: str) -> str:
    """Double names that blanks came into: "Virtanen-  Mäkinen", "Anna -Liisa"; a dash between two whole names stays."""
    if "-" not in text and "–" not in text and "‐" not in text and "‑" not in text:
        return text
    counts = name_counts()

    def joined(match: re.Match[str]) -> str:
        left, right = fold(match[1]), fold(match[4])
        if not match[2] and not match[3]:
            return f"{match[1]}-"
        both = [left in names and right in names for names in (counts.first, counts.last)]
        more = [counts.first.get(word, 0) > counts.last.get(word, 0) for word in (left, right)]
        if not any(both) or more[0] != more[1]:
            return match[0]
        genders = {first_name_genders().get(left), first_name_genders().get(right)} if more[0] else set()
        return match[0] if {"m", "f"} <= genders else f"{match[1]}-"

    return _STRAY_HYPHEN.sub(joined, text)
