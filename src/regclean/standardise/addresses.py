"""Street addresses taken apart: street, number, letter, stair, flat, post office box, c/o.

Shapes by Kielitoimisto's address guide and JHS 106: "Teikäläistentie 2a B 12", "Kirkkokatu 1 as. 1", "PL 55 85501 NIVALA",
"Säyneensalo 112". After a number, a letter glued to it or in lower case is the house's; a letter before a flat is a stair.
What stands behind a number is a part that this module knows, or the remainder: no address is equal to one that says more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from regclean.standardise.folding import fold, to_ascii
from regclean.standardise.places import title_place
from regclean.standardise.streets import expand_street
from regclean.standardise.text import clean_text, is_placeholder

_CARE_OF = re.compile(
    r"(?:^|(?<=[\s,;/]))(?:c\s*/\s*o|c\.o\.|℅|luona|p\.adr\.|pa\.?|att?n?[.:])\s*[:.]?\s*(?P<name>[^,;\d]+?)\s*(?=[,;]|$|\s(?:PL|PB|P\.L\.)\s?\d)",
    re.IGNORECASE,
)
# "c/o Mikko Mallikas Puijonkatu 3": the word before the number is the street's.
_CARE_OF_STREET = re.compile(
    r"^(?:c\s*/\s*o|c\.o\.|℅)\s*[:.]?\s*(?P<name>[^,;\d]*?[^\W\d_]{2,})\s+(?P<street>(?!(?:PL|PB|Box)\b)[^\W\d_][^\s\d,]*\s+\d.*)$",
    re.IGNORECASE,
)
_CARE_OF_MARK = re.compile(r"c\s*/\s*o|c\.o\.|℅", re.IGNORECASE)
_BOX = re.compile(
    r"(?:^|(?<=[\s,;]))(?:PL|P\.\s?L\.|PB|P\.\s?B\.|Postilokero|Postbox|P\.?\s?O\.?\s?Box|Box)\s*[.:]?\s*(?P<box>\d{1,5})(?!\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"[\s,;]+(?:FI-|FIN-|SF-)?(?P<code>\d{5})(?:[\s,]+(?P<town>[^\W\d_][^\d,;]*))?\s*$", re.IGNORECASE)
_FLAT_WORD = r"(?:asunto|as|a(?=s\.)|huoneisto|huon|hno|h|bostad|bst|lägenhet|lagenhet|lgh|lg|apt|flat|huone|rum)\.?\s*(?:n:o|nro|nr)?\.?"
_STAIR_WORD = r"(?:rappu|rp|porras|porrask|trappa|trapp|trappuppgång|uppgång|uppg)\.?"
_BUILDING = "rakennus"
# Word on an envelope -> the unit that it names. One building of several at a number stands where a stair would.
_UNIT_WORDS = {
    _BUILDING: "rakennus rakenn rak talo hus house byggnad byggn bygg",
    "rivi": "rivi rivitalo rt radhus länga",
    "liiketila": "liiketila liikehuoneisto lt lh toimitila affärslokal affärsutrymme lokal",
    "halli": "halli hall",
    "varasto": "varasto lager",
    "tontti": "tontti tomt",
    "mökki": "mökki lomamökki stuga",
    "paikka": "paikka plats",
    "palsta": "palsta lott",
}
_UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_UNIT = re.compile(
    rf"[\s,;]*(?<![^\W\d_])(?P<word>{'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![^\W\d_])\.?\s*(?:n:o|nro|nr|\#)?\.?\s*"
    r"(?P<name>\d{1,4}\s?[a-zåäö]?|[a-zåäö])(?!\w)",
    re.IGNORECASE,
)
_STAIR_BEHIND = re.compile(r"\s*([a-zåäö])(?![^\W\d_])", re.IGNORECASE)
_HALF = re.compile(r"\s*(?:½|1/2(?!\d))")
# "h 2" is a flat; "H 2" is a stair and a flat.
_ROOM = re.compile(r"(?<!\w)h\.?\s+(?=\d)")
# What is meant for who comes, not for where it is.
_REMARK = re.compile(
    r"\([^()]*\)|(?<![^\W\d_])(?:ovikoodi|portkod|koodi|summeri|puh)\b\.?\s*:?\s*[\d#*][\d#* -]*[a-z]?", re.IGNORECASE
)
_COUNTRY = re.compile(r"(?<=[^\W\d_])[\s,;]+(?:finland|suomi|suomen tasavalta|fin?)\.?\s*$", re.IGNORECASE)
# Texts that say that there is no address, folded.
_NO_ADDRESS = re.compile(
    r"(?:ei|ei ole|ilman|vailla|utan|ingen|no|tuntematon|okand|unknown|puuttuu|saknas)?\s*(?:vakinaista |kiinteaa |fast )?"
    r"(?:os|osoite|osoitetta|osoitetietoa|adress|address|asuntoa|bostad)(?: (?:on )?(?:tuntematon|puuttuu|okand|saknas|ei "
    r"tiedossa|ei tiedeta|unknown|muuttunut|poistettu))?|poste restante|asunnoton|muuttanut|muuttanut pois|bortflyttad|"
    r"ulkomailla|utomlands|ei vakinaista asuntoa|ei voimassa|salainen(?: osoite)?|ei luovuteta"
)
_NUMBER = re.compile(
    r"""^(?P<street>.*?[^\W\d_].*?|)                            # at least one letter
        [\s,]*(?:(?:nro|nr|n:o|no|\#)\.?\s*)?
        (?<![\w])(?P<number>\d{1,5})
        (?:\s?[-–/]\s?(?P<end>\d{1,5})(?![\d]))?
        (?P<rest>(?:(?![\d.]).*)?)$""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER_GLUED = re.compile(r"^(?P<street>[^\W\d_](?:[^\d]*[^\W\d_.])?\.?)(?P<tail>\d{1,5}(?:[^\d].*)?)$")
_NUMBER_FIRST = re.compile(r"^(?P<number>\d{1,5})(?P<letter>[a-zA-Z]?)\s*,?\s+(?P<street>[^\W\d_][^\d]{2,})$")
_ORDINAL = re.compile(
    r"^(?P<ordinal>\d{1,3}\s?[.:]?\s?(?:a|e|s)?\.?\s+(?:linja|linjen|katu|kuja|tie|polku|poikkikatu|poikkitie|tvärgatan)\b)(?P<rest>.*)$",
    re.IGNORECASE,
)
_REST = re.compile(
    rf"""^\s*
        (?:(?P<letter>[a-zåäö])(?![^\W\d_]))?\s*
        [-,./]?\s*
        (?:{_STAIR_WORD}\s*)?(?:(?P<stair>[a-zåäö])(?![^\W\d_.]))?\s*
        [-,./]?\s*
        (?P<flatword>{_FLAT_WORD}\s*)?[-#]?\s*
        (?P<flat>\d{{1,4}}(?!\d))?\s?(?P<flatletter>[a-zåäö](?![^\W\d_]))?
        (?P<left>.*)$""",
    re.VERBOSE | re.IGNORECASE,
)
# "Puijonkatu 12", "Puijonkatu 12 A 5"
_PLAIN = re.compile(
    r"([A-ZÅÄÖ][a-zåäöéü]{3,}(?:[ -][A-ZÅÄÖa-zåäöéü]{3,}){0,3}) ([1-9]\d{0,4})(?: ([A-Z]) ?([1-9]\d{0,3}))?", re.ASCII
)
_FLOOR = re.compile(
    r"[,\s]*(?<!\w)(?:(?P<behind>\d{1,2}|[ivx]+)\.?\s*(?:krs|kerros|vån|våning|tr)\b|(?:krs|kerros|våning|vån)\b\.?\s*(?P<before>\d{1,2})(?!\w))\.?",
    re.IGNORECASE,
)
_ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a street address. Letters of `house_letter`, `stair` and `flat` are lower case.

    `unit`: what else the house is divided into ("rakennus C", "liiketila 4"). `floor`: says nothing more where the flat is
    known. `remainder`: what could not be understood behind the number; `remark`: a door code, something in brackets. `house_end` is the end of a range ("12-14"). `ambiguous_letter`: a lone letter after a blank ("12 A") is taken for a
    stair but may be the house's. `care_of` and `box` belong to billing; `postal_code` and `city` stood in the same cell.
    """

    printed: str | None = None
    street: str | None = None
    house: str | None = None
    house_end: str | None = None
    house_letter: str | None = None
    stair: str | None = None
    flat: str | None = None
    unit: str | None = None
    floor: str | None = None
    remainder: str | None = None
    remark: str | None = None
    ambiguous_letter: bool = False
    care_of: str | None = None
    box: str | None = None
    postal_code: str | None = None
    city: str | None = None

    @property
    def house_key(self) -> str | None:
        """The house number for comparing, in ASCII: "4½" is "4.5"."""
        return self.house.replace("½", ".5") if self.house else None

    @property
    def stair_key(self) -> str | None:
        """The stair for comparing; without one, the building ("talo C as. 2" and "C 2" are one home)."""
        word, _, name = (self.unit or "").partition(" ")
        return to_ascii(name) if word == _BUILDING and self.stair is None else self.stair

    @property
    def home_key(self) -> str | None:
        """What tells one home from another behind one house and stair, for comparing: flat, unit, remainder."""
        unit = None if self.stair_key != self.stair else self.unit
        floor = f"krs {self.floor}" if self.floor and not self.flat else None
        return (
            " ".join(filter(None, (self.flat, *(fold(part) for part in (unit, floor, self.remainder) if part)))) or None
        )


EMPTY = Address()


def read_address(text: str | None) -> Address:
    """Take a Finnish street address apart. Whatever cannot be understood stays in `printed` (and in `street`)."""
    if text is None:
        return EMPTY
    if plain := _PLAIN.fullmatch(text):
        return _plain_address(plain)
    text = clean_text(text)
    if not text or is_placeholder(text) or _NO_ADDRESS.fullmatch(fold(text)):
        return EMPTY
    return take_apart(text)


def _plain_address(match: re.Match[str]) -> Address:
    """The short way for what most addresses look like; it agrees with the long one."""
    name, house, stair, flat = match.groups()
    street = _street_name(name)
    tail = f" {stair} {flat}" if stair else ""
    return Address(
        printed=f"{street} {house}{tail}", street=street, house=house, stair=stair and stair.lower(), flat=flat
    )


def take_apart(text: str) -> Address:
    """Take a clean address of any shape apart: care-of, box and town first, then street, number and flat."""
    rest = text
    care_of = box = code = town = None
    if "/" in rest or "." in rest or "℅" in rest or rest[:5].lower() in {"luona", "attn "}:
        care_of, rest = _take_care_of(rest)
    if (match := _COUNTRY.search(rest)) and _TAIL.search(" " + rest[: match.start()]):
        rest = rest[: match.start()]
    if (match := _TAIL.search(" " + rest)) and match.start() > 0:
        code, town = match["code"], match["town"]
        rest = _squeeze((" " + rest)[: match.start()])
    if match := _BOX.search(rest):
        box = match["box"].lstrip("0") or "0"
        rest = _squeeze(rest[: match.start()] + " " + rest[match.end() :])
    parts = _street_and_number(rest) if rest else EMPTY
    return replace(
        parts,
        printed=_printed(parts, box, care_of),
        care_of=care_of,
        box=box,
        postal_code=code,
        city=title_place(town.strip(" ,.")) if town else None,
    )


def _take_care_of(text: str) -> tuple[str | None, str]:
    """(who the post goes to, the rest of the address)."""
    if match := _CARE_OF_STREET.match(text):
        return match["name"].strip(" ,"), match["street"]
    match = _CARE_OF.search(text)
    if match is None or not (_CARE_OF_MARK.match(match[0].strip()) or match.start() == 0):
        return None, text
    return match["name"].strip(), _squeeze(text[: match.start()] + " " + text[match.end() :])


def _squeeze(text: str) -> str:
    return " ".join(text.split()).strip(" ,;/")


def _street_and_number(text: str) -> Address:
    prefix = ""
    if match := _ORDINAL.match(text):
        prefix, text = match["ordinal"], "x" + match["rest"]
    number = _NUMBER.match(text)
    if number is None and (glued := _NUMBER_GLUED.match(text)):
        number = _NUMBER.match(f"{glued['street']} {glued['tail']}")
    if number is None or not (number["street"] or prefix):
        if first := _NUMBER_FIRST.match(text):
            return _parts(first["street"], first["number"], None, first["letter"].lower())
        street = prefix + text[1:] if prefix else text
        return Address(street=_street_name(street))
    street = prefix + number["street"][1:] if prefix else number["street"]
    return _parts(street, number["number"], number["end"], number["rest"])


def _parts(street: str, number: str, end: str | None, rest: str) -> Address:
    house = number.lstrip("0") or "0"
    if half := _HALF.match(rest):
        house, rest = house + "½", rest[half.end() :]
    if end is not None and (int(end) <= int(number) or int(end) - int(number) > 200):
        # "12/5", "12-3 A": no range, but a flat.
        behind = _STAIR_BEHIND.match(rest)
        rest = f" {behind[1]} {end}{rest[behind.end() :]}" if behind else f" as. {end}{rest}"
        end = None
    rest, remarks = _taken(_REMARK, rest)
    rest, floors = _taken(_FLOOR, rest)
    rest, units = _taken(_UNIT, rest)
    if units or not street.islower():
        rest = _ROOM.sub("as. ", rest)
    match = _REST.match(rest)
    assert match is not None  # every part of it may be empty
    letter, stair, flat, flat_letter = match["letter"], match["stair"], match["flat"], match["flatletter"]
    glued = rest[:1] == letter if letter else False
    ambiguous = False
    if letter and not stair and flat and not (match["flatword"] and glued):
        # "12 A 5", "12A5", "12 b 3": the letter in front of a flat is the stair.
        letter, stair = None, letter
    elif letter and not stair and not flat and not glued and letter.isupper():
        letter, stair, ambiguous = None, letter, True
    left = match["left"]
    if flat_letter and not flat:
        if stair is None:
            stair, flat_letter = flat_letter, None
        else:
            left = flat_letter + left
    flat_text = (flat.lstrip("0") or "0") + (to_ascii(flat_letter) if flat_letter else "") if flat else None
    return Address(
        street=_street_name(street),
        house=house,
        house_end=end.lstrip("0") if end else None,
        house_letter=to_ascii(letter) if letter else None,
        stair=to_ascii(stair) if stair else None,
        flat=flat_text,
        unit=", ".join(f"{_UNITS[unit['word'].lower()]} {_squeeze(unit['name']).upper()}" for unit in units) or None,
        floor=_floor(floors[0]) if floors else None,
        remainder=left.strip(" ,;") or None,
        remark=" ".join(_squeeze(remark[0]) for remark in remarks) or None,
        ambiguous_letter=ambiguous,
    )


@lru_cache(maxsize=100_000)
def _street_name(text: str) -> str | None:
    text = expand_street(_squeeze(text).rstrip(",-"))
    if text.isupper() or text.islower():
        text = title_place(text)
    return text or None


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, list[re.Match[str]]]:
    """(the text without them, what the pattern finds)."""
    found = list(pattern.finditer(text))
    return (pattern.sub(" ", text), found) if found else (text, found)


def _floor(match: re.Match[str]) -> str:
    number = (match["behind"] or match["before"]).lower()
    return _ROMAN.get(number, number.lstrip("0") or "0")


def _printed(parts: Address, box: str | None, care_of: str | None) -> str | None:
    """The address as one would write it on an envelope."""
    if parts.house is None:
        line = parts.street or ""
    else:
        number = parts.house + (f"-{parts.house_end}" if parts.house_end else "") + (parts.house_letter or "")
        flat = parts.flat if parts.stair or not parts.flat else f"as. {parts.flat}"
        words = (parts.street, number, parts.unit, (parts.stair or "").upper(), flat, parts.remainder)
        line = " ".join(filter(None, words)) + (f", {parts.floor}. krs" if parts.floor else "")
        line += f" {parts.remark}" if parts.remark else ""
    pieces = ([f"c/o {care_of}"] if care_of else []) + ([line] if line else []) + ([f"PL {box}"] if box else [])
    return ", ".join(pieces) or None


_GENERIC_NUMBER = re.compile(r"(?<!\w)(\d+)([a-zA-Z]?)(?!\w)")


def read_address_generic(text: str | None) -> Address:
    """Take an address of any country apart: the first token with digits is the number, the words are the street."""
    if text is None:
        return EMPTY
    text = clean_text(text)
    if not text or is_placeholder(text):
        return EMPTY
    numbers = [match for match in _GENERIC_NUMBER.finditer(text) if match[1].isascii()]
    words = _squeeze(_GENERIC_NUMBER.sub(" ", text))
    # "Flat 3, 12 High Street": the last number before the street's words is the house's.
    chosen = numbers[-1] if len(numbers) > 1 and re.match(r"(?i)(?:flat|unit|apt|apartment|suite)\b", text) else None
    house = chosen or (numbers[0] if numbers else None)
    flat = next((match[1] for match in numbers if match is not house), None)
    return Address(
        printed=text,
        street=words or None,
        house=house[1].lstrip("0") or "0" if house else None,
        house_letter=house[2].lower() or None if house else None,
        flat=flat,
    )
