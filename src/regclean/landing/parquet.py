"""Reading parquet: typed columns as the text a clerk would have typed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

# Arrow's other pools reserve a gigabyte of addresses before they read anything, and the reader's limit is one of addresses.
# It asks once, when it is imported.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
import pyarrow as pa
import pyarrow.parquet as pq

from regclean.errors import InputError
from regclean.landing.columns import ColumnPlan
from regclean.landing.report import ROW, Batch
from regclean.landing.textual import plain

BATCH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """An open parquet file and its column names."""

    handle: Any
    names: tuple[str, ...]

    def count(self) -> int:
        """The number of rows that the file's own footer states."""
        return int(self.handle.metadata.num_rows)


def open_table(path: Path, file: str) -> ParquetTable:
    """Open a parquet file. Errors: InputError for what is none."""
    try:
        handle = pq.ParquetFile(path)
    except MemoryError:  # Arrow's is one of its other errors, too
        raise
    except (pa.ArrowException, OSError):
        raise _unreadable(file) from None
    return ParquetTable(handle, tuple(handle.schema_arrow.names))


def read_table(table: ParquetTable, plan: ColumnPlan, file: str) -> Iterator[Batch]:
    """All rows; `ROW` is the record's number, with the column names as row 1. Errors: InputError for damage."""
    first = 2
    try:
        # By position, not by name: names may be given twice.
        for arrow in table.handle.iter_batches(batch_size=BATCH_ROWS):
            columns = {str(at): _text(pl.Series(arrow.column(at)), table.names[at], file) for at in plan.used}
            rows = pl.int_range(first, first + arrow.num_rows, dtype=pl.Int64, eager=True)
            yield Batch(pl.DataFrame({ROW: rows} | columns))
            first += arrow.num_rows
    except MemoryError:  # Arrow's is one of its other errors, too
        raise
    except (pa.ArrowException, OSError):
        raise _unreadable(file) from None


def _text(series: pl.Series, name: str, file: str) -> pl.Series:
    if series.dtype == pl.String:
        return series
    try:
        # A register repeats its dates and numbers: each distinct one is written once.
        unique = series.unique()
        texts = pl.Series([plain(value) for value in unique.to_list()], dtype=pl.String)
        return series.replace_strict(unique, texts, return_dtype=pl.String)
    except (TypeError, pl.exceptions.PolarsError):
        raise InputError(
            f"the column holds values of type {series.dtype}, which have no plain text.",
            file=file,
            column=name,
            remedy="Write it as text, or ignore it in the mapping.",
        ) from None


def _unreadable(file: str) -> InputError:
    return InputError("the parquet file cannot be read: it is damaged.", file=file, remedy="Write it again.")
