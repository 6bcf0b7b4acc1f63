"""The gate of a batch: expectations over its lines and the register as it would be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from regclean import checks
from regclean.batches.accepted import Accepted, Planned
from regclean.standardise import UnknownCodeError, clean_key, read_code, read_share
from regclean.warehouse import registered

SUITE = "update_batch"
SCHEMA = {
    "seq": pl.Int64,
    "op": pl.String,
    "table_name": pl.String,
    "key": pl.String,
    "column_name": pl.String,
    "before": pl.String,
    "after": pl.String,
    "finding_id": pl.String,
    "decision_id": pl.Int64,
    "protected": pl.Boolean,
    "exported": pl.Boolean,
    "after_key": pl.String,  # `after` as a key is written
    "ends": pl.Boolean,  # the line ends a customer
    "share": pl.Float64,  # what `after` is as a share
}
GateLine = tuple[int, Planned, Accepted]


def judge(
    connection: duckdb.DuckDBPyConnection, lines: Sequence[GateLine], *, as_of: date, country: str, exported: bool
) -> checks.SuiteResult:
    """Run the gate over the lines of a batch. Nothing is stopped here: `checks.gate` does that."""
    rows = [_row(number, line, finding, exported=exported) for number, line, finding in lines]
    with registered(connection, "batch_lines", pl.DataFrame(rows, schema=SCHEMA, orient="row")):
        return checks.run_suite(SUITE, connection, as_of, context={"country": country})


def _row(number: int, line: Planned, finding: Accepted, *, exported: bool) -> tuple[object, ...]:
    return (
        number,
        line.op,
        line.table,
        line.key,
        line.column,
        line.before,
        line.after,
        finding.finding_id,
        finding.decision_id,
        finding.protected,
        exported and not finding.protected,
        clean_key(line.after),
        _ends(line),
        read_share(line.after)[0] if line.column == "share_percent" else None,
    )


def _ends(line: Planned) -> bool:
    if (line.table, line.column) != ("customers", "status"):
        return False
    try:
        return read_code(line.after, "status") == "ended"
    except UnknownCodeError:
        return False
