"""Merges and splits of clusters from one night to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl


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


def _many(steps: pl.DataFrame, one: str, many: str) -> list[tuple[str, tuple[str, ...]]]:
    grouped = steps.group_by(one).agg(pl.col(many).sort()).filter(pl.col(many).list.len() > 1).sort(one)
    return [(key, tuple(others)) for key, others in grouped.iter_rows()]
