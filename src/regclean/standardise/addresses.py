"""Street addresses taken apart: street, number, letter, stair, flat, post office box, c/o.

Shapes by Kielitoimisto's address guide and JHS 106: "Teikäläistentie 2a B 12", "Kirkkokatu 1 as. 1", "PL 55 85501 NIVALA",
"Säyneensalo 112". After a number, a letter glued to it or in lower case is the house's; a letter before a flat is a stair.
What stands behind a number is a part that this module knows, or the remainder: no address is equal to one that says more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from regclean.standardise import address_words as words
from regclean.standardise.folding import fold, to_ascii
from regclean.standardise.places import is_municipality, municipality_of, title_place
from regclean.standardise.streets import expand_street
from regclean.standardise.text import clean_text, is_placeholder

# "Linnankatu 7, Turku"
_TOWN_BEHIND = re.compile(r"(?P<rest>.*\d.*?)\s*,\s*(?P<town>[^\W\d_][^\d,;]*)")
_NUMBER = re.compile(
    r"""^(?P<street>.*?[^\W\d_].*?|)                            # at least one letter
        [\s,]*(?:(?:nro|nr|n:o|no|\#)\.?\s*)?
        (?<![\w])(?P<number>\d{1,5})
        (?:\s?[-–/]\s?(?P<end>\d{1,5})(?![\d]))?
        (?P<rest>(?:(?![\d.]).*)?)$""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER_GLUED = re.compile(r"^(?P<street>[^\W\d_](?:[^\d]*[^\W\d_.])?\.?)(?P<tail>\d{1,5}(?:[^\d].*)?)$")
# "12.A.3", "12.5": a dot is a blank.
_DOTTED = re.compile(
    rf"(?<=\s)(\d{{1,4}})\.\s?(?=[A-Za-zÅÄÖåäö]\.?\s?\d|{words.FLAT_WORD}\s?\d|\d{{1,3}}(?![\d.]))", re.IGNORECASE
)
_NUMBER_FIRST = re.compile(r"^(?P<number>\d{1,5})(?P<letter>[a-zA-Z]?)\s*,?\s+(?P<street>[^\W\d_][^\d]{2,})$")
_ORDINAL = re.compile(
    r"^(?P<ordinal>\d{1,3}\s?[.:]?\s?(?:a|e|s)?\.?\s+(?:linja|linjen|katu|kuja|tie|polku|poikkikatu|poikkitie|tvärgatan)\b)(?P<rest>.*)$",
    re.IGNORECASE,
)
_REST = re.compile(
    rf"""^\s*
        (?:(?P<letter>[a-zåäö])(?![^\W\d_]))?\s*
        [-,./]?\s*
        (?:{words.STAIR_WORD}\s*)?(?:(?P<stair>[a-zåäö])(?![^\W\d_.]))?\s*
        [-,./]?\s*
        (?P<flatword>{words.FLAT_WORD}\s*)?[-#]?\s*
        (?P<flat>\d{{1,4}}(?!\d))?\s?(?P<flatletter>[a-zåäö](?![^\W\d_]))?
        (?P<left>.*)$""",
    re.VERBOSE | re.IGNORECASE,
)
# "Puijonkatu 12", "Puijonkatu 12 A 5"
_PLAIN = re.compile(
    r"([A-ZÅÄÖ][a-zåäöéü]{3,}(?:[ -][A-ZÅÄÖa-zåäöéü]{3,}){0,3}) ([1-9]\d{0,4})(?: ([A-Z]) ?([1-9]\d{0,3}))?", re.ASCII
)


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
        return to_ascii(name) if word == words.BUILDING and self.stair is None else self.stair

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
    if (plain := _PLAIN.fullmatch(text)) and words.SAYING.isdisjoint(plain[1].lower().split()):
        return _plain_address(plain)
    text = clean_text(text)
    if not text or is_placeholder(text) or words.says_no_address(fold(text)):
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
    rest = words.CARE_OF_BRACKETS.sub(r", \1", text)
    care_of = box = code = town = abroad = None
    if "/" in rest or "." in rest or "℅" in rest or " co " in rest.lower() or rest[:5].lower() in {"luona", "attn "}:
        care_of, rest = _take_care_of(rest)
    if (match := words.COUNTRY.search(rest)) and any(c.isdigit() for c in rest[: match.start()]):
        rest = rest[: match.start()]
    if (match := words.ABROAD.search(rest)) and any(c.isdigit() for c in rest[: match.start()]):
        rest, abroad = rest[: match.start()], _squeeze(match[0])
    elif match := words.HEAD.match(rest):
        code, town, rest = match["code"], match["town"], rest[match.end() :]
    elif (match := words.TAIL.search(" " + rest)) and match.start() > 0:
        code, town = match["code"].replace(" ", ""), match["town"]
        rest = _squeeze((" " + rest)[: match.start()])
    if match := words.BOX.search(rest):
        box = match["box"].lstrip("0") or "0"
        rest = _squeeze(rest[: match.start()] + " " + rest[match.end() :]).strip("()")
    if town is None and (match := _TOWN_BEHIND.match(rest)) and municipality_of(match["town"]):
        rest, town = match["rest"], match["town"]
    parts = _street_and_number(rest) if rest and not words.says_no_address(fold(rest)) else EMPTY
    if town is None and parts.remainder and is_municipality(parts.remainder):
        parts, town = replace(parts, remainder=None), parts.remainder
    if abroad:
        parts = replace(parts, remainder=" ".join(filter(None, (parts.remainder, abroad))))
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
    if match := words.CARE_OF_STREET.match(text):
        return match["name"].strip(" ,"), match["street"]
    match = words.CARE_OF.search(text)
    if match is None or not (words.CARE_OF_MARK.match(match[0].strip()) or match.start() == 0):
        return None, text
    return match["name"].strip(), _squeeze(text[: match.start()] + " " + text[match.end() :])


def _squeeze(text: str) -> str:
    return " ".join(text.split()).strip(" ,;/")


def _street_and_number(text: str) -> Address:
    if (match := words.UNNUMBERED.match(text)) and words.stands_alone(match["street"], match["word"]):
        return _parts(match["street"], None, None, text[match.end() :])
    if (match := words.PROPERTY.search(text)) and not any(c.isdigit() for c in text[: match.start()]):
        return _parts(text[: match.start()], None, None, text[match.start() :])
    prefix = ""
    if match := _ORDINAL.match(text):
        prefix, text = match["ordinal"], "x" + match["rest"]
    text = _DOTTED.sub(r"\1 ", text)
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


def _parts(street: str, number: str | None, end: str | None, rest: str) -> Address:
    house = (number.lstrip("0") or "0") if number else None
    if house and (half := words.HALF.match(rest)):
        house, rest = house + "½", rest[half.end() :]
    if number and end is not None and (int(end) <= int(number) or int(end) - int(number) > 200):
        # "12/5", "12-3 A": no range, but a flat.
        behind = words.STAIR_BEHIND.match(rest)
        rest = f" {behind[1]} {end}{rest[behind.end() :]}" if behind else f" as. {end}{rest}"
        end = None
    rest = words.TURNED.sub(lambda match: f"{match[2] or match[3]} {match[1]}", rest)
    rest = words.FLAT_OF_STAIR.sub(r"\1 ", rest)
    rest, remarks = _taken(words.REMARK, rest)
    rest, floors = _taken(words.FLOOR, rest)
    rest, properties = _taken(words.PROPERTY, rest)
    rest, units = _taken(words.UNIT, rest)
    if units or not street.islower():
        rest = words.ROOM.sub("as. ", rest)
    match = _REST.match(rest)
    assert match is not None  # every part of it may be empty
    letter, stair, flat, flat_letter = match["letter"], match["stair"], match["flat"], match["flatletter"]
    glued = rest[:1] == letter if letter else False
    ambiguous = False
    if letter and not stair and flat and not (match["flatword"] and glued):
        # "12 A 5", "12A5", "12 b 3": the letter in front of a flat is the stair.
        letter, stair = None, letter
    elif letter and not stair and not flat and ((not glued and letter.isupper()) or house is None):
        letter, stair, ambiguous = None, letter, True
    left = match["left"]
    if flat_letter and not flat:
        if stair is None:
            stair, flat_letter = flat_letter, None
        else:
            left = flat_letter + left
    flat_text = (flat.lstrip("0") or "0") + (to_ascii(flat_letter) if flat_letter else "") if flat else None
    told = [f"tila {found['name']}" for found in properties]
    told += [f"{words.UNITS[unit['word'].lower()]} {_squeeze(unit['name']).upper()}" for unit in units]
    if flat and (room := words.ROOM_OF_FLAT.match(left)):
        told, left = [*told, f"huone {room['name'].upper()}"], left[room.end() :]
    return Address(
        street=_street_name(street),
        house=house,
        house_end=end.lstrip("0") if end else None,
        house_letter=to_ascii(letter) if letter else None,
        stair=to_ascii(stair) if stair else None,
        flat=flat_text,
        unit=", ".join(told) or None,
        floor=_floor(floors[0]) if floors else None,
        remainder=left.strip(" ,;/") or None,
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
    """The number of a floor, or its name in Finnish."""
    told = (match["behind"] or match["nth"] or match["before"] or _squeeze(match["named"].replace(".", " "))).lower()
    return words.FLOORS.get(told, told.lstrip("0") or "0")


def _printed(parts: Address, box: str | None, care_of: str | None) -> str | None:
    """The address as one would write it on an envelope."""
    if parts.house is None and not (parts.unit or parts.flat or parts.stair or parts.floor):
        line = parts.street or ""
    else:
        number = (parts.house or "") + (f"-{parts.house_end}" if parts.house_end else "") + (parts.house_letter or "")
        flat = parts.flat if parts.stair or not parts.flat else f"as. {parts.flat}"
        stair = (parts.stair or "").upper() if parts.house or not parts.stair else f"rappu {parts.stair.upper()}"
        # A building stands before its stairs and flats, everything else behind them.
        units = (parts.unit or "").split(", ")
        before = " ".join(unit for unit in units if unit.startswith(words.BUILDING))
        behind = " ".join(unit for unit in units if not unit.startswith(words.BUILDING))
        line = " ".join(filter(None, (parts.street, number, before, stair, flat, behind, parts.remainder)))
        if parts.floor:
            line += f", {parts.floor}. krs" if parts.floor.isdigit() else f", {parts.floor}"
        line += f" {parts.remark}" if parts.remark else ""
    pieces = ([f"c/o {care_of}"] if care_of else []) + ([line] if line else []) + ([f"PL {box}"] if box else [])
    return ", ".join(pieces) or None


_GENERIC_NUMBER = re.compile(r"(?<!\w)(\d+)(?:\s?[-–]\s?(\d+)(?!\w)|([a-zA-Z]?)(?!\w))")
_UNIT = r"(?i)(?:flat|unit|apt|apartment|suite|room|floor|level|building|block)\b"
_WITHIN = re.compile(_UNIT + r"\.?\s*#?\w+|#\S+")
# Behind the name of a house: "Chinatown Point, 133 New Bridge Road"; a postcode with its town is none.
_NUMBERED = re.compile(r"\d{1,5}[a-zA-Z]?(?:\s+[^\W\d_][\w'.]*){2,}")
_NUMBERED_FIRST = re.compile(r"(?=.*[^\W\d_]{3})(?:.*\D)?\d{1,5}(?!\d).*")


def read_address_generic(text: str | None) -> Address:
    """Take an address of any country apart: the first token with digits is the number, the words are the street.

    Of a whole address between commas, what stands behind the street (town, postcode, country) is no part of it.
    """
    if text is None:
        return EMPTY
    text = clean_text(text)
    if not text or is_placeholder(text):
        return EMPTY
    line, within = _street_line(text)
    numbers, units = (
        [match for match in _GENERIC_NUMBER.finditer(part) if match[1].isascii()] for part in (line, within)
    )
    # "Flat 3, 12 High Street": the last number before the street's words is the house's.
    chosen = numbers[-1] if len(numbers) > 1 and re.match(_UNIT, line) else None
    house = chosen or (numbers[0] if numbers else None)
    return Address(
        printed=text,
        street=_squeeze(_GENERIC_NUMBER.sub(" ", line)) or None,
        house=house[1].lstrip("0") or "0" if house else None,
        house_end=house[2] if house else None,
        house_letter=(house[3] or "").lower() or None if house else None,
        flat=next((match[1] for match in (*units, *numbers) if match is not house), None),
    )


def _street_line(text: str) -> tuple[str, str]:
    """The part between commas that holds street and number, and those that say where in the house; else all of it."""
    parts = [part.strip() for part in text.split(",")]
    units = [part for part in parts if _WITHIN.fullmatch(part)]
    others = [part for part in parts if part not in units]
    if len(parts) > 1 and others:
        if _NUMBERED_FIRST.fullmatch(others[0]):
            return others[0], " ".join(units)
        if behind := next((part for part in others[1:] if _NUMBERED.fullmatch(part)), None):
            return behind, " ".join(units)
    return text, ""
