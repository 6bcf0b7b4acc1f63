"""Questions in SQL to the night in force.

Invariant: what a question can reach holds no customer under non-disclosure and no national id. It runs in a database of
its own, in memory, that holds copies of the permitted rows and nothing else: there is no night's file behind it to
climb to. Files, extensions, the program's own variables and the settings are shut before the question is read.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import duckdb
import polars as pl

from regclean.errors import UsageError
from regclean.inspection.hidden import hide
from regclean.standardise import WRITTEN_NATIONAL_ID, strike_out_ids
from regclean.warehouse import registered, rows

# Frozen JSON and sentences may name others than the row is about: `regclean show` reads those with care.
LEFT_OUT = {
    "customers": {"national_id_hash", "national_id_masked"},
    "member_links": {"candidates"},
    "findings": {"evidence", "proposal", "summary", "label"},
}
# Their keys hold a customer's number in several ways; the index of the search box holds everybody's values, and
# what a list's lines were known by are hashes of national ids.
TABLES_LEFT_OUT = frozenset(
    {
        "rule_hits",
        "origins",
        "unreadable",
        "hidden_subjects",
        "search_subjects",
        "search_terms",
        "member_ids",
        "doubtful_evidence",
    }
)
# Tables whose own rows are protected, and how a row's key is written in `hidden`.
KEYS = {
    "customers": "customer_no",
    "services": "service_no",
    "sites": "site_no",
    "bin_groups": "bin_group_no",
    "bin_group_members": "row_key(bin_group_no, member_no)",
    "member_links": "row_key(bin_group_no, member_no)",
}
MOST_ROWS = 1_000_000  # of an answer


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
    named = _tables_of(connection, question)
    with duckdb.connect(":memory:") as bench:
        bench.execute("SET enable_progress_bar = false")  # it would be printed among the answer
        hide(connection, protected)
        for table in sorted(named):
            permitted: pl.DataFrame = connection.sql(_permitted(connection, table)).pl()
            with registered(bench, "incoming", _without_ids(permitted)):
                bench.execute(f'CREATE TABLE "{table}" AS SELECT * FROM incoming')  # noqa: S608  # `_tables_of` knows it as one of the night's
        _shut(bench)
        try:
            answer: pl.DataFrame = bench.sql(question).limit(MOST_ROWS).pl()
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


def _tables_of(connection: duckdb.DuckDBPyConnection, question: str) -> set[str]:
    """The tables whose names stand in a question: all that it reads, at least. Errors: UsageError unless it is one SELECT."""
    with duckdb.connect(":memory:") as bench:
        _shut(bench)
        try:
            statements = bench.extract_statements(question)
        except duckdb.Error as error:
            raise UsageError(str(error).split("\n")[0]) from None
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise UsageError("only one SELECT can be asked.", remedy="Tables and columns: regclean sql")
    return tables(connection).keys() & set(re.findall(r"\w+", question.lower()))


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
    """The query of the rows and columns of a table that anybody may read."""
    shown, conditions = [], []
    for of, column, _ in _columns(connection):
        if of != table:
            continue
        if column not in LEFT_OUT.get(table, ()):
            shown.append(f'"{column}"')
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


def _without_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the national ids in its texts, and in its lists of texts, struck out."""
    return frame.with_columns(_struck_out(frame[name]) for name in frame.columns)


def _struck_out(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.List) and column.dtype.inner == pl.String:
        whole = column.list.join("\n", ignore_nulls=True)
        suspects = whole.str.contains(WRITTEN_NATIONAL_ID).fill_null(False)
        if not suspects.any():
            return column
        cleaned = [row if row is None else [text and strike_out_ids(text) for text in row] for row in column.to_list()]
        return pl.Series(column.name, cleaned, dtype=column.dtype)
    if column.dtype != pl.String:
        return column
    suspects = column.str.contains(WRITTEN_NATIONAL_ID).fill_null(False)
    found = {text: strike_out_ids(text) for text in column.filter(suspects).unique()}
    return column.replace(found) if found else column


def _not_hidden(key: str, table: str) -> str:
    hidden = f"SELECT key FROM hidden WHERE table_name = '{table}'"  # noqa: S608  # names of ours
    return f"coalesce({key} NOT IN ({hidden}), true)"


def _columns(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    query = """SELECT table_name, column_name, data_type FROM duckdb_columns()
        WHERE schema_name = 'main' AND database_name = current_database() ORDER BY table_name, column_index"""
    return [(str(table), str(column), str(kind)) for table, column, kind in rows(connection, query)]
