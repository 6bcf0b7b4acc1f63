"""National ids at rest: a night and the ledger hold a mask of each and a seal, which the workspace's key opens.

Invariant: one id has one seal in a workspace, so sealed ids compare as the ids themselves do.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from regclean.errors import ConfigError
from regclean.standardise import mask_national_id, national_ids_in, strike_out_ids

_SEAL = re.compile('[^⟦⟧"]*⟦([0-9a-f]+)⟧')
SEAL = "⟦[0-9a-f]+⟧"  # in any text; what stands before it is the mask


class Seal:
    """Closes and opens the national ids of one workspace."""

    def __init__(self, key: bytes) -> None:
        """`key`: the workspace's."""
        self._cipher = AESSIV(hmac.digest(key, b"national ids at rest", "sha512"))

    def closed(self, value: str) -> str:
        """`010190-123R` -> `010190-***R⟦…⟧`. What is closed already stays as it is."""
        if not value.strip() or _SEAL.fullmatch(value):
            return value
        text = value.strip()
        whole = any((start, end) == (0, len(text)) for start, end, _ in national_ids_in(text))
        shown = mask_national_id(text) if whole else "***"
        return f"{shown}⟦{self._cipher.encrypt(value.encode(), None).hex()}⟧"

    def opened(self, text: str) -> str:
        """The text with each sealed value whole again; it may be one cell, or a row as JSON."""
        return _SEAL.sub(lambda found: self._opened(found[1]), text) if sealed(text) else text

    def close_column(self, values: pl.Series) -> pl.Series:
        """`closed`, value by value, once for each that is different."""
        return _by_value(values, self.closed)

    def open_column(self, values: pl.Series) -> pl.Series:
        """`opened`, value by value, once for each that is different."""
        return _by_value(values, self.opened)

    def _opened(self, sealed: str) -> str:
        try:
            return self._cipher.decrypt(bytes.fromhex(sealed), None).decode()
        except InvalidTag:
            raise ConfigError(
                "a national id was sealed with another key than the workspace has now.",
                remedy="Restore var/secret.key from a backup, or run a night with: regclean run --full",
            ) from None


def _by_value(values: pl.Series, change: Callable[[str], str]) -> pl.Series:
    different = values.drop_nulls().unique()
    changed = pl.Series([change(value) for value in different], dtype=pl.String)
    return values.replace_strict(different, changed, default=None, return_dtype=pl.String)


def sealed(text: str) -> bool:
    """Does a text hold a sealed value?"""
    return "⟦" in text


def shown(text: str) -> str:
    """What may be shown of a text: its sealed values as masks."""
    return re.sub(SEAL, "", text)


def masked(text: str) -> str:
    """What may be shown and kept of a text that may hold a national id as well: each one as its mask."""
    return strike_out_ids(shown(text), mask_national_id)


def names_one(text: str) -> bool:
    """Does a text hold a national id, whole?"""
    return bool(national_ids_in(text))
