"""What is read and counted by whole blocks is what the reader of lines says, whatever the bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regclean.errors import InputError
from regclean.landing import blocks, by_block
from regclean.landing.by_block import read_batches
from regclean.landing.columns import ColumnPlan
from regclean.landing.counting import count_below, count_records
from regclean.landing.delimited import Dialect, Layout, Record, read_lines
from regclean.landing.encoding import TextFile, examine
from regclean.landing.report import Batch

HEADER = "a;b;c"
LAYOUT = Layout(Dialect(";"), (Record(1, 1, ["a", "b", "c"]),), 0)
PLAN = ColumnPlan(("a", "b", "c"), {"x": (0,), "y": (2,)}, (1,), 3, {0: frozenset({"9"})})
# Quotes, lines too short and too long, blank ones, every line end and blank, nulls, byte order marks; most lines are plain.
_LINE = st.one_of(
    st.sampled_from(["1;2;3", "4;ä;6", "7;;", ";8;9"]),
    st.sampled_from(["1;2;3", "4;ä;6"]),
    st.sampled_from(
        ["", " ", ";;", "; ;\t", "1;2", "1;2;3;4", "1;2;3;", '1;"2";3', '1;"2;3', '"1\n2";3;4', '1;2"x;3', '1;\\"2";3', "\x00", "\x0b;\x0c;\x1c"]
    ),
    st.text(alphabet='a1;" \t\r\n\x00\ufeff\u2028', max_size=8),
)  # fmt: skip
_TEXT = st.lists(st.tuples(_LINE, st.sampled_from(["\n", "\n", "\r\n", "\r"])), max_size=30).map(
    lambda lines: "".join(line + end for line, end in lines)
)
_ENCODING = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "windows-1252"])


def read(text: TextFile) -> tuple[list[tuple[object, ...]], list[object], int]:
    with text.below(1) as below:
        batches = list(read_batches(below, LAYOUT, PLAN))
    with text.below(1) as below:
        counted = count_below(below, ";", skip_space=False)
    frames = [batch.frame for batch in batches]
    assert all(frame.schema == pl.Schema({"_row": pl.Int64, "0": pl.String, "1": pl.String, "2": pl.String}) for frame in frames)  # fmt: skip
    return [row for frame in frames for row in frame.rows()], [one for b in batches for one in b.rejected], counted


def read_by_lines(text: TextFile) -> tuple[list[tuple[object, ...]], list[object], int]:
    with text.lines() as lines:
        next(lines)
        batches = list(read_lines(lines, 1, LAYOUT, PLAN))
    with text.lines() as lines:
        next(lines)
        counted = count_records(lines, ";", skip_space=False)
    return [row for b in batches for row in b.frame.rows()], [one for b in batches for one in b.rejected], counted


@settings(max_examples=200, deadline=None)
@given(content=_TEXT, encoding=_ENCODING, size=st.sampled_from([8, 20, 64, 1000]), end=st.booleans())
@example(content='1;2;3\n4;"5\n', encoding="utf-8", size=8, end=True)
@example(content='1;"2;3\n4;5;6\n7;8";9\n', encoding="utf-8", size=8, end=True)
@example(content="1;2\n3;4;5\n6;7;8\n", encoding="utf-8", size=6, end=True)
@example(content="1;2;3;4\n5;6\n7;8;9\n", encoding="utf-8", size=100, end=True)
@example(content="1;2;3\r4;5;6\r\n7;8;9\r", encoding="utf-8", size=6, end=False)
@example(content='1;2;3\n4;"5;";6\n7;8;9\n"0";1;2\r\n3;4;5\n', encoding="utf-8", size=1000, end=True)
@example(content='1;2;3\n4;"5";6;7\n7;8\n9;"8"\n', encoding="utf-8", size=1000, end=True)
@example(content="\x0b;1;2\n3;4;5\n" * 4, encoding="utf-8", size=20, end=True)
def test_blocks_give_what_lines_give(content: str, encoding: str, size: int, end: bool) -> None:
    whole = HEADER + "\n" + (content if end else content.rstrip("\r\n"))
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", size)
        path = Path(folder) / "x.csv"
        path.write_bytes(whole.encode(encoding, "replace"))
        text = examine(path)
        assert read(text) == read_by_lines(text)


def test_odd_blocks_cost_no_other_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 1000)
    by_line: list[int] = []
    mixed = by_block.mixed_batch

    def counted(lines: list[str], *rest: Any) -> Batch:
        by_line.append(len(lines))
        return mixed(lines, *rest)

    monkeypatch.setattr(by_block, "mixed_batch", counted)
    lines = [f"{number};x;y" for number in range(5_000)]
    lines[2_000], lines[2_001], lines[3_000] = '2000;"x;z";y', "2001;x", "3000;x;y;z"
    for number in range(0, 1_900, 90):
        lines[number] = f'{number};"x;""z""";y'
    path = tmp_path / "x.csv"
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    text = examine(path)
    rows, rejected, records = read(text)
    assert sum(by_line) < 500
    monkeypatch.setattr(by_block, "mixed_batch", mixed)
    assert (rows, rejected, records) == read_by_lines(text)
    assert len(rows) == 4_999


def test_a_line_longer_than_any_row_is_told_with_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regclean.landing.encoding.LONGEST_LINE", 5_000)
    monkeypatch.setattr(blocks, "BLOCK", 1_000)
    path = tmp_path / "x.csv"
    path.write_text("\n".join([HEADER, *["1;2;3"] * 700, "x" * 20_000, "1;2;3"]), encoding="utf-8")
    with pytest.raises(InputError) as stopped:
        read(examine(path))
    assert stopped.value.row == 702
