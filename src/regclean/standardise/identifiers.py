"""National identifiers: personal, business, property, building, bank account and e-invoicing ids.

Every `read_…` function takes any text and returns the canonical form with a state; none of them raises.
States: ok | temporary | invalid | missing | placeholder | warn (each id uses those that make sense for it).
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import date

from stdnum import iban as stdnum_iban
from stdnum.fi import ytunnus as stdnum_ytunnus

from regclean.standardise.text import clean_text, is_placeholder

_DASHES = re.compile("[\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u00ad]")
_PLAIN = re.compile(r"[A-Z0-9+-]+")
_BLANKS = re.compile(r"\s+")
_HETU = re.compile(r"(\d{6})([-+YXWVUABCDEF])(\d{3})([0-9A-Y])")
_HETU_DIGITS = re.compile(r"\d{6}[-+A]?(?:0000?|[xX*]{3,4})?")
_CENTURY = {"+": 1800, **dict.fromkeys("-YXWVU", 1900), **dict.fromkeys("ABCDEF", 2000)}
_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_BUSINESS = re.compile(r"(?:FI)?(\d{6,7})-?(\d)")
_PROPERTY = re.compile(r"(\d{1,3})-(\d{1,3})-(\d{1,4})-(\d{1,4})(-M\w*)?")
_BUILDING = re.compile(r"1\d{8}[0-9A-Y]")
_OVT = re.compile(r"0037(\d{8})([0-9A-Z]{0,5})")
_FILLER = re.compile(r"([0X*?])\1*")
# Street, park and water areas carry property ids too; nobody lives there.
_PUBLIC_AREAS = range(9901, 9910)
_IBAN_FI_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Identifier:
    """What an id field holds: the canonical value when it is usable, and what the rules say of it."""

    value: str | None
    state: str


@dataclass(frozen=True, slots=True)
class PersonalId:
    """A henkilötunnus without itself: a keyed hash for matching, a mask for showing, the birth date that it tells."""

    hash: str | None
    masked: str | None
    birth_date: date | None
    state: str


MISSING = Identifier(None, "missing")
PLACEHOLDER = Identifier(None, "placeholder")
INVALID = Identifier(None, "invalid")


def normalise_id(text: str) -> str:
    """Composed, upper case, plain hyphens, no blanks."""
    if _PLAIN.fullmatch(text):
        return text
    return _BLANKS.sub("", _DASHES.sub("-", clean_text(text))).upper()


def _nothing(text: str | None) -> Identifier | None:
    """The answer for text that holds no id at all."""
    if text is None or not text.strip():
        return MISSING
    if is_placeholder(text):
        return PLACEHOLDER
    bare = normalise_id(text).replace("-", "").replace("+", "")
    return PLACEHOLDER if not bare or _FILLER.fullmatch(bare) else None


def keyed_hash(value: str, key: bytes) -> str:
    """HMAC-SHA256 of a normalised id, in hex. Equal ids give equal hashes; without the key nobody can try all ids."""
    return hmac.digest(key, value.encode(), "sha256").hex()


def mask_personal_id(value: str) -> str:
    """`010190-123R` -> `010190-***R`."""
    return f"{value[:7]}***{value[-1:]}"


# Henkilötunnus -------------------------------------------------------------------------------------------------------


def read_personal_id(text: str | None, *, key: bytes, as_of: date, accept_test_ids: bool = False) -> PersonalId:
    """Read a henkilötunnus. The separator is part of the id: two persons may differ in nothing else.

    `hash` is set only when the id may be matched on: a real one (002-899), or a temporary one (900-999) where
    `accept_test_ids` says that those stand for real ones. An id that fails its checks is never used.
    """
    value = normalise_id(text) if text else ""
    match = _HETU.fullmatch(value)
    if match is None and ((nothing := _nothing(text)) is not None or text is None):
        return PersonalId(None, None, None, nothing.state if nothing else "missing")
    if match is None:
        # A birth date with an empty or crossed-out tail says that the id is not known.
        state = "placeholder" if _HETU_DIGITS.fullmatch(value) and not value.isdigit() else "invalid"
        return PersonalId(None, None, None, state)
    born = _hetu_birth_date(match[1], match[2])
    number = int(match[3])
    if born is None or born > as_of or number < 2 or _CHECK[int(match[1] + match[3]) % 31] != match[4]:
        return PersonalId(None, None, None, "placeholder" if number == 0 else "invalid")
    if number >= 900 and not accept_test_ids:
        return PersonalId(None, mask_personal_id(value), born, "temporary")
    return PersonalId(keyed_hash(value, key), mask_personal_id(value), born, "ok")


def _hetu_birth_date(digits: str, separator: str) -> date | None:
    try:
        return date(_CENTURY[separator] + int(digits[4:6]), int(digits[2:4]), int(digits[0:2]))
    except ValueError:
        return None


def read_opaque_id(text: str | None, *, key: bytes) -> PersonalId:
    """An id of which nothing is known but that equal ones are equal (country "generic")."""
    if text is None or not text.strip() or is_placeholder(text):
        return PersonalId(None, None, None, "missing")
    value = normalise_id(text)
    if not value:
        return PersonalId(None, None, None, "missing")
    masked = "*" * max(len(value) - 2, 1) + (value[-2:] if len(value) > 4 else "")
    return PersonalId(keyed_hash(value, key), masked, None, "ok")


# Y-tunnus, OVT, IBAN -------------------------------------------------------------------------------------------------


def read_business_id(text: str | None) -> Identifier:
    """Read a Y-tunnus: `FI12345671`, `1234567-1` and the old six-digit form give `1234567-1`."""
    nothing = _nothing(text)
    if nothing is not None or text is None:
        return nothing or MISSING
    match = _BUSINESS.fullmatch(normalise_id(text))
    if match is None:
        return INVALID
    digits = match[1].zfill(7) + match[2]
    if int(digits) == 0:
        return PLACEHOLDER  # 0000000-0 passes the checksum
    return Identifier(f"{digits[:7]}-{digits[7]}", "ok") if stdnum_ytunnus.is_valid(digits) else INVALID


def read_e_invoice_address(text: str | None) -> Identifier:
    """Read an e-invoicing address: an OVT id is checked; another form (IBAN, operator's own) is kept with `warn`."""
    nothing = _nothing(text)
    if nothing is not None or text is None:
        return MISSING
    value = normalise_id(text)
    if value.startswith("0037"):
        return Identifier(value, "ok") if business_id_of_ovt(value) else INVALID
    return Identifier(value, "warn") if value.isascii() else INVALID


def business_id_of_ovt(text: str | None) -> str | None:
    """The Y-tunnus inside a valid OVT id."""
    match = _OVT.fullmatch(normalise_id(text)) if text else None
    return read_business_id(match[1]).value if match else None


def read_iban(text: str | None) -> Identifier:
    """Read an IBAN. A Finnish one must also pass the Luhn check of its 14-digit national part."""
    nothing = _nothing(text)
    if nothing is not None or text is None:
        return nothing or MISSING
    value = normalise_id(text).replace("-", "").replace(".", "")
    if not value.isascii() or not stdnum_iban.is_valid(value, check_country=False):
        return INVALID
    if value.startswith("FI") and (len(value) != _IBAN_FI_LENGTH or not value[4:].isdigit() or not _luhn(value[4:])):
        return INVALID
    return Identifier(value, "ok")


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(digits)]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


# Kiinteistötunnus, pysyvä rakennustunnus -----------------------------------------------------------------------------


def read_property_id(text: str | None) -> Identifier:
    """Read a kiinteistötunnus: 3-3-4-4, padded. `building_id` says that a building's id stood in its place.

    The first part may name an abolished municipality and is not looked up. A parcel suffix (-M601) is kept.
    """
    nothing = _nothing(text)
    if nothing is not None or text is None:
        return nothing or MISSING
    value = normalise_id(text)
    if len(value) == 14 and value.isascii() and value.isdigit():
        parts, suffix = [value[0:3], value[3:6], value[6:10], value[10:14]], ""
    else:
        match = _PROPERTY.fullmatch(value)
        if match is None:
            building = read_building_id(value)
            return Identifier(building.value, "building_id") if building.state == "ok" else INVALID
        parts = [match[1].zfill(3), match[2].zfill(3), match[3].zfill(4), match[4].zfill(4)]
        suffix = match[5] or ""
    if int(parts[0]) == 0:
        return INVALID
    return Identifier("-".join(parts) + suffix, "warn" if int(parts[2]) in _PUBLIC_AREAS else "ok")


def read_building_id(text: str | None) -> Identifier:
    """Read a pysyvä rakennustunnus: 1, eight digits, check character modulo 31."""
    nothing = _nothing(text)
    if nothing is not None or text is None:
        return nothing or MISSING
    value = normalise_id(text)
    if not value.isascii() or not _BUILDING.fullmatch(value) or _CHECK[int(value[:9]) % 31] != value[9]:
        return INVALID
    return Identifier(value, "ok")
