"""From which probability on a pair is proposed as one customer: by kind of evidence, so that certain pairs do not pay for doubtful ones."""

from __future__ import annotations

import duckdb
import polars as pl

from regclean.warehouse import rows, temp_table

# A kind of evidence may be wrong so many times as often as the model as a whole: certain pairs do not pay for doubtful ones without end.
LENIENCE = 2.0


def decide(
    connection: duckdb.DuckDBPyConnection, same_precision: float, review: float, *, fixed: float | None = None
) -> None:
    """Temp table `link_policy` (evidence, threshold) from the pairs of `link_related`.

    The threshold of a model is the lowest one from which on its pairs are expected to be right at least `same_precision` of the time:
    no other choice of as many pairs is right more often. It is higher for evidence whose own pairs would then be expected to be wrong
    more than `LENIENCE` times as often. A pair whose own probability is so high needs no company; none is below `review`.
    `fixed`: one threshold for all evidence, of an older configuration.
    """
    query = """SELECT model, evidence, round(probability, 6) AS p, count(*) AS pairs FROM link_related
        WHERE between = 'alike' AND NOT doubtful AND verdict IS NULL AND probability >= $review GROUP BY ALL ORDER BY p DESC, evidence"""
    of_model: dict[str, list[tuple[float, int]]] = {}
    of_evidence: dict[tuple[str, str], list[tuple[float, int]]] = {}
    for model, evidence, p, pairs in rows(connection, query, {"review": review}):
        of_model.setdefault(model, []).append((float(p), int(pairs)))
        of_evidence.setdefault((model, evidence), []).append((float(p), int(pairs)))
    lenient = 1.0 - LENIENCE * (1.0 - same_precision)
    whole = {model: threshold(steps, same_precision) for model, steps in of_model.items()}
    found = [
        (evidence, fixed or max(whole[model], threshold(steps, lenient)))
        for (model, evidence), steps in sorted(of_evidence.items())
    ]
    frame = pl.DataFrame(found, schema={"evidence": pl.String, "threshold": pl.Float64}, orient="row")
    temp_table(connection, "link_policy", frame)


def threshold(steps: list[tuple[float, int]], precision: float) -> float:
    """The threshold over pairs: `steps` are (probability, pairs), from the highest probability down."""
    lowest, pairs, wrong = precision, 0, 0.0
    for p, n in steps:
        pairs += n
        wrong += n * (1.0 - p)
        if wrong <= (1.0 - precision) * pairs:
            lowest = min(lowest, p)
    return lowest


def take(connection: duckdb.DuckDBPyConnection, thresholds: pl.DataFrame, same_precision: float) -> None:
    """Temp table `link_policy` as an earlier night had it; evidence that it had not seen needs `same_precision` of its own."""
    temp_table(connection, "link_policy", thresholds.select("evidence", "threshold"))
    connection.execute(
        "INSERT INTO link_policy SELECT DISTINCT evidence, $precision FROM link_related ANTI JOIN link_policy USING (evidence)",
        {"precision": same_precision},
    )
