"""Reference lists as temporary tables: postcodes with their towns and centroids, municipalities' names of all times."""

from __future__ import annotations

import io
from functools import cache
from gzip import decompress
from importlib import resources

import duckdb
import polars as pl

from regclean.warehouse import load_sql, registered


def load_reference(connection: duckdb.DuckDBPyConnection, *, country: str) -> None:
    """Make `reference_postcodes` (with centroids, WGS84) and `reference_places` (postcode -> every name that its town
    may be written by). Both are empty for countries without a shipped list.
    """
    finnish = country == "fi"
    lists = [_read(name) if finnish else _read(name).clear() for name in ("postcodes", "municipalities")]
    with registered(connection, "postcode_list", lists[0]), registered(connection, "municipality_list", lists[1]):
        for statement in connection.extract_statements(load_sql("reference", "regclean.rules")):
            connection.execute(statement.query).fetchall()


@cache
def _read(name: str) -> pl.DataFrame:
    """A shipped list, all text: leading zeros of codes must live."""
    file = resources.files("regclean.standardise").joinpath("reference", f"{name}.csv.gz")
    return pl.read_csv(io.BytesIO(decompress(file.read_bytes())), infer_schema=False)
