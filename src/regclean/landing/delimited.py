"""Reading csv and its kin: delimiter, header and records, one physical line at a time.

Quoting is read strictly. Where a line cannot begin a well-formed record, that line alone is repaired or set aside, and
reading goes on with the next one, so that a stray quote does not swallow the rows after it.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import Any, NamedTuple

import polars as pl

from regclean.errors import InputError, counted
from regclean.landing.columns import ColumnPlan, Wanted, find_header
from regclean.landing.counting import BLANKS, LONGEST_RECORD, self_contained
from regclean.landing.report import ROW, Batch, Rejected

# The usual ones first: a rarer one must find more of the wanted header to be chosen.
USUAL = (",", ";", "\t", "|")
DELIMITERS = (*USUAL, "^", "~", ":", "\x1f", " ")
HEAD_LINES = 200
BATCH_ROWS = 10_000
PLAIN_LINES = 100_000
PLAIN_CHARACTERS = 1 << 22
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`skip_space`: blanks between a delimiter and an opening quote do not belong to the value."""

    delimiter: str
    skip_space: bool = False


class Record(NamedTuple):
    """One record: the line it starts and ends at, and its fields, or why there are none and the raw text."""

    line: int
    last_line: int
    fields: list[str]
    why: str | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a delimited file is laid out: its dialect, its first records, and which of them is the header."""

    dialect: Dialect
    head: tuple[Record, ...]
    header_at: int

    @property
    def header(self) -> Record:
        return self.head[self.header_at]


class _RecordTooLongError(Exception):
    """A quote that was never closed."""


class _Lines:
    """The physical lines, which remembers those of the current record and can give them again."""

    def __init__(self, source: Iterable[str], skipped: int) -> None:
        self._source = iter(source)
        self._again: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self.number = skipped

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self.number += 1
        self._taken.append(line)
        self._size += len(line)
        if self._size > LONGEST_RECORD:
            raise _RecordTooLongError
        return line

    def begin(self) -> int:
        """Forget the last record; returns the line at which the next one starts."""
        self._taken.clear()
        self._size = 0
        return self.number + 1

    def keep_first(self) -> str:
        """Take the first line of the current record as all of it, and give the others again."""
        first, *rest = self._taken
        self._again.extendleft(reversed(rest))
        self.number -= len(rest)
        return first


def read_records(lines: Iterable[str], dialect: Dialect, *, skipped: int = 0) -> Iterator[Record]:
    """The records of a file, blank ones left out; those that cannot be read carry `why` and their text.

    `skipped`: how many lines the caller has passed over, so that line numbers are those of the file.
    """
    source = _Lines(lines, skipped)
    reader = csv.reader(source, delimiter=dialect.delimiter, skipinitialspace=dialect.skip_space, strict=True)
    repair = _repairer(dialect)
    while True:
        start = source.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (csv.Error, _RecordTooLongError):
            first = source.keep_first()
            repaired = repair(first)
            if repaired is None and not first.replace(dialect.delimiter, "").strip():
                continue
            if repaired is None:
                why = "longer than any record can be" if len(first) > LONGEST_RECORD else "a quote without its pair"
                yield Record(start, start, [], why, first)
            else:
                yield Record(start, start, repaired)
            continue
        if "".join(fields).strip():
            yield Record(start, source.number, fields)


def _repairer(dialect: Dialect) -> Callable[[str], list[str] | None]:
    """Reads one line with blanks around quoted fields or with backslash-escaped quotes, or says None."""
    d = re.escape(dialect.delimiter)
    field = re.compile(rf'[ ]*"([^"\\]*(?:(?:\\.|"")[^"\\]*)*)"[ ]*(?={d}|\Z)|([^{d}"][^{d}]*+)?(?={d}|\Z)')
    escaped = re.compile(r'\\(["\\])|"(")')

    def repair(line: str) -> list[str] | None:
        line = line.rstrip("\r\n")
        if len(line) > LONGEST_RECORD:
            return None
        fields, at = [], 0
        while True:
            match = field.match(line, at)
            if match is None:
                return None
            quoted = match.group(1)
            value = escaped.sub(r"\1\2", quoted) if quoted is not None else match.group(2) or ""
            fields.append(value)
            if match.end() == len(line):
                return fields if "".join(fields).strip() else None
            at = match.end() + 1

    return repair


def examine_layout(lines: Iterable[str], looked_for: Wanted, file: str) -> Layout:
    """Choose the delimiter under which the file's beginning has a header, or at least is a table.

    A rare delimiter is chosen only where no usual one makes a regular table, or where it makes a header of known names
    alone. Errors: InputError for a file without any content.
    """
    first = list(islice(lines, HEAD_LINES))
    told = SEPARATOR_LINE.fullmatch(first[0]) if first else None
    candidates = (told.group(1),) if told else DELIMITERS
    if told:
        first[0] = "\n"
    layouts = [layout for delimiter in candidates if (layout := _layout(first, delimiter, looked_for))]
    if not layouts or not any(letter.isalnum() for line in first for letter in line):
        raise InputError(
            "the file is empty.", file=file, remedy="Export it again, with the column names in the first row."
        )
    return max(layouts, key=lambda layout: _rank(layout, looked_for))


def _layout(first: list[str], delimiter: str, looked_for: Wanted) -> Layout | None:
    dialect = Dialect(delimiter, _pads_quotes(first, delimiter))
    head = tuple(read_records(first, dialect))
    if not head:
        return None
    return Layout(dialect, head, find_header([record.fields for record in head], looked_for))


def _pads_quotes(first: list[str], delimiter: str) -> bool:
    """Whether some field has blanks before its opening quote."""
    d = re.escape(delimiter)
    if delimiter == " ":
        return False
    field = re.compile(rf'(?:\A|{d})(?:"[^"]*+(?:""[^"]*+)*+"|( +")|[^{d}"][^{d}]*+)?')
    inside = False
    for line in first:
        # A line that goes on with a quoted field says nothing of what stands before a quote.
        if not inside and ' "' in line and any(match.group(1) for match in field.finditer(line)):
            return True
        inside ^= line.count('"') % 2 == 1
    return False


def _rank(layout: Layout, looked_for: Wanted) -> tuple[bool, bool, bool, bool, tuple[int, int], int]:
    """How well a delimiter explains a file: by a header that is recognised as a whole, then by rows of one width."""
    usual = layout.dialect.delimiter in USUAL
    recognised = looked_for.recognises(layout.header.fields)
    widths = Counter(len(record.fields) for record in layout.head)
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    regular = width > 1 and times * 10 >= len(layout.head) * 8
    score = looked_for.score(layout.header.fields) if recognised else (0, 0)
    whole = recognised and len(layout.header.fields) == score[1] > 1
    return usual and recognised, whole, usual and regular, recognised, score, times * (width - 1)


def read_lines(lines: Iterable[str], at: int, layout: Layout, plan: ColumnPlan) -> Iterator[Batch]:
    """The rows of lines before which `at` others stand, as batches of text columns.

    Most lines are plain: no quote, as many fields as the header. They are split many at a time, the others one record
    at a time. From a quote on whose record may go on over further lines, everything is.
    """
    source = iter(lines)
    some: list[str] = []
    if len(plan.header) > 1 and layout.dialect.delimiter in DELIMITERS:
        while some := _some_lines(source):
            if not each_whole(some, layout.dialect):
                break
            yield mixed_batch(some, at, layout.dialect, plan)
            at += len(some)
    records = read_records(chain(some, source), layout.dialect, skipped=at)
    while read := list(islice(records, BATCH_ROWS)):
        yield batch_of(read, layout.dialect, plan)


def each_whole(lines: Iterable[str], dialect: Dialect) -> bool:
    """Does no quote on these lines reach over to the next one?"""
    whole = self_contained(dialect.delimiter, skip_space=dialect.skip_space)
    return all(whole(line) for line in lines if '"' in line)


def _some_lines(source: Iterator[str]) -> list[str]:
    """The next lines: many short ones, or a few long ones."""
    lines: list[str] = []
    size = 0
    while size < PLAIN_CHARACTERS and len(lines) < PLAIN_LINES and (more := list(islice(source, BATCH_ROWS // 10))):
        lines += more
        size += sum(map(len, more))
    return lines


def mixed_batch(lines: list[str], skipped: int, dialect: Dialect, plan: ColumnPlan) -> Batch:
    """Lines each of which is a record: the plain ones split at once, the others read as what they are."""
    delimiters = len(plan.header) - 1
    delimiter, blank = dialect.delimiter, dialect.delimiter + BLANKS
    plain: list[str] = []
    numbers: list[int] = []
    others: list[Record] = []
    for number, line in enumerate(lines, skipped + 1):
        if (
            line.count(delimiter) == delimiters
            and '"' not in line
            and line.lstrip(blank)
            and len(line) < LONGEST_RECORD
        ):
            plain.append(line)
            numbers.append(number)
        else:
            others.extend(read_records([line], dialect, skipped=number - 1))
    fields = _split(plain, delimiter, plan)
    rows = pl.DataFrame({ROW: numbers}, schema={ROW: pl.Int64}).hstack(fields)
    odd = batch_of(others, dialect, plan)
    return Batch(pl.concat([rows, odd.frame]).sort(ROW) if odd.frame.height else rows, odd.rejected)


def _split(lines: list[str], delimiter: str, plan: ColumnPlan) -> pl.DataFrame:
    """The used fields of lines without quotes."""
    names = [str(at) for at in plan.used]
    if not lines:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    header = delimiter.join(str(at) for at in range(len(plan.header))) + "\n"
    text = "".join([header, *lines]).replace("\r\n", "\n").replace("\r", "\n")
    frame = pl.read_csv(
        text.encode(),
        columns=names,
        separator=delimiter,
        quote_char=None,
        infer_schema=False,
        empty_string_is_null=False,
    ).select(names)
    if frame.height != len(lines):
        raise AssertionError(f"{len(lines)} plain lines gave {frame.height} rows")
    return frame


def batch_of(records: list[Record], dialect: Dialect, plan: ColumnPlan) -> Batch:
    width, full = plan.width, len(plan.header)
    lines: list[int] = []
    rows: list[list[str]] = []
    rejected: list[Rejected] = []
    broken = _broken(records, plan)
    for record in records:
        fields = record.fields
        if record.why is not None:
            rejected.append(Rejected(record.line, record.why, record.raw))
        elif len(fields) == full:
            lines.append(record.line)
            rows.append(fields)
        elif record.line in broken or any(field.strip() for field in fields[full:]):
            why = f"{counted(len(fields), 'field')} where the header has {width}"
            rejected.append(Rejected(record.line, why, as_line(fields, dialect.delimiter)))
        else:
            lines.append(record.line)
            rows.append((fields + [""] * (full - len(fields)))[:full])
    columns = list(zip(*rows, strict=True)) or [()] * full
    data: dict[str, Any] = {str(at): columns[at] for at in plan.used}
    frame = pl.DataFrame({ROW: lines} | data, schema={ROW: pl.Int64} | dict.fromkeys(data, pl.String))
    return Batch(frame, tuple(rejected))


def _broken(records: list[Record], plan: ColumnPlan) -> frozenset[int]:
    """Lines of short records that are halves of a broken one, not rows whose last fields are empty."""
    short = [record for record in records if record.why is None and len(record.fields) < plan.width]
    halves = {record.line for record in short if not plan.ends_early(record.fields)}
    for before, record in pairwise(short):
        joined = len(before.fields) + len(record.fields) - 1 in {plan.width, len(plan.header)}
        if record.line in halves and joined and record.line == before.last_line + 1:
            halves.add(before.line)
    return frozenset(halves)


def as_line(fields: Iterable[str | None], delimiter: str) -> str:
    """Fields as one csv record, for the quarantine."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(field or "" for field in fields)
    return text.getvalue()
