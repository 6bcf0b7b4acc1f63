"""Long exports are read in parts: what that takes is bounded, whatever their length, within the limit that a company starts with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from landing_bench import Bench

from regclean.domain.register import TABLES

COLUMNS = [column.name for column in TABLES["customers"].columns]
ROWS = 120_000


def _customers(rows: int) -> pl.DataFrame:
    number = pl.int_range(0, rows, eager=True)
    values = {name: "Pohjoinen Katajatie " + (number % 97).cast(pl.String) for name in COLUMNS}
    return pl.DataFrame(values | {"customer_no": number.cast(pl.String)})


def _plain(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path)


def _quoted(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path, quote_style="always")


def _one_row_group(frame: pl.DataFrame, path: Path) -> None:
    pq.write_table(frame.to_arrow(), path, row_group_size=frame.height)


@pytest.mark.parametrize(("write", "name"), [(_plain, "x.csv"), (_quoted, "x.csv"), (_one_row_group, "x.parquet")])
def test_a_long_export_is_read_within_the_limit_a_company_starts_with(
    bench: Bench, write: Callable[[pl.DataFrame, Path], Any], name: str
) -> None:
    write(_customers(ROWS), bench.root / "in" / name)
    bench.source("customers", path=f"in/{name}")
    assert bench.load().loaded == ROWS
