"""The languages of the page: gettext catalogues, with English source texts, and Babel's dates and numbers.

A text is marked with `_("…")` in templates and `language.gettext("…")` in Python; one that is translated later, where
it is shown, with `N_("…")`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from gettext import NullTranslations
from importlib import resources
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.core import Locale, negotiate_locale
from babel.support import Translations

# How each language offers itself, in its own words.
_QUERY = re.compile(r"(?:[a-z0-9+]+:)?(?P<name>.*) \(query of source (?P<number>\d+)\)\Z")
OFFERS = {"fi": "Suomeksi", "sv": "På svenska", "en": "In English"}


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for it
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


# Dates as they are written in Finland, one form for each language; CLDR has Sweden's for Swedish.
DAYS = {"sv": "d.M.y", "en": "d MMM y"}
MOMENTS = {"sv": "d.M.y 'kl.' H.mm", "en": "d MMM y, H:mm"}


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(f"{code}_FI")


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its texts, and how it writes dates and numbers in the workspace's time zone."""

    code: str
    translations: NullTranslations
    zone: ZoneInfo

    @property
    def locale(self) -> Locale:
        return _locale(self.code)

    def gettext(self, text: str, **values: object) -> str:
        translated = self.translations.gettext(text) if text else ""
        return translated % values if values else translated

    def ngettext(self, one: str, many: str, number: int, **values: object) -> str:
        return self.translations.ngettext(one, many, number) % {"num": number, **values}

    def date(self, value: date | str | None) -> str:
        """A day (also as ISO text) as the language writes it; anything else as it is."""
        if value is None:
            return ""
        try:
            day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
        except ValueError:
            return str(value)
        return dates.format_date(day, DAYS.get(self.code, "medium"), locale=self.locale)

    def datetime(self, value: datetime | None) -> str:
        if value is None:
            return ""
        return dates.format_datetime(value, MOMENTS.get(self.code, "short"), tzinfo=self.zone, locale=self.locale)

    def duration(self, value: timedelta) -> str:
        return dates.format_timedelta(value, locale=self.locale)

    def number(self, value: float | int | Decimal | None, pattern: str | None = None) -> str:
        return "" if value is None else numbers.format_decimal(value, pattern, locale=self.locale)

    def place(self, file: str) -> str:
        """Where a row landed from: a file's name as it is, a query of a database in words."""
        query = _QUERY.fullmatch(file)
        return self.gettext("database %(name)s, source %(number)s", **query.groupdict()) if query else file

    def percent(self, value: float | None, digits: int = 0) -> str:
        """A share 0..1 as a percentage."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + " %"
        return "" if value is None else numbers.format_percent(value, pattern, locale=self.locale)


def load_languages(codes: Iterable[str], zone: ZoneInfo) -> dict[str, Language]:
    """The workspace's languages, in its order."""
    folder = resources.files("regclean.review").joinpath("locale")
    return {code: Language(code, Translations.load(str(folder), [code], "messages"), zone) for code in codes}


def choose(languages: Mapping[str, Language], chosen: Iterable[str | None], accept_language: str | None) -> Language:
    """The first of `chosen` that the page speaks, else what the browser asks for, else the workspace's first."""
    for code in chosen:
        if code is not None and code in languages:
            return languages[code]
    wanted = [part.partition(";")[0].strip() for part in (accept_language or "").split(",")]
    found = negotiate_locale([code for code in wanted if code], list(languages), sep="-")
    return languages[found] if found else next(iter(languages.values()))
