"""Gathers what a model is learnt from: the candidates' patterns, random pairs for chance agreement, and counts of equal values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb
import numpy as np
import polars as pl

from regclean.linkage import mixture, offsets, scoring
from regclean.linkage.comparison import Comparison
from regclean.linkage.mixture import Evidence
from regclean.linkage.model import columns, comparisons
from regclean.linkage.parameters import CELLS, Parameters
from regclean.linkage.patterns import Array, Patterns, as_patterns
from regclean.warehouse import load_sql, registered, rows

RANDOM_PAIRS = 200_000
# What is expected of a register before it speaks, in pairs for each row.
PER_ROW = {"stayed": 0.04, "moved": 0.03, "household": 0.15, "namesake": 0.002, "successor": 0.02}


def add_pairs(connection: duckdb.DuckDBPyConnection, model: str) -> None:
    """Put random pairs, and decided pairs that no key met, beside the candidates of `link_blocked`: they are compared with them."""
    table = scoring.ENTITIES[model]
    size = scoring.count(connection, table)
    connection.execute(load_sql("decided_entities", scoring.PACKAGE), {"entities": table})
    connection.execute(
        load_sql("training_pairs", scoring.PACKAGE),
        {"size": max(size, 1), "random_pairs": min(RANDOM_PAIRS, 4 * size * (size - 1))},
    )


def train_model(
    connection: duckdb.DuckDBPyConnection, model: str, country: str, *, version: int, trained_at: str | None
) -> Parameters:
    """Learn one model from the compared pairs (`link_compared`, with those of `add_pairs`).

    The result is checked: a level without a probability fails the run.
    """
    parts = comparisons(model, country)
    table = scoring.ENTITIES[model]
    size = scoring.count(connection, table)
    found = read_patterns(connection, parts, country)
    evidence = Evidence(
        size=size,
        candidates=found["candidate"],
        drawn=found.get("random"),
        equal={column: _equal_pairs(connection, table, column) for column in columns(model, country)},
        cells=_cell_pairs(connection, table, "kind, first, last" if model == "person" else "org"),
    )
    start = Parameters(
        model=model, country=country, version=version, m={}, u={}, per_row=PER_ROW, trained_at=trained_at
    )
    learnt, _ = mixture.learn(start, parts, evidence)
    counted = {"rows": size} | {f"pairs_{name}": int(patterns.counts.sum()) for name, patterns in sorted(found.items())}
    counted["pairs_decided"] = scoring.count(connection, "link_decided_entities")
    result = replace(learnt, trained_on=counted).rounded()
    result.check()
    return result


@dataclass(frozen=True, slots=True)
class Labelled:
    """Compared pairs with their labels: patterns (one row each), 1 or 0, and what a model says of them without offsets."""

    frame: pl.DataFrame
    patterns: Patterns
    labels: Array
    same: Array


def labelled_pairs(connection: duckdb.DuckDBPyConnection, parameters: Parameters, labels: pl.DataFrame) -> Labelled:
    """The pairs of `link_compared` among `labels` (customer_no_l, customer_no_r, same: Boolean)."""
    table = scoring.ENTITIES[parameters.model]
    parts = comparisons(parameters.model, parameters.country)
    with registered(connection, "link_labelled", labels):
        frame = connection.sql(load_sql("labelled_entities", scoring.PACKAGE), params={"entities": table}).pl()
    patterns = as_patterns(frame, parts, parameters.country)
    classes = mixture.posteriors(parameters, parts, patterns, scoring.count(connection, table))
    same = classes[:, list(mixture.SAME)].sum(axis=1)
    return Labelled(frame, patterns, frame["same"].cast(pl.Float64).to_numpy(), same)


def learn_offsets(
    connection: duckdb.DuckDBPyConnection, parameters: Parameters, labels: pl.DataFrame
) -> dict[str, float]:
    """What blind labels add to a model, from the pairs of `link_compared` that have one."""
    found = labelled_pairs(connection, parameters, labels)
    names, design = offsets.keys(found.patterns, comparisons(parameters.model, parameters.country))
    return offsets.fit(found.same, found.labels, names, design)


def read_patterns(
    connection: duckdb.DuckDBPyConnection, parts: tuple[Comparison, ...], country: str
) -> dict[str, Patterns]:
    """Kind of pair (candidate, random) -> its patterns. Decided pairs are candidates whose classes are known."""
    frame = connection.sql(load_sql("training_patterns", scoring.PACKAGE)).pl()
    found = {}
    for kind in ("candidate", "random"):
        chosen = frame.filter(pl.col("kind") == kind)
        if kind == "candidate" or chosen.height:
            found[kind] = as_patterns(chosen, parts, country)
    return found


def _equal_pairs(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> float:
    """Pairs of rows that share a value of the column."""
    is_list = rows(connection, f"SELECT typeof({column}) LIKE '%[]' FROM {table} LIMIT 1")  # noqa: S608  # constants
    name = "value_counts_list" if is_list and is_list[0][0] else "value_counts"
    found = rows(connection, load_sql(name, scoring.PACKAGE), {"entities": table, "column": column})
    return float(found[0][0] or 0)


def _cell_pairs(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> Array:
    """By cell of full names: pairs of rows of one full name."""
    query = f"SELECT cell, sum(n * (n - 1) / 2) FROM (SELECT cell, count(*) AS n FROM {table} WHERE cell IS NOT NULL GROUP BY cell, {name}) GROUP BY cell"  # noqa: S608  # constants
    found = np.zeros(CELLS)
    for cell, pairs in rows(connection, query):
        found[int(cell)] = float(pairs)
    return found
