"""What labels teach, and which models are in force."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from stored import STORED

from regclean.errors import ConflictError, InputError, UsageError
from regclean.linkage import offsets, parameters, registry
from regclean.linkage.model import MODELS, comparisons
from regclean.linkage.patterns import as_patterns
from regclean.linkage.retraining import Figures, ModelComparison
from regclean.linkage.scoring import judge_patterns

PARTS = comparisons("person", "fi")


def patterns(count: int = 400, seed: int = 5) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    gammas = {f"gamma_{part.name}": generator.integers(-1, len(part.levels), count) for part in PARTS}
    return pl.DataFrame(
        gammas | {"cell": [-1] * count, "bits": [8.0] * count, "rarity": [8.0] * count, "pairs": [1] * count}
    )


def test_no_label_moves_nothing() -> None:
    model = parameters.load(STORED / "person-fi-v0001.json")
    frame = patterns()
    names, design = offsets.keys(as_patterns(frame, PARTS, "fi"), PARTS)
    assert offsets.fit(np.array([]), np.array([]), names, design[:0]) == {}
    plain = judge_patterns(frame, model, 5000)
    assert judge_patterns(frame, replace(model, offsets=dict.fromkeys(names, 0.0)), 5000).equals(plain)


def test_labels_move_what_they_are_about() -> None:
    """Labels say that an equal phone is worth less than the mixture believes: such pairs fall, the others hardly move."""
    model = parameters.load(STORED / "person-fi-v0001.json")
    frame = patterns()
    found = as_patterns(frame, PARTS, "fi")
    names, design = offsets.keys(found, PARTS)
    phone = design[:, names.index("phone.equal")] > 0
    same = np.full(len(phone), 0.7)
    generator = np.random.default_rng(1)
    labels = (generator.random(len(phone)) < np.where(phone, 0.2, 0.7)).astype(float)
    taught = offsets.fit(same, labels, names, design)
    assert taught["phone.equal"] < -0.4
    assert abs(taught["email.equal"]) < 0.4
    few = offsets.fit(same[:20], labels[:20], names, design[:20])
    assert max(map(abs, few.values())) < max(map(abs, taught.values())), "few labels move less"
    before, after = judge_patterns(frame, model, 5000), judge_patterns(frame, replace(model, offsets=taught), 5000)
    moved = after["p_same"] - before["p_same"]
    unsure = (before["p_same"] > 0.05) & (before["p_same"] < 0.95) & pl.Series(phone)
    assert not unsure.any() or moved.filter(unsure).mean() < 0
    for steps, weight in after.select("waterfall", "match_weight").iter_rows():
        assert sum(step["weight"] for step in steps) == pytest.approx(weight, abs=0.01)


def test_what_all_labelled_pairs_lack_shifts_none_of_them() -> None:
    """A register without accounts, ids and e-mails has three keys more that all pairs have: they say nothing, and add nothing up."""
    same, labels = np.full(40, 0.5), np.array([1.0, 1.0, 1.0, 0.0] * 10)
    design = np.stack([np.arange(40) % 2, 1 - np.arange(40) % 2], axis=1).astype(float)
    lacking = np.hstack([design, np.ones((40, 3))])
    names = ("phone.equal", "phone.different")
    taught = offsets.fit(same, labels, names, design)
    more = offsets.fit(same, labels, (*names, "account.missing", "email.missing", "business_id.missing"), lacking)
    assert {name: offset for name, offset in more.items() if offset} == pytest.approx(taught)


def test_posteriors_stay_probabilities_and_vetoes_hold() -> None:
    classes = np.array(
        [[0.3, 0.2, 0.4, 0.05, 0.03, 0.02], [0.0, 0.0, 0.9, 0.0, 0.0, 0.1], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]
    )
    for by in (-4.0, 0.0, 4.0):
        moved = offsets.shifted(classes, np.full(3, by), (0, 1))
        assert moved.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])
        assert moved[1, :2].sum() == 0.0
        assert np.sign(moved[0, :2].sum() - 0.5) == np.sign(by)
        assert moved[0, 2] / moved[0, 3] == pytest.approx(8.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in STORED.glob("*.json"):
        for version in (1, 2, 3):
            parameters.save(tmp_path, replace(parameters.load(path), version=version))
    return tmp_path


def test_one_step_back_is_what_was_before(folder: Path) -> None:
    assert registry.chosen(folder, "fi") == dict.fromkeys(MODELS, 3), "the newest, while nobody has chosen"
    assert registry.use(folder, "fi", {"person": 1, "organisation": 1}) == dict.fromkeys(MODELS, 1)
    assert registry.use(folder, "fi", {"person": 2}) == {"person": 2, "organisation": 1}
    assert registry.back(folder, "fi") == dict.fromkeys(MODELS, 1)
    assert registry.back(folder, "fi") == dict.fromkeys(MODELS, 3)
    with pytest.raises(ConflictError):
        registry.back(folder, "fi")
    assert registry.chosen(folder, "fi") == dict.fromkeys(MODELS, 3)


def test_a_newer_model_is_not_in_force_by_being_there(folder: Path) -> None:
    registry.use(folder, "fi", dict.fromkeys(MODELS, 2))
    stored = parameters.load(STORED / "person-fi-v0001.json")
    assert registry.next_number(folder, "fi") == 4
    parameters.save(folder, replace(stored, version=4))
    in_force = registry.in_force(folder, "person", "fi")
    assert in_force is not None
    assert in_force.version == 2
    assert set(registry.numbered(folder, "fi", None)) == {"person"}
    with pytest.raises(UsageError):
        registry.numbered(folder, "fi", 9)
    (folder / registry.FILE).write_text("no", encoding="utf-8")
    with pytest.raises(InputError):
        registry.in_force(folder, "person", "fi")


def test_a_worse_model_does_not_take_over() -> None:
    def figures(loss: float | None, wrong: int = 0) -> Figures:
        return Figures({}, 10, 2, 5, 5, 3, wrong, labels=50, label_loss=loss)

    def better(before: Figures | None, after: Figures) -> bool:
        return ModelComparison(before, after, 0, 0, {}, {}).better

    assert better(None, figures(0.9))
    assert better(figures(0.2), figures(0.2))
    assert not better(figures(0.2), figures(0.21))
    assert not better(figures(0.2), figures(0.1, wrong=1))
    assert better(figures(None), figures(None))
    assert not better(figures(None), figures(None, wrong=1))
    assert ModelComparison(None, figures(0.1), 0, 0, {}, {"split": (("1", "2"), ("3", "4"))}).without(
        frozenset("3")
    ).examples == {"split": (("1", "2"),)}
