"""Street names: one key for all the ways in which one street gets written.

Abbreviated types are written out, case, blanks, hyphens and diacritics dropped, a Swedish name turned into the Finnish
name of the same street. Different streets keep different keys: nothing here is fuzzy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from regclean.standardise.folding import fold
from regclean.standardise.genitives import genitive
from regclean.standardise.reference import municipalities, name_counts, postcodes, rows, street_pairs

# "r." is ranta or raitti: which, nobody can say, and it stays as it is.
_GLUED = re.compile(r"(?<=[a-zåäö]{3})(?P<genitive>n?)(?P<short>k|t|kj|p|vl|tr|g|v)\.$")
# Swedish type -> Finnish type, for names that are in no list ("Pukkilavägen" -> "Pukkilantie"). Of the pairs of Turku's region that
# end so, 99 in 100 are each other's.
_SWEDISH_TYPES = (
    ("strandvagen", "rantatie"),
    ("strandgatan", "rantakatu"),
    ("parkvagen", "puistotie"),
    ("parkgatan", "puistokatu"),
    ("gatan", "katu"),
    ("vagen", "tie"),
    ("stigen", "polku"),
    ("granden", "kuja"),
    ("stranden", "ranta"),
    ("parken", "puisto"),
    ("torget", "tori"),
    ("platsen", "aukio"),
    ("backen", "maki"),
    ("brinken", "rinne"),
    ("planen", "aukio"),
    ("plan", "aukio"),
    ("bagen", "kaari"),
    ("leden", "vayla"),
    ("straket", "raitti"),
    ("hornet", "kulma"),
    ("kajen", "laituri"),
    ("porten", "portti"),
    ("garden", "piha"),
    ("esplanaden", "puistikko"),
    # Behind a name in the genitive the type has no article: "Eskos gata", "Arolas strandväg".
    ("strandvag", "rantatie"),
    ("parkvag", "puistotie"),
    ("gata", "katu"),
    ("vag", "tie"),
    ("stig", "polku"),
    ("grand", "kuja"),
    ("strand", "ranta"),
    ("park", "puisto"),
    ("torg", "tori"),
    ("plats", "aukio"),
)
_WITHOUT_ARTICLE = frozenset(
    ("strandvag", "parkvag", "gata", "vag", "stig", "grand", "strand", "park", "torg", "plats")
)
_VOWELS = "aeiouy"
# Where all pairs of the list are known to hold; elsewhere only names that translate one to one are used.
_LIST_REGION = frozenset({"853", "202", "529", "680", "704", "481", "423", "577", "538", "503", "738", "019", "480"})


@cache
def _printed_types() -> dict[str, str]:
    return {row["text"]: row["type"] for row in rows("street_types")}


@cache
def _swedish_only() -> frozenset[str]:
    return frozenset(place.code for place in municipalities() if place.language == "2")


@cache
def _aliases() -> tuple[dict[str, str], dict[str, str]]:
    """Key of a Swedish name -> key of the Finnish one: where the list was made, and one-to-one pairs for elsewhere."""
    pairs = [(_joined(fold(fi)), _joined(fold(sv))) for fi, sv in street_pairs()]
    by_swedish: dict[str, set[str]] = {}
    by_finnish: dict[str, set[str]] = {}
    for fi, sv in pairs:
        by_swedish.setdefault(sv, set()).add(fi)
        by_finnish.setdefault(fi, set()).add(sv)
    local = {sv: min(names) for sv, names in by_swedish.items() if len(names) == 1}
    general = {sv: fi for sv, fi in local.items() if len(by_finnish[fi]) == 1 and sv not in by_finnish}
    return local, general


@cache
def _stems() -> dict[str, str]:
    """First part of a Swedish name -> of the Finnish one, for the whole country: "kyrko" -> "kirkko", "abo" -> "turun".

    Our own words first, then the names of towns and postal areas, then the parts of the pairs that have one translation.
    """
    found: dict[str, set[str]] = {}
    for fi, sv in street_pairs():
        finnish, swedish = _joined(fold(fi)), _joined(fold(sv))
        for ending, kind in _SWEDISH_TYPES:
            if swedish.endswith(ending):
                if finnish.endswith(kind):
                    found.setdefault(swedish.removesuffix(ending), set()).add(finnish.removesuffix(kind))
                break
    stems = {sv: min(names) for sv, names in found.items() if len(names) == 1}
    places = {place.sv: place.fi for place in postcodes().values() if place.type == "1"}
    places |= {place.sv: place.fi for place in municipalities()}
    for sv, fi in places.items():
        swedish, finnish = _joined(fold(sv)), fold(fi)
        if swedish and swedish != _joined(finnish):
            stems[swedish] = stems[swedish.removesuffix("s") + "s"] = genitive(_joined(finnish))
    return {sv: fi for sv, fi in (stems | _words()).items() if sv and fi}


@cache
def _words() -> dict[str, str]:
    """What streets are mostly named after, folded: Swedish -> Finnish."""
    words: dict[str, str] = {}
    for row in rows("street_words"):
        words.setdefault(fold(row["sv"]), fold(row["fi"]))
    return words


@cache
def _finnish_stem(stem: str) -> str | None:
    """The first part of a street's Finnish name: translated whole, or in two known words ("prästholms" -> "papinsaaren")."""

    def known(part: str, words: Mapping[str, str]) -> str | None:
        if part in words:
            return words[part]
        base = words.get(part.removesuffix("s"))
        return genitive(base) if base and not base.endswith("n") else base

    if found := known(stem, _stems()):
        return found
    for cut in range(len(stem) - 2, 1, -1):
        first, second = _words().get(stem[:cut]), known(stem[cut:], _words())
        if first and second:
            return first + second
    return None


def _alike(stem: str) -> str:
    """A name that is nobody's word and the same in both languages: "Pukkilavägen", "Eriksgatan", "Askaisgränden"."""
    if stem.endswith("s") and not stem.endswith(("ais", "ois")):
        return genitive(stem[:-1])
    counts = name_counts()
    told = stem[-1] in _VOWELS or stem.endswith("s") or stem in counts.last or stem in counts.first
    return genitive(stem) if told else stem


def _joined(folded: str) -> str:
    return folded.replace(" ", "")


@lru_cache(maxsize=100_000)
def expand_street(street: str) -> str:
    """Write out an abbreviated type at the end, as a separate last token or glued: "Puijonk." -> "Puijonkatu"."""
    tokens = street.split()
    if not tokens:
        return street
    last = tokens[-1].lower().rstrip(".")
    types = _printed_types()
    if len(tokens) > 1 and last in types and (len(last) > 1 or tokens[-1].endswith(".") or _genitive(tokens[-2])):
        head = " ".join(tokens[:-1])
        separate = " " if head[-1].lower() not in "abcdefghijklmnopqrstuvwxyzåäö" else ""
        return head + separate + types[last]
    glued = _GLUED.search(street.lower())
    if glued:
        stem = street[: glued.start("short")]
        return stem + (types[glued["short"]].upper() if stem.isupper() else types[glued["short"]])
    return street


def _genitive(word: str) -> bool:
    """Could a bare letter after this word be a street type ("Puijon k" but not "Talo B")?"""
    return len(word) >= 4 and word.lower().endswith(("n", "s", "a", "e"))


@cache
def _finnish_key(key: str, municipality_code: str | None) -> str:
    local, general = _aliases()
    aliases = local if municipality_code in _LIST_REGION else general
    if municipality_code in _swedish_only():
        return key
    if key in aliases:
        return aliases[key]
    for swedish, finnish in _SWEDISH_TYPES:
        stem = key.removesuffix(swedish)
        if stem == key:
            continue
        if translated := _finnish_stem(stem):
            return translated + finnish
        if len(stem) >= 4 and (swedish not in _WITHOUT_ARTICLE or stem.endswith("s")):
            return _alike(stem) + finnish
    return key


@lru_cache(maxsize=100_000)
def _plain_key(street: str) -> str:
    return _joined(fold(expand_street(street)))


# A company's own table of streets with two names: "municipality code:key of one name" -> key of the other; no code: everywhere.
StreetNames = dict[str, str]


def street_names(pairs: Iterable[tuple[str, str, str | None]]) -> StreetNames:
    """The table of (Finnish name, Swedish name, municipality code or None: everywhere)."""
    return {f"{code or ''}:{_plain_key(sv)}": _plain_key(fi) for fi, sv, code in pairs}


def street_key(
    street: str, municipality_code: str | None = None, country: str = "fi", own: StreetNames | None = None
) -> str | None:
    """The match key of a street name; None when nothing is left of it. The company's own table goes before all else."""
    if country != "fi":
        return fold(street) or None
    key = _plain_key(street)
    if not key:
        return None
    told = (own.get(f"{municipality_code or ''}:{key}") or own.get(f":{key}")) if own else None
    return told or _finnish_key(key, municipality_code)
