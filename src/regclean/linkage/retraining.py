"""A new model version from the register and the decisions, and how it differs from the one in use."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from regclean.config import Section
from regclean.linkage import customers, parameters, scoring, training
from regclean.linkage.model import MODELS
from regclean.linkage.parameters import Parameters
from regclean.warehouse import create_tables, load_sql, rows

_TABLES = ("customers", "customer_persons", "customer_addresses")


@dataclass(frozen=True, slots=True)
class Figures:
    """One set of models on the pairs that stewards decided, and on the register as a whole.

    `decided_same`, `decided_apart`: decided pairs; `found_same`, `wrong_same`: how many of each the models call "same".
    """

    versions: dict[str, int]
    same_pairs: int
    unsure_pairs: int
    decided_same: int
    found_same: int
    decided_apart: int
    wrong_same: int


@dataclass(frozen=True, slots=True)
class TrainReport:
    """`new`: model -> stored version. With a comparison: figures of both, and how many "same" pairs come and go."""

    new: dict[str, int]
    trained_on: dict[str, dict[str, int]]
    before: Figures | None = None
    after: Figures | None = None
    pairs_gained: int = 0
    pairs_lost: int = 0


def train(
    connection: duckdb.DuckDBPyConnection,
    *,
    country: str,
    settings: Section,
    models: Path,
    decided: pl.DataFrame,
    trained_at: str | None,
    compare: bool = False,
) -> TrainReport:
    """Train both models on a night's typed tables (the connection may be read-only) and store them as new versions.

    `decided`: customer_no_l, customer_no_r, verdict. `trained_at`: ISO date that is written into the model. `compare`: score the
    register with the version in use before and with the new one, leaving the decisions out of both.
    """
    bench = workbench(connection)
    decided = customers.as_linked(decided)
    try:
        old = {model: parameters.latest(models, model, country) for model in MODELS}
        customers.prepare(bench, country, decided)
        new: dict[str, Parameters] = {}
        for model in MODELS:
            customers.block(bench, model, country)
            training.add_pairs(bench, model)
            scoring.compare(bench, model, country)
            number = parameters.next_version(models, model, country)
            new[model] = training.train_model(bench, model, country, version=number, trained_at=trained_at)
        before = after = None
        bench.execute(
            "CREATE TEMP TABLE link_pairs_judged (models TEXT, customer_no_l TEXT, customer_no_r TEXT, relation TEXT, verdict TEXT)"
        )
        gained = lost = 0
        if compare:
            used = {model: found for model, found in old.items() if found is not None}
            if len(used) == len(MODELS):
                before = _figures(bench, country, settings, used, decided, "before")
            after = _figures(bench, country, settings, new, decided, "after")
            if before is not None:
                gained, lost = rows(bench, load_sql("pairs_compared", scoring.PACKAGE))[0]
        for parameters_ in new.values():
            parameters.save(models, parameters_)
    finally:
        bench.close()
    return TrainReport(
        new={model: found.version for model, found in new.items()},
        trained_on={model: found.trained_on for model, found in new.items()},
        before=before,
        after=after,
        pairs_gained=int(gained),
        pairs_lost=int(lost),
    )


def workbench(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """An in-memory copy of what linkage reads: Splink writes tables, and a published night is never written again."""
    bench = duckdb.connect()
    create_tables(bench)
    for table in _TABLES:
        _copy(connection, bench, f"SELECT * FROM {table}", table)  # noqa: S608  # constants
    bench.execute("DROP VIEW raw.customers")
    bench.register("incoming_frame", connection.sql("SELECT * FROM raw.customers").pl())
    bench.execute("CREATE TABLE raw.customers AS SELECT * FROM incoming_frame")
    bench.unregister("incoming_frame")
    return bench


def _copy(source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, query: str, table: str) -> None:
    target.register("incoming_frame", source.sql(query).pl())
    target.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming_frame")  # noqa: S608  # constants
    target.unregister("incoming_frame")


def _figures(
    connection: duckdb.DuckDBPyConnection,
    country: str,
    settings: Section,
    models: dict[str, Parameters],
    decided: pl.DataFrame,
    which: str,
) -> Figures:
    customers.prepare(connection, country, decided.head(0))
    for model in MODELS:
        customers.block(connection, model, country)
        scoring.compare(connection, model, country)
        scoring.posterior(connection, models[model])
    customers.relate(connection, country, settings)
    connection.register("link_decided_input", decided)
    connection.execute(load_sql("pairs_judged", scoring.PACKAGE), {"models": which})
    connection.unregister("link_decided_input")
    counted = rows(connection, load_sql("pairs_figures", scoring.PACKAGE), {"models": which})[0]
    return Figures({model: found.version for model, found in models.items()}, *(int(value) for value in counted))
