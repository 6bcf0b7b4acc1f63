"""What leaves the product as files: findings from the ledger, and what linkage found from the published night.

Invariant: columns and their order are the contract's. Nothing that names a customer under non-disclosure is in an
output, unless somebody with the right to it asked; "hidden" are those whom the night or any night before calls so.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
from sqlalchemy import select

from regclean.errors import UsageError
from regclean.findings.hidden import about_protected, hidden_customers
from regclean.ledger import Ledger
from regclean.ledger.tables import findings
from regclean.outside import unavailable
from regclean.warehouse import load_sql

FINDING_SCHEMA: dict[str, type[pl.DataType]] = {
    "finding_id": pl.String,
    "kind": pl.String,
    "rule": pl.String,
    "severity": pl.String,
    "subjects": pl.String,
    "score": pl.Float64,
    "summary": pl.String,
    "proposal": pl.String,
    "state": pl.String,
    "first_seen_run": pl.String,
    "last_seen_run": pl.String,
}
Published = Literal["pairs", "clusters", "member_links"]
FORMATS = ("csv", "jsonl", "json", "parquet", "xlsx")


def export(
    ledger: Ledger,
    *,
    kind: str | None = None,
    rule: str | None = None,
    state: str | None = None,
    protected: bool = False,
) -> pl.DataFrame:
    """The findings with the contract's columns, sorted by kind, rule and id.

    `protected` adds those on customers under non-disclosure; only somebody with the right to see them may ask for it.
    """
    query = select(*(findings.c[name] for name in FINDING_SCHEMA)).order_by(
        findings.c.kind, findings.c.rule, findings.c.finding_id
    )
    for column, wanted in ((findings.c.kind, kind), (findings.c.rule, rule), (findings.c.state, state)):
        if wanted is not None:
            query = query.where(column == wanted)
    if not protected:
        query = query.where(~findings.c.protected, findings.c.finding_id.not_in(about_protected()))
    with ledger.read() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=FINDING_SCHEMA, orient="row")


def published(
    connection: duckdb.DuckDBPyConnection, table: Published, hidden: frozenset[str], *, restricted: bool = False
) -> pl.DataFrame:
    """`pairs`, `clusters` or `member_links` of a night, with the contract's columns, sorted by their keys.

    What touches one of `hidden` (numbers) or of the night's own under non-disclosure is left out, unless `restricted`.
    """
    query = load_sql(f"published_{table}", "regclean.findings")
    with hidden_customers(connection, hidden):
        frame: pl.DataFrame = connection.sql(query, params={"restricted": restricted}).pl()
    return frame


def write(frame: pl.DataFrame, output: Path | None, form: str | None = None) -> None:
    """Write a frame to a file or to standard output, in a format of `FORMATS`: by default what the file's suffix says,
    else csv. Errors: UsageError.
    """
    form = form or (output.suffix.removeprefix(".").lower() if output else "") or "csv"
    if form not in FORMATS:
        raise UsageError(f"'{form}' is not a format.", remedy=f"Known: {', '.join(FORMATS)}.")
    if output is None:
        _write_out(frame, form)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        if form == "csv":
            frame.write_csv(output)
        elif form == "jsonl":
            frame.write_ndjson(output)
        elif form == "json":
            frame.write_json(output)
        elif form == "xlsx":
            frame.write_excel(output)
        else:
            frame.write_parquet(output)
    except OSError as error:
        raise unavailable(error, output) or UsageError(
            "the output cannot be written.", file=output, remedy="Check the folder and its rights."
        ) from error


def _write_out(frame: pl.DataFrame, form: str) -> None:
    if form in ("parquet", "xlsx"):
        raise UsageError(f"{form} is not text.", remedy="Name a file with: -o FILE.")
    text = frame.write_csv() if form == "csv" else frame.write_json() if form == "json" else frame.write_ndjson()
    sys.stdout.write(text)
