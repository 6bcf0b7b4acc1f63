"""From which probability on a pair is proposed as one customer: by kind of evidence, so that certain pairs do not pay for doubtful ones."""

from __future__ import annotations

import duckdb
import polars as pl

from regclean.warehouse import rows


def decide(
    connection: duckdb.DuckDBPyConnection, same_precision: float, review: float, *, fixed: float | None = None
) -> None:
    """Temp table `link_policy` (evidence, threshold) from the pairs of `link_related`.

    The threshold is the lowest one from which on the pairs of this evidence are expected to be right at least `same_precision` of
    the time. A pair whose own probability is so high needs no company; none is below `review`.
    `fixed`: one threshold for all evidence, of an older configuration.
    """
    query = """SELECT evidence, round(probability, 6) AS p, count(*) AS pairs FROM link_related
        WHERE between = 'alike' AND NOT doubtful AND verdict IS NULL AND probability >= $review GROUP BY ALL ORDER BY evidence, p DESC"""
    found: dict[str, list[tuple[float, int]]] = {}
    for evidence, p, pairs in rows(connection, query, {"review": review}):
        found.setdefault(str(evidence), []).append((float(p), int(pairs)))
    frame = pl.DataFrame(
        [(evidence, fixed or threshold(steps, same_precision)) for evidence, steps in sorted(found.items())],
        schema={"evidence": pl.String, "threshold": pl.Float64},
        orient="row",
    )
    connection.register("link_policy_frame", frame)
    connection.execute("CREATE OR REPLACE TEMP TABLE link_policy AS SELECT * FROM link_policy_frame")
    connection.unregister("link_policy_frame")


def threshold(steps: list[tuple[float, int]], precision: float) -> float:
    """The threshold over pairs of one evidence: `steps` are (probability, pairs), from the highest probability down."""
    lowest, pairs, wrong = precision, 0, 0.0
    for p, n in steps:
        pairs += n
        wrong += n * (1.0 - p)
        if wrong <= (1.0 - precision) * pairs:
            lowest = min(lowest, p)
    return lowest


def take(connection: duckdb.DuckDBPyConnection, thresholds: pl.DataFrame, same_precision: float) -> None:
    """Temp table `link_policy` as an earlier night had it; evidence that it had not seen needs `same_precision` of its own."""
    connection.register("link_policy_frame", thresholds)
    connection.execute("CREATE OR REPLACE TEMP TABLE link_policy AS SELECT evidence, threshold FROM link_policy_frame")
    connection.unregister("link_policy_frame")
    connection.execute(
        "INSERT INTO link_policy SELECT DISTINCT evidence, $precision FROM link_related ANTI JOIN link_policy USING (evidence)",
        {"precision": same_precision},
    )
