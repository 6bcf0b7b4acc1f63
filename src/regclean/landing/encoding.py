"""The bytes of a text file: their digest and their encoding.

A byte order mark decides; else UTF-16 shows by its null bytes; else strict UTF-8; else Windows-1252, whose five
undefined bytes are read as the control characters that ISO-8859-1 has there.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 20
_SAMPLE = 1 << 16
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file that was read through once."""

    path: Path
    sha256: str
    encoding: str
    has_nulls: bool

    @contextmanager
    def lines(self) -> Iterator[Iterator[str]]:
        """The physical lines with their ends (CR, LF or CRLF), decoded; null characters are left out."""
        errors = "replace"
        if self.encoding == "windows-1252":
            codecs.register_error("regclean.undefined", _as_control_character)
            errors = "regclean.undefined"
        with self.path.open(encoding=self.encoding, errors=errors, newline="") as handle:
            yield (line.replace("\0", "") for line in handle) if self.has_nulls else iter(handle)


def _as_control_character(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


def sha256(path: Path) -> str:
    """The digest of a file's bytes, streamed."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def examine(path: Path) -> TextFile:
    """Read a file through once: digest, encoding, null characters."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_nulls, sample = True, False, b""
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
            sample = sample or block[:_SAMPLE]
            has_nulls = has_nulls or b"\0" in block
            is_utf8 = is_utf8 and _decodes(decoder, block, final=False)
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    encoding = _marked(sample) or _utf16_by_nulls(sample) or ("utf-8" if is_utf8 else "windows-1252")
    return TextFile(path, digest.hexdigest(), encoding, has_nulls)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _marked(sample: bytes) -> str | None:
    return next((name for mark, name in _BYTE_ORDER_MARKS if sample.startswith(mark)), None)


def _utf16_by_nulls(sample: bytes) -> str | None:
    """European text in UTF-16 has a null in every second byte, nearly always, and in the others nearly never."""
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = sample[0::2].count(0) / pairs, sample[1::2].count(0) / pairs
    if odd > 0.5 and even < 0.1:
        return "utf-16-le"
    if even > 0.5 and odd < 0.1:
        return "utf-16-be"
    return None
