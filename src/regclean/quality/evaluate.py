"""Precision, recall and F1 of pairs, clusters or member links against a truth file, with intervals.

Pairs are counted from group sizes, never listed: a cluster of 10,000 costs as much as one of two. Counts are kept by
true entity (a false pair half at each of its two ends) or by shared-bin list, because errors come in lumps; the
intervals of `intervals.ratio` then rest on the number of entities, not on the number of pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regclean.errors import UsageError
from regclean.quality.calibration import Calibration, calibrate
from regclean.quality.intervals import Interval, ratio, wilson
from regclean.quality.truth import Subject, Truth, entities_of, pairs_of, read_truth

THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
Source = duckdb.DuckDBPyConnection | Mapping[str, pl.DataFrame]
_PAIR = ["customer_no_l", "customer_no_r"]
_QUERIES = {
    "pairs": "SELECT customer_no_l, customer_no_r, match_probability, relation FROM pairs",
    "clusters": "SELECT cluster_id, customer_no FROM clusters",
    "member_links": "SELECT bin_group_no, member_no, customer_no, match_probability FROM member_links",
    "customers": "SELECT customer_no FROM customers",
}


@dataclass(frozen=True, slots=True)
class Score:
    """Counts and measures at one operating point. `threshold` None: what is published as the result."""

    label: str
    threshold: float | None
    true_positives: int
    false_positives: int
    false_negatives: int
    precision: Interval | None
    recall: Interval | None
    f1: Interval | None


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One line of a breakdown: `count` of `total` in a class (false pairs of a relation, found pairs by shares)."""

    name: str
    count: int
    total: int
    share: Interval | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came out. `published` is the result as it stands; `by_threshold` what other thresholds would give."""

    on: Subject
    truth: str
    published: Score
    by_threshold: tuple[Score, ...] = ()
    judged: int = 0  # customers, pairs or lines that the truth knows
    left_out: int = 0  # those that it does not
    false_by_relation: tuple[Breakdown, ...] = ()
    recall_by_shares: tuple[Breakdown, ...] = ()
    measures: Mapping[str, Interval | None] = field(default_factory=dict)
    calibration: Calibration | None = None

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat row for each operating point, for a table or a csv file."""
        return [_row(score) for score in (self.published, *self.by_threshold)]


def _row(score: Score) -> dict[str, Any]:
    row: dict[str, Any] = {
        "at": score.label,
        "true_positives": score.true_positives,
        "false_positives": score.false_positives,
        "false_negatives": score.false_negatives,
    }
    for name, interval in (("precision", score.precision), ("recall", score.recall), ("f1", score.f1)):
        row[name] = interval.value if interval else None
        row[f"{name}_low"] = interval.low if interval else None
        row[f"{name}_high"] = interval.high if interval else None
    return row


def evaluate(
    source: Source,
    truth_path: Path,
    on: Subject | None = None,
    *,
    thresholds: Sequence[float] = THRESHOLDS,
) -> Evaluation:
    """Judge a night (a connection, or frames by table name) by a truth file.

    `on`: pairs, clusters or member-links; None: what the truth file's columns are about. Errors: InputError for a
    truth file that cannot be read, UsageError for a truth that cannot judge what was asked for.
    """
    truth = read_truth(truth_path, shape=on)
    subject = on or truth.shape
    if (subject == "member-links") != (truth.shape == "member-links"):
        raise UsageError(
            f"{truth.path}: this truth file is about {truth.shape}, not about {subject}.",
            remedy=f"Leave --on away, or give a truth file for {subject}.",
        )
    if subject == "member-links":
        return _member_links(_table(source, "member_links"), truth, thresholds)
    if subject == "clusters":
        return _clusters(_table(source, "clusters"), truth)
    return _pairs(_table(source, "pairs"), _customers(source), truth, thresholds)


def _table(source: Source, name: str) -> pl.DataFrame:
    if not isinstance(source, duckdb.DuckDBPyConnection):
        if name not in source:
            raise UsageError(f"there is no table '{name}' to judge.", remedy="Run the linkage first: regclean run")
        return source[name]
    frame: pl.DataFrame = source.sql(_QUERIES[name]).pl()
    return frame


def _customers(source: Source) -> pl.Series | None:
    if not isinstance(source, duckdb.DuckDBPyConnection):
        return source["customers"]["customer_no"] if "customers" in source else None
    return _table(source, "customers")["customer_no"]


def _measure(label: str, threshold: float | None, units: pl.DataFrame) -> Score:
    """Sum `tp, fp, fn` over units and put intervals around their ratios."""
    tp, fp, fn = (units[name].cast(pl.Float64).to_numpy().tolist() for name in ("tp", "fp", "fn"))
    return Score(
        label=label,
        threshold=threshold,
        true_positives=round(sum(tp)),
        false_positives=round(sum(fp)),
        false_negatives=round(sum(fn)),
        precision=ratio(tp, [a + b for a, b in zip(tp, fp, strict=True)]),
        recall=ratio(tp, [a + b for a, b in zip(tp, fn, strict=True)]),
        f1=ratio([2 * a for a in tp], [2 * a + b + c for a, b, c in zip(tp, fp, fn, strict=True)]),
    )


# Clusters -------------------------------------------------------------------------------------------------------------


def _clusters(clusters: pl.DataFrame, truth: Truth) -> Evaluation:
    known = _known_entities(truth, clusters["customer_no"])
    joined = clusters.join(known, on="customer_no", how="inner")
    cells = joined.group_by("cluster_id", "entity").agg(pl.len().alias("n"))
    cells = cells.with_columns(pl.col("n").sum().over("cluster_id").alias("cluster_size"))
    sizes = known.group_by("entity").agg(pl.len().alias("size"))
    units = (
        cells.group_by("entity")
        .agg(
            (pl.col("n") * (pl.col("n") - 1) / 2).sum().alias("tp"),
            (pl.col("n") * (pl.col("cluster_size") - pl.col("n")) / 2).sum().alias("fp"),
        )
        .join(sizes, on="entity", how="full", coalesce=True)
        .with_columns(pl.col("tp", "fp").fill_null(0.0))
        .with_columns((pl.col("size") * (pl.col("size") - 1) / 2 - pl.col("tp")).alias("fn"))
        .sort("entity")
    )
    several = units.filter(pl.col("size") > 1)
    exact = several.filter((pl.col("fp") == 0) & (pl.col("fn") == 0)).height
    found = _cluster_pairs(clusters, truth) if truth.shape == "pairs" else None
    return Evaluation(
        on="clusters",
        truth=str(truth.path),
        published=_measure("clusters", None, units),
        judged=joined.height,
        left_out=clusters.height - joined.height,
        false_by_relation=_false_by_relation(found, truth) if found is not None else (),
        recall_by_shares=_recall_by_shares(found, truth) if found is not None else (),
        measures={"entities_exactly_right": wilson(exact, several.height)},
    )


def _known_entities(truth: Truth, customers: pl.Series) -> pl.DataFrame:
    """`customer_no, entity`; under a complete pairs truth every customer that it does not list is on its own."""
    known = entities_of(truth)
    if truth.shape == "clusters":
        return known
    alone = customers.unique().sort().to_frame("customer_no").join(known, on="customer_no", how="anti")
    return pl.concat([known, alone.with_columns(pl.concat_str(pl.lit("\0"), "customer_no").alias("entity"))])


def _cluster_pairs(clusters: pl.DataFrame, truth: Truth) -> pl.DataFrame:
    """The pairs that the truth lists and that stand in one cluster."""
    cluster = clusters.select("customer_no", "cluster_id")
    return (
        truth.frame.join(
            cluster.rename({"customer_no": "customer_no_l", "cluster_id": "cluster_l"}), on="customer_no_l"
        )
        .join(cluster.rename({"customer_no": "customer_no_r", "cluster_id": "cluster_r"}), on="customer_no_r")
        .filter(pl.col("cluster_l") == pl.col("cluster_r"))
        .select(_PAIR)
    )


# Pairs ----------------------------------------------------------------------------------------------------------------


def _pairs(pairs: pl.DataFrame, customers: pl.Series | None, truth: Truth, thresholds: Sequence[float]) -> Evaluation:
    judged, units = _judge(pairs, customers, truth)
    same = judged.filter(pl.col("relation") == "same") if "relation" in judged.columns else judged
    found = same.select(_PAIR)
    return Evaluation(
        on="pairs",
        truth=str(truth.path),
        published=_score_pairs("relation same", None, same, units),
        by_threshold=tuple(
            _score_pairs(f">= {t:g}", t, judged.filter(pl.col("match_probability") >= t), units) for t in thresholds
        ),
        judged=judged.height,
        left_out=pairs.height - judged.height,
        false_by_relation=_false_by_relation(found, truth) if truth.shape == "pairs" else (),
        recall_by_shares=_recall_by_shares(found, truth) if truth.shape == "pairs" else (),
        calibration=calibrate(judged["match_probability"], judged["same"]),
    )


def _judge(pairs: pl.DataFrame, customers: pl.Series | None, truth: Truth) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The predicted pairs that the truth can judge, with `same, entity_l, entity_r`, and `entity, positives`.

    Labelled pairs have no entities: there each pair's left customer stands for the unit.
    """
    if truth.shape == "pairs" and not truth.complete:
        judged = pairs.join(truth.frame.select([*_PAIR, "same"]), on=_PAIR, how="inner").with_columns(
            pl.col("customer_no_l").alias("entity_l"), pl.col("customer_no_l").alias("entity_r")
        )
        positives = truth.frame.group_by(pl.col("customer_no_l").alias("entity")).agg(
            pl.col("same").sum().cast(pl.Float64).alias("positives")
        )
        return judged.sort(_PAIR), positives.sort("entity")
    everyone = customers if customers is not None else pl.concat([pairs["customer_no_l"], pairs["customer_no_r"]])
    known = _known_entities(truth, everyone)
    judged = (
        pairs.join(known.rename({"customer_no": "customer_no_l", "entity": "entity_l"}), on="customer_no_l")
        .join(known.rename({"customer_no": "customer_no_r", "entity": "entity_r"}), on="customer_no_r")
        .with_columns((pl.col("entity_l") == pl.col("entity_r")).alias("same"))
        .sort(_PAIR)
    )
    if truth.shape == "clusters":
        size = pl.len().cast(pl.Float64)
        return judged, known.group_by("entity").agg((size * (size - 1) / 2).alias("positives")).sort("entity")
    # A pair file is judged as it stands: what it does not list is not the same, even if it would follow from others.
    listed = pairs_of(truth).with_columns(pl.lit(value=True).alias("listed"))
    judged = judged.join(listed, on=_PAIR, how="left").with_columns(pl.col("listed").is_not_null().alias("same"))
    counted = listed.join(known, left_on="customer_no_l", right_on="customer_no").group_by("entity")
    positives = counted.agg(pl.len().cast(pl.Float64).alias("positives"))
    everybody = known.select("entity").unique().join(positives, on="entity", how="left")
    return judged, everybody.with_columns(pl.col("positives").fill_null(0.0)).sort("entity")


def _score_pairs(label: str, threshold: float | None, predicted: pl.DataFrame, units: pl.DataFrame) -> Score:
    half = pl.concat(
        [
            predicted.select(pl.col(f"entity_{side}").alias("entity"), pl.col("same").cast(pl.Float64) / 2)
            for side in ("l", "r")
        ]
    )
    counts = half.group_by("entity").agg(pl.col("same").sum().alias("tp"), (0.5 - pl.col("same")).sum().alias("fp"))
    table = (
        units.join(counts, on="entity", how="left")
        .with_columns(pl.col("tp", "fp").fill_null(0.0))
        .with_columns((pl.col("positives") - pl.col("tp")).alias("fn"))
        .sort("entity")
    )
    return _measure(label, threshold, table)


def _false_by_relation(found: pl.DataFrame, truth: Truth) -> tuple[Breakdown, ...]:
    if not truth.has_relation:
        return ()
    false = (
        found.join(truth.frame, on=_PAIR, how="left")
        .filter(~pl.col("same").fill_null(value=False))
        .with_columns(pl.col("relation").fill_null("stranger"))
    )
    counts = false.group_by("relation").len().sort(["len", "relation"], descending=[True, False])
    return tuple(Breakdown(name, n, false.height, wilson(n, false.height)) for name, n in counts.iter_rows())


def _recall_by_shares(found: pl.DataFrame, truth: Truth) -> tuple[Breakdown, ...]:
    if not truth.has_shares:
        return ()
    true = truth.frame.filter("same").with_columns(pl.col("shares").fill_null("(not said)"))
    hits = true.join(found, on=_PAIR, how="semi").group_by("shares").len("found")
    table = true.group_by("shares").len("total").join(hits, on="shares", how="left").sort("shares")
    return tuple(
        Breakdown(name, found_ or 0, total, wilson(found_ or 0, total)) for name, total, found_ in table.iter_rows()
    )


# Member links ---------------------------------------------------------------------------------------------------------


def _member_links(links: pl.DataFrame, truth: Truth, thresholds: Sequence[float]) -> Evaluation:
    keys = ["bin_group_no", "member_no"]
    judged = links.join(truth.frame.rename({"customer_no": "true_no"}), on=keys, how="inner").sort(keys)
    given, true = pl.col("customer_no"), pl.col("true_no")
    judged = judged.with_columns(pl.col("accepted").list.contains(given).fill_null(value=False).alias("same"))
    lines = judged.height
    wrong = judged.filter(given.is_not_null() & ~pl.col("same")).height
    missed = judged.filter(given.is_null() & true.is_not_null()).height
    linked = judged.filter(given.is_not_null() & pl.col("match_probability").is_not_null())
    return Evaluation(
        on="member-links",
        truth=str(truth.path),
        published=_score_links("links", None, judged),
        by_threshold=tuple(_score_links(f">= {t:g}", t, judged) for t in thresholds),
        judged=lines,
        left_out=links.height - lines,
        measures={
            "correct": wilson(lines - wrong - missed, lines),
            "wrong": wilson(wrong, lines),
            "missed": wilson(missed, lines),
        },
        calibration=calibrate(linked["match_probability"], linked["same"]),
    )


def _score_links(label: str, threshold: float | None, judged: pl.DataFrame) -> Score:
    linked = pl.col("customer_no").is_not_null()
    if threshold is not None:
        linked = linked & (pl.col("match_probability") >= threshold)
    hit = linked & pl.col("same")
    units = judged.group_by("bin_group_no").agg(
        hit.sum().alias("tp"),
        (linked & ~pl.col("same")).sum().alias("fp"),
        (pl.col("true_no").is_not_null() & ~hit).sum().alias("fn"),
    )
    return _measure(label, threshold, units.sort("bin_group_no"))
