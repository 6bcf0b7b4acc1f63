"""Reference lists as temporary tables: postcodes with their towns and centroids, municipalities' names of all times."""

from __future__ import annotations

import io
from functools import cache
from gzip import decompress
from importlib import resources

import duckdb
import polars as pl

from regclean.warehouse import load_sql


def load_reference(connection: duckdb.DuckDBPyConnection, *, country: str) -> None:
    """Make `reference_postcodes` (with centroids, WGS84) and `reference_places` (postcode -> every name that its town
    may be written by). Both are empty for countries without a shipped list.
    """
    finnish = country == "fi"
    connection.register("postcode_list", _read("postcodes") if finnish else _read("postcodes").clear())
    connection.register("municipality_list", _read("municipalities") if finnish else _read("municipalities").clear())
    try:
        for statement in connection.extract_statements(load_sql("reference", "regclean.rules")):
            connection.execute(statement.query).fetchall()
    finally:
        connection.unregister("postcode_list")
        connection.unregister("municipality_list")


@cache
def _read(name: str) -> pl.DataFrame:
    """A shipped list, all text: leading zeros of codes must live."""
    file = resources.files("regclean.standardise").joinpath("reference", f"{name}.csv.gz")
    return pl.read_csv(io.BytesIO(decompress(file.read_bytes())), infer_schema=False)
