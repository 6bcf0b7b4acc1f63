"""What to change where a defect is born: one advice for each rule."""

from __future__ import annotations

from regclean.domain.languages import in_language
from regclean.resources import load_texts


def at_source(rule: str, language: str) -> str:
    """The advice for a rule, or for "duplicate". Errors: KeyError for another name."""
    for advice in load_texts("regclean.rules", "at_source").values():
        if rule in advice["rules"]:
            return in_language(advice["says"], language)
    raise KeyError(rule)
