"""What is exported is the model: plain Splink and a page of Python say of a pair what a night says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from customer_register import NO_DECISIONS, Register
from splink import DuckDBAPI, Linker

from regclean.linkage import customers, export, mixture, parameters, scoring, training
from regclean.linkage.model import MODELS, comparisons
from regclean.linkage.parameters import CELLS, Parameters
from regclean.linkage.patterns import as_patterns
from regclean.linkage.reference_scorer import score

COUNTRIES = ("fi", "generic")


def register() -> Register:
    """A crowd, some of whom stand in it twice, and firms; so that every kind of key meets somebody."""
    made = Register()
    made.crowd(400)
    for i in range(25):
        home = f"harjutie|{i}||70100"
        made.person(f"d{i}a", "Matti", f"Virtanen{i % 7}", at=home, phone=f"+35850{i:07}", email=f"matti{i}@example.fi")
        made.person(f"d{i}b", "Matti", f"Virtanen{i % 7}", at=home, phone=f"+35850{i:07}")
        made.person(f"d{i}c", "Maija", f"Virtanen{i % 7}", at=home, national_id_hash=f"h{i}")
        made.organisation(f"o{i}a", f"Rakennus Nieminen {i}", "oy", business_id=f"{i:07}-1", at=home)
        made.organisation(f"o{i}b", f"Nieminen Rakennus {i}", "oy", business_id=f"{i:07}-1", phone=f"+35817{i:06}")
        made.organisation(f"o{i}c", f"Rakennus Nieminen {i}", "ky", phone=f"+35817{i:06}")
    return made


@pytest.fixture(scope="module", params=COUNTRIES)
def learnt(request: pytest.FixtureRequest) -> tuple[str, Any, dict[str, Parameters], dict[str, pl.DataFrame]]:
    """Country, database, models, and the compared pairs of each."""
    country = str(request.param)
    connection = register().connect()
    customers.prepare(connection, country, NO_DECISIONS)
    models, compared = {}, {}
    for model in MODELS:
        customers.block(connection, model, country)
        training.add_pairs(connection, model)
        scoring.compare(connection, model, country)
        models[model] = training.train_model(connection, model, country, version=1, trained_at=None)
        found = connection.sql("SELECT * FROM link_compared WHERE match_key <> 'random'").pl()
        compared[model] = found.unique(["entity_l", "entity_r"])
    return country, connection, models, compared


@pytest.mark.parametrize("model", MODELS)
def test_plain_splink_compares_and_weighs_the_same(learnt: Any, model: str, tmp_path: Path) -> None:
    country, connection, models, compared = learnt
    export(models, tmp_path)
    api = DuckDBAPI()
    table = api.register(connection.sql(f"SELECT * FROM {scoring.ENTITIES[model]}").pl().to_arrow())
    linker = Linker(table, tmp_path / f"{model}.json", log_level=None)
    predicted = linker.inference.predict(warning_mode="never").as_duckdbpyrelation().pl()
    pair = pl.DataFrame({"entity_l": predicted["entity_l"], "entity_r": predicted["entity_r"]})
    predicted = predicted.with_columns(
        pl.min_horizontal(pair["entity_l"], pair["entity_r"]).alias("entity_l"),
        pl.max_horizontal(pair["entity_l"], pair["entity_r"]).alias("entity_r"),
    )
    both = compared[model].join(predicted, on=["entity_l", "entity_r"], suffix="_splink")
    assert both.height == compared[model].height > 50, "Splink's rules find every pair that a night compares"
    parts = comparisons(model, country)
    for part in parts:
        assert both[f"gamma_{part.name}"].to_list() == both[f"gamma_{part.name}_splink"].to_list()
    patterns = as_patterns(both.with_columns(pairs=pl.lit(1)), parts, country)
    ours = mixture.weights(models[model], parts, patterns, 1000)
    for part in parts:
        assert both[f"mw_{part.name}"].to_list() == pytest.approx(ours[part.name].tolist(), abs=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_the_reference_scorer_says_what_the_mixture_says(learnt: Any, model: str, tmp_path: Path) -> None:
    country, _, models, compared = learnt
    parts = comparisons(model, country)
    offsets = {f"{part.name}.{part.codes[0]}": 0.7 for part in parts} | {
        f"{parts[0].name}.missing": -0.4,
        "pattern.full_name_at_place": -1.1,
        "pattern.other_name_elsewhere": 0.3,
    }
    taught = replace(models[model], offsets=offsets)
    for one in (models[model], taught):
        export({model: one}, tmp_path)
        document = json.loads((tmp_path / f"{model}.posterior.json").read_text(encoding="utf-8"))
        generator = np.random.default_rng(3)
        real = compared[model].select([f"gamma_{part.name}" for part in parts] + ["cell", "rarity"])
        made = pl.DataFrame(
            {f"gamma_{part.name}": generator.integers(-1, len(part.levels), 300) for part in parts}
            | {"cell": generator.integers(-1, CELLS, 300), "rarity": generator.integers(0, 20, 300).astype(float)}
        )
        frame = pl.concat([real.cast(dict(made.schema)), made]).with_columns(pairs=pl.lit(1), bits=pl.lit(0.0))
        frame = frame.with_columns(pl.col("rarity").round(3))
        judged = scoring.judge_patterns(frame, one, one.trained_on["rows"])
        for row in judged.iter_rows(named=True):
            found = score(document, row)
            assert sum(found.values()) == pytest.approx(1.0)
            assert found["stayed"] + found["moved"] == pytest.approx(row["p_same"], abs=1e-9)
            assert found["household"] + found["namesake"] == pytest.approx(row["p_household"], abs=1e-9)


def test_a_file_or_a_folder_is_written(tmp_path: Path) -> None:
    stored = {model: parameters.load(Path(__file__).parent / f"models/{model}-fi-v0001.json") for model in MODELS}
    kinds = ("json", "posterior.json", "charts.html")
    folder = {path.name for path in export(stored, tmp_path / "open")}
    assert folder == {f"{model}.{kind}" for model in MODELS for kind in kinds} | {"scorer.py"}
    beside = {path.name for path in export(stored, tmp_path / "m.json")}
    assert beside == {f"{stem}.{kind}" for stem in ("m", "m.organisation") for kind in kinds} | {"m.scorer.py"}
    assert (tmp_path / "m.json").read_text(encoding="utf-8") == (tmp_path / "open/person.json").read_text(
        encoding="utf-8"
    )
    charts = (tmp_path / "m.charts.html").read_text(encoding="utf-8")
    outside = re.sub(r"<script>.*?</script>", "", charts, flags=re.DOTALL)
    assert not re.search(r"src=|href=|@import", outside), "it asks no other host"
    assert "default-src 'none'" in outside
    assert charts.count('vegaEmbed("#chart-') == 2 + len(comparisons("person", "fi"))
