"""An explanation is what the night itself found, and holds for pairs that it never compared."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from regclean.config import load_workspace
from regclean.errors import UsageError
from regclean.findings.edges import EDGE_SCHEMA
from regclean.linkage import PairExplanation, explain_pair
from regclean.night import open_published


def explain(root: Path, one: str, other: str, verdict: str | None = None) -> PairExplanation:
    workspace = load_workspace(root)
    warehouse, run_id = open_published(workspace)
    decided = [(*sorted((one, other)), verdict)] if verdict else []
    with warehouse.read(run_id) as connection:
        return explain_pair(
            connection,
            one,
            other,
            country="fi",
            settings=workspace.config.section("linkage"),
            models=workspace.var / "models",
            decided=pl.DataFrame(decided, schema=EDGE_SCHEMA, orient="row"),
        )


def published(root: Path) -> dict[tuple[str, str], tuple[str, float, float]]:
    warehouse, run_id = open_published(load_workspace(root))
    assert run_id is not None
    with duckdb.connect(str(warehouse.path(run_id)), read_only=True) as connection:
        found = connection.execute(
            "SELECT customer_no_l, customer_no_r, relation, match_probability, match_weight FROM pairs"
        ).fetchall()
    return {(left, right): tuple(rest) for left, right, *rest in found}


@pytest.mark.parametrize("pair", [("1001", "1002"), ("1004", "1003"), ("1008", "1009"), ("1012", "1013")])
def test_the_explanation_of_a_published_pair_is_the_nights_own(published_register: Path, pair: tuple[str, str]) -> None:
    found = explain(published_register, *pair)
    left, right = sorted(pair)
    assert (found.customer_no_l, found.customer_no_r) == (left, right)
    assert (found.relation, found.probability, found.weight) == published(published_register)[left, right]
    assert found.compared
    assert any(comparison.level != "missing" for comparison in found.comparisons)
    assert found.version == 1


def test_a_pair_that_no_night_compares_is_explained_all_the_same(published_register: Path) -> None:
    found = explain(published_register, "1001", "1016")
    assert ("1001", "1016") not in published(published_register)
    assert not found.compared
    assert not any(key.shared for key in found.keys)
    assert found.keys, "each has keys of its own"
    assert (found.model, found.relation) == ("person", None)
    assert found.probability is not None
    assert found.bits_to(found.review) > 0


def test_a_person_and_a_company_are_compared_by_no_model(published_register: Path) -> None:
    found = explain(published_register, "1001", "1010")
    assert (found.model, found.relation, found.comparisons) == (None, None, ())


def test_a_decision_stands_above_the_score(published_register: Path) -> None:
    found = explain(published_register, "1003", "1004", "household")
    assert found.relation == "household"
    assert "decided_household" in found.because
    assert explain(published_register, "1003", "1004", "lapsed").relation == "unsure"


def test_a_customer_that_is_not_there_is_told(published_register: Path) -> None:
    with pytest.raises(UsageError, match="no customer 9999"):
        explain(published_register, "1001", "9999")
    with pytest.raises(UsageError, match="two different"):
        explain(published_register, "1001", "1001")
