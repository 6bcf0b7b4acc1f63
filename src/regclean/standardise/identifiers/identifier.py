"""What a kind of identifier is, and what reading a text as one says."""

from __future__ import annotations

import hmac
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from regclean.standardise.text import clean_text, is_placeholder

_DASHES = re.compile("[\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\u00ad]")
_PLAIN = re.compile(r"[A-Z0-9+-]+")
_BLANKS = re.compile(r"\s+")
_FILLER = re.compile(r"([0X*?])\1*")
CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"  # modulo 31: henkilötunnus, rakennustunnus


@dataclass(frozen=True, slots=True)
class Context:
    """What a reading may depend on: the night's day, and whether test ids stand for real ones."""

    as_of: date = date.max
    accept_test_ids: bool = False


@dataclass(frozen=True, slots=True)
class Identifier:
    """What an id's field holds: the canonical value where it is usable, and what the rules say of it.

    States: ok | temporary | invalid | missing | placeholder | warn. `kind`: the kind of identifier that read it;
    `birth_date`: where the id tells one.
    """

    value: str | None
    state: str
    kind: str | None = field(default=None, compare=False)
    birth_date: date | None = None


MISSING = Identifier(None, "missing")
PLACEHOLDER = Identifier(None, "placeholder")
INVALID = Identifier(None, "invalid")


class IdentifierKind(ABC):
    """One kind of identifier. Reading never raises.

    - `name`: what it is called; `columns`: the `identifier` of the columns that may hold it (`domain/register`);
    - `countries`: the [workspace] countries whose registers are read for it, all where it is empty.
    """

    name: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    countries: ClassVar[tuple[str, ...]] = ("fi",)

    def read(self, text: str | None, context: Context) -> Identifier:
        """The canonical form and the state of any text."""
        if text is None or not text.strip():
            return MISSING
        return PLACEHOLDER if self.placeholder(text) else self.check(normalise_id(text), context)

    @abstractmethod
    def check(self, value: str, context: Context) -> Identifier:
        """The same of a normalised text that is no placeholder."""

    def placeholder(self, text: str) -> bool:
        """Is this a way of writing that there is none?"""
        normal = normalise_id(text)
        bare = normal.replace("-", "").replace("+", "")
        return is_placeholder(text) or is_placeholder(normal) or not bare or _FILLER.fullmatch(bare) is not None

    def mask(self, value: str) -> str:
        """The value as it may be shown to anybody; whole, where it is public."""
        return value

    def ok(self, value: str, state: str = "ok", *, birth_date: date | None = None) -> Identifier:
        return Identifier(value, state, self.name, birth_date)


def normalise_id(text: str) -> str:
    """Composed, upper case, plain hyphens, no blanks. Twice equals once."""
    for _ in range(4):  # upper case may uncover another broken letter; ends at once on almost every text
        if _PLAIN.fullmatch(text):
            break
        before, text = text, _BLANKS.sub("", _DASHES.sub("-", clean_text(text))).upper()
        if text == before:
            break
    return text


def keyed_hash(value: str, key: bytes) -> str:
    """HMAC-SHA256 of a normalised id, in hex. Equal ids give equal hashes; without the key nobody can try all ids."""
    return hmac.digest(key, value.encode(), "sha256").hex()
