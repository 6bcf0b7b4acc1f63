"""What leaves the product as files: findings from the ledger, and what linkage found from the published night.

Invariant: columns and their order are the contract's. Nothing that names a customer under non-disclosure is in an
output, unless somebody with the right to it asked; "hidden" are those whom the night or any night before calls so.
"""

from __future__ import annotations

from typing import Literal

import duckdb
import polars as pl
from sqlalchemy import select

from regclean.findings.hidden import about_protected, hidden_customers
from regclean.ledger import Ledger, runs
from regclean.ledger.tables import findings
from regclean.sealing import SEAL
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
    "case_key": pl.String,
    "ends_in": pl.String,
}
Published = Literal["pairs", "clusters", "member_links"]


def export(
    ledger: Ledger,
    *,
    kind: str | None = None,
    rule: str | None = None,
    state: str | None = None,
    area: str | None = None,
    protected: bool = False,
) -> pl.DataFrame:
    """The findings with the contract's columns, sorted by kind, rule and id. `area`: how their postal code begins.

    `protected` adds those on customers under non-disclosure; only somebody with the right to see them may ask for it.
    """
    columns = {**dict(findings.c), "last_seen_run": runs.last_seen()}
    query = select(*(columns[name] for name in FINDING_SCHEMA)).order_by(
        findings.c.kind, findings.c.rule, findings.c.finding_id
    )
    for column, wanted in ((findings.c.kind, kind), (findings.c.rule, rule), (findings.c.state, state)):
        if wanted is not None:
            query = query.where(column == wanted)
    if area is not None:
        query = query.where(findings.c.area.startswith(area, autoescape=True))
    if not protected:
        query = query.where(~findings.c.protected, findings.c.finding_id.not_in(about_protected()))
    with ledger.read() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    frame = pl.DataFrame(rows, schema=FINDING_SCHEMA, orient="row")
    return frame.with_columns(frame["proposal"].str.replace_all(SEAL, ""))


def figures(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    *,
    kind: str | None = None,
    rule: str | None = None,
    area: str | None = None,
    protected: bool = False,
) -> pl.DataFrame:
    """The findings of a night that nobody acts on, with the columns of `export`: they live in the night alone."""
    wanted = {"run_id": run_id, "kind": kind, "rule": rule, "area": area, "protected": protected}
    frame: pl.DataFrame = connection.sql(load_sql("figures", "regclean.findings"), params=wanted).pl()
    return frame.with_columns(pl.col(name).cast(kind) for name, kind in FINDING_SCHEMA.items())


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
