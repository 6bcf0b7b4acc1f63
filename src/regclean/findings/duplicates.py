"""Duplicates as findings: one for each cluster, one for each doubtful or related pair of clusters.

Invariant: nothing is asked that is already decided on the very records that are there tonight, and no two findings ask
about the same two clusters.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from regclean.domain.decisions import LAPSED
from regclean.domain.findings import Change, Finding, Severity
from regclean.domain.register import subject_text
from regclean.findings.edges import DecidedGraph, Edge, night_edges, ordered, pairs_of, words
from regclean.findings.summaries import duplicate_summary
from regclean.survivorship import Rank, rank
from regclean.warehouse import load_sql, registered, rows

PACKAGE = "regclean.findings"
DOUBTFUL_HOUSEHOLD = 0.2  # a household pair that is one customer with this probability is worth a look


@dataclass(frozen=True, slots=True)
class Customer:
    """What choosing a survivor and fingerprinting need to know of a customer. `sites`: where it has a contract that goes on."""

    customer_no: str
    digest: str
    rank: Rank
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A finding on customers, with the scored pairs that it rests on. `cluster`: theirs; of two, the first."""

    finding: Finding
    relation: str
    pairs: tuple[Mapping[str, Any], ...]
    cluster: str


def find_duplicates(connection: duckdb.DuckDBPyConnection, *, language: str, decided: pl.DataFrame) -> list[Duplicate]:
    """Every duplicate of the night, sorted by subjects.

    `decided`: customer_no_l, customer_no_r, verdict, as `standing` says it. A lapsed pair is asked again.
    """
    members = _lists(connection.sql(load_sql("cluster_members", PACKAGE)).pl(), "cluster_id", "customer_no")
    inside = _rows_by(connection, "cluster_pairs", "cluster_id")
    crossing = connection.sql(
        load_sql("crossing_pairs", PACKAGE), params={"doubtful_household": DOUBTFUL_HOUSEHOLD}
    ).pl()
    shown = {customer for cluster in members.values() for customer in cluster}
    for frame in (crossing, decided):
        shown |= set(frame["customer_no_l"]) | set(frame["customer_no_r"])
    customers, idle = _customers(connection, shown)
    edges = list(decided.select("customer_no_l", "customer_no_r", "verdict").iter_rows())
    graph = DecidedGraph(edges)
    entities = DecidedGraph(edge for edge in edges if edge[2] == "entity")
    lapsed = {(left, right) for left, right, verdict in edges if verdict == LAPSED}
    settled = _settled(idle, graph, customers)
    found = []
    for cluster_id, cluster in members.items():
        asked = [customer for customer in cluster if customer not in settled]
        # One legal entity whose accounts are kept: there is nothing to merge, and nothing to ask.
        if len(asked) > 1 and entities.follows_for(asked) != "same":
            found.append(
                _cluster_duplicate(
                    cluster_id, [customers[one] for one in asked], inside[cluster_id], entities, language
                )
            )
    found += [
        _pair_duplicate(pair, customers, language)
        for pair in _worth_asking(crossing.iter_rows(named=True), graph, settled, lapsed)
    ]
    return sorted(found, key=lambda duplicate: duplicate.finding.subjects)


def decided_duplicates(
    connection: duckdb.DuckDBPyConnection, groups: Sequence[Sequence[str]], edges: Sequence[Edge], language: str
) -> list[Duplicate]:
    """Groups that a person joined and no pair of the night speaks of. `edges`: all that is decided."""
    customers, idle = _customers(connection, {customer for group in groups for customer in group})
    graph = DecidedGraph((*edge.pair, edge.verdict) for edge in edges if not edge.lapsed)
    settled = _settled(idle, graph, customers)
    query = "SELECT customer_no, cluster_id FROM clusters WHERE customer_no IN (SELECT unnest($numbers))"
    clusters = dict(connection.execute(query, {"numbers": sorted(customers)}).fetchall())
    found = []
    for group in groups:
        members = [customers[one] for one in group if one in customers and one not in settled]
        if len(members) == len(group):
            cluster = min((clusters[one] for one in group if one in clusters), default=group[0])
            found.append(_cluster_duplicate(cluster, members, (), DecidedGraph(), language))
    return found


def standing(connection: duckdb.DuckDBPyConnection, edges: Sequence[Edge]) -> pl.DataFrame:
    """What is decided of each pair of customers on tonight's standardised records: see `edges.words`."""
    return words(standing_edges(connection, edges))


def standing_edges(connection: duckdb.DuckDBPyConnection, edges: Sequence[Edge]) -> list[Edge]:
    """The ledger's edges as they stand on tonight's standardised records: see `edges.night_edges`."""
    customers, _ = _customers(connection, {customer for edge in edges for customer in edge.pair})
    return night_edges(edges, {number: customer.digest for number, customer in customers.items()})


def record_digests(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Customer -> the digest of what is compared of it, by which a decision on a pair knows its records."""
    frame = connection.sql("SELECT customer_no FROM customers").pl()
    with registered(connection, "shown_customers", frame):
        digests = connection.sql(load_sql("customer_digests", PACKAGE)).pl()
    return dict(zip(digests["customer_no"], digests["digest"], strict=True))


def weakest_link(pairs: Iterable[Mapping[str, Any]], customers: Sequence[str]) -> Mapping[str, Any] | None:
    """The pair that holds a cluster together least well: the last one needed to join it, best pairs first."""
    graph = DecidedGraph()
    groups = len(customers)
    chosen = set(customers)
    for pair in sorted(pairs, key=lambda row: (-row["match_probability"], row["customer_no_l"], row["customer_no_r"])):
        left, right = pair["customer_no_l"], pair["customer_no_r"]
        if left in chosen and right in chosen and graph.follows(left, right) != "same":
            graph.add(left, right, "same")
            groups -= 1
            if groups == 1:
                return pair
    return None


def _customers(connection: duckdb.DuckDBPyConnection, shown: Iterable[str]) -> tuple[dict[str, Customer], set[str]]:
    frame = pl.DataFrame({"customer_no": sorted(shown)}, schema={"customer_no": pl.String})
    with registered(connection, "shown_customers", frame):
        digests = connection.sql(load_sql("customer_digests", PACKAGE)).pl()
        contracts = dict(rows(connection, load_sql("contract_sites", PACKAGE)))
        idle = set(connection.sql(load_sql("idle_customers", PACKAGE)).pl()["customer_no"])
    customers = [
        Customer(
            row["customer_no"],
            row["digest"],
            rank(row["customer_no"], row),
            frozenset(contracts.get(row["customer_no"], ())),
        )
        for row in digests.iter_rows(named=True)
    ]
    return {customer.customer_no: customer for customer in customers}, idle


def _settled(idle: set[str], graph: DecidedGraph, customers: Mapping[str, Customer]) -> set[str]:
    """What earlier merges left behind: idle customers that are decided to be the same as one that is kept."""
    settled: set[str] = set()
    for customer in idle:
        group = [other for other in graph.group(customer) if other in customers]
        keep = min(group, key=lambda other: (other in idle, customers[other].rank))
        if customer != keep:
            settled.add(customer)
    return settled


def _worth_asking(
    pairs: Iterable[Mapping[str, Any]], graph: DecidedGraph, settled: set[str], lapsed: set[tuple[str, str]]
) -> list[Mapping[str, Any]]:
    """The best pair between any two clusters, what is decided or settled left aside. What keeps them apart comes first."""
    best: dict[tuple[str, str], tuple[Any, ...]] = {}
    for pair in pairs:
        left, right = pair["customer_no_l"], pair["customer_no_r"]
        if left in settled or right in settled or graph.follows(left, right):
            continue
        clusters = ordered(pair["cluster_l"], pair["cluster_r"])
        # Rounded, so that a breath of the model does not change which pair, and so which finding, it is.
        unasked = pair["relation"] not in ("same", "unsure")
        order = (unasked, (left, right) not in lapsed, -round(pair["match_probability"], 2), left, right)
        if clusters not in best or order < best[clusters][0]:
            best[clusters] = (order, pair)
    return [pair for _, pair in best.values()]


def _cluster_duplicate(
    cluster: str,
    members: Sequence[Customer],
    pairs: Sequence[Mapping[str, Any]],
    entities: DecidedGraph,
    language: str,
) -> Duplicate:
    numbers = [member.customer_no for member in members]
    among = tuple(pair for pair in pairs if pair["customer_no_l"] in numbers and pair["customer_no_r"] in numbers)
    weakest = weakest_link(among, numbers)
    survivor = min(members, key=lambda member: member.rank)
    # One organisation may hold several accounts: one with a contract of its own at another site stays.
    accounts = {survivor.customer_no}
    if weakest and weakest["model"] == "organisation" and survivor.sites:
        accounts |= {member.customer_no for member in members if member.sites - survivor.sites}
    proposal = tuple(
        Change("merge", "customers", number, after=survivor.customer_no)
        for number in sorted(numbers)
        if number not in accounts
    )
    kept = any(entities.follows(*pair) for pair in pairs_of(numbers))
    return _duplicate(cluster, members, "same", "review", weakest, among, None if kept else proposal or None, language)


def _pair_duplicate(pair: Mapping[str, Any], customers: Mapping[str, Customer], language: str) -> Duplicate:
    asked = pair["relation"] in ("same", "unsure")
    return _duplicate(
        min(pair["cluster_l"], pair["cluster_r"]),
        [customers[pair["customer_no_l"]], customers[pair["customer_no_r"]]],
        "unsure" if asked else pair["relation"],
        "review" if asked else "info",
        pair,
        (pair,),
        None,
        language,
    )


def _duplicate(
    cluster: str,
    members: Sequence[Customer],
    relation: str,
    severity: Severity,
    weakest: Mapping[str, Any] | None,
    pairs: tuple[Mapping[str, Any], ...],
    proposal: tuple[Change, ...] | None,
    language: str,
) -> Duplicate:
    explanation = json.loads(weakest["explanation"]) if weakest else {}
    finding = Finding(
        kind="duplicate",
        rule="duplicate",
        severity=severity,
        subjects=tuple(sorted(subject_text("customers", member.customer_no) for member in members)),
        summary=duplicate_summary(relation, len(members), weakest["model"] if weakest else "", explanation, language),
        evidence={"basis": {"customers": {member.customer_no: member.digest for member in members}}},
        score=weakest["match_probability"] if weakest else None,
        proposal=proposal,
    )
    return Duplicate(finding, relation, pairs, cluster)


def _lists(frame: pl.DataFrame, key: str, value: str) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = defaultdict(list)
    for row_key, row_value in frame.select(key, value).iter_rows():
        lists[row_key].append(row_value)
    return lists


def _rows_by(connection: duckdb.DuckDBPyConnection, query: str, key: str) -> dict[str, list[dict[str, Any]]]:
    lists: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.sql(load_sql(query, PACKAGE)).pl().iter_rows(named=True):
        lists[row.pop(key)].append(row)
    return lists
