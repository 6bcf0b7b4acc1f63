"""Laws of trained weights, and what the linkage says of registers too small to teach anything."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from customer_register import Register, link
from hypothesis import given
from hypothesis import strategies as st
from stored import STORED, TRACKED

from regclean.linkage import LinkReport, parameters
from regclean.linkage.comparison import Comparison
from regclean.linkage.model import MODELS, comparisons
from regclean.linkage.monotone import monotone
from regclean.linkage.parameters import Parameters, Probabilities

PARTS = [comparisons(model, country) for model in MODELS for country in ("fi", "generic")]
IDS = {"identity": "same_national_id", "national_id": "equal"}


def shares(size: int) -> st.SearchStrategy[list[float]]:
    weights = st.lists(st.floats(1e-9, 1.0), min_size=size, max_size=size)
    return weights.map(lambda found: [value / sum(found) for value in found])


@given(st.data())
def test_better_agreement_never_weighs_less(data: st.DataObject) -> None:
    """Whatever was learnt: weights fall along the order, the last level is the least, and an equal id speaks for one customer."""
    parts = data.draw(st.sampled_from(PARTS))

    def table() -> Probabilities:
        return {c.name: dict(zip(c.codes, data.draw(shares(len(c.levels))), strict=True)) for c in parts}

    m, u = table(), table()
    found = monotone(m, u, parts)
    assert_ordered(found, u, parts)
    for comparison in parts:
        name = comparison.name
        assert sum(found[name].values()) == pytest.approx(1.0)
        if name in IDS:
            assert found[name][IDS[name]] >= u[name][IDS[name]] * (1 - 1e-6)


def assert_ordered(m: Probabilities, u: Probabilities, parts: tuple[Comparison, ...]) -> None:
    for comparison in (part for part in parts if part.order):
        ratio = {code: m[comparison.name][code] / u[comparison.name][code] for code in comparison.codes}
        for better, worse in zip(comparison.order, comparison.order[1:], strict=False):
            assert ratio[better] >= ratio[worse] * (1 - 1e-6), (comparison.name, better, worse)
        assert min(ratio.values()) >= ratio[comparison.order[-1]] * (1 - 1e-6)


def tiny() -> Register:
    register = Register()
    p, o = register.person, register.organisation
    p("id-1", "Matti", "Virtanen", national_id_hash="h1", at="kauppakatu|3||70100", phone="+358507654321")
    p("id-2", "Matti Olavi", "Virtanen", national_id_hash="h1", at="kauppakatu|3||70100")
    p("spouse", "Maija", "Virtanen", birth_date=date(1991, 6, 5), at="kauppakatu|3||70100", phone="+358507654321")
    p("elder", "Antti", "Korhonen", at="tulliportinkatu|8||70100", phone="+358441112222")
    p("younger", "Antti", "Korhonen", at="tulliportinkatu|8||70100", phone="+358443334444")
    o("y-1", "Rakennus Nieminen", "oy", business_id="0000001-9", at="teollisuuskatu|1||70460", phone="+35817123456")
    o("y-2", "Nieminen Rakennus", "oy", business_id="0000001-9", at="teollisuuskatu|1||70460", phone="+35817123456")
    return register


def judged(
    register: Register, models: Path
) -> tuple[LinkReport, dict[tuple[str, str], tuple[str, float, list[dict[str, object]]]]]:
    connection = register.connect()
    report = link(connection, models)
    found = connection.execute(
        "SELECT customer_no_l, customer_no_r, relation, match_probability, explanation FROM pairs"
    ).fetchall()
    return report, {(a, b): (relation, p, json.loads(text)["waterfall"]) for a, b, relation, p, text in found}


def test_a_tiny_register_is_judged_by_what_is_expected(tmp_path: Path) -> None:
    _, pairs = judged(tiny(), tmp_path)
    for pair, agreeing in ((("id-1", "id-2"), "identity"), (("y-1", "y-2"), "business_id")):
        relation, probability, steps = pairs[pair]
        assert relation == "same"
        assert probability >= 0.99
        agreements = [step for step in steps if step["comparison"] in (agreeing, "phone", "address")]
        assert agreements
        assert all(float(str(step["weight"])) > 0 for step in agreements)
    assert pairs["id-1", "spouse"][0] == "household"
    assert pairs["elder", "younger"][0] == "unsure"


@pytest.mark.parametrize("chosen", [(), ("elder",), ("y-1", "y-2"), ("id-1", "id-2"), ("elder", "younger")])
def test_a_handful_of_customers(chosen: tuple[str, ...], tmp_path: Path) -> None:
    whole = tiny()
    part = Register(
        *(
            [row for row in rows if row["customer_no"] in chosen]
            for rows in (whole.customers, whole.persons, whole.addresses)
        )
    )
    report, pairs = judged(part, tmp_path)
    assert report.customers == len(chosen)
    expected = {("elder", "younger"): "unsure", ("id-1", "id-2"): "same", ("y-1", "y-2"): "same"}
    assert {pair: found[0] for pair, found in pairs.items()} == {k: v for k, v in expected.items() if k == chosen}
    for model in MODELS:
        stored = parameters.latest(tmp_path, model, "fi")
        assert stored is not None
        for name in ("stayed", "moved"):
            assert_ordered(stored.m[name], stored.u, comparisons(model, "fi"))


def test_namesakes_of_one_home_are_told_apart_by_their_contacts(tmp_path: Path) -> None:
    """No rule stands in for the probability: a number of one's own tells against one person, a shared one for one."""
    register = Register()
    register.crowd(1500)
    home = "harjutie|7||70100"
    p = register.person
    p("own-1", "Tauno", "Mustakallio", at=home, phone="+358441112222")
    p("own-2", "Tauno", "Mustakallio", at=home, phone="+358443334444")
    p("bare-1", "Veikko", "Harjunkoski", at="toinentie|7||70100")
    p("bare-2", "Veikko", "Harjunkoski", at="toinentie|7||70100")
    p("shared-1", "Risto", "Kuparinen", at="kolmastie|7||70100", phone="+358445556666")
    p("shared-2", "Risto", "Kuparinen", at="kolmastie|7||70100", phone="+358445556666")
    _, pairs = judged(register, STORED)
    own, bare, shared = (pairs[f"{name}-1", f"{name}-2"][1] for name in ("own", "bare", "shared"))
    assert own < bare < shared
    assert shared > 0.95
    assert own < 0.9


@pytest.mark.parametrize("path", sorted(TRACKED.glob("*.json")), ids=lambda path: path.stem)
def test_the_stored_models_are_of_these_comparisons(path: Path) -> None:
    model, country, _ = path.stem.split("-")
    assert parameters.usable(path, model, country) is not None, "the comparisons have changed: make models"


def test_stored_models_are_ordered(tmp_path: Path) -> None:
    register = Register()
    register.crowd(300)
    judged(register, tmp_path)
    stored = parameters.latest(tmp_path, "person", "fi")
    assert isinstance(stored, Parameters)
    for name in ("stayed", "moved"):
        assert_ordered(stored.m[name], stored.u, comparisons("person", "fi"))
