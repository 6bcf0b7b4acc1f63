"""Two or three people in one cell: what joins them, with or without commas, and whose the surname is."""

from __future__ import annotations

import re

from regclean.standardise import kinds, names
from regclean.standardise.folding import fold
from regclean.standardise.names import Person
from regclean.standardise.reference import first_name_genders, name_counts

# "Virtanen Matti + vaimo", "… ja puoliso Liisa": what somebody is to the first one.
_RELATED = re.compile(
    r"(?:\s+|^)(?:(?:avio|avo)?puoliso|vaimo|avovaimo|aviovaimo|aviomies|avomies|hustru|sambo|maka|wife|husband|spouse)(?![^\W\d_])\.?:?\s*",
    re.IGNORECASE,
)
_ONE_AND_ONE = re.compile(r"^([^\W\d_]+)\s*[;/+|*=~\\:-]\s*([^\W\d_]+)$")
# "Virtanen Matti 2", "Virtanen Matti1": somebody's second account.
_COUNTED = re.compile(r"^(?P<name>[^\d]+[^\W\d_])\s?\d{1,2}$")
_FAMILY_PLURAL = re.compile(r"(?<![^\W\d_-])([^\W\d_]{2,})(set|SET)(?![^\W\d_-])")


def joined_people(text: str) -> str:
    """Commas between whole people as "ja": "Koskinen Pasi, Riitta Koskinen"; a surname written twice begins two people."""
    if (match := _ONE_AND_ONE.match(text)) and names.only_given([match[1]]) != names.only_given([match[2]]):
        text = f"{match[1]} {match[2]}"
    if (
        (match := _COUNTED.match(text))
        and names.is_whole_name(match["name"])
        and kinds.infer_kind(match["name"]) == "person"
    ):
        text = match["name"]
    if (match := _RELATED.search(text)) and match.start() and text[match.end() :] and not kinds.JOINING.search(text):
        text = f"{text[: match.start()].rstrip(' ,')} ja {text[match.end() :]}"
    head, *others = (part.strip() for part in text.split(","))
    joined = kinds.JOINING.search(text) is not None
    pieces = [part for piece in others for part in kinds.JOINING.split(piece) if part]
    if pieces and names.is_whole_name(head):
        genders = first_name_genders()

        def gender(part: str) -> str | None:
            return next((genders.get(fold(word)) for word in names.name_words(part) if names.only_given([word])), None)

        def person(part: str) -> bool:
            return names.is_whole_name(part) or (
                names.given_behind(part, head)
                and (joined or len(others) > 1 or {gender(head), gender(part)} == {"m", "f"})
            )

        if all(person(part) for part in pieces):
            return " ja ".join((head, *others))
    elif (
        # "Matti, Liisa ja Kalle Virtanen"
        pieces
        and joined
        and names.only_given(names.name_words(head))
        and names.is_whole_name(pieces[-1])
        and all(names.given_behind(part, head) for part in pieces[:-1])
    ):
        return " ja ".join((head, *others))
    words = text.split()
    if len(words) == 4 and "," not in text:
        folded = [fold(word) for word in words]
        if folded[0] == folded[2] != folded[1] or folded[1] == folded[3] != folded[0]:
            return f"{words[0]} {words[1]} ja {words[2]} {words[3]}"
    return " ja ".join(_people_in_a_row(text)) or text


def _people_in_a_row(text: str) -> list[str]:
    """Whole people with nothing between: "Virtanen Matti Korhonen Maija"; "Virtanen Matti Maija" where no one is called both."""
    words = [word for word in text.split() if word not in {"-", "–"}]
    if not 3 <= len(words) <= 6 or not all(word.isalpha() for word in words):
        return []
    given = [names.only_given([word]) for word in words]
    surname = [not is_given and fold(word) in name_counts().last for is_given, word in zip(given, words, strict=True)]
    genders = first_name_genders()
    if len(words) == 3:
        first = 1 if surname[0] else 0
        pair = words[first : first + 2]
        told = given[first] and given[first + 1] and surname[0 if first else 2]
        if not told or {genders.get(fold(word)) for word in pair} != {"m", "f"}:
            return []
        return [f"{words[0]} {words[1]}", words[2]] if first else [words[0], f"{words[1]} {words[2]}"]
    couples = [words[at : at + 2] for at in range(0, len(words), 2)]
    turns = given[0::2], surname[1::2], surname[0::2], given[1::2]
    if len(words) % 2 or not (all(turns[0] + turns[1]) or all(turns[2] + turns[3])):
        return []
    return [" ".join(couple) for couple in couples]


def _singular(match: re.Match[str]) -> str:
    """People called Virtanen are "Virtaset"."""
    stem, ending = match[1], match[2]
    return stem + ("NEN" if ending == "SET" else "nen") if fold(stem) + "nen" in name_counts().last else match[0]


def split_household(text: str, *, surname_first: bool = False) -> list[Person]:
    """The persons of "Virtanen Matti ja Maija", "Matti & Maija Virtanen", "Matti Virtanen / Maija Korhonen", "Virtaset"."""
    pieces = [
        _RELATED.sub(" ", piece).strip(" ,")
        for piece in kinds.JOINING.split(_FAMILY_PLURAL.sub(_singular, text))
        if piece
    ]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) == 1:
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


def household_name(people: tuple[Person, ...], *, swedish: bool) -> str | None:
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
