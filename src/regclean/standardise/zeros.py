"""Keys that lost their zeros on the way: 12 in one table, 00012 in the other."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from regclean.domain.register import TABLES, Column


def lost_zeros(tables: Mapping[str, pl.DataFrame]) -> list[str]:
    """One line for each column most of whose numbers name no row, but would with or without zeros in front."""
    references = [
        column for table in TABLES.values() for column in table.columns if column.refers and column.table in tables
    ]
    return [said for column in references if (said := _said(column, tables))]


def _said(column: Column, tables: Mapping[str, pl.DataFrame]) -> str | None:
    assert column.refers is not None
    if column.refers == column.table or column.refers not in tables:
        return None
    (key,) = TABLES[column.refers].key_columns
    keys = tables[column.refers][key]
    given = tables[column.table][column.name].drop_nulls().unique()
    missing = given.filter(~given.is_in(keys.implode()))
    bare = missing.str.strip_chars_start("0")
    found = int(bare.is_in(keys.str.strip_chars_start("0").implode()).sum())
    if found < 2 or found * 2 <= len(given):
        return None
    return (
        f"{column.table}: {found} of {len(given)} values of {column.name} name no row of {column.refers}, but would with other"
        f" zeros in front. A spreadsheet took them: export {column.refers}.{key} and {column.table}.{column.name} as text."
    )
