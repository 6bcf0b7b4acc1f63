"""The pairs that a blind sample may be drawn from: what a night compares, and beyond it what shares a weaker key alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from regclean.config import Section
from regclean.errors import InputError
from regclean.linkage import customers, registry, scoring
from regclean.linkage.model import MODELS
from regclean.linkage.retraining import workbench
from regclean.warehouse import load_sql


def sampling_frame(
    connection: duckdb.DuckDBPyConnection, *, country: str, settings: Section, models: Path, decided: pl.DataFrame
) -> pl.DataFrame:
    """Every pair that can be drawn, one row each, sorted: customer_no_l, customer_no_r (l < r), evidence (its pattern), probability
    (null: never compared, joined through others), weaker (no key of a night meets it), joined (one cluster in this night).

    `connection`: a published night, read-only. Pairs beyond the weaker keys are in no frame: what is estimated says nothing of them.
    Errors: InputError where no model has been trained.
    """
    bench = workbench(connection, models)
    try:
        customers.prepare(bench, country, customers.as_linked(decided))
        bench.execute("CREATE TEMP TABLE link_weaker_pairs (model TEXT, entity_l BIGINT, entity_r BIGINT)")
        for model in MODELS:
            current = registry.in_force(models, model, country)
            if current is None:
                raise InputError("no linkage model has been trained here yet.", remedy="Start a night: regclean run")
            _block(bench, model, country)
            scoring.compare(bench, model, country)
            bench.execute(
                "INSERT INTO link_weaker_pairs SELECT $model, entity_l, entity_r FROM link_compared WHERE match_key = 'weaker'",
                {"model": model},
            )
            scoring.posterior(bench, current)
        customers.relate(bench, country, settings)
        bench.register("link_clusters", connection.sql("SELECT cluster_id, customer_no FROM clusters").pl())
        frame: pl.DataFrame = bench.sql(load_sql("sampling_frame", scoring.PACKAGE)).pl()
        return frame
    finally:
        bench.close()


def _block(bench: duckdb.DuckDBPyConnection, model: str, country: str) -> None:
    """Temp table `link_blocked` of a night's candidates, and of the pairs that share a weaker key alone (match_key "weaker")."""
    bench.execute(load_sql(f"weaker_{model}_keys", scoring.PACKAGE))
    bench.execute(load_sql("blocked", scoring.PACKAGE))
    bench.execute("CREATE OR REPLACE TEMP TABLE link_weaker AS SELECT * FROM link_blocked")
    customers.block(bench, model, country)
    bench.execute(load_sql("weaker_blocked", scoring.PACKAGE))
