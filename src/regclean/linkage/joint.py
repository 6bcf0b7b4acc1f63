"""What pairs say of each other: three rows are one customer, two, or three, and the probabilities of their pairs must agree on that.

Pairs are judged one by one. Where a row may be one customer with several others, the ways to divide these rows among customers are
weighed together: a division is as probable as the odds of the pairs that it joins, multiplied. A row is then not both the father and
the son, a wife is not her husband's second account, and two rows that are surely the same as a third are the same.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import combinations

import duckdb
import numpy as np
import polars as pl

from regclean.linkage.scoring import PACKAGE
from regclean.warehouse import load_sql, registered, rows

# A pair below this joins no rows to be weighed together; more rows than this have too many divisions, and are left as they are.
LEAST = 0.02
LARGEST = 6
# Three rows of one name at one place say thrice what two say once: beside the pairs that hold rows together, a further one that
# speaks for them adds so much of its weight. What speaks against them counts whole.
CLOSING = 0.25
FLOOR = 1e-9


def weigh(connection: duckdb.DuckDBPyConnection, found: pl.DataFrame | None = None) -> None:
    """Replace the probabilities of the pairs of `link_related` that other pairs bear on. `found` (l, r, p): as a night found them."""
    with registered(connection, "link_joint", _weighed(connection) if found is None else found):
        connection.execute(load_sql("joint", PACKAGE))


def _weighed(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    found = rows(connection, load_sql("joint_pairs", PACKAGE))
    joined: dict[str, set[str]] = {}
    for left, right, p, _ in found:
        if p >= LEAST:
            _join(joined, left, right)
    odds: dict[int, dict[tuple[str, str], float]] = defaultdict(dict)
    for left, right, p, against in found:
        group = joined.get(left)
        if group is not None and group is joined.get(right) and 2 < len(group) <= LARGEST:
            held = min(max(p, FLOOR), 1.0 - FLOOR)
            # What is improbable only because nothing speaks for it, says nothing against what other pairs say.
            odds[id(group)][left, right] = held / (1.0 - held) if against else max(held / (1.0 - held), 1.0)
    groups = {id(group): sorted(group) for group in joined.values()}
    changed = [
        (*pair, p)
        for key in sorted(odds, key=lambda one: groups[one])
        for pair, p in together(groups[key], odds[key]).items()
    ]
    return pl.DataFrame(changed, schema={"l": pl.String, "r": pl.String, "p": pl.Float64}, orient="row")


def _join(groups: dict[str, set[str]], left: str, right: str) -> bool:
    """Make the groups of two rows one; a row that is in none yet is a group of its own. False: they were one before."""
    a, b = groups.get(left, {left}), groups.get(right, {right})
    if a is b:
        return False
    a |= b
    groups.update(dict.fromkeys(a, a))
    return True


def together(members: list[str], odds: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    """Pair -> probability that it is joined, over all divisions of the members. `odds`: of pairs in order; others say nothing."""
    logs = {pair: float(np.log(value)) for pair, value in odds.items()}
    support: dict[tuple[str, ...], float] = {}
    scores, joins = [], []
    pairs = list(odds)
    for blocks in _divisions(len(members)):
        total = 0.0
        joined: set[tuple[str, str]] = set()
        for block in blocks:
            inside = tuple(members[i] for i in block)
            if inside not in support:
                support[inside] = _support(inside, logs)
            total += support[inside]
            joined |= set(combinations(inside, 2))
        scores.append(total)
        joins.append([pair in joined for pair in pairs])
    weights = np.exp(np.array(scores) - max(scores))
    shares = (weights @ np.array(joins, dtype=float)) / weights.sum()
    return {pair: float(p) for pair, p in zip(pairs, shares, strict=True)}


def _support(block: tuple[str, ...], logs: dict[tuple[str, str], float]) -> float:
    """Log odds that these rows are one: the pairs that hold them together, and what further pairs add or take."""
    tree: dict[str, set[str]] = {}
    total = 0.0
    for pair in sorted(combinations(block, 2), key=lambda pair: -logs.get(pair, 0.0)):
        value = logs.get(pair, 0.0)
        closes = not _join(tree, *pair)
        total += value * CLOSING if closes and value > 0 else value
    return total


@cache
def _divisions(size: int) -> list[list[list[int]]]:
    """All ways to divide so many rows."""
    if size == 0:
        return [[]]
    found = []
    for blocks in _divisions(size - 1):
        for k, block in enumerate(blocks):
            found.append([*blocks[:k], [*block, size - 1], *blocks[k + 1 :]])
        found.append([*blocks, [size - 1]])
    return found
