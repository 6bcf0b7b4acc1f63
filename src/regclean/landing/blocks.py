"""The text below a file's first lines: in blocks of whole lines while somebody takes those, then line by line.

Most lines of most files are plain: no quote, no line end of an old Macintosh. What is plain can be read, and counted, by
whole blocks; whoever finds a block odd gives it back, or goes on by lines.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TextIO

BLOCK = 1 << 20  # characters


class Blocks:
    """`by_line`: reads the lines of a handle that stands behind so many. `whole`: may it be read by blocks at all?"""

    def __init__(self, handle: TextIO, by_line: Callable[[TextIO, int], Iterator[str]], *, whole: bool) -> None:
        self._handle, self._by_line, self._whole = handle, by_line, whole
        self._begun = ""  # what was read of a line whose end was not

    def take(self) -> str | None:
        """The next block, of whole lines but at the file's end; None where it goes on by lines, or not at all."""
        read = self._handle.read(BLOCK) if self._whole else ""
        text = self._begun + read
        end = text.rfind("\n") + 1 if read else len(text)
        self._whole = self._whole and end > 0
        if not self._whole:
            end = 0
        self._begun = text[end:]
        return text[:end] or None

    def lines(self, number: int, *given_back: str) -> Iterator[str]:
        """All lines that were not taken, after those of the blocks that are given back; `number` lines stand before these."""
        begun, self._begun, self._whole = "".join(given_back) + self._begun, "", False
        waiting = ""
        for line in lines_of(begun):
            if waiting:
                yield waiting
                number += 1
            waiting = line
        following = self._by_line(
            self._handle, number if waiting and waiting[-1] not in "\r\n" else number + bool(waiting)
        )
        if not waiting.endswith("\n"):
            more = next(following, "")
            if waiting.endswith("\r") and more != "\n":
                yield waiting
                waiting = ""
            waiting += more
        if waiting:
            yield waiting
        yield from following


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text with their ends, as a file has them: CR, LF or CRLF."""
    return iter(io.StringIO(text, newline=""))


def with_line_feeds(block: str) -> str | None:
    """A block whose lines end in LF or CRLF, each with LF alone; None for any other."""
    returns = block.count("\r")
    if returns and returns != block.count("\r\n"):
        return None
    lines = block.replace("\r\n", "\n") if returns else block
    return lines if lines.endswith("\n") else lines + "\n"


def without_quotes(lines: str) -> tuple[str, list[tuple[int, str]]]:
    """Lines with LF, parted: those without a quote, and the others with their numbers, from 1."""
    rest: list[str] = []
    quoted: list[tuple[int, str]] = []
    begin = number = 0
    while (at := lines.find('"', begin)) >= 0:
        start = max(lines.rfind("\n", begin, at) + 1, begin)
        number += lines.count("\n", begin, start) + 1
        rest.append(lines[begin:start])
        begin = lines.index("\n", at) + 1
        quoted.append((number, lines[start:begin]))
    return "".join([*rest, lines[begin:]]), quoted
