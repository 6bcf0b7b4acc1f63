"""The bytes of a text file: their digest and their encoding.

A byte order mark decides; else UTF-16 shows by its null bytes; else strict UTF-8; else one of the old alphabets of DOS
and the Macintosh, where every letter beyond ASCII that the file has is a Finnish one there and none is in Windows-1252; else
Windows-1252, whose five undefined bytes are read as the control characters that ISO-8859-1 has there.
"""

from __future__ import annotations

import codecs
import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from regclean.errors import InputError
from regclean.landing.blocks import Blocks

_BLOCK = 1 << 20
LONGEST_LINE = 1 << 24
_ASCII = bytes(range(128))
_OLD_ALPHABETS = ("cp850", "mac-roman")
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
    file: str
    sha256: str
    encoding: str
    has_nulls: bool

    @contextmanager
    def lines(self) -> Iterator[Iterator[str]]:
        """The physical lines with their ends (CR, LF or CRLF), decoded; null characters are left out."""
        with self._opened() as handle:
            yield self._by_line(handle)

    @contextmanager
    def below(self, number: int) -> Iterator[Blocks]:
        """The text below so many lines, as `lines` has it."""
        with self._opened() as handle:
            for _ in islice(self._by_line(handle), number):
                pass
            yield Blocks(handle, self._by_line, whole=not self.has_nulls)

    @contextmanager
    def _opened(self) -> Iterator[TextIO]:
        errors = "replace"
        if self.encoding == "windows-1252":
            codecs.register_error("regclean.undefined", _as_control_character)
            errors = "regclean.undefined"
        with self.path.open(encoding=self.encoding, errors=errors, newline="") as handle:
            yield handle

    def _by_line(self, handle: TextIO, number: int = 0) -> Iterator[str]:
        lines = self._bounded(handle, number)
        return (line.replace("\0", "") for line in lines) if self.has_nulls else lines

    def _bounded(self, handle: TextIO, number: int) -> Iterator[str]:
        while line := handle.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
                raise InputError(
                    "the line is longer than any row can be.",
                    file=self.file,
                    row=number,
                    remedy="The file is damaged, or no table: export it again.",
                )
            yield line


def _as_control_character(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


def sha256(path: Path) -> str:
    """The digest of a file's bytes, streamed."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def examine(path: Path, file: str = "") -> TextFile:
    """Read a file through once: digest, encoding, null characters."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, has_nulls, sample = True, False, b""
    high: Counter[int] = Counter()
    with path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            digest.update(block)
            sample = sample or block[:_SAMPLE]
            has_nulls = has_nulls or b"\0" in block
            is_utf8 = is_utf8 and _decodes(decoder, block, final=False)
            if not is_utf8:
                high.update(block.translate(None, _ASCII))
    is_utf8 = is_utf8 and _decodes(decoder, b"", final=True)
    encoding = _marked(sample) or _utf16_by_nulls(sample) or ("utf-8" if is_utf8 else _eight_bit(high))
    return TextFile(path, file or path.name, digest.hexdigest(), encoding, has_nulls)


def _eight_bit(high: Counter[int]) -> str:
    """The alphabet of a text with these bytes beyond ASCII."""
    for encoding in _OLD_ALPHABETS:
        letters = frozenset("åäöÅÄÖéüÉÜ".encode(encoding))
        # Both umlauts that every Finnish text has; quotation marks and dashes of Windows-1252 are other bytes, or rare.
        if letters.issuperset(high) and all(high["äö".encode(encoding)[at]] for at in range(2)):
            return encoding
    return "windows-1252"


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
