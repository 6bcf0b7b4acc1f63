"""Who has guessed wrong too often waits: by client, and by the question that was guessed at, whether there is one or not.

Invariant: what is told of a wrong code does not depend on whether the number is one. Clients are remembered in memory alone,
under a keyed digest; how much is remembered is bounded.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

WRONG = 5
HOUR, DAY = 3600.0, 86_400.0  # seconds that a client waits, and a question
MOST = 100_000


@dataclass(slots=True)
class Attempts:
    """Wrong codes so far."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _wrong: OrderedDict[bytes, tuple[int, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def locked(self, client: str, number: str, now: float) -> bool:
        """Must this client wait, or everybody with a typed code of this question? `now`: seconds."""
        with self._lock:
            return any(self._count(name, now, lasts) >= WRONG for name, lasts in self._names(client, number))

    def wrong(self, client: str, number: str, now: float) -> None:
        with self._lock:
            for name, lasts in self._names(client, number):
                self._wrong[name] = (self._count(name, now, lasts) + 1, now)
                self._wrong.move_to_end(name)
            while len(self._wrong) > MOST:
                self._wrong.popitem(last=False)

    def right(self, client: str, number: str) -> None:
        """The question's own reader has come. The client's count stays: a code of one's own buys no guesses at another's."""
        with self._lock:
            self._wrong.pop(self._names(client, number)[1][0], None)

    def _names(self, client: str, number: str) -> tuple[tuple[bytes, float], tuple[bytes, float]]:
        named = (("client", client, HOUR), ("number", number, DAY))
        first, second = (
            (hmac.digest(self._key, f"{what} {text}".encode(), hashlib.sha256), lasts) for what, text, lasts in named
        )
        return first, second

    def _count(self, name: bytes, now: float, lasts: float) -> int:
        count, at = self._wrong.get(name, (0, now))
        return count if now - at < lasts else 0
