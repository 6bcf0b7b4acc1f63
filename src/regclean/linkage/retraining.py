"""New versions of the models from the register, the decisions and blind labels; and how they differ from those in force.

A new version takes over only when it is not worse: on labels that it was not taught (each tenth is held back in turn, and what the
other nine teach judges it), and on the pairs that stewards decided. Where neither speaks, it takes over: it has seen today's register.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from regclean.config import Section
from regclean.linkage import clustering, customers, offsets, parameters, registry, scoring, training
from regclean.linkage.model import MODELS, comparisons
from regclean.linkage.parameters import Parameters
from regclean.linkage.patterns import Array
from regclean.warehouse import create_tables, load_sql, registered, rows, write_frame

_TABLES = ("customers", "customer_persons", "customer_addresses")
FOLDS = 10
EXAMPLES = 5
NO_LABELS = pl.DataFrame(schema={"customer_no_l": pl.String, "customer_no_r": pl.String, "same": pl.Boolean})
NO_CLUSTERS = pl.DataFrame(schema={"cluster_id": pl.String, "customer_no": pl.String})


@dataclass(frozen=True, slots=True)
class Figures:
    """One set of models on the pairs that stewards decided, on held-back labels, and on the register as a whole.

    `decided_same`, `decided_apart`: decided pairs; `found_same`, `wrong_same`: how many of each the models call "same".
    `labels`: blind labels on compared pairs; `label_loss`: mean logarithmic loss on them, each while it was held back; None
    without any: nothing was measured.
    """

    versions: dict[str, int]
    same_pairs: int
    unsure_pairs: int
    decided_same: int
    found_same: int
    decided_apart: int
    wrong_same: int
    labels: int = 0
    label_loss: float | None = None

    def not_worse_than(self, other: Figures) -> bool:
        if self.label_loss is not None and other.label_loss is not None and self.label_loss > other.label_loss + 1e-9:
            return False
        return self.wrong_same - self.found_same <= other.wrong_same - other.found_same


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Two sets of models on one register. `clusters`: unchanged, joined, split -> how many; `examples`: members of a few of each."""

    before: Figures | None
    after: Figures
    pairs_gained: int
    pairs_lost: int
    clusters: dict[str, int]
    examples: dict[str, tuple[tuple[str, ...], ...]]

    def without(self, hidden: frozenset[str]) -> ModelComparison:
        """Without examples that name one of these customers."""
        kept = {what: tuple(one for one in found if not hidden & set(one)) for what, found in self.examples.items()}
        return replace(self, examples=kept)

    @property
    def better(self) -> bool:
        """May `after` be in force instead of `before`?"""
        return self.before is None or self.after.not_worse_than(self.before)


@dataclass(frozen=True, slots=True)
class TrainReport:
    """`new`: model -> stored version. `taken`: whether these are in force now."""

    new: dict[str, int]
    trained_on: dict[str, dict[str, int]]
    taken: bool
    comparison: ModelComparison


def train(
    connection: duckdb.DuckDBPyConnection,
    *,
    country: str,
    settings: Section,
    models: Path,
    decided: pl.DataFrame,
    trained_at: str | None,
    labels: pl.DataFrame = NO_LABELS,
) -> TrainReport:
    """Train both models on a night's typed tables (the connection may be read-only), store them as new versions, and put them in
    force where they are not worse.

    `decided`: customer_no_l, customer_no_r, verdict. `labels`: customer_no_l, customer_no_r, same, of blind samples.
    `trained_at`: ISO date that is written into the model.
    """
    bench = workbench(connection, models)
    decided = customers.as_linked(decided)
    try:
        old = registry.models_in_force(models, country)
        number = registry.next_number(models, country)
        customers.prepare(bench, country, decided)
        new: dict[str, Parameters] = {}
        for model in MODELS:
            customers.block(bench, model, country)
            training.add_pairs(bench, model)
            scoring.compare(bench, model, country)
            found = training.train_model(bench, model, country, version=number, trained_at=trained_at)
            taught = training.learn_offsets(bench, found, labels)
            counted = found.trained_on | {"pairs_labelled": training.labelled_pairs(bench, found, labels).frame.height}
            new[model] = replace(found, offsets=taught, trained_on=counted)
        comparison = _compare(bench, country, settings, old, new, decided, labels)
        for one in new.values():
            parameters.save(models, one)
        before = {model: one.version for model, one in old.items()}
        if comparison.better and before:
            # The new ones are the newest: what was in force before is written down, to be gone back to.
            registry.move(models, before, dict.fromkeys(MODELS, number))
        elif before:
            registry.move(models, before, before)
    finally:
        bench.close()
    return TrainReport(
        new={model: one.version for model, one in new.items()},
        trained_on={model: one.trained_on for model, one in new.items()},
        taken=comparison.better,
        comparison=comparison,
    )


def compare(
    connection: duckdb.DuckDBPyConnection,
    *,
    country: str,
    settings: Section,
    models: Path,
    number: int | None,
    decided: pl.DataFrame,
    labels: pl.DataFrame = NO_LABELS,
) -> ModelComparison:
    """Compare the models of a version (None: the newest) with those in force, on a night and on what people said.

    Errors: UsageError when there is no such version.
    """
    old = registry.models_in_force(models, country)
    new = old | registry.numbered(models, country, number)
    bench = workbench(connection, models)
    try:
        return _compare(bench, country, settings, old, new, customers.as_linked(decided), labels)
    finally:
        bench.close()


def workbench(connection: duckdb.DuckDBPyConnection, models: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory copy of what linkage reads: Splink writes tables, and a published night is never written again.

    National ids are whole in it: `models` is the folder beside the key.
    """
    bench = duckdb.connect()
    bench.execute("SET enable_progress_bar = false")
    create_tables(bench)
    for table in _TABLES:
        write_frame(bench, table, connection.table(table).pl())
    bench.execute("DROP VIEW raw.customers")
    landed = connection.sql("SELECT * FROM raw.customers").pl()
    with registered(bench, "whole_customers", landed.with_columns(customers.opened(landed["national_id"], models))):
        bench.execute("CREATE TABLE raw.customers AS SELECT * FROM whole_customers")
    return bench


def _compare(
    bench: duckdb.DuckDBPyConnection,
    country: str,
    settings: Section,
    old: dict[str, Parameters],
    new: dict[str, Parameters],
    decided: pl.DataFrame,
    labels: pl.DataFrame,
) -> ModelComparison:
    bench.execute(
        "CREATE TEMP TABLE link_pairs_judged (models TEXT, customer_no_l TEXT, customer_no_r TEXT, relation TEXT, verdict TEXT)"
    )
    after = _figures(bench, country, settings, new, decided, labels, "after")
    if len(old) < len(MODELS):
        return ModelComparison(None, after, 0, 0, {}, {})
    before = _figures(bench, country, settings, old, decided, labels, "before")
    gained, lost = rows(bench, load_sql("pairs_compared", scoring.PACKAGE))[0]
    changes: dict[str, list[tuple[str, ...]]] = {"unchanged": [], "joined": [], "split": []}
    for what, members in rows(bench, load_sql("cluster_changes", scoring.PACKAGE)):
        changes[str(what)].append(tuple(members))
    return ModelComparison(
        before,
        after,
        int(gained),
        int(lost),
        {what: len(found) for what, found in changes.items()},
        {what: tuple(found[:EXAMPLES]) for what, found in changes.items() if what != "unchanged"},
    )


def _figures(
    connection: duckdb.DuckDBPyConnection,
    country: str,
    settings: Section,
    models: dict[str, Parameters],
    decided: pl.DataFrame,
    labels: pl.DataFrame,
    which: str,
) -> Figures:
    customers.prepare(connection, country, decided.head(0))
    losses = []
    for model in MODELS:
        customers.block(connection, model, country)
        scoring.compare(connection, model, country)
        losses.append(_losses(connection, models[model], labels))
        scoring.posterior(connection, models[model])
    customers.relate(connection, country, settings)
    with registered(connection, "link_decided_input", decided):
        connection.execute(load_sql("pairs_judged", scoring.PACKAGE), {"models": which})
    connection.execute("DELETE FROM clusters")
    clustering.cluster(connection, generic=country != "fi", previous=NO_CLUSTERS)
    connection.table("clusters").create(f"clusters_{which}")
    counted = rows(connection, load_sql("pairs_figures", scoring.PACKAGE), {"models": which})[0]
    same, unsure, decided_same, found_same, decided_apart, wrong_same = (int(value) for value in counted)
    loss = np.concatenate(losses)
    return Figures(
        {model: one.version for model, one in models.items()},
        same,
        unsure,
        decided_same,
        found_same,
        decided_apart,
        wrong_same,
        labels=len(loss),
        label_loss=float(loss.mean()) if len(loss) else None,
    )


def _losses(connection: duckdb.DuckDBPyConnection, one: Parameters, labels: pl.DataFrame) -> Array:
    """Logarithmic loss of each label under a model that was not taught it."""
    found = training.labelled_pairs(connection, one, labels)
    base = offsets.log_odds(found.same)
    if one.offsets and len(base):
        names, design = offsets.keys(found.patterns, comparisons(one.model, one.country))
        fold = np.arange(len(base)) % FOLDS
        for held in range(FOLDS):
            others = fold != held
            taught = offsets.fit(found.same[others], found.labels[others], names, design[others])
            base[~others] += offsets.total(taught, names, design[~others])
    p = np.clip(1.0 / (1.0 + np.exp(-base)), 1e-6, 1.0 - 1e-6)
    return np.asarray(-(found.labels * np.log(p) + (1.0 - found.labels) * np.log1p(-p)))
