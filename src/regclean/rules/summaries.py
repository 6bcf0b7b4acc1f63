"""One plain sentence about a hit, in the language of the reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from regclean.domain.languages import FALLBACK, LANGUAGES, in_language
from regclean.resources import load_texts
from regclean.rules.catalogue import catalogue

_PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")
_COUNTED = re.compile(r"\{([a-z_][a-z0-9_]*)\?([^{}|]*)\|([^{}|]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_NONE = "–"
# Placeholders whose codes are those of another.
_SAME_WORDS = {
    "computed": "relationship",
    "kind_given": "kind",
    "kind_inferred": "kind",
    "bin_waste_type": "waste_type",
}


def summary(rule_id: str, evidence: Mapping[str, Any], language: str) -> str:
    """The rule's sentence with the evidence's values in it; English where the language is not there.

    Codes are said in words, dates and decimals as the language writes them, what is missing as a dash. `{lines?one|many}`
    is the first text where the value is one thing, else the second. A part in `[…]` is left out where a value that it
    speaks of is missing, empty or zero.
    """
    language = language if language in LANGUAGES else FALLBACK
    template = in_language(catalogue()[rule_id].summary, language)
    template = _OPTIONAL.sub(lambda part: part[1] if all(map(evidence.get, placeholders(part[1]))) else "", template)
    template = _COUNTED.sub(lambda match: match[2] if _is_one(evidence.get(match[1])) else match[3], template)
    return _PLACEHOLDER.sub(lambda match: said(match[1], evidence.get(match[1]), language), template)


def placeholders(template: str) -> frozenset[str]:
    """Names of the evidence that a template speaks of."""
    return frozenset(_PLACEHOLDER.findall(template)) | {name for name, _, _ in _COUNTED.findall(template)}


def _is_one(value: Any) -> bool:
    return (len(value) if isinstance(value, list) else value) == 1


def said(name: str, value: Any, language: str) -> str:
    """One value in words; `name` is the placeholder, under which codes are looked up."""
    if value is None or value in ("", []):
        return _NONE
    if isinstance(value, list):
        return ", ".join(said(name, item, language) for item in value)
    if isinstance(value, Mapping):
        return _person(value, language)
    if isinstance(value, bool):
        return {"fi": ("ei", "kyllä"), "sv": ("nej", "ja")}.get(language, ("no", "yes"))[value]
    if isinstance(value, float):
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return text if language == "en" else text.replace(".", ",")
    text = str(value)
    if _ISO_DATE.match(text):
        return text if language == "en" else _local_date(text)
    words = load_texts("regclean.rules", "vocabulary").get(_SAME_WORDS.get(name, name), {}).get(text)
    return in_language(words, language) if words else text


def _person(value: Mapping[str, Any], language: str) -> str:
    """A customer that could follow, with the reason: "C2 (puoliso tai perhe)"."""
    basis = value.get("basis")
    number = str(value.get("customer_no", _NONE))
    return f"{number} ({said('basis', basis, language)})" if basis else number


def _local_date(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day}.{day.month}.{day.year}"
