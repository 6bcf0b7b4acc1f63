"""The records behind findings: what a case shows of its subjects, and what a queue sorts, filters and restricts by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from regclean.domain.register import Subject
from regclean.standardise import WRITTEN_NATIONAL_ID, strike_out_ids
from regclean.warehouse import load_sql, registered, rows

PACKAGE = "regclean.findings"
RECENT_SIGNALS = 20
_MATCH_COLUMNS = [
    "m_first",
    "m_given",
    "m_last",
    "m_last_parts",
    "m_org",
    "m_first_2",
    "m_last_2",
    "m_street",
    "m_house",
    "m_house_letter",
    "m_stair",
    "m_flat",
    "m_postal",
    "m_city",
]

_LEFT_OUT = {
    "match_columns": json.dumps(dict.fromkeys(_MATCH_COLUMNS)),
    "no_origin": json.dumps(dict.fromkeys(("key", "_file", "_row", "_hash"))),
}
# A case names few tables: one statement for each costs less than one for all of them. Each takes its keys as one list, `IN
# $keys`: DuckDB finds rows by keys that it knows when it plans much sooner than by those of a joined list.
_QUERIES: dict[str, tuple[str, dict[str, Any]]] = {
    "customers": ("customer_records", {"recent_signals": RECENT_SIGNALS}),
    "sites": ("site_records", _LEFT_OUT),
    "services": ("service_records", _LEFT_OUT),
    "bin_groups": ("group_records", _LEFT_OUT),
    "bin_group_members": ("member_records", _LEFT_OUT),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one subject of a finding. `complained`: by a complaint that is open; `wrong_bill`: about a bill.
    `services` counts those that have not ended; `holder`: the subject of whose a service or a building is; `file`: where its row was read.
    """

    subject: str
    protected: bool
    key_customer: bool
    complained: bool
    wrong_bill: bool
    services: int
    label: str | None
    area: str | None
    holder: str | None
    file: str | None


def subject_records(connection: duckdb.DuckDBPyConnection, subjects: Iterable[str]) -> dict[str, str]:
    """`table:key` -> JSON text {"source", "raw", "clean", …}, for the rows that exist."""
    keys: dict[str, list[str]] = {}
    for subject in map(Subject.parse, sorted(set(subjects))):
        keys.setdefault(subject.table, []).append(subject.key)
    found: list[tuple[str, str]] = []
    for table, (query, parameters) in _QUERIES.items():
        if table in keys:
            found += rows(connection, load_sql(query, PACKAGE), {"keys": keys[table]} | parameters)
    found.sort()
    texts = pl.Series([record for _, record in found], dtype=pl.String)
    suspect = texts.str.contains(WRITTEN_NATIONAL_ID)
    return {
        subject: strike_out_ids(record) if has_one else record
        for (subject, record), has_one in zip(found, suspect, strict=True)
    }


def subject_facts(connection: duckdb.DuckDBPyConnection, subjects: Iterable[str]) -> dict[str, Facts]:
    """`table:key` -> its facts."""
    with _shown(connection, "shown_subjects", "subject", sorted(set(subjects))):
        return {row[0]: Facts(*row) for row in connection.execute(load_sql("subject_facts", PACKAGE)).fetchall()}


def _shown(
    connection: duckdb.DuckDBPyConnection, name: str, column: str, keys: list[str]
) -> AbstractContextManager[None]:
    """A list of keys under a name, for the time of a query."""
    return registered(connection, name, pl.DataFrame({column: keys}, schema={column: pl.String}))
