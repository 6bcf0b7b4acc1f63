"""The workspace's key, sealed under a passphrase in a file of its own, to be kept apart from the backups that it opens."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from regclean.config import fingerprint
from regclean.errors import InputError, UsageError
from regclean.resources import write_whole

SHORTEST = 12  # characters
COST = {"n": 2**16, "r": 8, "p": 1}  # of scrypt: 64 MB and a fraction of a second for each guess


def keep_key(key: bytes, passphrase: str, path: Path) -> None:
    """Write the key to `path`, which must not be there yet. Errors: UsageError."""
    if len(passphrase) < SHORTEST:
        raise UsageError(f"a passphrase has {SHORTEST} characters or more.")
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derived(passphrase, salt, COST)).encrypt(nonce, key, fingerprint(key).encode())
    told = {"format": 1, "key": fingerprint(key), "scrypt": COST | {"salt": salt.hex()}, "nonce": nonce.hex()}
    try:
        write_whole(path, json.dumps(told | {"sealed": sealed.hex()}, indent=1) + "\n", exclusive=True)
    except FileExistsError:
        remedy = "Name another file; once the key is kept, backups need no --key-to."
        raise UsageError("there is a file already.", file=path, remedy=remedy) from None
    except FileNotFoundError:
        raise UsageError("there is no such folder.", file=path.parent, remedy="Make it first.") from None


def kept_key(path: Path, passphrase: str) -> bytes:
    """The key in a file that `keep_key` wrote. Errors: InputError, also for another passphrase."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        cost = {name: int(told["scrypt"][name]) for name in COST}
        salt, nonce, sealed = (bytes.fromhex(text) for text in (told["scrypt"]["salt"], told["nonce"], told["sealed"]))
        if cost["n"] > 2**20 or cost["r"] > 16 or cost["p"] > 16:
            raise ValueError("it would take all memory")
        return AESGCM(_derived(passphrase, salt, cost)).decrypt(nonce, sealed, str(told["key"]).encode())
    except FileNotFoundError:
        raise InputError("there is no such file.", file=path) from None
    except InvalidTag:
        raise InputError("this is not its passphrase, or it is damaged.", file=path, remedy="Try again.") from None
    except (ValueError, TypeError, KeyError):
        raise InputError("this file holds no sealed key.", file=path, remedy="Name what --key-to wrote.") from None


def _derived(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost["n"], r=cost["r"], p=cost["p"]).derive(passphrase.encode())
