"""The folder between the reply page and the inside: `questions/` come in, `answers/` go out, `kept/` stays with the page.

Invariant: a file is put in its place as a whole, under a name that was made of a checked number: nothing that a visitor
sends becomes a path.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regclean.reply_page.envelope import NUMBER, plain
from regclean.resources import write_whole

LARGEST = 256 * 1024  # bytes of an answer's file; a larger one is not read


@dataclass(frozen=True, slots=True)
class Folder:
    """The exchange folder; its three folders are made when they are written to."""

    root: Path

    def question(self, number: str) -> bytes | None:
        return _read(self.root / "questions" / f"{_checked(number)}.question")

    def put_question(self, number: str, file: bytes) -> None:
        self._put("questions", f"{_checked(number)}.question", file)

    def withdraw(self, number: str) -> None:
        """Take a question away, and what was kept with it."""
        (self.root / "questions" / f"{_checked(number)}.question").unlink(missing_ok=True)
        (self.root / "kept" / f"{_checked(number)}.kept").unlink(missing_ok=True)

    def put_answer(self, number: str, file: bytes) -> None:
        self._put("answers", f"{_checked(number)}-{secrets.token_hex(8)}.answer", file)

    def answers(self) -> Iterator[tuple[Path, bytes]]:
        """The answers' files, the oldest first, without those that `not_read` names."""
        left = {path for path, _ in self.not_read()}
        found = [path for path in (self.root / "answers").glob("*.answer") if path.is_file() and path not in left]
        for path in sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name)):
            yield path, path.read_bytes()

    def not_read(self) -> Iterator[tuple[Path, str]]:
        """What lies among the answers and is not read, with why; not what is still being written."""
        for path in sorted(path for path in (self.root / "answers").glob("[!.]*") if path.is_file()):
            if path.suffix != ".answer":
                yield path, "not an answer of the reply page"
            elif path.stat().st_size > LARGEST:
                yield path, f"too large: an answer of the reply page has no more than {LARGEST // 1024} kB"

    def kept(self, number: str) -> bytes | None:
        return _read(self.root / "kept" / f"{_checked(number)}.kept")

    def keep(self, number: str, file: bytes) -> None:
        self._put("kept", f"{_checked(number)}.kept", file)

    def sweep(self, today: str) -> int:
        """Take away what has expired; returns how many questions."""
        gone = 0
        for path in (self.root / "questions").glob("*.question"):
            try:
                expired = json.loads(path.read_bytes())["expires"] < today
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if expired and (number := plain(path.stem, NUMBER)):
                self.withdraw(number)
                gone += 1
        return gone

    def _put(self, where: str, name: str, file: bytes) -> None:
        folder = self.root / where
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(folder / name, file)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _checked(number: str) -> str:
    if plain(number, NUMBER) != number:
        raise ValueError("not the number of a question")
    return number
