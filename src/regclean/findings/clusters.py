"""Clusters from one night to the next: merges, splits, and what the ledger keeps of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import duckdb
import polars as pl
from sqlalchemy import Connection, delete, select

from regclean.ledger import Ledger, in_chunks, insert_many
from regclean.ledger.tables import last_clusters
from regclean.warehouse import load_sql, rows


@dataclass(frozen=True, slots=True)
class ClusterEvent:
    """`cluster_id` (tonight's when merged, last night's when split) and the clusters it came from or went to."""

    event: Literal["merged", "split"]
    cluster_id: str
    others: tuple[str, ...]


def cluster_events(previous: pl.DataFrame | None, current: pl.DataFrame) -> list[ClusterEvent]:
    """Which clusters merged and which split, sorted. Frames: cluster_id, customer_no.

    Only customers of both nights count: a newcomer neither merges nor splits anything.
    """
    if previous is None:
        return []
    both = current.join(previous.rename({"cluster_id": "previous_id"}), on="customer_no", how="inner")
    steps = both.select("cluster_id", "previous_id").unique()
    merged = _many(steps, "cluster_id", "previous_id")
    split = _many(steps, "previous_id", "cluster_id")
    return [ClusterEvent("merged", *row) for row in merged] + [ClusterEvent("split", *row) for row in split]


def lasting_clusters(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """The rows of `last_clusters` (customer_no, cluster_id) that a night's database (`connection`) gives."""
    return rows(connection, load_sql("lasting_clusters", "regclean.findings"))


def keep_clusters(writing: Connection, lasting: list[tuple[str, str]]) -> None:
    """The clusters of the night that is being published take the place of the last one's."""
    kept = {tuple(row) for row in writing.execute(select(last_clusters.c.customer_no, last_clusters.c.cluster_id))}
    gone = sorted(customer_no for customer_no, _ in kept.difference(lasting))
    for some in in_chunks(gone):
        writing.execute(delete(last_clusters).where(last_clusters.c.customer_no.in_(some)))
    insert_many(writing, last_clusters, ("customer_no", "cluster_id"), sorted({*lasting} - kept))


def kept_clusters(ledger: Ledger) -> pl.DataFrame:
    """The last published night's clusters as the ledger knows them (cluster_id, customer_no)."""
    with ledger.read() as reading:
        found = reading.execute(select(last_clusters.c.cluster_id, last_clusters.c.customer_no)).all()
    return pl.DataFrame(
        [tuple(row) for row in found], schema={"cluster_id": pl.String, "customer_no": pl.String}, orient="row"
    )


def _many(steps: pl.DataFrame, one: str, many: str) -> list[tuple[str, tuple[str, ...]]]:
    grouped = steps.group_by(one).agg(pl.col(many).sort()).filter(pl.col(many).list.len() > 1).sort(one)
    return [(key, tuple(others)) for key, others in grouped.iter_rows()]
