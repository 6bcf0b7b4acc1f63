"""Laws that hold for any register: order, decisions, stable ids, stored models."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import networkx as nx
import polars as pl
import pytest
from customer_register import NO_CLUSTERS, NO_DECISIONS, SETTINGS, Register, decided, link
from hypothesis import given, settings
from hypothesis import strategies as st
from stored import STORED

from regclean.errors import RegcleanError
from regclean.linkage import parameters, train
from regclean.linkage.clustering import constrained_components
from regclean.linkage.comparison import DUCKDB, SPARK
from regclean.linkage.model import MODELS
from regclean.linkage.parameters import Parameters
from regclean.linkage.splink_settings import splink_settings

Rows = list[tuple[object, ...]]


def people() -> Register:
    """A crowd in which every tenth person stands twice, and three persons three times."""
    register = Register()
    register.crowd(400, seed=3)
    for i in range(40):
        born = date(1950 + i, 1 + i % 12, 1 + i % 28)
        for copy in range(3 if i < 3 else 2):
            at = f"kotitie{i}|{i + 1}||70{i:03}"
            register.person(f"d{i:02}{copy}", f"Etunimi{chr(97 + i % 20)}", f"Sukunimi{i}", birth_date=born, at=at)
    return register


def run(
    connection: duckdb.DuckDBPyConnection,
    *,
    models: Path = STORED,
    decisions: pl.DataFrame = NO_DECISIONS,
    previous: pl.DataFrame = NO_CLUSTERS,
) -> tuple[Rows, Rows]:
    link(connection, models, decisions=decisions, previous=previous)
    return (
        connection.execute("SELECT * FROM pairs ORDER BY ALL").fetchall(),
        connection.execute("SELECT * FROM clusters ORDER BY ALL").fetchall(),
    )


def groups(clusters: Rows) -> set[frozenset[str]]:
    members: dict[object, set[str]] = {}
    for cluster, customer in clusters:
        members.setdefault(cluster, set()).add(str(customer))
    return {frozenset(group) for group in members.values()}


def test_order_of_rows_does_not_matter() -> None:
    register = people()
    first = run(register.connect())
    assert run(register.connect(shuffled=5)) == first
    assert frozenset({"d000", "d001", "d002"}) in groups(first[1])


def test_clusters_are_the_components_of_same_pairs() -> None:
    connection = people().connect()
    pairs, clusters = run(connection)
    graph = nx.Graph()
    graph.add_nodes_from(str(row[0]) for row in connection.execute("SELECT customer_no FROM customers").fetchall())
    graph.add_edges_from((row[0], row[1]) for row in pairs if row[4] == "same")
    assert groups(clusters) == {frozenset(component) for component in nx.connected_components(graph)}


def test_decisions_stand_above_scores() -> None:
    decisions = decided(("d000", "d001", "different"), ("x00001", "x00002", "same"), ("d030", "d031", "household"))
    pairs, clusters = run(people().connect(), decisions=decisions)
    together = groups(clusters)
    assert frozenset({"x00001", "x00002"}) in together
    assert not any({"d000", "d001"} <= group for group in together)
    assert not any({"d030", "d031"} <= group for group in together)
    relation = {(row[0], row[1]): row[4] for row in pairs}
    assert relation["d030", "d031"] == "household"


def test_contradicting_decisions_are_reported_not_applied() -> None:
    decisions = decided(("x00001", "x00002", "same"), ("x00002", "x00003", "same"), ("x00001", "x00003", "different"))
    connection = people().connect()
    report = link(connection, STORED, decisions=decisions)
    assert report.contradictions == (("x00002", "x00003"),)
    found = connection.execute("SELECT cluster_id FROM clusters WHERE customer_no IN ('x00001', 'x00003')").fetchall()
    assert len(set(found)) == 2


def test_cluster_ids_last_through_joins_and_splits() -> None:
    _, before = run(people().connect())
    ids = {str(customer): str(cluster) for cluster, customer in before}
    previous = pl.DataFrame(before, schema=NO_CLUSTERS.schema, orient="row")
    grown = people()
    grown.person("a-new", "Etunimid", "Sukunimi3", birth_date=date(1953, 4, 4), at="kotitie3|4||70003")
    connection = grown.connect()
    report = link(
        connection,
        STORED,
        decisions=decided(("d000", "d001", "different"), ("d000", "d002", "different"), ("d100", "d110", "same")),
        previous=previous,
    )
    after = dict(connection.execute("SELECT customer_no, cluster_id FROM clusters").fetchall())
    assert after["a-new"] == after["d030"] == ids["d030"]
    # Two of three stay: they keep the id, the one that left gets a new one.
    assert after["d001"] == after["d002"] == ids["d001"] != after["d000"]
    assert after["d000"] not in ids.values()
    assert after["d100"] == after["d110"] in {ids["d100"], ids["d110"]}
    assert (ids["d000"], tuple(sorted({after["d000"], after["d001"]}))) in report.split
    assert any(target == after["d100"] for target, _ in report.merged)
    untouched = [no for no in ids if no.startswith("x")]
    assert all(after[no] == ids[no] for no in untouched)


def test_an_id_is_not_given_twice() -> None:
    """The members of an earlier cluster whose id lives on elsewhere get another id than their own members' name."""
    register = people()
    _, alone = run(register.connect())
    name = {str(customer): str(cluster) for cluster, customer in alone}["d030"]
    previous = pl.DataFrame(
        [(name, no) for no in ("d030", "d031", "d040", "d041", "x00001")] + [("other", "d050")],
        schema=NO_CLUSTERS.schema,
        orient="row",
    )
    _, clusters = run(register.connect(), previous=previous)
    owners = [str(cluster) for cluster, _ in clusters]
    assert len(groups(clusters)) == len(set(owners))


@given(
    edges=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25),
    apart=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=8),
)
@settings(max_examples=200, deadline=None)
def test_constrained_components(edges: Sequence[tuple[int, int]], apart: Sequence[tuple[int, int]]) -> None:
    links = [(str(a), str(b), True) for a, b in edges if a != b]
    separations = [(str(a), str(b)) for a, b in apart if a != b]
    found, refused = constrained_components(links, separations)
    assert not any({a, b} <= group for a, b in separations for group in found)
    graph = nx.Graph((a, b) for a, b, _ in links)
    components = {frozenset(component) for component in nx.connected_components(graph)}
    # Every group lies within one component; without refusals the groups are the components.
    assert all(any(group <= component for component in components) for group in found)
    assert sum(len(group) for group in found) == graph.number_of_nodes()
    if not refused:
        assert {frozenset(group) for group in found} == components


def test_a_level_without_training_stops_the_run(tmp_path: Path) -> None:
    for path in STORED.glob("*.json"):
        data = json.loads(path.read_text())
        if data["model"] == "person":
            del data["m"]["stayed"]["surname"]["equal"]
        (tmp_path / path.name).write_text(json.dumps(data))
    with pytest.raises(RegcleanError, match="'equal' of 'surname'") as caught:
        run(people().connect(), models=tmp_path)
    assert "regclean train" in str(caught.value)


def test_a_damaged_model_is_an_error_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "person-fi-v0001.json").write_text("{")
    with pytest.raises(RegcleanError, match="not a linkage model") as caught:
        run(people().connect(), models=tmp_path)
    assert str(caught.value.file).endswith("person-fi-v0001.json")


def test_a_model_of_another_version_is_kept_and_a_new_one_learnt(tmp_path: Path) -> None:
    old = tmp_path / "person-fi-v0001.json"
    old.write_text(json.dumps({"model": "person", "country": "fi", "version": 1, "m": {}, "u": {}}))
    run(people().connect(), models=tmp_path)
    assert old.exists()
    assert parameters.latest(tmp_path, "person", "fi").version == 2


def test_first_night_trains_and_the_next_uses_what_was_stored(tmp_path: Path) -> None:
    register = people()
    first = run(register.connect(), models=tmp_path)
    stored = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(stored) == {"person-fi-v0001.json", "organisation-fi-v0001.json"}
    assert run(register.connect(), models=tmp_path) == first
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == stored
    again = tmp_path / "again"
    run(register.connect(shuffled=9), models=again)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == stored


def test_training_keeps_the_old_version_and_compares(tmp_path: Path) -> None:
    connection = people().connect()
    run(connection, models=tmp_path)
    decisions = decided(("d000", "d001", "same"), ("d030", "d031", "same"), ("x00001", "x00002", "different"))
    report = train(
        connection,
        country="fi",
        settings=SETTINGS,
        models=tmp_path,
        decided=decisions,
        trained_at="2026-11-01",
    )
    assert report.new == {"person": 2, "organisation": 2}
    assert sorted(path.name for path in tmp_path.glob("person-*")) == ["person-fi-v0001.json", "person-fi-v0002.json"]
    after = report.comparison.after
    assert report.comparison.before is not None
    assert report.taken
    assert (after.decided_same, after.decided_apart) == (2, 1)
    assert after.found_same == 2
    assert after.wrong_same == 0
    assert sum(report.comparison.clusters.values()) > 0
    newest = parameters.latest(tmp_path, "person", "fi")
    assert newest is not None
    assert newest.trained_at == "2026-11-01"
    assert newest.trained_on["pairs_decided"] == 3


def test_stored_parameters_come_back_as_they_were(tmp_path: Path) -> None:
    original = parameters.load(next(STORED.glob("person-*.json")))
    copy = replace(original, version=7)
    parameters.save(tmp_path, copy)
    assert parameters.latest(tmp_path, "person", "fi") == copy
    assert parameters.latest(tmp_path, "person", "generic") is None
    with pytest.raises(FileExistsError):
        parameters.save(tmp_path, copy)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("country", ["fi", "generic"])
def test_settings_are_made_for_each_engine(model: str, country: str) -> None:
    """The same comparisons and numbers; only the functions' names differ, and Splink takes both."""
    from splink import SettingsCreator

    for dialect in (DUCKDB, SPARK):
        made = splink_settings(model, country, dialect)
        text = json.dumps(made)
        assert "{" + "overlap}" not in text
        assert (DUCKDB.overlap in text) == (dialect is DUCKDB)
        SettingsCreator.from_path_or_dict(made).get_settings(dialect.name)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=3, deadline=None)
def test_a_pair_does_not_know_its_order(seed: int) -> None:
    """Renaming the customers, so that every pair is met the other way round, changes no score."""
    rng = random.Random(seed)
    register = Register()
    register.crowd(60, seed=seed)
    for i in range(10):
        for copy in "ab":
            at = f"kotitie{i}|{i}||70{i:03}" if rng.random() < 0.7 else None
            first = f"Nimi{chr(97 + i)} Toinen" if rng.random() < 0.5 else f"Nimi{chr(97 + i)}"
            register.person(f"p{i}{copy}", first, f"Suku{i}", at=at, phone=f"+3584{i}00")
    straight, _ = run(register.connect())
    turned = Register(
        *(
            [
                row
                | {
                    "customer_no": "".join(
                        chr(219 - ord(c)) if c.isalpha() else chr(105 - ord(c)) for c in row["customer_no"]
                    )
                }
                for row in rows
            ]
            for rows in (register.customers, register.persons, register.addresses)
        )
    )
    back, _ = run(turned.connect())
    assert sorted((row[2], row[3], row[4]) for row in straight) == sorted((row[2], row[3], row[4]) for row in back)


def test_parameters_hold_nothing_personal() -> None:
    for path in STORED.glob("*.json"):
        found = Parameters.from_json(json.loads(path.read_text()))
        assert set(found.to_json()) == {
            "model", "country", "version", "trained_at", "trained_on", "per_row", "names", "named_per_row", "known", "m", "u",
            "comparisons", "offsets",
        }  # fmt: skip


def test_splink_is_silent_and_its_logging_touches_nobody_else(capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    run(people().connect())
    assert capfd.readouterr() == ("", "")
    assert (root.level, list(root.handlers)) == before
    assert not any(isinstance(handler, logging.StreamHandler) for handler in logging.getLogger("splink").handlers)
