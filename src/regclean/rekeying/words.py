"""What depends on the key in a text, said under another key: seals, keyed hashes, and digests of records that hold such a hash."""

from __future__ import annotations

import hmac
import re

from regclean.config import derived_key
from regclean.sealing import Seal

_SEALED = re.compile(r"[^⟦⟧\"]*⟦[0-9a-f]+⟧")
DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


class Words:
    """Old words and new ones. `known`: digest under the old key -> under the new one."""

    def __init__(self, old: bytes, new: bytes) -> None:
        self.old, self.new = old, new
        self._from, self._to = Seal(old), Seal(new)
        self._history = derived_key(new, "digests of an earlier key")
        self.known: dict[str, str] = {}

    def opened(self, text: str) -> str:
        return self._from.opened(text)

    def sealed(self, text: str) -> str:
        """The text with each seal of the old key as one of the new."""
        return _SEALED.sub(self._seal, text) if "⟦" in text else text

    def said(self, text: str) -> str:
        """The text with seals and known digests as they are under the new key."""
        return DIGEST.sub(lambda found: self.known.get(found[0], found[0]), self.sealed(text))

    def told(self, text: str) -> str:
        """The same of what was so once: a digest that is not known becomes one that the old key alone does not explain."""
        return DIGEST.sub(lambda found: self.digest(found[0]), self.sealed(text))

    def digest(self, old: str) -> str:
        """A digest under the new key: the same as the next night makes, where it is known."""
        return self.known.get(old) or hmac.digest(self._history, old.encode(), "sha256").hex()

    def _seal(self, found: re.Match[str]) -> str:
        mask, seal = found[0].rsplit("⟦", 1)
        value = self._from.opened(f"⟦{seal}")
        closed = self._to.closed(value)
        return mask + closed[closed.index("⟦") :]
