"""Street names: one key for all the ways in which one street gets written.

Abbreviated types are written out, case, blanks, hyphens and diacritics dropped, a Swedish name turned into the Finnish
name of the same street. Different streets keep different keys: nothing here is fuzzy.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from regclean.standardise.folding import fold
from regclean.standardise.reference import municipalities, rows, street_pairs

# "r." is ranta or raitti: which, nobody can say, and it stays as it is.
_GLUED = re.compile(r"(?<=[a-zåäö]{3})(?P<genitive>n?)(?P<short>k|t|kj|p|vl|tr|g|v)\.$")
# Swedish type -> Finnish type, for names that are in no list ("Pukkilavägen" -> "Pukkilantie").
_SWEDISH_TYPES = (
    ("gatan", "katu"),
    ("vagen", "tie"),
    ("stigen", "polku"),
    ("granden", "kuja"),
    ("grand", "kuja"),
    ("stranden", "ranta"),
    ("parken", "puisto"),
    ("torget", "tori"),
    ("backen", "rinne"),
    ("brinken", "rinne"),
    ("plan", "aukio"),
    ("bagen", "kaari"),
    ("leden", "vayla"),
)
_VOWELS = "aeiouy"
# Where all pairs of the list are known to hold; elsewhere only names that translate one to one are used.
_LIST_REGION = frozenset({"853", "202", "529", "680", "704", "481", "423", "577", "538", "503", "738", "019", "480"})


@cache
def _printed_types() -> dict[str, str]:
    return {row["text"]: row["type"] for row in rows("street_types")}


@cache
def _swedish_only() -> frozenset[str]:
    return frozenset(place.code for place in municipalities() if place.language == "4")


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
    if key in aliases:
        return aliases[key]
    if municipality_code in _swedish_only():
        return key
    for swedish, finnish in _SWEDISH_TYPES:
        stem = key.removesuffix(swedish)
        if stem != key and len(stem) >= 4:
            return stem + ("n" if stem[-1] in _VOWELS else "") + finnish
    return key


@lru_cache(maxsize=100_000)
def _plain_key(street: str) -> str:
    return _joined(fold(expand_street(street)))


def street_key(street: str, municipality_code: str | None = None, country: str = "fi") -> str | None:
    """The match key of a street name; None when nothing is left of it."""
    if country != "fi":
        return fold(street) or None
    key = _plain_key(street)
    return _finnish_key(key, municipality_code) if key else None
