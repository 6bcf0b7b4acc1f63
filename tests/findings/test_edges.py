"""What follows from decided edges, against networkx as an independent oracle."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from regclean.domain.decisions import SEPARATING_VERDICTS
from regclean.findings.duplicates import weakest_link
from regclean.findings.edges import Decided, DecidedGraph, Edge, night_edges, ordered, pair_fingerprint, pairs_of, words

PEOPLE = "abcdefgh"
EDGES = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.sampled_from(["same", "same", "different", "household"])
    ).filter(lambda edge: edge[0] != edge[1]),
    max_size=25,
)


def taken(edges: list[tuple[str, str, str]]) -> tuple[DecidedGraph, list[tuple[str, str, str]]]:
    """A graph that takes every edge that contradicts nothing, as `record` does."""
    graph, kept = DecidedGraph(), []
    for left, right, verdict in edges:
        if graph.contradiction(left, right, verdict) is None:
            graph.add(left, right, verdict)
            kept.append((left, right, verdict))
    return graph, kept


def oracle(kept: list[tuple[str, str, str]], left: str, right: str) -> str | None:
    same = nx.Graph((one, other) for one, other, verdict in kept if verdict == "same")
    same.add_nodes_from(PEOPLE)
    here, there = nx.node_connected_component(same, left), nx.node_connected_component(same, right)
    if right in here:
        return "same"
    apart = any(
        verdict in SEPARATING_VERDICTS and ((one in here and other in there) or (one in there and other in here))
        for one, other, verdict in kept
    )
    return "different" if apart else None


@given(EDGES)
def test_what_follows_is_the_closure(edges: list[tuple[str, str, str]]) -> None:
    graph, kept = taken(edges)
    for left, right in pairs_of(PEOPLE):
        assert graph.follows(left, right) == graph.follows(right, left) == oracle(kept, left, right)


@given(EDGES, st.randoms())
def test_the_order_of_the_edges_does_not_matter(edges: list[tuple[str, str, str]], random: object) -> None:
    graph, kept = taken(edges)
    random.shuffle(kept)  # type: ignore[attr-defined]  # hypothesis' own random.Random
    again = DecidedGraph(kept)
    assert [graph.follows(*pair) for pair in pairs_of(PEOPLE)] == [again.follows(*pair) for pair in pairs_of(PEOPLE)]


@given(EDGES)
def test_a_contradiction_names_a_recorded_pair(edges: list[tuple[str, str, str]]) -> None:
    graph, kept = taken(edges)
    recorded = {ordered(left, right) for left, right, verdict in kept if verdict != "same"}
    for left, right in pairs_of(PEOPLE):
        against = graph.contradiction(left, right, "same")
        assert (against is not None) == (oracle(kept, left, right) == "different")
        assert against is None or against in recorded


@given(EDGES)
def test_a_group_follows_only_when_every_pair_agrees(edges: list[tuple[str, str, str]]) -> None:
    graph, kept = taken(edges)
    for group in ("abc", "abcd", "gh"):
        found = {oracle(kept, *pair) for pair in pairs_of(group)}
        assert graph.follows_for(group) == (found.pop() if len(found) == 1 else None)


@given(st.dictionaries(st.sampled_from(list(pairs_of("abcde"))), st.integers(1, 9), min_size=4))
def test_the_weakest_link_is_the_last_edge_of_the_best_tree(scores: dict[tuple[str, str], int]) -> None:
    pairs = [
        {"customer_no_l": left, "customer_no_r": right, "match_probability": score / 10}
        for (left, right), score in scores.items()
    ]
    whole = nx.Graph()
    whole.add_nodes_from("abcde")
    whole.add_weighted_edges_from((left, right, score) for (left, right), score in scores.items())
    found = weakest_link(pairs, list("abcde"))
    if not nx.is_connected(whole):
        assert found is None
    else:
        tree = nx.maximum_spanning_tree(whole)
        assert found is not None
        assert found["match_probability"] == min(weight for _, _, weight in tree.edges(data="weight")) / 10


def test_a_pair_fingerprint_is_symmetric_and_knows_whose_record_it_is() -> None:
    assert pair_fingerprint("1", "x", "2", "y") == pair_fingerprint("2", "y", "1", "x")
    assert pair_fingerprint("1", "x", "2", "y") != pair_fingerprint("1", "y", "2", "x")


def test_a_lapsed_edge_that_others_answered_says_nothing_any_more() -> None:
    apart = Edge(("1", "2"), "different", 1, pair_fingerprint("1", "a", "2", "b"))
    same = [Edge(("1", "3"), "same", 2, None), Edge(("2", "3"), "same", 3, None)]

    def said(edges: list[Edge], **digests: str) -> list[tuple[str, ...]]:
        return words(night_edges(edges, {"1": "a", "2": "b", **digests})).rows()

    assert said([apart]) == [("1", "2", "different")]
    assert said([apart], **{"2": "c"}) == [("1", "2", "lapsed")]
    (lapsed,) = night_edges([apart], {"1": "a", "2": "c"})
    assert night_edges([lapsed], {"1": "a"}) == [lapsed], "a record that is not there changes nothing"
    assert night_edges([lapsed], {"1": "a", "2": "b"}) == [apart], "the records are what they were"
    # Meanwhile the two were joined through a third: the old records do not bring the old answer back.
    assert said([lapsed, *same]) == [("1", "3", "same"), ("2", "3", "same")]


def test_what_follows_is_an_entity_where_the_accounts_of_any_are_kept() -> None:
    def follows(*verdicts: str) -> object:
        pairs = (("1", "2"), ("2", "3"))
        edges = [Edge(pair, verdict, 1, None) for pair, verdict in zip(pairs, verdicts, strict=True)]
        return Decided(edges).follows(["1", "3"])

    assert follows("same", "same") == ("same", 1)
    assert follows("same", "entity") == follows("entity", "entity") == ("entity", 1)
    assert follows("entity", "different") == ("different", 1)
