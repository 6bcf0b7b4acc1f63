"""Both engines compare alike: the same pairs, levels, rarities, probabilities and clusters."""

from __future__ import annotations

import random
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from customer_register import FIRST, LAST, Register, link
from polars.testing import assert_frame_equal
from stored import STORED

from regclean.config.workspace import Section, default_config
from regclean.errors import ConfigError
from regclean.linkage import customers, scoring, spark
from regclean.linkage.model import MODELS, comparisons
from regclean.warehouse import load_sql

ENGINE = default_config(engine={"backend": "spark", "threads": 2, "memory_limit": "1GB"}).section("engine")
FORMS = ("oy", "ky", "ry")


def java() -> str | None:
    try:
        spark.require()
    except ConfigError as error:
        return str(error)
    return None


needs_java = pytest.mark.skipif(java() is not None, reason=str(java()))


def mistyped(rng: random.Random, word: str) -> str:
    """None to three slips of the keys."""
    letters = list(word)
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        at = rng.randrange(len(letters))
        slip = rng.randrange(4)
        if slip == 0:
            letters.insert(at, rng.choice("aeiknst"))
        elif slip == 1 and len(letters) > 2:
            del letters[at]
        elif slip == 2:
            letters[at] = rng.choice("aeiknst")
        elif at:
            letters[at - 1], letters[at] = letters[at], letters[at - 1]
    return "".join(letters).strip() or word


def messy(seed: int = 7) -> Register:
    """Some 600 customers; every comparison meets agreement, typos, missing values, and lists of none, one and several."""
    rng = random.Random(seed)
    register = Register()
    register.crowd(200, seed=seed)
    for i in range(100):
        names = rng.sample(FIRST, 3)
        last = rng.choice(LAST) + rng.choice(("", "-" + rng.choice(LAST)))
        street, born = f"kotitie{i % 40}", date(1940 + i % 60, 1 + i % 12, 1 + i % 28)
        for copy in range(rng.choice((2, 3))):
            given, family = mistyped(rng, names[0]), mistyped(rng, last)
            if rng.random() < 0.1:
                given, family = family.split("-")[0], given
            elif rng.random() < 0.15:
                given = given[0]
            elif rng.random() < 0.4:
                given += f" {rng.choice(names[1:])}"
            flat = rng.choice(("", "1", "2"))
            register.person(
                f"p{i:03}{copy}",
                given,
                family,
                kind=rng.choice(("person", "person", "household")),
                previous=rng.choice(("", rng.choice(LAST))),
                birth_date=rng.choice((None, born, born, date(born.year, born.day % 12 + 1, born.month))),
                national_id_hash=rng.choice((None, f"hash{i}", f"hash{i + 1}")),
                phone=rng.choice((None, f"+35840{i:07}", f"+35840{i:06}{copy}")),
                phone_2=rng.choice((None, None, f"+35840{i:07}", f"+35850{i:07}")),
                email=rng.choice(
                    (None, mistyped(rng, f"{names[0]}.{last}") + "@posti.example", f"nalle{i}@posti.example")
                ),
                iban=rng.choice((None, None, f"FI{i:016}")),
                at=rng.choice((None, f"{street}|{i % 7 + 1}|{flat}|70{i % 30:03}")),
                also=rng.choice(((), (), (f"{street}|{i % 7 + 1}||70{i % 30:03}", f"mokkitie|{i}||71000"))),
            )
    for i in range(50):
        words = [f"{rng.choice(LAST)}n", rng.choice(("rakennus", "kuljetus", "kiinteistot", "seura")), str(i % 9)]
        for copy in range(2):
            name = " ".join(rng.sample(words, 3) if rng.random() < 0.3 else words[: rng.choice((2, 3, 3))])
            register.organisation(
                f"y{i:03}{copy}",
                mistyped(rng, name),
                rng.choice(FORMS),
                business_id=rng.choice((None, f"{1000000 + i}-{i % 10}", f"{1000000 + i}-{i % 9}")),
                phone=rng.choice((None, f"+35817{i:07}")),
                email=rng.choice((None, f"{words[0]}@yritys.example", f"toimisto{i}@yritys.example")),
                at=rng.choice((None, f"yritystie{i % 20}|{i % 5 + 1}||70{i % 30:03}")),
            )
    return register


def test_the_messy_register_is_of_that_size() -> None:
    assert 450 <= len(messy().customers) <= 750


def linked(country: str, models: Path, engine: Section | None) -> dict[str, pl.DataFrame]:
    """What the linkage left behind: pairs, clusters, and each model's compared pairs with gammas, rarity and probabilities."""
    connection = messy().connect()
    link(connection, models, country=country, engine=engine)
    tables = ["pairs", "clusters", *(f"link_{model}_{part}" for model in MODELS for part in ("patterns", "scored"))]
    return {table: connection.sql(f"SELECT * FROM {table} ORDER BY ALL").pl() for table in tables}


@needs_java
@pytest.mark.java
@pytest.mark.xdist_group("spark")
def test_both_engines_link_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # So short a life is not worth Java's second compiler.
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    monkeypatch.setattr(customers, "forget", lambda connection: None)
    models = tmp_path / "models"
    shutil.copytree(STORED, models)
    own = {country: linked(country, models, None) for country in ("fi", "generic")}
    with spark.scoring_engine(ENGINE, tmp_path / "var") as score:
        assert score is not None

        @contextmanager
        def running(engine: Section | None, var: Path) -> Iterator[scoring.Score | None]:
            assert engine is ENGINE
            assert var == tmp_path
            yield score

        monkeypatch.setattr(spark, "scoring_engine", running)  # one session is slow enough
        other = {country: linked(country, models, ENGINE) for country in own}
    for country, tables in own.items():
        for name, table in tables.items():
            assert table.height > 20
            assert_frame_equal(other[country][name], table, abs_tol=1e-9, rel_tol=0)
    assert list((tmp_path / "var").iterdir()) == []


def test_no_level_asks_for_less_than_is_counted_exactly() -> None:
    conditions = [
        level.condition
        for country in ("fi", "generic")
        for model in MODELS
        for each in comparisons(model, country)
        for level in each.levels
    ]
    thresholds = [
        float(found) for text in conditions for found in re.findall(r"\{jaro_winkler\}[^>]*>= ([0-9.]+)", text)
    ]
    assert len(thresholds) >= sum("{jaro_winkler}" in text for text in conditions) > 0
    counted = re.search(r"jaro_winkler\(a, b\) < ([0-9.]+)D", load_sql("spark_functions", "regclean.linkage"))
    assert counted
    assert min(thresholds) > float(counted[1]) + 1 / 18


def test_duckdb_starts_no_session_and_clears_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    (tmp_path / "spark-left" / "scored").mkdir(parents=True)
    for engine in (None, default_config().section("engine")):
        with spark.scoring_engine(engine, tmp_path) as score:
            assert score is None
    assert list(tmp_path.iterdir()) == []


def test_without_java_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyspark")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"no Java.*openjdk"), spark.scoring_engine(ENGINE, tmp_path):
        pass


def test_without_pyspark_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    told = pytest.raises(ConfigError, match=r"PySpark is not installed.*regclean\[spark\]")
    with told, spark.scoring_engine(ENGINE, tmp_path):
        pass


def test_the_settings_follow_the_workspace(tmp_path: Path) -> None:
    local = spark.spark_settings(ENGINE, tmp_path, "some.jar")
    assert local["spark.master"] == "local[2]"
    assert local["spark.driver.memory"] == "1g"
    assert local["spark.driver.bindAddress"] == local["spark.driver.host"] == "127.0.0.1"
    assert local["spark.ui.enabled"] == "false"
    every_core = default_config(engine={"backend": "spark"}).section("engine")
    assert spark.spark_settings(every_core, tmp_path, "some.jar")["spark.master"] == "local[*]"
    cluster = default_config(engine={"backend": "spark", "spark_master": "spark://host:7077"}).section("engine")
    settings = spark.spark_settings(cluster, tmp_path, "some.jar")
    assert settings["spark.master"] == "spark://host:7077"
    assert "spark.driver.bindAddress" not in settings
