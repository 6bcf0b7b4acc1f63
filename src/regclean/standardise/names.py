"""Names of natural persons: order, parts, previous names, and the case that they are written in."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from regclean.standardise.folding import fold, word_list
from regclean.standardise.marks import is_title
from regclean.standardise.reference import name_counts

PARTICLES = frozenset(word_list("af von van der den de la le du dos da di del zu zur ter ten bin ibn al el"))
_ALWAYS_PARTICLES = frozenset(word_list("af von van der den de"))
_PREVIOUS = re.compile(
    r"[\s,(]+(?:o\.?\s?s\.?|omaa\s+sukua|ent\.?|entinen|aik\.?|aiemmin|synt\.?|syntyjään|född|tid\.?|tidigare|née|geb\.?|"
    r"(?-i:e\.|s\.|f\.))\s*:?\s+(?P<name>[^\W\d_][^\d(),;]*?)\s*(?=[),;]|$)\)?",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\([^()]*\)")
_MARKS = re.compile(r"[*_\"”“„«»]|(?<!\w)['’‘](?=\w)|(?<=\w)['’‘](?!\w)")
# "M.Sc.", "fil.mag.": initials have one letter each, and a given name is in the list.
_ABBREVIATION = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]{1,7}\.){1,4}(?:[^\W\d_]{1,7}\.|[^\W\d_]{1,2}(?![^\W\d_]))")
_TRAILING_NOISE = re.compile(r"[\s,;:.\-/&+]+$")
_PLAIN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*(?: [^\W\d_]+(?:-[^\W\d_]+)*)*")
_MARKERS = frozenset(
    word_list(
        "os omaa ent entinen aik aiemmin synt syntyjään född tid tidigare née geb o.s o.s. ent. aik. synt. tid. geb. e. s. f."
    )
)
_TOKEN = re.compile(r"[^\s,]+")
_SURNAME_ENDING = re.compile(
    r"\w{2,}(?:nen|lainen|mäki|maki|koski|niemi|järvi|jarvi|lahti|saari|ranta|salmi|harju|vuori|virta|"
    r"ström|strom|berg|lund|qvist|kvist|sson|man|mann|gren|holm|blom|ov|ova|ev|eva|sen|ski|enko)"
)
_CAPITAL = re.compile(r"[^\W\d_]+")
_JOINTS = re.compile(r"[.-]+")
_MC = re.compile(r"^(Mc|Mac(?=[bcdfgkl][a-z]{3}))([a-z])")
_FIRST_TOTAL, _LAST_TOTAL = 13.0e6, 5.2e6
_UNKNOWN = math.log(0.3)
# Two surnames in a row, or an order against the habit of the file, must earn it (natural logarithms).
_SECOND_SURNAME, _HABIT = -5.0, 0.7
_CAPITAL_SURNAME = 8.0


@dataclass(frozen=True, slots=True)
class Person:
    """One natural person's name as one would print it, and the surnames that it was told to have had before."""

    first_names: str | None = None
    last_name: str | None = None
    previous: tuple[str, ...] = ()

    @property
    def printed(self) -> str | None:
        return " ".join(filter(None, (self.first_names, self.last_name))) or None


NOBODY = Person()


# Match forms ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def given_key(name: str) -> str:
    """One given name folded; a hyphenated one is one word ("Anna-Liisa" -> "annaliisa")."""
    return fold(name).replace(" ", "")


def given_keys(first_names: str | None) -> list[str]:
    """Every given name, in order; initials as one letter each ("A.-L." -> "a", "l")."""
    return [key for name in (first_names or "").split() for part in _initials_apart(name) if (key := given_key(part))]


def _initials_apart(name: str) -> list[str]:
    parts = [part for part in _JOINTS.split(name) if part]
    return parts if len(parts) > 1 and min(map(len, parts)) == 1 else [name]


@lru_cache(maxsize=200_000)
def last_key(last_name: str) -> str:
    """The whole surname folded: hyphens as blanks, particles dropped."""
    tokens = fold(last_name).split()
    return " ".join(token for token in tokens if token not in PARTICLES or len(tokens) == 1) or " ".join(tokens)


# Case ----------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def name_case(token: str) -> str:
    """ALL CAPITALS or all lower case to name case ("MÄKI-VIRTANEN" -> "Mäki-Virtanen"); mixed case is kept."""
    if not (token.isupper() or token.islower()):
        return token
    lowered = token.lower()
    if lowered in PARTICLES:
        return lowered
    cased = _CAPITAL.sub(lambda match: match[0].capitalize(), lowered)
    return _MC.sub(lambda match: match[1] + match[2].upper(), cased)


def _join(tokens: list[str]) -> str | None:
    return " ".join(name_case(token) for token in tokens) or None


# Order ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def _scores(token: str) -> tuple[float, float]:
    """Log probability that a token is (a given name, a surname)."""
    counts = name_counts()
    folded = fold(token)
    if len(folded) <= 1:
        return math.log(2e-3), math.log(1e-8)
    first, last = counts.first.get(folded, 0), counts.last.get(folded, 0)
    if not first and not last and " " in folded:
        parts = [_scores(part) for part in folded.split()]
        return (
            sum(part[0] for part in parts) / len(parts) - 1,
            sum(part[1] for part in parts) / len(parts) - 1,
        )
    if not last and _SURNAME_ENDING.fullmatch(token.lower()):
        last = 40
    return (
        (math.log(first) if first else _UNKNOWN) - math.log(_FIRST_TOTAL),
        (math.log(last) if last else _UNKNOWN) - math.log(_LAST_TOTAL),
    )


def _is_particle(token: str) -> bool:
    """Is this a particle and not the surname Le or the given name Ben? The unmistakable ones count in capitals too."""
    lowered = token.lower()
    return lowered in PARTICLES and (token.islower() or lowered in _ALWAYS_PARTICLES)


def _groups(tokens: list[str]) -> list[list[str]]:
    """Tokens with particles attached to the word that they precede."""
    groups: list[list[str]] = []
    if not any(_is_particle(token) for token in tokens):
        return [[token] for token in tokens]
    pending: list[str] = []
    for token in tokens:
        pending.append(token)
        if not _is_particle(token):
            groups.append(pending)
            pending = []
    groups.extend([token] for token in pending)
    return groups


def _split(tokens: list[str], surname_first: bool) -> tuple[list[str], list[str], float]:
    """(given names, surname, confidence): the more probable order. Confidence is the lead over the other order."""
    groups = _groups(tokens)
    count = len(groups)
    if count == 1:
        first, last = _scores(groups[0][-1])
        return ([], tokens, 0.0) if last >= first or len(groups[0]) > 1 else (tokens, [], 0.0)
    heads = [_scores(group[-1]) for group in groups]
    mixed = any(not token.isupper() for token in tokens if len(token) > 2)
    bonus = [
        (_CAPITAL_SURNAME if mixed and len(group[-1]) > 2 and group[-1].isupper() else 0.0)
        + (_CAPITAL_SURNAME if len(group) > 1 else 0.0)
        for group in groups
    ]
    if count == 2:
        (first_0, last_0), (first_1, last_1) = heads
        lead = (last_0 + bonus[0] + first_1) - (first_0 + last_1 + bonus[1])
        front = lead + (_HABIT if surname_first else -_HABIT) > 0
        return (groups[1], groups[0], lead) if front else (groups[0], groups[1], lead)
    # What the score gains when a word is taken for a surname instead of a given name.
    gains = [last + extra - first for (first, last), extra in zip(heads, bonus, strict=True)]
    best: dict[bool, tuple[float, int]] = {}
    for size in (1, 2):
        if size >= count:
            break
        for front in (True, False):
            surname = gains[:size] if front else gains[count - size :]
            score = sum(surname) + _SECOND_SURNAME * (size - 1) + (_HABIT if front == surname_first else 0.0)
            if front not in best or score > best[front][0] + 1e-9:
                best[front] = (score, size)
    front = best[True][0] > best[False][0] or (best[True][0] == best[False][0] and surname_first)
    size = best[front][1]
    chosen = groups[:size] if front else groups[count - size :]
    given = groups[size:] if front else groups[: count - size]
    return (
        [token for group in given for token in group],
        [token for group in chosen for token in group],
        (best[True][0] - best[False][0]) - (_HABIT if surname_first else -_HABIT),
    )


def surname_leads(name: str) -> float:
    """How much more probable the order surname-first is (natural log); near 0 when nobody can tell."""
    tokens = _words(name)
    return _split(tokens, False)[2] if len(tokens) >= 2 else 0.0


# Reading -------------------------------------------------------------------------------------------------------------


def _words(text: str) -> list[str]:
    """Words of a name without titles and marks."""
    if _PLAIN.fullmatch(text):
        return _without_asides([word for word in text.split(" ") if not is_title(word)])
    text = _ABBREVIATION.sub(_unless_names, _MARKS.sub("", text))
    text = re.sub(r"(?<=[^\W\d_])\.(?=[^\W\d_]{2,})", ". ", text)
    words = []
    for word in _TOKEN.findall(text):
        bare = word.strip(".,;:()-/&+?!")
        if not bare or is_title(word):
            continue
        words.append(bare + "." if len(bare) == 1 and word.endswith(".") and bare.isalpha() else bare)
    return _without_asides(words)


def _unless_names(match: re.Match[str]) -> str:
    parts = [part for part in match[0].split(".") if part]
    titles = max(map(len, parts)) > 1 and not any(len(part) > 1 and _may_be_name(part) for part in parts)
    return " " if titles else match[0]


def _without_asides(words: list[str]) -> list[str]:
    """Among Capitalised words one in small letters that is in no list is no name ("Saarinen Heikki vain laskutus")."""
    if sum(word[0].isupper() for word in words) < 2:
        return words
    return [word for word in words if not word.islower() or word in PARTICLES or _may_be_name(word)]


def _may_be_name(word: str) -> bool:
    counts, folded = name_counts(), fold(word)
    return folded in counts.first or folded in counts.last


def take_previous(text: str) -> tuple[str, tuple[str, ...]]:
    """(the name without them, the previous surnames told in it: "o.s. Mäkinen", "(ent. Mäkinen)")."""
    if (
        "(" not in text
        and _MARKERS.isdisjoint(text.lower().replace(",", " ").replace(":", " ").split())
        and "o. s" not in text
    ):
        return text, ()
    previous: list[str] = []
    while match := _PREVIOUS.search(text):
        rest = (text[: match.start()] + " " + text[match.end() :]).strip()
        if len(_words(rest)) < 1:
            break
        tail = match["name"].strip()
        words = _words(tail)
        # "Virtanen o.s. Mäkinen Liisa": what follows the previous surname are given names.
        if len(words) > 1 and len(_words(rest)) == 1:
            rest, words = f"{rest} {' '.join(words[1:])}", words[:1]
        # "ent. omistaja" is no name, where names have capitals.
        if words and not (tail.islower() and not rest.islower()):
            previous.append(_join(words) or "")
        text = rest
    text = _PARENTHESES.sub(" ", text).replace("(", " ").replace(")", " ")
    return text, tuple(dict.fromkeys(name for name in previous if name))


def read_person(text: str | None, *, surname_first: bool = False) -> Person:
    """Read one person's full name in either order. `surname_first`: the habit of the file, where names do not tell."""
    if not text:
        return NOBODY
    text, previous = take_previous(text)
    text = _TRAILING_NOISE.sub("", text)
    head, comma, tail = text.partition(",")
    if comma and is_whole_name(head):
        # What follows is a title, an occupation, a remark, or a further given name.
        person = read_person(head, surname_first=surname_first)
        further = _join(_words(tail)) if given_behind(tail, head) else None
        first_names = " ".join(filter(None, (person.first_names, further))) or None
        return Person(first_names, person.last_name, previous)
    if comma and _words(head) and _words(tail):
        last, given = _words(head), _words(tail)
        # "Matti Juhani, Virtanen" exists, too.
        swapped = len(given) == 1 and all(_scores(word)[0] > _scores(word)[1] + 2 for word in last)
        if swapped and _scores(given[0])[1] > _scores(given[0])[0] + 2:
            last, given = given, last
        trailing = _trailing_particles(given)
        return Person(_join(given[: len(given) - len(trailing)]), _join(trailing + last), previous)
    words = _words(text)
    trailing = _trailing_particles(words)
    words = words[: len(words) - len(trailing)]
    given, last, _ = _split(words, surname_first) if words else ([], [], 0.0)
    return Person(_join(given), _join(trailing + last if last else last), previous)


def is_whole_name(text: str) -> bool:
    """Do these words hold a given name and a surname, so that what follows a comma need be neither?"""
    words = [word for word in _words(text) if word.lower() not in PARTICLES]
    return len(words) >= 2 and any(only_given([word]) for word in words) and not only_given(words)


def given_behind(text: str, head: str) -> bool:
    """Can what follows a comma behind a name be given names? Nothing in small letters is, where the name has capitals."""
    counts = name_counts()
    if text.strip().islower() and not head.islower():
        return False
    words = [part for word in _words(text) for part in fold(word).split()]
    return bool(words) and all(len(word) == 1 or word in counts.first for word in words)


def _trailing_particles(words: list[str]) -> list[str]:
    """The particles at the end of a name as indexes sort it: "Wright Carl von"."""
    count = 0
    while count < len(words) - 1 and words[-1 - count].islower() and words[-1 - count] in PARTICLES:
        count += 1
    return words[len(words) - count :]


def read_person_columns(first_names: str | None, last_name: str | None, *, surname_first: bool = False) -> Person:
    """Read a name given in two columns, which may be swapped, or both in one."""
    if not first_names or not last_name:
        return read_person(first_names or last_name, surname_first=surname_first)
    first_text, previous_first = take_previous(first_names)
    last_text, previous_last = take_previous(last_name)
    first, last = _words(first_text), _words(last_text)
    previous = tuple(dict.fromkeys(previous_first + previous_last))
    if not first or not last:
        whole = read_person(" ".join(first + last), surname_first=surname_first)
        return Person(whole.first_names, whole.last_name, previous)
    folded = {fold(word) for word in first}
    if len(last) > 1 and folded and folded < {fold(word) for word in last}:
        last = [word for word in last if fold(word) not in folded]  # the whole name stands in the surname's column
    elif len(first) > 1 and {fold(word) for word in last} < folded:
        surname = {fold(word) for word in last}
        first = [word for word in first if fold(word) not in surname]
    straight = _mean(first, 0) + _mean(last, 1)
    swapped = _mean(first, 1) + _mean(last, 0)
    if swapped > straight + 4:
        first, last = last, first
    return Person(_join(first), _join(last), previous)


def _mean(words: list[str], index: int) -> float:
    words = [word for word in words if word.lower() not in PARTICLES] or words
    return sum(_scores(word)[index] for word in words) / len(words)


def only_given(words: list[str]) -> bool:
    """Do all words look like given names rather than surnames?"""
    return bool(words) and all(_scores(word)[0] > _scores(word)[1] + 1 or len(word.strip(".")) == 1 for word in words)


def name_words(text: str) -> list[str]:
    """Words of a name, without titles and marks, as they are written."""
    return _words(text)
