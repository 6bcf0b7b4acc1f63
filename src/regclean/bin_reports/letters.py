"""The letter (or e-mail) to the contact person of a shared bin: one that asks everything at once.

Invariant: whoever reads it sees the lines they sent themselves and what is unclear about them, and nothing of what the
register knows of other customers. A line of somebody under non-disclosure is not in it; and lest its absence tell, what is
asked of several lines of which one may not be named is asked of the whole list, naming none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

from regclean.bin_reports.questions import Question, questions
from regclean.domain.findings import Severity
from regclean.domain.languages import LANGUAGES
from regclean.resources import load_texts
from regclean.rules import catalogue, said
from regclean.standardise import strike_out_ids

_GRAVEST = {"error": 0, "review": 1, "info": 2}
# Answered by the ticks and corrections of the form itself, so asked in words after all else.
_TICKED = {"K12": 1, "K22": 2, "K25": 2}
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
# A national id that somebody wrote into a name or an address.


@dataclass(frozen=True, slots=True)
class MemberAsSent:
    """A member as the contact person sent it."""

    member_no: str
    name: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Defect:
    """What one finding says of a shared bin. `lines`: the numbers of the members that it is about."""

    rule: str
    severity: Severity
    evidence: Mapping[str, Any]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What a letter is made of. `place`: the bin's address; `language`: the contact person's, where known.

    `unnamed`: members who may not be named. A `restricted` shared bin has somebody under non-disclosure behind it.
    """

    bin_group_no: str
    contact_name: str | None = None
    place: str | None = None
    waste_type: str | None = None
    language: str | None = None
    lines: Mapping[str, MemberAsSent] = field(default_factory=dict)
    defects: tuple[Defect, ...] = ()
    unnamed: frozenset[str] = frozenset()
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text; paragraphs of the body are parted by an empty line."""

    subject: str
    body: str
    language: str


@dataclass(frozen=True, slots=True)
class _Item:
    """One numbered question, with the lines that it is about."""

    text: str
    lines: tuple[str, ...] = ()


def letter(material: Material, language: str, *, sender: str) -> Letter | None:
    """The letter in `language` (fi, sv, en), signed by `sender`; None where nobody is to be written to or asked."""
    chosen = language if language in LANGUAGES else "en"
    if why_no_letter(material):
        return None
    asked = _asked(material)
    first = [defect for defect in asked if questions()[defect.rule].first]
    items = list(_items(material, first or asked, chosen))
    if not items:
        return None
    words = _frame()[chosen]
    values = {
        "bin_group_no": material.bin_group_no,
        "bin_group": bin_group_in_words(material, chosen),
        "contact_name": one_line(material.contact_name),
    }
    named = material.contact_name and not any(defect.rule == "K19" for defect in asked)
    body = [
        _filled(words["greeting" if named else "greeting_nameless"], values),
        _filled(words["opening_first" if first else "opening"], values),
        *_questions(material, items, words),
        words["closing"],
        words["thanks"],
        f"{words['regards']}\n{sender}",
    ]
    return Letter(_filled(words["subject"], values), "\n\n".join(body) + "\n", chosen)


def asks(material: Material, language: str, most: int) -> tuple[str, ...]:
    """The questions of a letter that is answered on a form, the gravest first, at most so many: each with the numbers of its
    lines, and no name. What a form asks of every line by itself is not asked again.
    """
    asked = _asked(material)
    first = [defect for defect in asked if questions()[defect.rule].first]
    order = sorted(
        first or asked, key=lambda defect: (_GRAVEST[defect.severity], _TICKED.get(defect.rule, 0), defect.rule)
    )
    texts: dict[str, list[str]] = {}
    for rule in dict.fromkeys(defect.rule for defect in order):
        for item in _items(material, [defect for defect in order if defect.rule == rule], language):
            texts.setdefault(item.text, [])
            texts[item.text] += [" + ".join(item.lines)] if item.lines else []
    words = _frame()[language]

    def said(text: str, about: Sequence[str]) -> str:
        """`about`: the numbers of lines, or several of them together ("1 + 2")."""
        several = len(about) > 1 or any(" + " in one for one in about)
        return f"{words['lines' if several else 'one_line']} {', '.join(about)}: {text}" if about else text

    return tuple(said(text, about) for text, about in texts.items())[:most]


def asks_who(material: Material) -> bool:
    """Is it asked whether the reader is the contact person at all? Such a letter shows nobody's line."""
    return any(questions()[defect.rule].first for defect in _asked(material))


def why_no_letter(material: Material) -> str | None:
    """The rule whose defect says that there is nobody to write to, or None."""
    for defect in sorted(material.defects, key=lambda defect: defect.rule):
        question = questions().get(defect.rule)
        if question and question.forbids(defect.evidence):
            return defect.rule
    return None


def asks_contact(defect: Defect) -> bool:
    """Is this defect asked about in the letter?"""
    question = questions().get(defect.rule)
    return question is not None and not only_informs(defect) and question.asks(defect.evidence)


def only_informs(defect: Defect) -> bool:
    """Is this a hit that only informs, of a rule that does more: a rounding, a coarse distance?"""
    return defect.severity == "info" and _own_severities().get(defect.rule) not in (None, "info")


@cache
def _own_severities() -> Mapping[str, Severity]:
    return {rule: info.severity for rule, info in catalogue().items()}


def one_line(text: str | None) -> str:
    """A text on one line, without any national id that stands in it."""
    return strike_out_ids(" ".join((text or "").split()))


def _asked(material: Material) -> list[Defect]:
    asked = [defect for defect in material.defects if asks_contact(defect)]
    return sorted(
        asked, key=lambda defect: (defect.rule, [_in_order(line) for line in defect.lines], str(defect.evidence))
    )


def _items(material: Material, asked: list[Defect], language: str) -> Iterator[_Item]:
    """What is asked of the list, then what is asked of its lines in their order; a text is asked once."""
    of_list, of_lines = [], []
    for rule in dict.fromkeys(defect.rule for defect in asked):
        question = questions()[rule]
        mine = [defect for defect in asked if defect.rule == rule]
        if question.about == "list":
            of_list += [_Item(_filled(question.ask[language], defect.evidence, language)) for defect in mine]
        else:
            items = list(_line_items(material, question, mine, language))
            of_list += [item for item in items if not item.lines]
            of_lines += [item for item in items if item.lines]
    of_lines.sort(key=lambda item: ([_in_order(line) for line in item.lines], item.text))
    yield from dict.fromkeys(of_list)
    yield from dict.fromkeys(of_lines)


def _line_items(material: Material, question: Question, defects: list[Defect], language: str) -> Iterator[_Item]:
    """The question of each line, or of the whole list when one of the lines may not be named."""
    nameable = [
        defect
        for defect in defects
        if defect.lines
        and not material.unnamed.intersection(defect.lines)
        and material.lines.keys() >= set(defect.lines)
    ]
    if len(nameable) == len(defects):
        for defect in nameable:
            yield _Item(_filled(question.ask[language], defect.evidence, language), defect.lines)
    elif nameable or not material.restricted:
        yield _Item(question.ask_all[language])


def _questions(material: Material, items: list[_Item], words: Mapping[str, str]) -> Iterator[str]:
    """Numbered paragraphs: what is asked of the list, then each line with its questions, like lines together."""
    numbers = count(1)
    for item in items:
        if not item.lines:
            yield f"{next(numbers)}. {item.text}"
    paragraphs = _by_questions(items)
    if paragraphs:
        yield words["about_lines"]
    for texts, lines in paragraphs:
        start = f"{next(numbers)}. "
        said_of = [_line(material.lines[line], words) for line in lines]
        several = [words["each_line"]] if len(lines) > 1 and not texts[0].lines[1:] else []
        asked = [text.text for text in texts]
        yield start + ("\n" + " " * len(start)).join([*said_of, *several, *asked])


def _by_questions(items: list[_Item]) -> list[tuple[tuple[_Item, ...], tuple[str, ...]]]:
    """(questions, lines): single lines with the same questions stand together; what is about two lines stays by itself."""
    by_lines: dict[tuple[str, ...], list[_Item]] = {}
    for item in items:
        if item.lines:
            by_lines.setdefault(item.lines, []).append(item)
    alike: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for lines, asked in by_lines.items():
        texts = tuple(item.text for item in asked)
        alike.setdefault(texts if len(lines) == 1 else (*lines, "", *texts), []).append(lines)
    return [
        (tuple(by_lines[groups[0]]), tuple(line for lines in groups for line in lines)) for groups in alike.values()
    ]


def _line(line: MemberAsSent, words: Mapping[str, str]) -> str:
    name, address = one_line(line.name) or words["nameless"], one_line(line.address) or words["placeless"]
    return _filled(words["line"], {"member_no": line.member_no, "name": name, "address": address})


def bin_group_in_words(material: Material, language: str) -> str:
    """Like "K-12 (Puijonkatu 12, 70100 Kuopio; sekajäte)", without the address where it could be a protected one."""
    waste = said("waste_type", material.waste_type, language) if material.waste_type else ""
    about = "; ".join(part for part in ("" if material.restricted else one_line(material.place), waste) if part)
    return f"{material.bin_group_no} ({about})" if about else material.bin_group_no


def _filled(template: str, values: Mapping[str, Any], language: str = "en") -> str:
    return _PLACEHOLDER.sub(lambda match: said(match[1], values.get(match[1]), language), template)


def _in_order(number: str) -> tuple[int, str]:
    """2 before 10, numbers before words."""
    return (int(number), number) if number.isascii() and number.isdigit() and len(number) < 10 else (10**10, number)


def _frame() -> Mapping[str, Mapping[str, str]]:
    return load_texts("regclean.bin_reports", "letter")
