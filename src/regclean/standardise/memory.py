"""What the value rules have answered before: a value is read once in its life, not every night.

A rule answers the same to the same value as long as its code and its reference tables are the same; `program` is a digest of
them. An answer is kept under a keyed digest of the value, never under the value itself, and forgotten when no night has met
the value for a month. What depends on the day or on a secret is not kept: so no national id is, nor what is made of one.

A file that is lost or damaged costs the time to read its values again, and nothing else.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regclean.domain.findings import digest

# Below this many values looking them up costs as much as reading them.
KEPT_FROM = 2_000
FORGOTTEN_AFTER = timedelta(days=30)
_KEY, _SEEN, _AT = "_key", "_seen", "_at"
_KEY_BYTES = 16
Schema = dict[str, Any]


class Memory:
    """The answers kept in `folder`. `key`: the secret of the digests; `as_of`: the day of the night."""

    def __init__(self, folder: Path, key: bytes, program: str, as_of: date) -> None:
        self._folder, self._key, self._as_of = folder / program[:16], key.hex(), as_of
        if folder.is_dir():
            for old in folder.iterdir():
                if old != self._folder:
                    shutil.rmtree(old, ignore_errors=True)

    def answers(
        self,
        values: pl.DataFrame,
        rule: Callable[..., Any],
        schema: Schema,
        read: Callable[[pl.DataFrame], pl.DataFrame],
    ) -> pl.DataFrame:
        """The columns of `schema` for every row of `values` (no two alike), which `read` gives for those never met."""
        if values.height < KEPT_FROM or (name := _name(rule, schema)) is None:
            return read(values)
        path = self._folder / f"{name}.arrow"
        kept = self._load(path, schema)
        keys = self._keys(values)
        met = keys.join(kept, on=_KEY, how="left", maintain_order="left").with_row_index(_AT)
        unknown = met[_SEEN].is_null()
        new = read(values.filter(unknown)).with_columns(keys[_KEY].filter(unknown), pl.lit(self._as_of).alias(_SEEN))
        stale = kept.filter(pl.col(_SEEN) < self._as_of - FORGOTTEN_AFTER).join(keys, on=_KEY, how="anti")
        if new.height or stale.height:
            self._keep(path, kept, keys, new)
        if not new.height:
            return met.select(list(schema))
        old = met.filter(~unknown).select(_AT, *schema)
        added = new.with_columns(met[_AT].filter(unknown)).select(_AT, *schema)
        return pl.concat([old, added]).sort(_AT).select(list(schema))

    def _keys(self, values: pl.DataFrame) -> pl.DataFrame:
        """A keyed digest of each row, written so that no two different rows are written alike."""
        written = ", ".join(
            f"if({c} IS NULL, '-', concat(strlen({c}), ':', {c}))" for c in (f'"{one}"' for one in values.columns)
        )
        statement = f"SELECT unhex(left(sha256(concat($key, {written})), {2 * _KEY_BYTES})) AS {_KEY} FROM asked"  # noqa: S608  # names of our own columns
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")  # the night shows its own
            connection.register("asked", values.cast(pl.String))
            keys: pl.DataFrame = connection.sql(statement, params={"key": self._key}).pl()
        return keys

    def _load(self, path: Path, schema: Schema) -> pl.DataFrame:
        columns = {_KEY: pl.Binary, **schema, _SEEN: pl.Date}
        with suppress(OSError, pl.exceptions.PolarsError):
            kept = pl.read_ipc(path)
            if kept.schema == pl.Schema(columns):
                return kept
        return pl.DataFrame(schema=columns)

    def _keep(self, path: Path, kept: pl.DataFrame, met: pl.DataFrame, new: pl.DataFrame) -> None:
        """Write what was kept, met or not, with what is new; without what nobody has met for long."""
        again = kept.join(met, on=_KEY, how="semi").with_columns(pl.lit(self._as_of).alias(_SEEN))
        others = kept.join(met, on=_KEY, how="anti").filter(pl.col(_SEEN) >= self._as_of - FORGOTTEN_AFTER)
        path.parent.mkdir(parents=True, exist_ok=True)
        building = path.with_suffix(".building")
        pl.concat([again, others, new.select(kept.columns)]).write_ipc(building, compression="lz4")
        building.replace(path)


def _name(rule: Callable[..., Any], schema: Schema) -> str | None:
    """The name of a rule with what is fixed of it; None where what it answers depends on the day or on a secret."""
    fixed = rule.keywords if isinstance(rule, partial) else {}
    if {"as_of", "key"} & fixed.keys():
        return None
    function = rule.func if isinstance(rule, partial) else rule
    name = f"{function.__module__}.{function.__qualname__}"
    return digest([name, fixed, {column: str(kind) for column, kind in schema.items()}])[:24]
