"""The form of the reply page: a question and what was filled in so far as fields, and fields back as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regclean.domain.enquiries import ADDRESS, CONTACT_FIELDS, LINE_FIELDS, MOST_NEW, AnswerError, Asked

ROWS = 2  # empty lines for new members, and how many more at a time


@dataclass(frozen=True, slots=True)
class Form:
    """What the page shows. `values`: by the name of the input; `wrong`: input -> code; `rows`: lines for new members."""

    question: Asked
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    rows: int = ROWS

    def value(self, name: str) -> str:
        return self.values.get(name, "")


def shown(values: Mapping[str, str], question: Asked, error: AnswerError | None = None) -> Form:
    """The form with what was filled in, and what is wrong with it."""
    used = [int(name.split("-")[1]) for name, value in values.items() if value and _is_new(name)]
    asked = values.get("rows", "")
    rows = max([ROWS, int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 0, *used])
    wrong = {_input(place, question): code for place, code in error.found} if error else {}
    return Form(question, values, wrong, min(rows, MOST_NEW))


def told(values: Mapping[str, str], question: Asked) -> dict[str, Any]:
    """What the fields say, as `read_told` takes it. With "all the others are right" ticked, a line without a word is right."""
    lines: dict[str, dict[str, str]] = {}
    for at, line in enumerate(question.lines, 1):
        said = {name: values.get(f"l-{at}-{name}", "") for name in ("says", "left_on", *LINE_FIELDS)}
        if values.get("all_right") and not any(said.values()):
            said["says"] = "right"
        if any(said.values()):
            lines[line.no] = said
    return {
        "lines": lines,
        "new": [
            {name: values.get(f"n-{at}-{name}", "") for name in LINE_FIELDS}
            for at in range(1, MOST_NEW + 1)
            if any(values.get(f"n-{at}-{name}") for name in LINE_FIELDS)
        ],
        "words": [values.get(f"w-{at}", "") for at in range(1, len(question.asks) + 1)],
        "ends_on": values.get("ends_on", ""),
        "moves": {name: values.get(f"m-{name}", "") for name in ADDRESS},
        "contact": {name: values.get(f"c-{name}", "") for name in CONTACT_FIELDS},
        "not_mine": values.get("not_mine", ""),
        "note": values.get("note", ""),
    }


def _is_new(name: str) -> bool:
    parts = name.split("-")
    return len(parts) == 3 and parts[0] == "n" and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 3


def _input(place: str, question: Asked) -> str:
    """The input that a problem is about."""
    if place.startswith("line "):
        for at, line in enumerate(question.lines, 1):
            if place == f"line {line.no}":
                return f"l-{at}-says"
            if place.startswith(f"line {line.no} "):
                return f"l-{at}-{place.rpartition(' ')[2]}"
    what, _, rest = place.partition(" ")
    if what == "new" and rest:
        return f"n-{rest.replace(' ', '-')}"
    if what == "words":
        return f"w-{rest}"
    return {"moves": f"m-{rest}", "contact": f"c-{rest}"}.get(what, what)
