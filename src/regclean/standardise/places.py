"""Postal codes and towns: against the real list, in both languages, with abolished and renamed municipalities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from regclean.standardise.folding import fold
from regclean.standardise.reference import Postcode, municipalities, postcodes
from regclean.standardise.text import clean_text, is_placeholder

_PREFIX = re.compile(r"^(?:FI|FIN|SF|AX)\s*-?\s*(?=\d)", re.IGNORECASE)
_FIVE = re.compile(r"(?<!\d)(\d{5})(?!\d)")
_COUNTRY_TAIL = re.compile(r"[\s,]+(?:finland|suomi|fi|fin)\.?$", re.IGNORECASE)
_TRAILING_NUMBER = re.compile(r"\s+\d{1,3}$")
_TYPE_STATES = {"2": "po_box", "3": "company", "5": "company", "4": "company"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address is. `key` is the same for every name of the municipality; `state` is that of the postal code."""

    postal_code: str | None
    state: str  # ok | invalid | missing | placeholder | repaired | po_box | company
    city: str | None
    municipality_code: str | None
    key: str | None


@cache
def _names() -> dict[str, str]:
    """Folded name -> municipality code of today: municipalities first, then post towns that lie in one municipality."""
    current: dict[str, str] = {}
    former: dict[str, set[str]] = {}
    for place in municipalities():
        for name in (place.fi, place.sv):
            if place.status == "current":
                current.setdefault(fold(name), place.code)
            else:
                former.setdefault(fold(name), set()).add(place.code)
    towns: dict[str, set[str]] = {}
    for postcode in postcodes().values():
        if postcode.type in {"0", "1", "2"}:
            for name in (postcode.fi, postcode.sv, *postcode.abbreviations):
                towns.setdefault(fold(name), set()).add(postcode.municipality_code)
    names = {name: min(codes) for name, codes in towns.items() if len(codes) == 1}
    names.update({name: min(codes) for name, codes in former.items() if len(codes) == 1})
    names.update(current)
    names.pop("", None)
    return names


@cache
def _keys() -> dict[str, str]:
    return {place.code: fold(place.fi) for place in municipalities() if place.status == "current"}


@cache
def _current_names() -> frozenset[str]:
    return frozenset(
        fold(name) for place in municipalities() if place.status == "current" for name in (place.fi, place.sv)
    )


def is_municipality(text: str) -> bool:
    """Is this the name of a municipality of today, in either language?"""
    return fold(text) in _current_names()


@cache
def _towns() -> dict[str, frozenset[str]]:
    """Postal code -> folded names that a town beside it may have."""
    keys = _keys()
    return {
        code: frozenset(
            {fold(name) for name in (place.fi, place.sv, *place.abbreviations)}
            | {keys.get(place.municipality_code, "")}
        )
        for code, place in postcodes().items()
    }


@cache
def municipality_of(city: str) -> str | None:
    """Code of the municipality that a town or former municipality belongs to; None when unknown or ambiguous."""
    folded = fold(city)
    names = _names()
    return names.get(folded) or names.get(fold(_TRAILING_NUMBER.sub("", city))) or names.get(folded.removesuffix(" kk"))


def municipality_name(code: str | None) -> str | None:
    """Folded Finnish name of a current municipality."""
    return _keys().get(code) if code else None


def _agrees(code: str, city: str | None) -> bool:
    """Do the postal code and the town point to the same place?"""
    if city is None:
        return False
    return fold(city) in _towns()[code] or municipality_of(city) == postcodes()[code].municipality_code


def _postal_code(text: str | None, city: str | None) -> tuple[str | None, str]:
    if text is None or not text:
        return None, "missing"
    if is_placeholder(text):
        return None, "placeholder"
    text = re.sub(r"[.,]0+$", "", _PREFIX.sub("", text))
    compact = text.replace(" ", "").replace("\u00a0", "")
    repaired = False
    if not re.fullmatch(r"\d{5}", compact, re.ASCII) and re.fullmatch(r"[0-9OoIl]{5}", compact):
        compact, repaired = compact.translate(str.maketrans("OoIl", "0011")), True
    if not re.fullmatch(r"\d{1,5}", compact, re.ASCII):
        found = _FIVE.findall(text)
        if len(found) != 1 or not found[0].isascii():
            return None, "invalid"
        compact = found[0]
    if not compact.strip("0") or (compact in {"99999", "12345", "11111", "9"} and not _agrees_if_known(compact, city)):
        return None, "placeholder"
    if len(compact) < 5:
        padded = compact.zfill(5)
        known = len(compact) >= 3 and padded in postcodes() and _agrees(padded, city)
        return (padded, "repaired") if known else (None, "invalid")
    known_code = postcodes().get(compact)
    if known_code is None:
        return None, "invalid"
    if repaired:
        return (compact, "repaired") if _agrees(compact, city) else (None, "invalid")
    return compact, _TYPE_STATES.get(known_code.type, "ok")


def _agrees_if_known(code: str, city: str | None) -> bool:
    return code in postcodes() and _agrees(code, city)


def title_place(text: str) -> str:
    """Capitalise "KUOPIO" and "kuopio" to "Kuopio"; mixed case is left alone."""
    if text.isupper() or text.islower():
        return re.sub(r"[^\W\d_]+", lambda match: match[0].capitalize(), text.lower())
    return text


def _clean_city(text: str | None) -> tuple[str | None, str | None]:
    """(town, postal code that stood in front of it)."""
    if text is None:
        return None, None
    text = _COUNTRY_TAIL.sub("", clean_text(text))
    inside = None
    match = re.match(r"^(?:(?:FI|FIN|SF|AX)\s*-\s*)?(\d{5})\s*,?\s*(.*)$", text, re.IGNORECASE | re.ASCII)
    if match:
        inside, text = match[1], match[2]
    text = text.strip(" ,.;")
    if not text or is_placeholder(text) or not any(c.isalpha() for c in text):
        return None, inside
    return title_place(text), inside


@cache
def read_place(postal_code: str | None, city: str | None, municipality_code: str | None = None) -> Place:
    """Read a postal code and a town together, each helping where the other is missing or damaged."""
    town, inside = _clean_city(city)
    text = clean_text(postal_code) if postal_code is not None else None
    if text and town is None and (match := re.match(r"^(\d{5})[\s,]+([^\W\d].*)$", text, re.ASCII)):
        text, town = match[1], _clean_city(match[2])[0]
    code, state = _postal_code(text or inside, town)
    known: Postcode | None = postcodes().get(code) if code else None
    by_code = known.municipality_code if known and known.type in {"0", "1", "2"} else None
    given = municipality_code if municipality_code in _keys() else None
    municipality = given or by_code or (municipality_of(town) if town else None)
    if town:
        town = _full_town(town, known)
    elif known and known.type in {"0", "1", "2"}:
        town = known.fi
    # The town's own municipality comes first for the key: postal areas cross municipal borders.
    key = municipality_name(municipality_of(town) if town else None) or municipality_name(municipality)
    return Place(code, state, town, municipality, key or (fold(town) or None if town else None))


def _full_town(town: str, known: Postcode | None) -> str:
    """Write out Posti's own abbreviation of a town ("Hki"), when the postal code says which town it is."""
    if known and fold(town) in {fold(name) for name in known.abbreviations} and fold(town) != fold(known.fi):
        return known.fi
    return town


@cache
def read_place_generic(postal_code: str | None, city: str | None) -> Place:
    """Postal code and town as plain text, whatever the country."""
    code = clean_text(postal_code).upper() if postal_code else ""
    town = clean_text(city).strip(" ,") if city else ""
    code = "" if is_placeholder(code) else code
    town = "" if is_placeholder(town) else title_place(town)
    return Place(code or None, "ok" if code else "missing", town or None, None, fold(town) or None)
