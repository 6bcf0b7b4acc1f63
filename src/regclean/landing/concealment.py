"""National ids where none belongs: taken out of the cell, kept beside the row, masked in everything else.

Invariant: after this no cell of `landed.*` but those of sealed columns, and no record in quarantine, holds a whole one.
"""

from __future__ import annotations

import duckdb
import polars as pl

from regclean.domain.register import TABLES, Column, Table
from regclean.landing.report import ROW
from regclean.sealing import Seal
from regclean.standardise import WRITTEN_NATIONAL_ID, mask_national_id, national_ids_in, strike_out_ids
from regclean.warehouse import rows, write_frame

_BUILDINGS = ("building_id", "property_id")
_LIKE_A_PHONE = "0[0-9]{5}-[0-9]{4}"
_MASKED_LIKE_A_PHONE = r"^0[0-9]{5}-\*{3}[0-9]⟦"
MISPLACED: dict[str, type[pl.DataType]] = {"line": pl.Int64, "column_name": pl.String, "national_id": pl.String}


def concealed(text: str, *, phones: bool = False, buildings: bool = False) -> tuple[str, list[str]]:
    """The text with every national id in it masked, and those ids."""
    ids = [value for _, _, value in national_ids_in(text, phones=phones, buildings=buildings)]
    return strike_out_ids(text, mask_national_id, phones=phones, buildings=buildings), ids


def conceal(good: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Take national ids out of the columns that hold none: (rows, `MISPLACED`, rows whose key holds one).

    Such a row is set aside: it names nothing that an output may name.
    """
    misplaced: list[tuple[int, str, str]] = []
    keyed: set[int] = set()
    for column in table.columns:
        if column.name not in good.columns or column.sealed:
            continue
        texts = good[column.name]
        changed: dict[int, str | None] = {}
        for at in texts.str.contains(WRITTEN_NATIONAL_ID).fill_null(value=False).arg_true().to_list():
            text, ids = concealed(texts[at], phones=_is_phone(column), buildings=column.name in _BUILDINGS)
            if ids:
                # A line without a number gets one.
                changed[at] = None if column.key and column.name not in table.keys else text
                misplaced += [(good[ROW][at], column.name, value) for value in ids]
                keyed.update([at] if column.name in table.keys else [])
        if changed:
            good = good.with_columns(texts.scatter(list(changed), list(changed.values())))
    in_key = pl.Series([at in keyed for at in range(good.height)], dtype=pl.Boolean) if keyed else pl.lit(value=False)
    return good.filter(~in_key), pl.DataFrame(misplaced, schema=MISPLACED, orient="row"), good.filter(in_key)


def conceal_known(connection: duckdb.DuckDBPyConnection, seal: Seal) -> None:
    """Mask what stands as a telephone number, and was left for one, but is somebody's national id in this register."""
    query = "SELECT DISTINCT national_id FROM landed.customers WHERE regexp_matches(national_id, $shape)"
    sealed = rows(connection, query, {"shape": _MASKED_LIKE_A_PHONE})
    known = {seal.opened(value).strip().upper() for (value,) in sealed}
    if not known:
        return
    for table in TABLES.values():
        for column in filter(_is_phone, table.columns):
            suspect = f"SELECT _file, _row, {column.name} FROM landed.{table.name} WHERE regexp_matches({column.name}, $shape)"  # noqa: S608  # names of `domain/register`, no text of the input
            for file, line, text in rows(connection, suspect, {"shape": _LIKE_A_PHONE}):
                masked, ids = concealed(text)
                if not known.intersection(ids):
                    continue
                connection.execute(
                    f"UPDATE landed.{table.name} SET {column.name} = $text WHERE _file = $file AND _row = $line",  # noqa: S608  # names of `domain/register`, no text of the input
                    {"text": masked, "file": file, "line": line},
                )
                notes = pl.DataFrame([(line, column.name, value) for value in ids], schema=MISPLACED, orient="row")
                keep(connection, table, file, notes, seal)


def keep(connection: duckdb.DuckDBPyConnection, table: Table, file: str, misplaced: pl.DataFrame, seal: Seal) -> None:
    """Keep the ids, sealed, beside the rows they were taken from."""
    if misplaced.height:
        named = misplaced.with_columns(
            seal.close_column(misplaced["national_id"]), table_name=pl.lit(table.name), file=pl.lit(file)
        )
        write_frame(connection, "landed.misplaced_ids", named)


def _is_phone(column: Column) -> bool:
    return "phone" in column.name
