"""What letters, mails and forms say, in the reader's language."""

from __future__ import annotations

from datetime import date

from regclean.domain.languages import in_language
from regclean.resources import load_texts


def word(name: str, language: str, **values: str) -> str:
    """A text with its values in it."""
    text = in_language(load_texts("regclean.enquiries", "texts")[name], language)
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


def day_in(language: str, day: date) -> str:
    """A day as the language writes it."""
    return day.isoformat() if language == "en" else f"{day.day}.{day.month}.{day.year}"
