"""How many records a file holds, counted without the reader that loads it.

Of text the grammar is RFC 4180 with any line end. A line that cannot begin a well-formed record is a record of its own (it
will be in quarantine), and counting goes on with the next line; so one stray quote costs one line, not the file.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterable
from xml.parsers import expat

from regclean.landing.blocks import Blocks, with_line_feeds, without_quotes

# A record of more characters than this is a quote that was never closed.
LONGEST_RECORD = 131_072
# What str.strip takes away.
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def count_records(lines: Iterable[str], delimiter: str, *, skip_space: bool) -> int:
    """Count the records of physical `lines` (with their ends). A record with nothing but empty fields is none."""
    complete, unfinished, blank = _grammar(delimiter, skip_space)
    source = iter(lines)
    again: deque[str] = deque()
    empty = delimiter + BLANKS
    count = 0
    while True:
        line = again.popleft() if again else next(source, None)
        if line is None:
            return count
        if '"' not in line:
            count += bool(line.lstrip(empty))
            continue
        taken = [line]
        record = line
        whole = len(line) <= LONGEST_RECORD and complete.fullmatch(line)
        while not whole and len(record) <= LONGEST_RECORD and unfinished.fullmatch(record):
            following = again.popleft() if again else next(source, None)
            if following is None:
                break
            taken.append(following)
            record += following
            whole = len(record) <= LONGEST_RECORD and complete.fullmatch(record)
        if whole:
            count += not blank.fullmatch(record)
        else:
            count += 1
            again.extendleft(reversed(taken[1:]))


def count_below(text: Blocks, delimiter: str, *, skip_space: bool) -> int:
    """Count the records of a text, as `count_records` does: of lines without quotes by their ends, less the blank ones."""
    blank, whole = blank_lines(delimiter), self_contained(delimiter, skip_space=skip_space)
    count = 0
    while (block := text.take()) is not None:
        lines = with_line_feeds(block)
        rest, quoted = without_quotes(lines) if lines else ("", [])
        if lines is None or not all(whole(line) for _, line in quoted):
            return count + count_records(text.lines(0, block), delimiter, skip_space=skip_space)
        count += rest.count("\n") - sum(1 for _ in blank.finditer("\n" + rest))
        count += count_records((line for _, line in quoted), delimiter, skip_space=skip_space)
    return count + count_records(text.lines(0), delimiter, skip_space=skip_space)


def blank_lines(delimiter: str) -> re.Pattern[str]:
    """Finds, in lines with LF and one before them, the line ends behind which a line has nothing but empty fields."""
    empty = re.escape(delimiter + BLANKS.replace("\n", ""))
    return re.compile(rf"\n[{empty}]*+(?=\n)")


def self_contained(delimiter: str, *, skip_space: bool) -> Callable[[str], object]:
    """Tells whether a physical line is one well-formed record, so that nothing on it reaches over to the next."""
    complete, _, _ = _grammar(delimiter, skip_space)
    return lambda line: len(line) <= LONGEST_RECORD and complete.fullmatch(line)


def _grammar(delimiter: str, skip_space: bool) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    d = re.escape(delimiter)
    lead = " *+" if skip_space else ""
    inside = r'[^"]*+(?:""[^"]*+)*+'
    field = rf'{lead}(?:"{inside}"|[^{d}"\r\n][^{d}\r\n]*+)?'
    blank = rf'{lead}(?:"\s*+"|[^\S{d}]*+)'
    end = r"(?:\r\n|\r|\n)?"
    # No possessive repetition of a group with alternatives: Python before 3.11.5 leaves what it tried in them behind, and later
    # matches go wrong by it (gh-106052). Fields end where the delimiter is, so a greedy one finds the same.
    return (
        re.compile(rf"(?:{field}{d})*{field}{end}"),
        re.compile(rf'(?:{field}{d})*{lead}"{inside}'),
        re.compile(rf"(?:{blank}{d})*{blank}{end}"),
    )


def count_sheet_rows(pieces: Iterable[str], below: int, blank_strings: Collection[int]) -> int:
    """Count the row elements of a sheet's XML, after the row `below`, in which a cell holds more than blanks.

    `blank_strings`: numbers of the shared strings that hold nothing else.
    """
    count = number = 0
    filled = in_value = shared = False

    def end_row() -> None:
        nonlocal count
        count += filled and number > below

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal number, filled, in_value, shared
        local = name[name.find(":") + 1 :]
        in_value = local in {"v", "t"}
        if local == "c":
            shared = attributes.get("t") == "s"
        elif local == "row":
            end_row()
            filled, number = False, int(attributes["r"]) if "r" in attributes else number + 1

    def end(name: str) -> None:
        nonlocal in_value
        in_value = False

    def text(data: str) -> None:
        nonlocal filled
        if in_value and not filled and data.strip():
            filled = not (shared and blank_strings and int(data) in blank_strings)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    for piece in pieces:
        parser.Parse(piece, False)
    end_row()
    return count
