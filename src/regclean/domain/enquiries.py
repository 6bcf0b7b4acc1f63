"""What a contact person is asked, and what was answered: plain data, read from whatever a stranger sent.

Invariant: an answer that was read holds short single-line texts, days and shares within bounds, and nothing else of what
was sent; what is wrong with it is said by field, never by value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal, get_args

EnquiryState = Literal["planned", "sent", "reminded", "answered", "settled", "given_up", "returned"]
ENQUIRY_STATES: tuple[EnquiryState, ...] = get_args(EnquiryState)
# An enquiry in one of these keeps its shared bin from another one.
OPEN_STATES: tuple[EnquiryState, ...] = ("planned", "sent", "reminded", "answered")
# In these it waits for an answer.
WAITING: tuple[EnquiryState, ...] = ("sent", "reminded")
Way = Literal["reply_page", "form", "clerk"]
WAYS: tuple[Way, ...] = get_args(Way)
Weight = Literal["wrong", "unknown", "confirm"]  # the defects behind it, the heaviest first
WEIGHTS: tuple[Weight, ...] = get_args(Weight)
# list: with the lines as they were sent; empty: for who did not send them; member: what is held of one member
Mode = Literal["list", "empty", "member"]
Says = Literal["right", "left", "wrong"]

MOST_QUESTIONS = 3
MOST_LINES = 200
MOST_NEW = 20
LONGEST, LONGEST_NOTE = 120, 1_000  # characters of a field, of free words
ADDRESS = ("street_address", "postal_code", "city")
LINE_FIELDS = ("name", *ADDRESS, "share_percent")
CONTACT_FIELDS = ("name", "phone", "email")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?\Z")
_LOCAL_DAY = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})\Z")


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line as the contact person sent it; `share`: in per cent, as text."""

    no: str
    name: str = ""
    address: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One enquiry as its reader sees it. `number`: printed beside the code; `answer_by`, `asked_on`: ISO days."""

    number: str
    mode: Mode
    language: str
    sender: str
    bin_group_no: str
    bin_group: str
    asked_on: str
    answer_by: str
    lines: tuple[AskedLine, ...] = ()
    asks: tuple[str, ...] = ()
    split: bool = False
    reply_to: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Asked:
        lines = tuple(AskedLine(**line) for line in data["lines"])
        return cls(**{**data, "lines": lines, "asks": tuple(data["asks"])})


@dataclass(frozen=True, slots=True)
class Told:
    """An answer. `lines`: line -> {"says", "left_on", …changed fields}; `new`: members to add; `words`: to each question.

    `moves`: the bin's new address; `contact`: the new contact person; `not_mine`: "I am not in this bin"; days are ISO.
    """

    lines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    new: tuple[Mapping[str, str], ...] = ()
    words: tuple[str, ...] = ()
    ends_on: str = ""
    moves: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, str] = field(default_factory=dict)
    not_mine: bool = False
    note: str = ""

    def as_data(self) -> dict[str, Any]:
        return {
            "lines": {number: dict(said) for number, said in self.lines.items()},
            "new": [dict(one) for one in self.new],
            "words": list(self.words),
            "ends_on": self.ends_on,
            "moves": dict(self.moves),
            "contact": dict(self.contact),
            "not_mine": self.not_mine,
            "note": self.note,
        }

    @property
    def empty(self) -> bool:
        return self == Told(words=("",) * len(self.words))


class AnswerError(ValueError):
    """What is wrong with an answer: (field, code) of each. Codes: day, share, too_long, too_many, nothing, later, unknown."""

    def __init__(self, found: Iterable[tuple[str, str]]) -> None:
        self.found = tuple(found)
        super().__init__(", ".join(f"{name}: {code}" for name, code in self.found))


def read_told(data: Mapping[str, Any], question: Asked, today: date) -> Told:
    """An answer to `question` from plain data of any shape. Errors: AnswerError, with every field that is wrong."""
    problems: list[tuple[str, str]] = []
    lines = _lines(_mapping(data.get("lines")), question, problems, today)
    sent_new = data.get("new")
    new = []
    for at, one in enumerate(sent_new if isinstance(sent_new, list | tuple) else (), 1):
        before = len(problems)
        said = _fields(_mapping(one), LINE_FIELDS, f"new {at}", problems)
        if said or len(problems) > before:
            if "name" not in said:
                problems.append((f"new {at} name", "nothing"))
            new.append(said)
    if len(new) > MOST_NEW:
        problems.append(("new", "too_many"))
    sent_words = data.get("words")
    given = list(sent_words) if isinstance(sent_words, list | tuple) else []
    words = [
        _text(word, f"words {at}", problems, LONGEST_NOTE) for at, word in enumerate(given[: len(question.asks)], 1)
    ]
    told = Told(
        lines=lines,
        new=tuple(new),
        words=tuple(words),
        ends_on=_day(data.get("ends_on"), "ends_on", problems),
        moves=_fields(_mapping(data.get("moves")), ADDRESS, "moves", problems),
        contact=_fields(_mapping(data.get("contact")), CONTACT_FIELDS, "contact", problems),
        not_mine=data.get("not_mine") in (True, "1", "on", "x"),
        note=_text(data.get("note"), "note", problems, LONGEST_NOTE),
    )
    if told.contact and "name" not in told.contact:
        problems.append(("contact name", "nothing"))
    if not problems and told.empty:
        problems.append(("", "nothing"))
    if problems:
        raise AnswerError(problems)
    return told


def _lines(
    sent: Mapping[str, Any], question: Asked, problems: list[tuple[str, str]], today: date
) -> dict[str, dict[str, str]]:
    known = {line.no for line in question.lines}
    read: dict[str, dict[str, str]] = {}
    for number in sorted(sent, key=str):
        place = f"line {number}" if number in known else "line"
        if number not in known:
            problems.append((place, "unknown"))
            continue
        told = _mapping(sent[number])
        said = str(told.get("says") or "")
        fields = _fields(told, LINE_FIELDS, place, problems)
        left_on = _day(told.get("left_on"), f"{place} left_on", problems)
        if left_on and left_on > today.isoformat():
            problems.append((f"{place} left_on", "later"))
        if not said:
            said = "left" if left_on else "wrong" if fields else ""
        if said not in ("", *get_args(Says)):
            problems.append((place, "unknown"))
        elif said == "wrong" and not fields:
            problems.append((place, "nothing"))
        elif said:
            read[number] = {"says": said}
            if said == "left":
                read[number]["left_on"] = left_on or today.isoformat()
            elif said == "wrong" or "share_percent" in fields:
                read[number] |= fields if said == "wrong" else {"share_percent": fields["share_percent"]}
    return read


def _fields(
    told: Mapping[str, Any], names: Sequence[str], place: str, problems: list[tuple[str, str]]
) -> dict[str, str]:
    read = {}
    for name in names:
        text = _text(told.get(name), f"{place} {name}", problems, LONGEST)
        if text and name == "share_percent":
            text = _share(text, f"{place} {name}", problems)
        if text:
            read[name] = text
    return read


def _share(text: str, place: str, problems: list[tuple[str, str]]) -> str:
    bare = text.removesuffix("%").strip().replace(",", ".")
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?", bare, re.ASCII) or not 0 < float(bare) <= 100:
        problems.append((place, "share"))
        return ""
    return bare


def _day(value: Any, place: str, problems: list[tuple[str, str]]) -> str:
    text = _text(value, place, problems, LONGEST)
    if not text:
        return ""
    if iso := _DAY.match(text):
        parts = (iso[1], iso[2], iso[3])
    elif local := _LOCAL_DAY.match(text):
        parts = (local[3], local[2], local[1])
    else:
        problems.append((place, "day"))
        return ""
    try:
        day = date(*map(int, parts))
    except ValueError:
        problems.append((place, "day"))
        return ""
    if not 1990 <= day.year <= 2100:
        problems.append((place, "day"))
        return ""
    return day.isoformat()


def _text(value: Any, place: str, problems: list[tuple[str, str]], longest: int) -> str:
    """One line of printable text; what is longer than it may be is refused, not cut."""
    if value is None or isinstance(value, bool | Mapping | list | tuple):
        return ""
    text = str(value)
    if len(text) > 4 * longest:  # not even looked at
        problems.append((place, "too_long"))
        return ""
    kept = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in unicodedata.normalize("NFC", text))
    text = " ".join(kept.split())
    if len(text) > longest:
        problems.append((place, "too_long"))
        return ""
    return text


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
