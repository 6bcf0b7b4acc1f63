"""The rows of delimited text, block by block: what is plain at once, what is odd by lines.

Invariant: the rows, and what is rejected, are those that the reader of lines gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from regclean.landing.blocks import Blocks, lines_of, with_line_feeds, without_quotes
from regclean.landing.columns import ColumnPlan
from regclean.landing.counting import LONGEST_RECORD, blank_lines
from regclean.landing.delimited import (
    DELIMITERS,
    PLAIN_CHARACTERS,
    Dialect,
    Layout,
    batch_of,
    each_whole,
    mixed_batch,
    read_lines,
    read_records,
)
from regclean.landing.report import ROW, Batch


def read_batches(text: Blocks, layout: Layout, plan: ColumnPlan) -> Iterator[Batch]:
    """The rows below the header, `text`, as batches of text columns.

    Plain blocks are read at once, the odd ones between them by lines. From a quote on whose record may go on over further
    lines, or where the text has no blocks, everything is as `read_lines` has it.
    """
    at = layout.header.last_line
    plain_rows: list[pl.DataFrame] = []
    plain_characters = 0
    odd: list[str] = []
    if len(plan.header) > 1 and layout.dialect.delimiter in DELIMITERS:
        blank = blank_lines(layout.dialect.delimiter)
        while sum(map(len, odd)) < PLAIN_CHARACTERS and (block := text.take()) is not None:
            rows = _plain_rows(block, blank, layout.dialect, plan)
            if plain_rows and (rows is None or plain_characters >= PLAIN_CHARACTERS):
                yield Batch(pl.concat(plain_rows))
                plain_rows.clear()
                plain_characters = 0
            if rows is None:
                odd.append(block)
                continue
            if odd:
                lines = list(lines_of("".join(odd)))
                if not each_whole(lines, layout.dialect):
                    odd.append(block)
                    break
                yield mixed_batch(lines, at, layout.dialect, plan)
                at += len(lines)
                odd.clear()
            plain_rows.append(rows.with_columns(pl.col(ROW) + at))
            plain_characters += len(block)
            at += rows.height
        if plain_rows:
            yield Batch(pl.concat(plain_rows))
    yield from read_lines(text.lines(at, *odd), at, layout, plan)


def _plain_rows(block: str, blank: re.Pattern[str], dialect: Dialect, plan: ColumnPlan) -> pl.DataFrame | None:
    """The rows, numbered from 1, of a block each line of which is a record as wide as the header; None where one may not be."""
    lines = with_line_feeds(block)
    if lines is None:
        return None
    rest, quoted = without_quotes(lines)
    count, width = rest.count("\n"), len(plan.header)
    regular = rest.count(dialect.delimiter) == count * (width - 1) and not blank.search("\n" + rest)
    if not regular or len(quoted) > count or _longest_line(rest) >= LONGEST_RECORD:
        return None
    records = [record for number, line in quoted for record in read_records([line], dialect, skipped=number - 1)]
    whole = each_whole((line for _, line in quoted), dialect)
    if not whole or [len(record.fields) for record in records] != [width] * len(quoted):
        return None
    header = dialect.delimiter.join(str(at) for at in range(width))
    try:
        # Every column is read, for only then is a line with too many fields told.
        frame = pl.read_csv(
            f"{header}\n{rest}".encode(),
            separator=dialect.delimiter,
            quote_char=None,
            infer_schema=False,
            empty_string_is_null=False,
        )
    except pl.exceptions.ComputeError:
        return None
    if frame.height != count:
        return None
    used = [str(at) for at in plan.used]
    numbers = pl.int_range(1, 1 + count + len(quoted), dtype=pl.Int64, eager=True).alias(ROW)
    if not quoted:
        return frame.select(numbers, *used)
    apart = [number for number, _ in quoted]
    rows = frame.select(numbers.filter(~numbers.is_in(apart)), *used)
    return pl.concat([rows, batch_of(records, dialect, plan).frame]).sort(ROW)


def _longest_line(lines: str) -> int:
    """How long a line may be at most: of a text without long ones a bound, found in few steps."""
    begun, longest = 0, 0
    while begun < len(lines):
        end = lines.rfind("\n", begun, begun + LONGEST_RECORD)
        if end < begun:
            following = lines.find("\n", begun)
            end = len(lines) if following < 0 else following
            longest = max(longest, end - begun)
        begun = end + 1
    return longest
