"""Whom and what a reader without the right must not meet in a night."""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from regclean.domain.register import subject_text
from regclean.warehouse import load_sql, rows

PACKAGE = "regclean.inspection"


def hide(connection: duckdb.DuckDBPyConnection, protected: Collection[str]) -> None:
    """Temp table `hidden` (table_name, key) of a night; `protected`: customer numbers that the ledger knows of besides."""
    connection.execute(load_sql("hidden", PACKAGE), {"protected": sorted(protected)})


def hidden_subjects(connection: duckdb.DuckDBPyConnection, protected: Collection[str]) -> frozenset[str]:
    """The subjects, `table:key`, that are protected or would tell of somebody who is."""
    hide(connection, protected)
    return frozenset(subject_text(table, key) for table, key in rows(connection, "SELECT table_name, key FROM hidden"))


def hidden_customers(connection: duckdb.DuckDBPyConnection, protected: Collection[str]) -> frozenset[str]:
    """The numbers of the customers among them."""
    hide(connection, protected)
    return frozenset(key for (key,) in rows(connection, "SELECT key FROM hidden WHERE table_name = 'customers'"))
