"""Rules run over unique values: polars finds them, Python reads them, a join takes the answers back to the rows.

Large columns are read by several processes at once; the answers do not depend on how many.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import polars as pl

from regclean.processes import workers
from regclean.standardise.memory import Memory

Rule = Callable[..., tuple[Any, ...]]
Schema = dict[str, Any]

# Below this many unique values starting processes costs more than it saves.
PARALLEL_FROM = 60_000
CHUNK = 25_000


class Mapper(AbstractContextManager["Mapper"]):
    """Applies value rules to columns. `processes`: 0 for one per core, 1 for none beside this one; `memory`: what they have
    answered before.
    """

    def __init__(self, processes: int = 0, memory: Memory | None = None) -> None:
        self.processes = processes or min(os.cpu_count() or 1, 8)
        self._memory = memory
        self._pool: ProcessPoolExecutor | None = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def apply(self, frame: pl.DataFrame, inputs: Sequence[str], rule: Rule, schema: Schema) -> pl.DataFrame:
        """The columns of `schema` for every row of `frame`, in its order: `rule(*inputs)` gives one tuple for each row.

        `rule` must be a module-level function or a `functools.partial` of one. Rows that are alike are read once.
        """
        # Answers may have the names of inputs, so that inputs go by another name here.
        asked = frame.select(pl.col(name).alias(f"__{name}") for name in inputs)
        unique = asked.unique(maintain_order=True)
        answers = self._answers(unique, rule, schema)
        if unique.height == asked.height:
            return answers
        read = pl.concat([unique, answers], how="horizontal")
        return asked.join(read, on=asked.columns, how="left", nulls_equal=True, maintain_order="left").select(
            list(schema)
        )

    def _answers(self, unique: pl.DataFrame, rule: Rule, schema: Schema) -> pl.DataFrame:
        if self._memory is None:
            return self._read(unique, rule, schema)
        return self._memory.answers(unique, rule, schema, lambda values: self._read(values, rule, schema))

    def _read(self, unique: pl.DataFrame, rule: Rule, schema: Schema) -> pl.DataFrame:
        if unique.height < PARALLEL_FROM or self.processes == 1:
            return read_chunk(unique, rule, schema)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.processes, mp_context=workers(__name__))
        chunks = [unique.slice(start, CHUNK) for start in range(0, unique.height, CHUNK)]
        tasks = [self._pool.submit(_read_packed, _pack(chunk), rule, schema) for chunk in chunks]
        return pl.concat([_unpack(task.result()) for task in tasks], rechunk=False)


def read_chunk(chunk: pl.DataFrame, rule: Rule, schema: Schema) -> pl.DataFrame:
    """Answers of `rule` for the rows of `chunk`."""
    answers = [rule(*row) for row in chunk.iter_rows()]
    columns = list(zip(*answers, strict=True)) if answers else [()] * len(schema)
    return pl.DataFrame(
        [
            pl.Series(name, values, dtype=dtype, strict=True)
            for (name, dtype), values in zip(schema.items(), columns, strict=True)
        ]
    )


def _pack(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_ipc(buffer)
    return buffer.getvalue()


def _unpack(data: bytes) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(data))


def _read_packed(data: bytes, rule: Rule, schema: Schema) -> bytes:
    return _pack(read_chunk(_unpack(data), rule, schema))
