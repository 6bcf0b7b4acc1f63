"""Decisions as edges between customers, and what follows from them.

A decision holds until it is answered anew or undone; one that told two records apart holds only while their compared
values stay what they were. Once they change it lapses: the two are asked again, and stay apart until somebody answers.
The night (`night_edges`) says which lapse, for linkage, gates, findings and ledger alike; the ledger keeps its word.

Invariant: no two customers that are joined by "same" or "entity" edges that hold, directly or through others, are told
apart by a "different", "household" or "successor" edge that holds. So what follows from the edges is well defined:
never asked again, and whatever contradicts it is shown, not applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import polars as pl
from sqlalchemy import Connection, Select, or_, select

from regclean.domain.decisions import JOINING_VERDICTS, LAPSED, SEPARATING_VERDICTS
from regclean.domain.findings import digest
from regclean.ledger import Ledger, in_chunks
from regclean.ledger.tables import pair_decisions

Pair = tuple[str, str]
EDGE_SCHEMA = {"customer_no_l": pl.String, "customer_no_r": pl.String, "verdict": pl.String}


def ordered(one: str, other: str) -> Pair:
    """A pair the way the ledger keeps it: l < r as text."""
    return (one, other) if one < other else (other, one)


def pairs_of(customers: Iterable[str]) -> Iterator[Pair]:
    """Every pair of a group, ordered."""
    return combinations(sorted(customers), 2)


def pair_fingerprint(one: str, one_digest: str, other: str, other_digest: str) -> str:
    """Fingerprint of what two records say: it changes when a compared value of either changes."""
    return digest(sorted([[one, one_digest], [other, other_digest]]))


@dataclass(frozen=True, slots=True)
class Edge:
    """A pair's last decision. Without a fingerprint it holds whatever the records become."""

    pair: Pair
    verdict: str
    decision_id: int
    fingerprint: str | None
    lapsed: bool = False

    @property
    def word(self) -> str:
        """The verdict while it holds, else "lapsed"."""
        return LAPSED if self.lapsed else self.verdict


class DecidedGraph:
    """The customers that edges speak of, in groups of the same; and which groups are told apart."""

    def __init__(self, edges: Iterable[tuple[str, str, str]] = ()) -> None:
        self._parent: dict[str, str] = {}
        self._members: dict[str, set[str]] = {}
        self._apart: dict[str, dict[str, Pair]] = {}  # group -> other group -> the edge that says so
        waiting = []
        for left, right, verdict in edges:
            if verdict in JOINING_VERDICTS:
                self.add(left, right, verdict)
            elif verdict in SEPARATING_VERDICTS:
                waiting.append((left, right, verdict))
        for edge in waiting:
            self.add(*edge)

    def group(self, customer: str) -> frozenset[str]:
        """Everybody who is the same as `customer`, itself included."""
        return frozenset(self._members.get(self._root(customer), {customer}))

    def follows(self, one: str, other: str) -> str | None:
        """What is already decided of a pair, directly or through others: "same", "different" or nothing."""
        root, other_root = self._root(one), self._root(other)
        if root == other_root:
            return "same"
        return "different" if other_root in self._apart.get(root, {}) else None

    def follows_for(self, customers: Iterable[str]) -> str | None:
        """The verdict, "same" or "different", that follows for every pair of a group alike; else nothing."""
        verdicts = {self.follows(*pair) for pair in pairs_of(customers)}
        return verdicts.pop() if len(verdicts) == 1 else None

    def contradiction(self, one: str, other: str, verdict: str) -> Pair | None:
        """The recorded pair that speaks against giving this pair this verdict, if any."""
        followed = self.follows(one, other)
        if followed == "different" and verdict in JOINING_VERDICTS:
            return self._apart[self._root(one)][self._root(other)]
        if followed == "same" and verdict in SEPARATING_VERDICTS:
            return ordered(one, other)
        return None

    def add(self, one: str, other: str, verdict: str) -> None:
        """Record an edge that contradicts nothing."""
        root, other_root = self._root(one), self._root(other)
        if verdict in JOINING_VERDICTS:
            self._join(root, other_root)
        elif verdict in SEPARATING_VERDICTS and root != other_root:
            edge = ordered(one, other)
            self._apart.setdefault(root, {}).setdefault(other_root, edge)
            self._apart.setdefault(other_root, {}).setdefault(root, edge)

    def _root(self, customer: str) -> str:
        parent = self._parent
        while (above := parent.get(customer, customer)) != customer:
            parent[customer] = customer = parent.get(above, above)
        return customer

    def _join(self, one: str, other: str) -> None:
        if one == other:
            return
        members, others = self._members.pop(one, {one}), self._members.pop(other, {other})
        # The smaller group moves, so that long chains of decisions stay quick.
        keep, gone = (one, other) if len(members) >= len(others) else (other, one)
        self._parent[gone] = keep
        self._members[keep] = members | others
        for neighbour, edge in self._apart.pop(gone, {}).items():
            self._apart[neighbour].pop(gone, None)
            if neighbour != keep:
                self._apart.setdefault(keep, {}).setdefault(neighbour, edge)
                self._apart[neighbour].setdefault(keep, edge)


class Decided:
    """What follows from a set of edges, and from which decision."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._by_pair = {edge.pair: edge for edge in edges if not edge.lapsed}
        self.graph = DecidedGraph((*edge.pair, edge.verdict) for edge in self._by_pair.values())
        self._merged = DecidedGraph((*e.pair, e.verdict) for e in self._by_pair.values() if e.verdict == "same")
        self._latest: dict[str, int] = {}
        for edge in self._by_pair.values():
            if edge.verdict in JOINING_VERDICTS:
                for customer in edge.pair:
                    self._latest[customer] = max(edge.decision_id, self._latest.get(customer, 0))

    def follows(self, customers: Sequence[str]) -> tuple[str, int] | None:
        """Verdict and decision behind it, when a finding on these customers need not be asked.

        That is: all are the same ("entity" where the accounts of any are kept); or they are two, told apart.
        """
        verdict = self.graph.follows_for(customers)
        if verdict == "same":
            merged = self._merged.follows_for(customers)
            return merged or "entity", max(self._latest[customer] for customer in customers)
        if verdict == "different" and len(customers) == 2:
            pair = self.graph.contradiction(customers[0], customers[1], "same")
            return (verdict, self._by_pair[pair].decision_id) if pair else None
        return None


def night_edges(edges: Iterable[Edge], digests: Mapping[str, str]) -> list[Edge]:
    """The edges as they stand on a night's records, of which `digests` knows what is compared: customer -> digest.

    A separating edge lapses when its records are not those decided on, and holds again when they are; where a record is
    not there tonight it stays as it was. What was answered in the meantime stays lapsed, and then says nothing.
    """
    standing = [replace(edge, lapsed=_lapses(edge, digests)) for edge in edges]
    decided = Decided(edge for edge in standing if edge.verdict not in SEPARATING_VERDICTS)
    return [
        replace(edge, lapsed=True) if decided.graph.contradiction(*edge.pair, edge.verdict) else edge
        for edge in standing
    ]


def _lapses(edge: Edge, digests: Mapping[str, str]) -> bool:
    one, other = (digests.get(customer) for customer in edge.pair)
    if edge.verdict not in SEPARATING_VERDICTS or edge.fingerprint is None or not (one and other):
        return edge.lapsed
    return edge.fingerprint != pair_fingerprint(edge.pair[0], one, edge.pair[1], other)


def words(edges: Iterable[Edge]) -> pl.DataFrame:
    """What is decided of each pair, as a frame of `EDGE_SCHEMA`, sorted. A lapsed edge that others answered is left out.

    `verdict`: same, entity, different, household, successor or lapsed; "unsure" decides nothing.
    """
    edges = list(edges)
    graph = Decided(edges).graph
    said = [(*edge.pair, edge.word) for edge in edges if not (edge.lapsed and graph.follows(*edge.pair))]
    return pl.DataFrame(sorted(said), schema=EDGE_SCHEMA, orient="row")


def edges_around(connection: Connection, customers: Iterable[str], *, without: int | None = None) -> list[Edge]:
    """The edges that hold and can say anything about these customers, leaving one decision aside if asked to."""
    edges: set[Edge] = set()
    known: set[str] = set()
    frontier = set(customers)
    while frontier:
        known |= frontier
        found = [edge for edge in _edges_touching(connection, sorted(frontier)) if edge.decision_id != without]
        edges.update(found)
        # Only joining edges lead on to others whose edges matter.
        frontier = {customer for edge in found if edge.verdict in JOINING_VERDICTS for customer in edge.pair} - known
    return sorted(edges, key=lambda edge: (edge.pair, edge.decision_id))


def current_edges(connection: Connection) -> list[Edge]:
    """The last edge of every pair, lapsed ones too, sorted by pair."""
    return _read(connection, _CURRENT.order_by(pair_decisions.c.customer_no_l, pair_decisions.c.customer_no_r))


def decided_edges(ledger: Ledger) -> list[Edge]:
    """`current_edges` of a ledger."""
    with ledger.read() as connection:
        return current_edges(connection)


_CURRENT = select(
    pair_decisions.c.customer_no_l,
    pair_decisions.c.customer_no_r,
    pair_decisions.c.verdict,
    pair_decisions.c.decision_id,
    pair_decisions.c.fingerprint,
    pair_decisions.c.lapsed,
).where(pair_decisions.c.current)


def _edges_touching(connection: Connection, customers: Sequence[str]) -> list[Edge]:
    edges = []
    for some in in_chunks(customers):
        either = or_(pair_decisions.c.customer_no_l.in_(some), pair_decisions.c.customer_no_r.in_(some))
        edges += _read(connection, _CURRENT.where(either, ~pair_decisions.c.lapsed))
    return edges


def _read(connection: Connection, query: Select[tuple[str, str, str, int, str | None, bool]]) -> list[Edge]:
    return [Edge((row[0], row[1]), *row[2:]) for row in connection.execute(query).tuples()]
