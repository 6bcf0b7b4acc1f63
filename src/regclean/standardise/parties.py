"""Who a customer row is about: kind, names, and the persons that the row names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from regclean.domain.register import KINDS
from regclean.standardise import kinds, names
from regclean.standardise.folding import fold
from regclean.standardise.genitives import nominative
from regclean.standardise.marks import NO_MARKS, Marks, read_marks
from regclean.standardise.names import NOBODY, Person
from regclean.standardise.organisations import Organisation, read_organisation
from regclean.standardise.people import household_name, joined_people, split_household
from regclean.standardise.reference import name_counts
from regclean.standardise.text import clean_text, value_or_none

_ORGANISED = frozenset({"company", "housing_company", "public_body", "association", "group"})
_CARE_OF = re.compile(
    r"(?:^|[\s,;(]+)(?:c\s*/\s*o|co/|c\.o\.|℅|p(?:er)?\.?\s?adr(?:ess)?\.?|(?-i:co|luona|hos)(?=\s))\s*[:.]?\s*(?P<name>[^,;()\d]+)\)?",
    re.IGNORECASE,
)
_CARE_OF_HINT = re.compile(r"[/℅]|c\.o\.|adr|\s(?:co|luona|hos)\s", re.IGNORECASE)
_OFFICE = re.compile(r"edunvalvont|oikeusapu|holhous|intressebevak|rättshjälp|förmyndar", re.IGNORECASE)
_ASIDE = re.compile(r"^(?P<name>[^/;]+?)\s*(?:[/;]|\s[-–]\s)\s*(?P<aside>[^\W\d_][^/;]*)$")
_FAMILY = re.compile(
    r"(?<!\w)(?:perhe|perheen|fam\.?|familjen|familj|family|pariskunta|av(?:io)?pari)(?!\w)\.?", re.IGNORECASE
)
_NEXT = re.compile(r"\s*[/;,]\s*(?P<name>[^\W\d_].*)$")
_SWEDISH_ESTATE = re.compile(r"dödsbo|dodsbo|sterbhus|rättsinnehavare|(?<!\w)d\.?\s?b", re.IGNORECASE)
_SWEDISH_JOINING = re.compile(r"\soch\s|familj|fam\.", re.IGNORECASE)
# Whoever lives there: a letter's salutation, nobody's name.
_WHOEVER = re.compile(
    r"(?:(?:uusi|entinen|nykyinen|vanha|kiinteistön|talon|tilan|ny|nya|nuvarande|f\.d\.|tidigare)\s+)?"
    r"(?:omistaja|haltija|asukas|vuokralainen|ägare|ägaren|innehavare|hyresgäst|hyresgästen|boende)[.!?]?|n\.?\s?n\.?",
    re.IGNORECASE,
)
_NOTHING = Organisation(None, None, None)


@dataclass(frozen=True, slots=True)
class Party:
    """What the name columns of one row say. `persons`: (part, person), the first one being the row's own.

    part: self | spouse | deceased | trader | care_of | guardian. `deceased`, `died`, `protected`, `generation`, `remark`:
    what was written beside the names (`Marks`).
    """

    kind: str
    name: str | None
    persons: tuple[tuple[str, Person], ...]
    organisation: Organisation = _NOTHING
    company_name: str | None = None
    deceased: bool = False
    died: str | None = None
    protected: bool = False
    generation: str | None = None
    remark: str | None = None

    @property
    def main(self) -> Person:
        """The person that the row's own name columns hold: nobody for an organisation."""
        if self.kind in _ORGANISED or not self.persons or self.persons[0][0] in {"trader", "care_of", "guardian"}:
            return NOBODY
        return self.persons[0][1]


def read_party(
    name: str | None,
    first_names: str | None = None,
    last_name: str | None = None,
    company_name: str | None = None,
    previous_last_name: str | None = None,
    kind_given: str | None = None,
    *,
    surname_first: bool = False,
) -> Party:
    """Read the name columns of a row together. `kind` is the inferred one; a given kind only decides how to read."""
    given = [
        read_marks(text) if text else NO_MARKS for text in map(_somebody, (name, first_names, last_name, company_name))
    ]
    name, first, last, company = (marks.text or None for marks in given)
    party = _read_clean(name, first, last, company, previous_last_name, kind_given, surname_first=surname_first)
    if all(marks is NO_MARKS or not marks.said for marks in given):
        return party
    return _marked(party, given)


def _somebody(text: str | None) -> str | None:
    value = value_or_none(text)
    return None if value is None or _WHOEVER.fullmatch(value) else value


def _read_clean(
    name: str | None,
    first: str | None,
    last: str | None,
    company: str | None,
    previous_last_name: str | None,
    kind_given: str | None,
    *,
    surname_first: bool,
) -> Party:
    care_of: tuple[Person, ...] = ()
    if name and not company:
        name, care_of = _take_care_of(name)
        name = joined_people(name)
    whole = company or name or " ".join(filter(None, (first, last))) or None
    if whole is None:
        return Party("person", None, ())
    whole = _without_aside(whole)
    if not care_of:
        whole, care_of = _take_care_of(whole)
    inferred = kinds.infer_kind(whole)
    if company and (inferred == "person" or (inferred == "household" and not kinds.all_known_names(whole))):
        inferred = "company"
    reading = kind_given if kind_given in KINDS else inferred
    extra = tuple(("care_of", person) for person in care_of)
    if reading in _ORGANISED:
        return _organisation(whole, inferred, extra)
    if reading == "estate":
        return _estate(whole, inferred, extra, surname_first)
    if reading == "household":
        source = whole if name or company else _couple_of_columns(first, last)
        return _household(source, inferred, extra, surname_first, previous_last_name)
    person = (
        names.read_person_columns(first, last, surname_first=surname_first)
        if first or last
        else names.read_person(whole, surname_first=surname_first)
    )
    person = _with_previous(person, previous_last_name)
    return Party(inferred, person.printed or whole, (("self", person), *extra))


def _marked(party: Party, given: list[Marks]) -> Party:
    """The party with what was written beside its names; a guardian is one more person."""
    guardian = next((marks.guardian for marks in given if marks.guardian), None)
    named = guardian and party.kind not in _ORGANISED and kinds.infer_kind(guardian) == "person"
    extra = (("guardian", names.read_person(guardian)),) if named else ()
    return replace(
        party,
        persons=(*party.persons, *extra),
        deceased=any(marks.deceased for marks in given),
        died=next((marks.died for marks in given if marks.died), None),
        protected=any(marks.protected for marks in given),
        generation=next((marks.generation for marks in given if marks.generation), None),
        remark="; ".join(marks.remark for marks in given if marks.remark) or None,
    )


def _without_aside(text: str) -> str:
    """A name without what a clerk noted behind a slash: "Vainio Aila / laskut sähköpostiin"."""
    match = _ASIDE.match(text)
    if match is None or not names.is_whole_name(match["name"]):
        return text
    aside = match["aside"]
    words = fold(aside).split()
    noted = len(words) > 1 or aside[:1].islower()
    if _OFFICE.search(aside):
        return match["name"]
    if not noted or any(kinds.is_known_name(word) for word in words) or kinds.infer_kind(aside) != "person":
        return text
    return match["name"]


def _with_previous(person: Person, column: str | None) -> Person:
    text = value_or_none(column)
    if text is None:
        return person
    words = [names.name_case(word) for part in re.split(r"[,;/]", text) for word in [part.strip(" .")] if word]
    own = fold(person.last_name or "")
    previous = tuple(dict.fromkeys((*words, *person.previous)))
    return Person(person.first_names, person.last_name, tuple(word for word in previous if fold(word) != own))


def _take_care_of(text: str) -> tuple[str, tuple[Person, ...]]:
    match = _CARE_OF.search(text) if _CARE_OF_HINT.search(text) else None
    if match is None:
        return text, ()
    own, inside = text[: match.start()].strip(" ,;/"), match["name"].strip()
    if not own:
        own = text[match.end() :].strip(" ,;/")  # "c/o Vuori Matti, Pesämaa Oili"
        if not own:
            return text, ()
    if kinds.infer_kind(inside) not in {"person", "household"}:
        return own, ()
    return own, (names.read_person(inside),)


def _organisation(whole: str, inferred: str, extra: tuple[tuple[str, Person], ...]) -> Party:
    organisation = read_organisation(whole)
    printed = _organisation_case(whole)
    persons: tuple[tuple[str, Person], ...] = extra
    # A person's plain name under a given kind of organisation is a trader's, too.
    if organisation.base and (organisation.form == "tmi" or inferred == "person"):
        trader = _trader(organisation.base, whole)
        if trader is not None:
            persons = (("trader", trader), *extra)
    return Party(inferred, printed, persons, organisation, printed)


def _trader(base: str, whole: str) -> Person | None:
    """The person in "Tmi Matti Virtanen": exactly a known given name and a known surname."""
    tokens = base.split()
    if not 2 <= len(tokens) <= 4:
        return None
    words = [word for word in names.name_words(whole) if fold(word) in tokens]
    person = names.read_person(" ".join(words))
    counts = name_counts()
    known = (
        person.first_names is not None
        and person.last_name is not None
        and fold(person.first_names.split()[0]) in counts.first
        and fold(person.last_name) in counts.last
    )
    return person if known else None


_FORM_CASE = {
    "oy": "Oy",
    "oyj": "Oyj",
    "ab": "Ab",
    "abp": "Abp",
    "ky": "Ky",
    "kb": "Kb",
    "ay": "Ay",
    "tmi": "Tmi",
    "ry": "ry",
    "r.y.": "ry",
    "rf": "rf",
    "r.f.": "rf",
    "as": "As",
    "as.": "As",
    "asunto": "Asunto",
    "koy": "KOy",
    "osk": "osk",
    "sr": "sr",
    "ltd": "Ltd",
    "ja": "ja",
    "och": "och",
}


def _organisation_case(text: str) -> str:
    """Forms in their usual case; the words of an all-capitals name capitalised, short ones left ("VR", "SOK")."""
    upper = text.isupper() or text.islower()
    words = []
    for index, word in enumerate(text.split()):
        bare = word.lower().strip(",")
        if bare in _FORM_CASE and (upper or word.isupper() or word.islower() or index == 0):
            words.append(_FORM_CASE[bare] + ("," if word.endswith(",") else ""))
        elif not upper or any(c.isdigit() for c in word):
            words.append(word)
        elif index and kinds.is_common_noun(fold(word)):
            words.append(word.lower())
        elif len(word) > 4 or word.islower() or kinds.is_known_name(fold(word)):
            words.append(names.name_case(word))
        else:
            words.append(word)
    return " ".join(words)


def _estate(whole: str, inferred: str, extra: tuple[tuple[str, Person], ...], surname_first: bool) -> Party:
    word = kinds.ESTATE.search(whole)
    behind = _NEXT.match(whole, word.end()) if word else None
    if word and behind and len(names.name_words(whole[: word.start()])) >= 2 and names.is_whole_name(behind["name"]):
        # "Virtanen Matti kp / Virtanen Liisa": who takes the post of it.
        extra = (*extra, ("care_of", names.read_person(behind["name"], surname_first=surname_first)))
        whole = whole[: word.end()]
    text, previous = names.take_previous(kinds.ESTATE.sub(" ", whole))
    pieces = [piece for piece in kinds.JOINING.split(text) if piece and piece.strip(" ,")]
    joined = " ja ".join(
        ", ".join(" ".join(nominative(w) for w in names.name_words(part)) for part in piece.strip(" ,").split(",", 1))
        for piece in pieces
    )
    people = split_household(joined, surname_first=surname_first) if len(pieces) > 1 else []
    if len(people) < 2:
        person = names.read_person(joined, surname_first=surname_first)
        people = [Person(person.first_names, person.last_name, previous or person.previous)]
    name = (
        household_name(tuple(people), swedish=_SWEDISH_JOINING.search(whole) is not None) if people[0].printed else None
    )
    swedish = "dödsbo" if _SWEDISH_ESTATE.search(whole) else "kp"
    printed = f"{name} {swedish}" if name else whole
    deceased = tuple(("deceased", person) for person in people if person.printed)
    return Party(inferred, printed, (*deceased, *extra), company_name=printed)


def _couple_of_columns(first: str | None, last: str | None) -> str:
    """One text of "Matti ja Maija" and "Virtanen"."""
    return " ".join(filter(None, (first, last)))


def _household(
    whole: str, inferred: str, extra: tuple[tuple[str, Person], ...], surname_first: bool, previous: str | None
) -> Party:
    text = clean_text(_FAMILY.sub(" ", whole)).strip(" ,")
    people = tuple(split_household(text, surname_first=surname_first))
    if people and previous:
        people = (_with_previous(people[0], previous), *people[1:])
    parts = tuple(("self" if index == 0 else "spouse", person) for index, person in enumerate(people))
    printed = household_name(people, swedish=_SWEDISH_JOINING.search(whole) is not None) or whole
    return Party(inferred, printed, (*parts, *extra), company_name=printed)
