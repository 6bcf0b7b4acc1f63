"""Lists that are handled whole: whose class differs from the register, and where nothing is collected from.

Invariant: as in `export`: nobody under non-disclosure is in a list, unless somebody with the right to it asked.
"""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl
from sqlalchemy import select

from regclean.findings.hidden import about_protected, ever_hidden, hidden_customers
from regclean.ledger import Ledger
from regclean.ledger.tables import findings
from regclean.warehouse import load_sql, registered

# Whoever was found to be served, or need nothing, is on no list.
_STANDING = ("open", "accepted", "deferred", "task", "in_batch", "applied")


def classes(connection: duckdb.DuckDBPyConnection, hidden: frozenset[str], as_of: date) -> pl.DataFrame:
    """Customers of another class or segment than the register says, one row each, in the order of the groups that count them.

    `column`: relationship or segment; `computed`: what it should be, nothing where the company's list has no code for it;
    `reason`: why; `services`: how many contracts of `as_of` a change would touch. Customers under non-disclosure are counted nowhere.
    """
    with hidden_customers(connection, hidden):
        query = load_sql("classes", "regclean.findings")
        frame: pl.DataFrame = connection.sql(query, params={"as_of": as_of}).pl()
    return frame


def missing(
    connection: duckdb.DuckDBPyConnection, ledger: Ledger, *, area: str | None = None, restricted: bool = False
) -> pl.DataFrame:
    """Buildings in use, or sites where no register of buildings is given, from which nothing is collected; by area.

    `area`: a municipality's code, or how the postal code begins. Those that somebody rejected are not among them. `customer_nos`:
    who is there, ";" between them.
    """
    query = select(findings.c.finding_id, findings.c.state, findings.c.first_seen_run)
    query = query.where(findings.c.rule.in_(("S18", "S19")), findings.c.state.in_(_STANDING))
    if not restricted:
        query = query.where(~findings.c.protected, findings.c.finding_id.not_in(about_protected()))
    with ledger.read() as reading:
        rows = [tuple(row) for row in reading.execute(query)]
    names = ("finding_id", "state", "first_seen_run")
    states = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    asked = {"area": area, "restricted": restricted}
    with hidden_customers(connection, ever_hidden(ledger)), registered(connection, "states", states):
        frame: pl.DataFrame = connection.sql(load_sql("missing", "regclean.findings"), params=asked).pl()
    return frame
