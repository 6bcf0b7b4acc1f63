"""The workspace's key: national ids are matched as keyed hashes, so that a copied warehouse reveals none."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

VARIABLE = "REGCLEAN_SECRET"  # the variable's name, not its value


def workspace_key(var: Path) -> bytes:
    """The 32-byte key of a workspace: from the environment, else `var/secret.key`, made at the first night."""
    given = os.environ.get(VARIABLE)
    if given:
        return hashlib.sha256(given.encode()).digest()
    path = var / "secret.key"
    try:
        return bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        pass
    var.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(32)
    # O_EXCL: of two processes that start at once, one makes the key and the other reads it.
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return workspace_key(var)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.hex())
    return key


def derived_key(key: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose, so that no two uses of one key can be played against each other."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()
