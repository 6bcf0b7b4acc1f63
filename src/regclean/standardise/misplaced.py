"""National ids that stood in a column for something else: what the rules say of each, and whose evidence it is."""

from __future__ import annotations

from datetime import date
from functools import partial

import polars as pl

from regclean.domain.register import Table
from regclean.standardise import rules
from regclean.standardise.columns import Reading
from regclean.standardise.identifiers import mask_national_id

_PLACE = ("file", "line")


def read_ids(texts: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """hash, masked, birth_date, state of the column national_id."""
    options = reading.options
    rule = partial(
        rules.personal_id, country=options.country, key=options.id_key, accept_test_ids=options.accept_test_ids
    )
    read = reading.mapper.apply(texts, ["national_id"], partial(rule, as_of=options.as_of), rules.PERSONAL_ID)
    # Some are none only because the day that they tell is still to come.
    none = texts.filter(read["state"] == "invalid")
    told = reading.mapper.apply(none, ["national_id"], partial(rule, as_of=date.max), rules.PERSONAL_ID)
    reading.hold_until(told["birth_date"])
    return read


def with_found_ids(frame: pl.DataFrame, table: str, reading: Reading) -> pl.DataFrame:
    """The national_id of each row; where the column is empty, the first valid one that stood elsewhere on the row."""
    found = reading.misplaced.filter(pl.col("table_name") == table)
    if not found.height:
        return frame.select("national_id")
    valid = found.filter(read_ids(found, reading)["state"].is_in(["ok", "temporary"]))
    first = valid.unique(_PLACE, keep="first", maintain_order=True)
    placed = frame.select("national_id", file="_file", line="_row").join(
        first.select(*_PLACE, _found="national_id"), on=_PLACE, how="left", maintain_order="left"
    )
    own = pl.col("national_id").str.strip_chars()
    return placed.select(pl.when(own.fill_null("") == "").then("_found").otherwise("national_id").alias("national_id"))


def ids_of_lines(frame: pl.DataFrame, table: Table, reading: Reading) -> pl.DataFrame:
    """The key columns and national_id_hash of the rows that hold exactly one usable id, in whatever column."""
    found = reading.misplaced.filter(pl.col("table_name") == table.name)
    read = found.select(*_PLACE).with_columns(read_ids(found, reading)["hash"].alias("national_id_hash"))
    one = read.drop_nulls().unique().filter(pl.len().over(_PLACE) == 1)
    keyed = frame.select(*table.key_columns, file="_file", line=pl.col("_row").cast(pl.Int64))
    return keyed.join(one, on=_PLACE, how="inner").select(*table.key_columns, "national_id_hash")


def misplaced_ids(origins: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """table_name, key, column_name, masked, state, file, line: without the id itself."""
    keyed = origins.filter("taken").select("table_name", "key", file="_file", line="_row")
    found = reading.misplaced.join(keyed, on=["table_name", *_PLACE], how="inner", maintain_order="left")
    masked = pl.Series("masked", [mask_national_id(value) for value in found["national_id"]], dtype=pl.String)
    return found.with_columns(masked, read_ids(found, reading)["state"]).select(
        "table_name", "key", "column_name", "masked", "state", *_PLACE
    )
