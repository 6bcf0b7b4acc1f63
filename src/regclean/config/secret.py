"""The workspace's key: national ids are matched as keyed hashes, so that a copied warehouse reveals none."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from regclean.config.identity import remembered
from regclean.errors import ConfigError, UsageError
from regclean.resources import write_whole

VARIABLE = "REGCLEAN_SECRET"  # the variable's name, not its value
NEXT = "REGCLEAN_NEW_SECRET"  # as above
KEY_BYTES = 32


def workspace_key(var: Path) -> bytes:
    """The 32-byte key of a workspace: from the environment, else `var/secret.key`, made when there was none ever.

    Errors: ConfigError when the workspace had another one: its ids would all change, and its seals never open again.
    """
    known = remembered(var)
    key = present_key(var)
    if key is None and known is None:
        return _new_key(var)
    if key is None or (known is not None and fingerprint(key) != known.key):
        raise another_key(var, missing=key is None)
    return key


def another_key(var: Path, *, missing: bool) -> ConfigError:
    """What is said where the key of a workspace is not there, or not its own."""
    return ConfigError(
        "the workspace's key is not there." if missing else "this is not the key that the workspace was made with.",
        file=var / "secret.key",
        remedy=f"Restore it from a backup, or set {VARIABLE} as before. Nothing was changed.",
    )


def fingerprint(key: bytes) -> str:
    """What tells one key from another, and nothing else of it."""
    return derived_key(key, "fingerprint").hex()[:32]


def present_key(var: Path) -> bytes | None:
    """The key as it is there now. Errors: ConfigError when its file holds none."""
    given = os.environ.get(VARIABLE)
    if given:
        return hashlib.sha256(given.encode()).digest()
    path = var / "secret.key"
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError("this file holds no key.", file=path, remedy="Restore it from a backup.")
    return key


def key_place(var: Path) -> str:
    """Where the key stands: the variable's name, or the file."""
    return VARIABLE if os.environ.get(VARIABLE) else str(var / "secret.key")


def fresh_key() -> tuple[bytes, bool]:
    """A new key for a workspace that has one, and whether it is kept in `var`. Errors: UsageError."""
    if not os.environ.get(VARIABLE):
        return secrets.token_bytes(KEY_BYTES), True
    given = os.environ.get(NEXT, "")
    if not given or given == os.environ[VARIABLE]:
        remedy = f"Set {NEXT} to a new long one, and {VARIABLE} to the same when it is done."
        raise UsageError(f"the key is in {VARIABLE}, and there is no new one.", remedy=remedy)
    return hashlib.sha256(given.encode()).digest(), False


def _new_key(var: Path) -> bytes:
    path = var / "secret.key"
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        write_whole(path, key.hex(), exclusive=True)
    except FileExistsError:  # of two processes that start at once, one makes the key and the other reads it
        return workspace_key(var)
    return key


def derived_key(key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose, so that no two uses of one key can be played against each other."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()
