"""Laws that hold in any world: what the linkage says of itself is what is found, and a household is not one customer.

The worlds are small registers with planted rates (`bench/worlds.py` has larger ones). Each is linked once, from itself alone.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from customer_register import link

from regclean.linkage import parameters

ROOT = Path(__file__).parents[2]
SIZE = 1500
# Two-sided 99.9 %.
DEVIATIONS = 3.29
# Errors of one kind come in company: two of one family, or one name that many bear.
COMPANY = 2.0
WORLDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no_namesakes": {"namesakes": 0.0},
    "namesakes": {"namesakes": 0.15, "namesake_daughters": True, "has_birth_date": 0.6},
    "dated": {"has_birth_date": 0.8, "has_national_id": 0.6},
    "undated": {"has_birth_date": 0.2, "has_national_id": 0.05},
    "no_ids": {"has_national_id": 0.0},
    "household_phones": {"shared_phone": 0.6, "shared_email": 0.4, "second_member": 0.15},
    "movers": {"moved": 0.6, "moves": 0.2},
    "foreign": {"foreign": 0.4},
    "repeats": {"duplicates": 0.15},
    "nothing_repeated": {"duplicates": 0.0},
    "typos": {"typo": 0.15, "capitals": 0.3},
}
JUDGED = """
    SELECT p.relation, p.match_probability AS p, l.cluster_id = r.cluster_id AS one, coalesce(t.relation = 'household', false) AS home,
        cl.cluster_id = cr.cluster_id AS linked
    FROM pairs p
    JOIN truth_groups l ON l.customer_no = p.customer_no_l
    JOIN truth_groups r ON r.customer_no = p.customer_no_r
    JOIN clusters cl ON cl.customer_no = p.customer_no_l
    JOIN clusters cr ON cr.customer_no = p.customer_no_r
    LEFT JOIN truth_pairs t USING (customer_no_l, customer_no_r)
"""


@pytest.fixture(scope="module", params=WORLDS)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, pl.DataFrame, int, Path]:
    """Name, judged pairs, customers, folder of the models."""
    for folder in ("data/fixtures", "bench"):
        sys.path.insert(0, str(ROOT / folder))
    from generate import cli, tables, truth, write
    from linkage_frames import canonical

    built = cli.build(SIZE, 17, replace(cli.PROFILES["b"], **WORLDS[request.param]), planted=False)
    tables.number_everything(built)
    folder = tmp_path_factory.mktemp(request.param)
    write.write_canonical(folder, tables.all_tables(built), built)
    connection: duckdb.DuckDBPyConnection = canonical(folder / "in")
    link(connection, folder)
    groups = truth.clusters(built)
    connection.register("truth_groups", pl.DataFrame(groups, schema=["cluster_id", "customer_no"], orient="row"))
    pairs = [row[:3] for row in truth.pairs(built)]
    columns = ["customer_no_l", "customer_no_r", "relation"]
    connection.register("truth_pairs", pl.DataFrame(pairs, schema=columns, orient="row"))
    judged = connection.sql(JUDGED).pl()
    connection.close()
    return request.param, judged, len(groups), folder


def test_no_more_are_wrong_than_is_said(world: tuple[str, pl.DataFrame, int, Path]) -> None:
    _, judged, _, _ = world
    proposed = judged.filter(relation="same")
    errors = float((1 - proposed["p"]).sum())
    found = float((1 - proposed["one"].cast(pl.Float64)).sum())
    assert found <= errors + DEVIATIONS * sqrt(COMPANY * errors) + 1


def test_a_household_is_not_one_customer(world: tuple[str, pl.DataFrame, int, Path]) -> None:
    _, judged, size, _ = world
    wrong = judged.filter(pl.col("linked") & ~pl.col("one") & pl.col("home")).height
    # 1.5 of a thousand customers, and what chance adds to it in so few.
    assert wrong <= 0.0015 * size + DEVIATIONS * sqrt(0.0015 * size)


def test_twins_and_namesakes_are_never_certain(world: tuple[str, pl.DataFrame, int, Path]) -> None:
    _, judged, _, _ = world
    certain = judged.filter(pl.col("p") >= 0.99)
    assert certain.filter(pl.col("home") & ~pl.col("one")).height <= max(1, 0.002 * certain.height)


def test_the_rate_of_namesakes_is_learnt(world: tuple[str, pl.DataFrame, int, Path]) -> None:
    name, _, _, models = world
    found = parameters.latest(models, "person", "fi")
    assert found is not None
    ratio = found.per_row["namesake"] / found.per_row["stayed"]
    assert ratio > 0.5 if name == "namesakes" else ratio < 0.5
