"""The words and numbers of the night's page by language."""

from __future__ import annotations

from collections.abc import Mapping

from regclean.domain.languages import in_language
from regclean.resources import load_texts


def texts(language: str) -> Mapping[str, str]:
    """Every text of the page in one language; English for a language that is not there."""
    return {key: in_language(words, language) for key, words in load_texts("regclean.checks", "texts").items()}


def whole(value: float, language: str) -> str:
    """A count with its thousands parted: 72,600 in English, 72 600 (no-break space) in Finnish and Swedish."""
    return f"{round(value):,}".replace(",", "," if language == "en" else "\u00a0").replace("-", "−")


def decimal(value: float, digits: int, language: str) -> str:
    """A number with so many decimals, as this language writes it: 1,234.5 in English, 1 234,5 in Finnish and Swedish."""
    text = f"{value:,.{digits}f}".replace("-", "−")
    if language == "en":
        return text
    return text.replace(",", "\u00a0").replace(".", ",")


def percent(value: float, digits: int, language: str) -> str:
    return decimal(100 * value, digits, language) + ("%" if language == "en" else "\u00a0%")
