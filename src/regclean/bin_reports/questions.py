"""What is asked because of each defect of a shared bin, and of whom: `questions.toml`, read and held to its law.

Invariant: a question speaks only of what the contact person sent or agreed, never of another customer's data. So a
template may use the values named in `TOLD` and no others.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from regclean.domain.languages import LANGUAGES
from regclean.rules import placeholders

Whom = Literal["contact", "member", "office"]
About = Literal["list", "line"]
# Sums, counts and days of the list itself, and what was agreed of the bin that is shared.
TOLD = frozenset({"total", "members", "limit", "start_on", "end_on", "waste_type", "interval_weeks"})
_KNOWN = frozenset({"whom", "about", "ask", "ask_all", "do", "when", "first", "no_letter"})


@dataclass(frozen=True, slots=True)
class Question:
    """What one rule's defects lead to. Texts are by language; `when` and `no_letter` are values of evidence by name."""

    whom: Whom
    about: About = "list"
    ask: Mapping[str, str] = field(default_factory=dict)
    ask_all: Mapping[str, str] = field(default_factory=dict)
    do: Mapping[str, str] = field(default_factory=dict)
    when: Mapping[str, list[Any]] = field(default_factory=dict)
    first: bool = False
    no_letter: Mapping[str, list[Any]] = field(default_factory=dict)

    def asks(self, evidence: Mapping[str, Any]) -> bool:
        """Is the contact person asked about this defect?"""
        if self.whom != "contact" or self.forbids(evidence):
            return False
        return all(_any_of(evidence.get(name), values) for name, values in self.when.items())

    def forbids(self, evidence: Mapping[str, Any]) -> bool:
        """Does this defect say that there is nobody to write to?"""
        return any(_any_of(evidence.get(name), values) for name, values in self.no_letter.items())


def _any_of(value: Any, wanted: list[Any]) -> bool:
    values = value if isinstance(value, list) else ["" if value is None else value]
    return any(one in wanted for one in values)


@cache
def questions() -> Mapping[str, Question]:
    """Rule id -> its question, for every rule of shared bins that is in the file."""
    return read_questions(resources.files(__package__).joinpath("questions.toml").read_text(encoding="utf-8"))


def read_questions(text: str) -> Mapping[str, Question]:
    """The questions of a TOML text. Errors: ValueError that names the rule; a wrong question must not reach a letter."""
    read = {}
    for rule, entry in tomllib.loads(text).items():
        problems = list(_problems(entry))
        if problems:
            raise ValueError(f"question {rule}: {'; '.join(problems)}")
        read[rule] = Question(**entry)
    return read


def _problems(entry: Mapping[str, Any]) -> list[str]:
    whom, about = entry.get("whom"), entry.get("about", "list")
    asks = whom == "contact"
    wanted = {
        "ask": asks,
        "ask_all": asks and about == "line",
        "do": not asks or "when" in entry or "no_letter" in entry,
    }
    texts = {name: entry.get(name, {}) for name in wanted}
    return [
        *(f"unknown key {key!r}" for key in sorted(entry.keys() - _KNOWN)),
        *([] if whom in get_args(Whom) else [f"unknown addressee {whom!r}"]),
        *([] if about in get_args(About) else [f"about {about!r}"]),
        *(
            f"{name} lacks {language}"
            for name, needed in wanted.items()
            for language in LANGUAGES
            if needed and not texts[name].get(language)
        ),
        *(f"{name} is never used" for name, needed in wanted.items() if texts[name] and not needed),
        *(
            f"{name} may not tell {told!r}"
            for name in ("ask", "ask_all")
            for text in texts[name].values()
            for told in sorted(placeholders(text) - (TOLD if name == "ask" else frozenset()))
        ),
    ]
