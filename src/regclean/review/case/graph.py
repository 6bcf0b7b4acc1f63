"""A cluster as a picture: records on a circle, decided edges solid, suggested ones dashed, the weakest bridge marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from regclean.findings import DecidedGraph, Pair, ordered

WIDTH, HEIGHT, RADIUS = 360, 240, 84
NODE = 15


@dataclass(frozen=True, slots=True)
class Node:
    """A record: where its dot stands (SVG units), its column's number and its customer number."""

    customer_no: str
    number: int
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """An edge. `verdict` is what somebody decided (None: only suggested); `weakest`: cutting it divides the group."""

    left: str
    right: str
    x1: float
    y1: float
    x2: float
    y2: float
    relation: str
    probability: float
    verdict: str | None
    weakest: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """The picture, and who would be left out if the weakest bridge were cut (the smaller side)."""

    nodes: tuple[Node, ...]
    lines: tuple[DrawnEdge, ...]
    weakest: Pair | None
    cut_off: tuple[str, ...]
    width: int = WIDTH
    height: int = HEIGHT
    radius: int = NODE


def draw(customers: Sequence[str], pairs: Iterable[Mapping[str, object]], decided: Mapping[Pair, str]) -> Graph:
    """`pairs`: {"l", "r", "probability", "relation"} as frozen in the evidence; `decided`: what holds on each pair."""
    nodes = {customer: _node(customer, index, len(customers)) for index, customer in enumerate(customers)}
    scored = [
        (ordered(str(pair["l"]), str(pair["r"])), _number(pair["probability"]), str(pair["relation"])) for pair in pairs
    ]
    known = {pair for pair, _, _ in scored}
    scored += [(pair, 1.0, verdict) for pair, verdict in sorted(decided.items()) if pair not in known]
    scored = [item for item in scored if item[0][0] in nodes and item[0][1] in nodes]
    weakest = _weakest(list(nodes), scored, decided)
    lines = tuple(
        DrawnEdge(
            *pair,
            nodes[pair[0]].x,
            nodes[pair[0]].y,
            nodes[pair[1]].x,
            nodes[pair[1]].y,
            relation,
            probability,
            decided.get(pair),
            pair == weakest,
        )
        for pair, probability, relation in sorted(scored)
    )
    return Graph(tuple(nodes.values()), lines, weakest, _cut_off(list(nodes), scored, weakest))


def _node(customer: str, index: int, total: int) -> Node:
    angle = 2 * pi * index / max(total, 1) - (pi if total == 2 else pi / 2)
    x, y = WIDTH / 2 + RADIUS * 1.2 * cos(angle), HEIGHT / 2 + RADIUS * sin(angle)
    side = cos(angle)
    anchor = "middle" if abs(side) < 0.3 else "start" if side > 0 else "end"
    reach = NODE + 7
    label_y = y + 4 if anchor != "middle" else y + (reach + 10 if sin(angle) > 0 else -reach)
    label_x = x + (reach if anchor == "start" else -reach if anchor == "end" else 0)
    return Node(customer, index + 1, round(x, 1), round(y, 1), round(label_x, 1), round(label_y, 1), anchor)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _weakest(
    customers: Sequence[str], scored: Sequence[tuple[Pair, float, str]], decided: Mapping[Pair, str]
) -> Pair | None:
    """The last edge needed to hold the group together, decided and best ones first."""
    if len(customers) < 3:
        return None
    graph, groups = DecidedGraph(), len(customers)
    usable = [item for item in scored if decided.get(item[0], "same") == "same"]
    for pair, _, _ in sorted(usable, key=lambda item: (item[0] not in decided, -item[1], item[0])):
        if graph.follows(*pair) != "same":
            graph.add(*pair, "same")
            groups -= 1
            if groups == 1:
                return None if decided.get(pair) == "same" else pair
    return None


def _cut_off(
    customers: Sequence[str], scored: Sequence[tuple[Pair, float, str]], weakest: Pair | None
) -> tuple[str, ...]:
    """The smaller side once the weakest bridge is cut, by the strongest edges that are left."""
    if weakest is None:
        return ()
    graph, groups = DecidedGraph(), len(customers)
    for pair, _, _ in sorted(scored, key=lambda item: (-item[1], item[0])):
        if groups > 2 and pair != weakest and graph.follows(*pair) != "same":
            graph.add(*pair, "same")
            groups -= 1
    sides = [
        [other for other in customers if other == end or graph.follows(*ordered(end, other)) == "same"]
        for end in weakest
    ]
    smaller = sorted(sides, key=lambda side: (len(side), side))[0]
    return tuple(sorted(smaller))
