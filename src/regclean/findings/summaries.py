"""What a duplicate is about, in one plain sentence without any personal value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regclean.domain.languages import in_language
from regclean.resources import load_texts

MOST_FOR, MOST_AGAINST = 3, 2


def duplicate_summary(relation: str, size: int, model: str, explanation: Mapping[str, Any], language: str) -> str:
    """The sentence for a duplicate finding.

    `explanation` is a pair's (the weakest link of a cluster): {"reasons": [codes], "waterfall": [{"comparison",
    "level", "weight"}]}. What speaks for it comes first, strongest first, then what speaks against it.
    """
    words = _words()
    steps = sorted(
        explanation.get("waterfall", ()), key=lambda step: (-abs(step["weight"]), step["comparison"], step["level"])
    )
    for_it = _said([step for step in steps if step["weight"] > 0], language, "for")[:MOST_FOR]
    against = _said([step for step in steps if step["weight"] < 0], language, "against")[:MOST_AGAINST]
    if not for_it:
        said = (_phrase(code, language) for code in explanation.get("reasons", ()) if not code.startswith("unsure_"))
        for_it = [phrase for phrase in said if phrase][:MOST_FOR]
    lead = words["lead"][_lead(relation, size, model)]
    text = in_language(lead, language).format(size=size)
    if for_it:
        text += f": {', '.join(for_it)}"
    if against:
        text += f"{in_language(words['but'], language)} {', '.join(against)}"
    why = [_phrase(code, language) for code in explanation.get("reasons", ()) if code.startswith("unsure_")]
    return ". ".join([text, *why]) + "."


def said_of(step: Mapping[str, Any], language: str) -> str:
    """One step of an explanation in words; empty where there are none for it."""
    code, side = f"{step['comparison']}.{step['level']}", "for" if step["weight"] > 0 else "against"
    return _phrase(f"{code}.{side}", language) or _phrase(code, language)


def _lead(relation: str, size: int, model: str) -> str:
    if relation == "same" and size > 2:
        return "same_many"
    if relation in ("same", "unsure"):
        return f"{relation}_{'organisation' if model == 'organisation' else 'person'}"
    return relation


def _said(steps: list[Mapping[str, Any]], language: str, side: str) -> list[str]:
    codes = (f"{step['comparison']}.{step['level']}" for step in steps)
    # Some levels are one thing when they speak for and another when they speak against: a rare or a common name.
    phrases = (_phrase(f"{code}.{side}", language) or _phrase(code, language) for code in codes)
    return list(dict.fromkeys(phrase for phrase in phrases if phrase))


def _phrase(code: str, language: str) -> str:
    words = _words()["phrases"].get(code)
    return in_language(words, language) if words else ""


def _words() -> dict[str, Any]:
    return load_texts("regclean.findings", "summaries")
