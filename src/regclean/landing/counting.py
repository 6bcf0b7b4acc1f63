"""How many records a delimited file holds, counted without the reader that loads it.

The grammar is RFC 4180 with any line end. A line that cannot begin a well-formed record is a record of its own (it
will be in quarantine), and counting goes on with the next line; so one stray quote costs one line, not the file.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable

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


def self_contained(delimiter: str, *, skip_space: bool) -> Callable[[str], object]:
    """Tells whether a physical line is one well-formed record, so that nothing on it reaches over to the next."""
    complete, _, _ = _grammar(delimiter, skip_space)
    return lambda line: len(line) <= LONGEST_RECORD and complete.fullmatch(line)


def _grammar(delimiter: str, skip_space: bool) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    d = re.escape(delimiter)
    lead = " *+" if skip_space else ""
    inside = r'[^"]*+(?:""[^"]*+)*+'
    field = rf'{lead}(?:"{inside}"|[^{d}"\r\n][^{d}\r\n]*+)?'
    blank = rf'{lead}(?:"\s*+"|(?:(?!{d})\s)*+)'
    end = r"(?:\r\n|\r|\n)?"
    return (
        re.compile(rf"(?:{field}{d})*+{field}{end}"),
        re.compile(rf'(?:{field}{d})*+{lead}"{inside}'),
        re.compile(rf"(?:{blank}{d})*+{blank}{end}"),
    )
