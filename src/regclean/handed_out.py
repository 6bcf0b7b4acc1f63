"""Files that were written for somebody: where they stand, so that an erasure finds what they hold and a person learns of them.

The list stands in `var`. It names files and holds nothing of what is in them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from regclean.resources import write_whole

LIST = "handed-out.jsonl"  # of `var`
LARGEST = 200 * 2**20  # of a file that is looked through, packed or not
_CLOSED = (".pdf",)  # its text is drawn, not written


@dataclass(frozen=True, slots=True)
class HandedOut:
    """`path`: whole; `what`: the command that wrote it; `at`: when (ISO); `sha256`: as it was then."""

    path: str
    what: str
    at: str
    sha256: str

    @property
    def is_as_written(self) -> bool:
        try:
            return _digest(Path(self.path)) == self.sha256
        except OSError:
            return False


def note(var: Path, paths: Iterable[Path], what: str, now: datetime) -> None:
    """Remember files that were just written. A workspace whose `var` cannot be written to writes them all the same."""
    if not var.is_dir():
        return
    with suppress(OSError):
        lines = [
            HandedOut(str(path.resolve()), what, now.isoformat(timespec="seconds"), _digest(path)) for path in paths
        ]
        with os.fdopen(
            os.open(var / LIST, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8"
        ) as file:
            file.write("".join(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines))


def handed_out(var: Path) -> list[HandedOut]:
    """What was written for somebody, each file once, as it was written last. A line that is none is passed over."""
    found: dict[str, HandedOut] = {}
    with suppress(FileNotFoundError):
        for line in (var / LIST).read_text(encoding="utf-8").splitlines():
            with suppress(ValueError, TypeError):
                one = HandedOut(**json.loads(line))
                found[one.path] = one
    return list(found.values())


def forget(var: Path, paths: Collection[str]) -> None:
    """Take files off the list."""
    known = handed_out(var)
    if kept := [one for one in known if one.path not in paths]:
        if len(kept) < len(known):
            write_whole(var / LIST, "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in kept))
    else:
        (var / LIST).unlink(missing_ok=True)


def text_in(path: Path) -> bytes | None:
    """What a file says, unpacked; None of one that cannot be looked into. Errors: OSError."""
    if path.suffix.lower() in _CLOSED or path.stat().st_size > LARGEST:
        return None
    held = path.read_bytes()
    try:
        if held.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(held)) as packed:
                if sum(one.file_size for one in packed.infolist()) > LARGEST:
                    return None
                return b"\n".join(packed.read(one) for one in packed.infolist())
        if held.startswith(b"PAR1"):
            return pl.read_parquet(io.BytesIO(held)).write_ndjson().encode()
    # Damaged, cut short, packed in a way that zipfile does not know, behind a password, or no table after all.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, pl.exceptions.PolarsError):
        return None
    return held


def names(one: HandedOut, customer_no: str) -> bool:
    """Does a file that is there hold the customer's number, as a word?"""
    with suppress(OSError):
        text = (text_in(Path(one.path)) or b"").decode("utf-8", errors="ignore")
        return re.search(rf"(?<!\w){re.escape(customer_no)}(?!\w)", text) is not None
    return False


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
