"""Questions in SQL to the night in force.

Invariant: what a question can reach holds no customer under non-disclosure and no national id. It runs in a database of
its own, in memory, that holds copies of the permitted rows and nothing else: there is no night's file behind it to
climb to. Files, extensions, the program's own variables and the settings are shut before the question is read.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb
import polars as pl

from regclean.errors import UsageError
from regclean.inspection.hidden import hide
from regclean.standardise import NATIONAL_ID_IN_TEXT
from regclean.warehouse import rows

# Frozen JSON and sentences may name others than the row is about: `regclean show` reads those with care.
LEFT_OUT = {
    "customers": {"national_id_hash", "national_id_masked"},
    "member_links": {"candidates"},
    "findings": {"evidence", "proposal", "summary", "label"},
}
# Their keys hold a customer's number in several ways.
TABLES_LEFT_OUT = frozenset({"rule_hits", "origins", "unreadable"})
# Tables whose own rows are protected, and how a row's key is written in `hidden`.
KEYS = {
    "customers": "customer_no",
    "services": "service_no",
    "sites": "site_no",
    "bin_groups": "bin_group_no",
    "bin_group_members": "row_key(bin_group_no, member_no)",
    "member_links": "row_key(bin_group_no, member_no)",
}
MASK = "******-****"


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """What may be asked of a night: table -> its columns, with their types."""
    found: dict[str, list[str]] = {}
    for table, column, kind in _columns(connection):
        if table not in TABLES_LEFT_OUT and column not in LEFT_OUT.get(table, ()):
            found.setdefault(table, []).append(f"{column} {kind}")
    return found


def ask(connection: duckdb.DuckDBPyConnection, question: str, *, protected: Collection[str]) -> pl.DataFrame:
    """The answer to one SELECT on a published night (`connection`, read-only).

    `protected`: customer numbers that are left out beside those that the night itself knows to be under non-disclosure.
    Errors: UsageError for what is not one SELECT, or cannot be run; the message quotes the question, never a row.
    """
    named = _tables_of(question)
    with duckdb.connect(":memory:") as bench:
        hide(connection, protected)
        for table in sorted(named & tables(connection).keys()):
            bench.register("incoming", connection.sql(_permitted(connection, table)).to_arrow_table())
            bench.execute(f'CREATE TABLE "{table}" AS SELECT * FROM incoming')  # noqa: S608  # a name of ours
            bench.unregister("incoming")
        _shut(bench)
        try:
            answer: pl.DataFrame = bench.sql(question).pl()
        except (duckdb.CatalogException, duckdb.BinderException, duckdb.PermissionException) as error:
            # These are about the question alone: no row has been read yet.
            raise UsageError(str(error).split("\n")[0], remedy="Tables and columns: regclean sql") from None
        except duckdb.Error as error:
            raise UsageError(f"the question cannot be answered ({type(error).__name__}).") from error
        return answer


def customers_in(answer: pl.DataFrame) -> set[str]:
    """The customer numbers that an answer shows in columns that are named for them."""
    columns = [name for name, kind in answer.schema.items() if "customer_no" in name and kind == pl.String]
    return {number for name in columns for number in answer[name].drop_nulls()}


def _tables_of(question: str) -> set[str]:
    """The tables that a question names. Errors: UsageError unless it is one SELECT."""
    with duckdb.connect(":memory:") as bench:
        _shut(bench)
        try:
            statements = bench.extract_statements(question)
            if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
                raise UsageError("only one SELECT can be asked.", remedy="Tables and columns: regclean sql")
            return {name.lower() for name in bench.get_table_names(question)}
        except duckdb.Error as error:
            raise UsageError(str(error).split("\n")[0]) from None


def _shut(bench: duckdb.DuckDBPyConnection) -> None:
    for setting in (
        "python_enable_replacements = false",  # else a question reads the program's own variables as tables
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        bench.execute(f"SET {setting}")


def _permitted(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The query of the rows and columns of a table that anybody may read; national ids in free text are struck out."""
    shown, conditions = [], []
    for of, column, kind in _columns(connection):
        if of != table:
            continue
        if column not in LEFT_OUT.get(table, ()):
            shown.append(_without_ids(column, kind))
        if "customer_no" in column:
            conditions.append(_not_hidden(f'"{column}"', "customers"))
        elif column == "service_no":
            conditions.append(_not_hidden(f'"{column}"', "services"))
    if table in KEYS:
        conditions.append(_not_hidden(KEYS[table], "bin_group_members" if table == "member_links" else table))
    if table == "findings":
        conditions += [
            "NOT protected",
            """NOT list_has_any(
                from_json(subjects, '["VARCHAR"]'),
                (SELECT coalesce(list(subject(table_name, key)), []) FROM hidden)
            )""",
        ]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f'SELECT {", ".join(shown)} FROM "{table}"{where}'  # noqa: S608  # names of ours


def _without_ids(column: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f"""regexp_replace("{column}", '{NATIONAL_ID_IN_TEXT}', '{MASK}', 'g') AS "{column}\""""
    return f'"{column}"'


def _not_hidden(key: str, table: str) -> str:
    hidden = f"SELECT key FROM hidden WHERE table_name = '{table}'"  # noqa: S608  # names of ours
    return f"coalesce({key} NOT IN ({hidden}), true)"


def _columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    query = """SELECT table_name, column_name, data_type FROM duckdb_columns()
        WHERE schema_name = 'main' AND database_name = current_database() ORDER BY table_name, column_index"""
    return [(str(table), str(column), str(kind)) for table, column, kind in rows(connection, query)]
