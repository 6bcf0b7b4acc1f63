"""The languages that regclean speaks to people."""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("fi", "sv", "en")
FALLBACK = "en"


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`; in English where the language has none."""
    return texts.get(language) or texts[FALLBACK]
