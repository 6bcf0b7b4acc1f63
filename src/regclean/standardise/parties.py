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
from regclean.standardise.reference import first_name_genders, name_counts
from regclean.standardise.text import clean_text, value_or_none

_ORGANISED = frozenset({"company", "housing_company", "public_body", "association", "group"})
_CARE_OF = re.compile(r"(?:^|[\s,(]+)(?:c\s*/\s*o|c\.o\.|℅)\s*[:.]?\s*(?P<name>[^,;()\d]+)\)?", re.IGNORECASE)
_CARE_OF_HINT = re.compile(r"[/℅]|c\.o\.", re.IGNORECASE)
_FAMILY = re.compile(
    r"(?<!\w)(?:perhe|perheen|fam\.?|familjen|familj|family|pariskunta|av(?:io)?pari)(?!\w)\.?", re.IGNORECASE
)
_SWEDISH_ESTATE = re.compile(r"dödsbo|dodsbo|sterbhus|rättsinnehavare|(?<!\w)d\.?\s?b", re.IGNORECASE)
_SWEDISH_JOINING = re.compile(r"\soch\s|familj|fam\.", re.IGNORECASE)
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
        read_marks(text) if text else NO_MARKS
        for text in map(value_or_none, (name, first_names, last_name, company_name))
    ]
    name, first, last, company = (marks.text or None for marks in given)
    party = _read_clean(name, first, last, company, previous_last_name, kind_given, surname_first=surname_first)
    if all(marks is NO_MARKS or not marks.said for marks in given):
        return party
    return _marked(party, given)


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
    name = _joined_people(name) if name and not company else name
    whole = company or name or " ".join(filter(None, (first, last))) or None
    if whole is None:
        return Party("person", None, ())
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
    extra = (("guardian", names.read_person(guardian)),) if guardian and kinds.infer_kind(guardian) == "person" else ()
    return replace(
        party,
        persons=(*party.persons, *extra),
        deceased=any(marks.deceased for marks in given),
        died=next((marks.died for marks in given if marks.died), None),
        protected=any(marks.protected for marks in given),
        generation=next((marks.generation for marks in given if marks.generation), None),
        remark="; ".join(marks.remark for marks in given if marks.remark) or None,
    )


def _joined_people(text: str) -> str:
    """Commas between whole people as "ja": "Koskinen Pasi, Riitta Koskinen"; a surname written twice begins two people."""
    head, *others = (part.strip() for part in text.split(","))
    if others and names.is_whole_name(head):
        joined = kinds.JOINING.search(text) is not None
        genders = first_name_genders()

        def gender(part: str) -> str | None:
            return next((genders.get(fold(word)) for word in names.name_words(part) if names.only_given([word])), None)

        def person(part: str) -> bool:
            return names.is_whole_name(part) or (
                names.given_behind(part) and (joined or {gender(head), gender(part)} == {"m", "f"})
            )

        if all(person(part) for piece in others for part in kinds.JOINING.split(piece) if part):
            return " ja ".join((head, *others))
    words = text.split()
    if len(words) == 4 and "," not in text:
        folded = [fold(word) for word in words]
        if folded[0] == folded[2] != folded[1] or folded[1] == folded[3] != folded[0]:
            return f"{words[0]} {words[1]} ja {words[2]} {words[3]}"
    return text


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
    if match is None or match.start() == 0:
        return text, ()
    inside = match["name"].strip()
    if kinds.infer_kind(inside) not in {"person", "household"}:
        return text[: match.start()].strip(" ,"), ()
    return text[: match.start()].strip(" ,"), (names.read_person(inside),)


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
    text = kinds.ESTATE.sub(" ", whole)
    text, previous = names.take_previous(text)
    comma = "," in text.strip(" ,")
    words = [nominative(word) for word in names.name_words(text)]
    if comma:
        head, _, tail = text.partition(",")
        joined = " ".join(nominative(w) for w in names.name_words(head)) + ", "
        joined += " ".join(nominative(w) for w in names.name_words(tail))
    else:
        joined = " ".join(words)
    person = names.read_person(joined, surname_first=surname_first)
    person = Person(person.first_names, person.last_name, previous or person.previous)
    word = "dödsbo" if _SWEDISH_ESTATE.search(whole) else "kp"
    printed = f"{person.printed} {word}" if person.printed else whole
    return Party(inferred, printed, (("deceased", person), *extra) if person.printed else extra, company_name=printed)


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
    printed = _household_name(people, swedish=_SWEDISH_JOINING.search(whole) is not None) or whole
    return Party(inferred, printed, (*parts, *extra), company_name=printed)


def split_household(text: str, *, surname_first: bool = False) -> list[Person]:
    """The persons of "Virtanen Matti ja Maija", "Matti & Maija Virtanen", "Matti Virtanen / Maija Korhonen", "Virtaset"."""
    pieces = [piece.strip(" ,") for piece in kinds.JOINING.split(text) if piece and piece.strip(" ,")]
    if len(pieces) == 1:
        folded = fold(pieces[0])
        if folded.endswith("set") and folded[:-3] + "nen" in name_counts().last:
            return [Person(None, names.name_case(pieces[0][:-3] + ("NEN" if pieces[0].isupper() else "nen")))]
        return [names.read_person(pieces[0], surname_first=surname_first)]
    people: list[Person] = []
    for piece in pieces:
        words = names.name_words(piece)
        if not words:
            continue
        if names.only_given(words) and len(words) <= 3:
            people.append(Person(" ".join(names.name_case(word) for word in words), None))
        else:
            people.append(names.read_person(piece, surname_first=surname_first))
    surnames = [person.last_name for person in people if person.last_name]
    shared: list[Person] = []
    for index, person in enumerate(people):
        if person.last_name is None and surnames:
            before = [p.last_name for p in people[:index] if p.last_name]
            person = Person(person.first_names, before[-1] if before else surnames[0], person.previous)
        shared.append(person)
    return shared


def _household_name(people: tuple[Person, ...], *, swedish: bool) -> str | None:
    """Print "Matti ja Maija Virtanen" when they share the surname, else both in full; in the language it came in."""
    if not people:
        return None
    joining, family = (" och ", "Familjen") if swedish else (" ja ", "Perhe")
    lasts = {fold(person.last_name or "") for person in people}
    if len(people) > 1 and len(lasts) == 1 and people[0].last_name and all(person.first_names for person in people):
        return joining.join(person.first_names or "" for person in people) + f" {people[0].last_name}"
    if len(people) == 1:
        person = people[0]
        return f"{family} {person.printed}" if person.first_names is None else person.printed
    return joining.join(person.printed or "" for person in people) or None
