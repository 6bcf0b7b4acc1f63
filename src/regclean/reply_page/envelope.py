"""Sealed questions and sealed answers: what lies in the folder between the reply page and the inside.

Invariant: a question opens with one of its two codes and nothing else; an answer opens with the private key of the inside
alone, and counts there only with the code of its question. Whoever holds the folder, the host of the page included, can read
neither and forge none.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import b32encode, b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
# No letter that is read as another: 32 of them, five bits each (Crockford).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_LIKE = str.maketrans("OIL", "011")
NUMBER, TYPED, LINK = 8, 12, 26  # characters: 40 bits that name a question, 60 and 130 that open it
# A guess at a typed code costs 16 MB and some 50 ms; a link's code is beyond guessing and needs no stretching.
SCRYPT = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**26}


@dataclass(frozen=True, slots=True)
class Codes:
    """What a letter carries: `number` names the question, `typed` opens it from paper, `link` from a link."""

    number: str
    typed: str
    link: str

    @classmethod
    def derived(cls, key: bytes, what: str) -> Codes:
        """The codes of one issue of one question: they follow from the key of the inside, so that nobody keeps them."""
        stream = hashlib.shake_256(hmac.digest(key, what.encode(), "sha512")).digest(40)
        text = b32encode(stream).decode().translate(str.maketrans(_BASE32, ALPHABET))
        return cls(text[:NUMBER], text[NUMBER : NUMBER + TYPED], text[NUMBER + TYPED : NUMBER + TYPED + LINK])


def plain(code: str, length: int) -> str:
    """A code as it was typed, in its own letters; "" where it cannot be one."""
    bare = "".join(one for one in code.upper().translate(_LIKE) if one not in " -\u00a0\u2013")
    return bare if len(bare) == length and set(bare) <= set(ALPHABET) else ""


def grouped(code: str) -> str:
    """A code as it is printed: in fours."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def seal_question(codes: Codes, question: Mapping[str, Any], public: bytes, expires: str) -> bytes:
    """A file for the reply page. `public`: the key that answers are sealed to; `expires`: the last day, ISO."""
    content, salt = os.urandom(32), os.urandom(16)
    head = {"v": VERSION, "number": codes.number, "expires": expires, "salt": _text(salt)}
    bound = _bound(head)
    inner = json.dumps({"question": question, "link": codes.link, "public": _text(public)}, ensure_ascii=False)
    return json.dumps(
        head
        | {
            "by_link": _text(_close(_link_key(codes.link, codes.number), content, bound)),
            "by_typed": _text(_close(_stretched(codes.typed, salt), content, bound)),
            "sealed": _text(_close(content, inner.encode(), bound)),
        }
    ).encode()


@dataclass(frozen=True, slots=True)
class Opened:
    """A question that its code has opened. `link`: with it the page goes on, whichever code it was."""

    number: str
    expires: str
    link: str
    public: bytes
    question: Mapping[str, Any]


def open_question(file: bytes | None, number: str, *, link: str = "", typed: str = "") -> Opened | None:
    """The question that a code opens; None with a wrong code, and without a file, which costs as much time."""
    try:
        sealed = json.loads(file) if file else None
        head = {name: sealed[name] for name in ("v", "number", "expires", "salt")} if sealed else {}
        salt = b64decode(head["salt"]) if sealed else hashlib.sha256(number.encode()).digest()[:16]
        key = _link_key(link, number) if link else _stretched(typed, salt)
        if sealed is None or head["number"] != number:
            return None
        content = _open(key, b64decode(sealed["by_link" if link else "by_typed"]), _bound(head))
        inner = json.loads(_open(content, b64decode(sealed["sealed"]), _bound(head)))
    except (InvalidTag, ValueError, KeyError, TypeError):
        return None
    return Opened(number, head["expires"], inner["link"], b64decode(inner["public"]), inner["question"])


def seal_answer(opened: Opened, answer: Mapping[str, Any]) -> bytes:
    """A file for the inside."""
    passing = X25519PrivateKey.generate()
    sent = passing.public_key().public_bytes_raw()
    shared = passing.exchange(X25519PublicKey.from_public_bytes(opened.public))
    inner = json.dumps({"link": opened.link, "answer": answer}, ensure_ascii=False)
    head = {"v": VERSION, "number": opened.number, "passing": _text(sent)}
    sealed = _close(_derived(shared, sent + opened.public, "answer"), inner.encode(), _bound(head))
    return json.dumps(head | {"sealed": _text(sealed)}).encode()


def open_answer(file: bytes, private: bytes, codes: Mapping[str, Codes]) -> tuple[str, Mapping[str, Any]] | None:
    """The number of a question and its answer; None of what was not sealed by somebody who had its code.

    `private`: 32 bytes; `codes`: of the questions that are open, by number.
    """
    try:
        sealed = json.loads(file)
        head = {name: sealed[name] for name in ("v", "number", "passing")}
        own = X25519PrivateKey.from_private_bytes(private)
        sent, public = b64decode(head["passing"]), own.public_key().public_bytes_raw()
        shared = own.exchange(X25519PublicKey.from_public_bytes(sent))
        inner = json.loads(_open(_derived(shared, sent + public, "answer"), b64decode(sealed["sealed"]), _bound(head)))
        known = codes.get(head["number"])
        if known is None or not hmac.compare_digest(str(inner["link"]).encode(), known.link.encode()):
            return None
        answer = inner["answer"]
    except (InvalidTag, ValueError, KeyError, TypeError):
        return None
    return (known.number, answer) if isinstance(answer, dict) else None


def seal_kept(opened: Opened, kept: Mapping[str, Any]) -> bytes:
    """What the page keeps of a question between two visits (a draft, the receipt): its code alone opens it."""
    return _close(_link_key(opened.link, f"kept {opened.number}"), json.dumps(kept).encode(), b"kept")


def open_kept(file: bytes, opened: Opened) -> dict[str, Any]:
    """Errors: ValueError when it is not what was kept."""
    try:
        kept = json.loads(_open(_link_key(opened.link, f"kept {opened.number}"), file, b"kept"))
    except InvalidTag as error:
        raise ValueError("not what was kept") from error
    return dict(kept)


def public_of(private: bytes) -> bytes:
    """The public key of a private one, both 32 bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _link_key(link: str, what: str) -> bytes:
    return _derived(link.encode(), what.encode(), "link")


def _stretched(typed: str, salt: bytes) -> bytes:
    return hashlib.scrypt(typed.encode(), salt=salt, dklen=32, **SCRYPT)


def _derived(secret: bytes, salt: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, f"regclean reply page, {purpose}".encode()).derive(secret)


def _close(key: bytes, content: bytes, bound: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, content, bound)


def _open(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    return ChaCha20Poly1305(key).decrypt(sealed[:12], sealed[12:], bound)


def _bound(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True).encode()


def _text(value: bytes) -> str:
    return b64encode(value).decode()
