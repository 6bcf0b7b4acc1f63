"""From "same" edges to clusters that hold no contradiction, with ids that last.

Invariant: a cluster never holds a pair that a steward decided apart, nor two valid ids of one kind.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import duckdb
import polars as pl

from regclean.linkage.scoring import PACKAGE, quieten_splink, scratch
from regclean.warehouse import load_sql, registered, rows, write_frame

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """`cut`: components in which a contradiction was cut. `contradictions`: decided "same" edges that could not be kept."""

    clusters: int
    duplicates: int
    cut: int
    contradictions: tuple[Edge, ...]
    merged: tuple[tuple[str, tuple[str, ...]], ...]
    split: tuple[tuple[str, tuple[str, ...]], ...]


def cluster(connection: duckdb.DuckDBPyConnection, *, generic: bool, previous: pl.DataFrame) -> ClusterReport:
    """Write `clusters` from the "same" edges of temp table `link_relations`.

    `previous`: cluster_id, customer_no of the last night. Merges and splits against it are reported by cluster id.
    """
    connection.execute(load_sql("same_edges", PACKAGE))
    with scratch(connection):
        _components(connection)
    connection.execute(load_sql("separations", PACKAGE), {"generic": generic})
    cut, contradictions = _cut_contradictions(connection)
    with registered(connection, "link_previous_input", previous):
        connection.execute(load_sql("cluster_ids", PACKAGE))
    total, duplicates = rows(
        connection,
        "SELECT count(*), count(*) FILTER (n > 1) FROM (SELECT count(*) AS n FROM clusters GROUP BY cluster_id)",
    )[0]
    merged = rows(connection, "SELECT cluster_id, sources FROM link_merged ORDER BY 1")
    split = rows(connection, "SELECT source, parts FROM link_split ORDER BY 1")
    return ClusterReport(
        int(total),
        int(duplicates),
        cut,
        contradictions,
        tuple((str(target), tuple(sources)) for target, sources in merged),
        tuple((str(source), tuple(parts)) for source, parts in split),
    )


def _components(connection: duckdb.DuckDBPyConnection) -> None:
    """Temp table `link_components` (cluster_id, customer_no): connected components, by Splink."""
    if not rows(connection, "SELECT 1 FROM link_same LIMIT 1"):
        connection.execute("CREATE OR REPLACE TEMP TABLE link_components (cluster_id TEXT, customer_no TEXT)")
        return
    from splink import DuckDBAPI  # slow to import, and only nights need it
    from splink.clustering import cluster_pairwise_predictions_at_threshold

    quieten_splink()
    api = DuckDBAPI(connection=connection)
    nodes = api.register(
        connection.sql("SELECT customer_no_l AS customer_no FROM link_same UNION SELECT customer_no_r FROM link_same")
    )
    edges = api.register(connection.sql("SELECT * FROM link_same"))
    found = cluster_pairwise_predictions_at_threshold(
        nodes,
        edges,
        db_api=api,
        node_id_column_name="customer_no",
        edge_id_column_name_left="customer_no_l",
        edge_id_column_name_right="customer_no_r",
    ).physical_name
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE link_components AS SELECT cluster_id, customer_no FROM {found}"  # noqa: S608  # Splink's name
    )
    api.delete_tables_created_by_splink_from_db()


def _cut_contradictions(connection: duckdb.DuckDBPyConnection) -> tuple[int, tuple[Edge, ...]]:
    """Rebuild the few components that hold a contradiction, strongest edges first, never joining what must stay apart."""
    separations: dict[str, list[Edge]] = defaultdict(list)
    for component, left, right in rows(connection, "SELECT component, l, r FROM link_separations ORDER BY ALL"):
        separations[str(component)].append((str(left), str(right)))
    if not separations:
        return 0, ()
    edges: dict[str, list[tuple[str, str, bool]]] = defaultdict(list)
    query = """
        SELECT c.cluster_id, s.customer_no_l, s.customer_no_r, s.decided
        FROM link_same s
        JOIN link_components c ON c.customer_no = s.customer_no_l
        WHERE c.cluster_id IN (SELECT component FROM link_separations)
        ORDER BY c.cluster_id, s.decided DESC, s.match_probability DESC, s.match_weight DESC, s.customer_no_l, s.customer_no_r
    """
    for component, left, right, decided in rows(connection, query):
        edges[str(component)].append((str(left), str(right), bool(decided)))
    parts: list[tuple[str, str]] = []
    refused: list[Edge] = []
    for component in sorted(separations):
        groups, broken = constrained_components(edges[component], separations[component])
        parts.extend((min(group), member) for group in groups for member in sorted(group))
        refused.extend(broken)
    frame = pl.DataFrame(parts, schema={"cluster_id": pl.String, "customer_no": pl.String}, orient="row")
    connection.execute("DELETE FROM link_components WHERE cluster_id IN (SELECT component FROM link_separations)")
    write_frame(connection, "link_components", frame)
    return len(separations), tuple(refused)


def constrained_components(
    edges: list[tuple[str, str, bool]], separations: list[Edge]
) -> tuple[list[set[str]], list[Edge]]:
    """Join along `edges` in their order (left, right, decided) unless that would unite a separated pair.

    Returns the groups, and the decided edges that could not be kept.
    """
    group: dict[str, set[str]] = {}
    for left, right, _ in edges:
        group.setdefault(left, {left})
        group.setdefault(right, {right})
    apart: dict[str, set[str]] = defaultdict(set)
    for left, right in separations:
        apart[left].add(right)
        apart[right].add(left)
    refused = []
    for left, right, decided in edges:
        a, b = group[left], group[right]
        if a is b:
            continue
        small, large = sorted((a, b), key=len)
        if any(apart[member] & large for member in small):
            if decided:
                refused.append((left, right))
            continue
        large |= small
        for member in small:
            group[member] = large
    distinct = {id(members): members for members in group.values()}
    return sorted(distinct.values(), key=min), refused
