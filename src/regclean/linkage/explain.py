"""Why two customers are, or are not, what the linkage says of them: for people who look inside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from regclean.config import Section
from regclean.errors import InputError, UsageError
from regclean.linkage import customers, registry, scoring
from regclean.linkage.model import MODELS, comparisons
from regclean.linkage.retraining import workbench
from regclean.warehouse import load_sql, rows


@dataclass(frozen=True, slots=True)
class BlockingKey:
    """A rule by which two customers could have been compared.

    `shared`: both have the same key of this rule; then `customers` is how many have it, and `widest` how many may.
    """

    rule: str
    shared: bool
    customers: int = 0
    widest: int = 0

    @property
    def compares(self) -> bool:
        return self.shared and self.customers <= self.widest


@dataclass(frozen=True, slots=True)
class ReachedLevel:
    """One comparison: the level that the two reached ("missing": nothing to compare), and what it says in bits."""

    name: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """What the linkage makes of two customers of a night, with the code, the models and the decisions of now.

    `keys`: blocking rules that at least one of the two has a key of. `model`: "person", "organisation", or None where no
    model compares the two kinds of customers. `weight`: log2 of the Bayes factor. `relation`: None when they are nothing
    to each other. `because`: codes of what stands beside the score (decided_<verdict>, id_conflict, living_together,
    …), as in `pairs`. `same`, `review`: the probabilities from which on the two are the same, or asked about.
    """

    customer_no_l: str
    customer_no_r: str
    keys: tuple[BlockingKey, ...]
    model: str | None
    version: int | None
    comparisons: tuple[ReachedLevel, ...]
    weight: float | None
    probability: float | None
    household_probability: float | None
    relation: str | None
    because: tuple[str, ...]
    same: float
    review: float

    @property
    def compared(self) -> bool:
        """Does a night compare them? Two that share no key that is narrow enough it never sees beside each other."""
        return any(key.compares for key in self.keys)

    def bits_to(self, threshold: float) -> float:
        """How many bits more (less: negative) it takes to reach a probability."""
        assert self.probability is not None
        return _log_odds(threshold) - _log_odds(self.probability)


def explain_pair(
    connection: duckdb.DuckDBPyConnection,
    one: str,
    other: str,
    *,
    country: str,
    settings: Section,
    models: Path,
    decided: pl.DataFrame,
) -> PairExplanation:
    """Explain two customers of a published night: by the night's own code and SQL, for them alone.

    `connection`: the night, read-only. `models`: folder of the trained models. `decided`: as `findings.standing` says it.
    Whoever changes how pairs are blocked, compared or related keeps this function's promise: every step below is a
    step of `link_customers`, on the same tables, with `link_blocked` holding the one pair. `tests/linkage/test_explain.py`
    holds the explanation against the pairs that a night publishes.

    Errors: UsageError for a customer that the night does not know, InputError where no model has been trained.
    """
    left, right = sorted((one, other))
    for number in (left, right):
        if not rows(connection, "SELECT 1 FROM customers WHERE customer_no = $no", {"no": number}):
            raise UsageError(f"the night in force knows no customer {number}.")
    if left == right:
        raise UsageError("a pair needs two different customer numbers.")
    bench = workbench(connection, models)
    try:
        customers.prepare(bench, country, customers.as_linked(decided))
        keys: list[BlockingKey] = []
        versions: dict[str, int] = {}
        for model in MODELS:
            current = registry.in_force(models, model, country)
            if current is None:
                raise InputError("no linkage model has been trained here yet.", remedy="Start a night: regclean run")
            customers.block(bench, model, country)
            keys += _keys(bench, model, left, right)
            _block_only(bench, model, left, right)
            scoring.compare(bench, model, country)
            scoring.posterior(bench, current)
            versions[model] = current.version
        thresholds = connection.sql("SELECT * FROM thresholds").pl()
        # The night weighed the pair beside others, which are not here.
        others = connection.sql(load_sql("joint_found", scoring.PACKAGE), params={"l": left, "r": right}).pl()
        customers.relate(bench, country, settings, thresholds, others)
        same = rows(bench, "SELECT max(threshold) FROM link_relations")[0][0]
        relation, found = _published(bench)
    finally:
        bench.close()
    explanation: dict[str, Any] = json.loads(found["explanation"]) if found else {}
    return PairExplanation(
        customer_no_l=left,
        customer_no_r=right,
        keys=tuple(keys),
        model=found["model"] if found else None,
        version=versions[found["model"]] if found else None,
        comparisons=_comparisons(found["model"], country, explanation) if found else (),
        weight=found["match_weight"] if found else None,
        probability=found["match_probability"] if found else None,
        household_probability=found["household_probability"] if found else None,
        relation=relation,
        because=tuple(code for code in explanation.get("reasons", ()) if "." not in code),
        same=float(settings["same_precision"] if same is None else same),
        review=float(settings["review_probability"]),
    )


def _keys(bench: duckdb.DuckDBPyConnection, model: str, left: str, right: str) -> list[BlockingKey]:
    query = load_sql("pair_keys", scoring.PACKAGE)
    return [
        BlockingKey(f"{model}.{rule}", *found)
        for rule, *found in rows(bench, query, {"entities": scoring.ENTITIES[model], "l": left, "r": right})
    ]


def _block_only(bench: duckdb.DuckDBPyConnection, model: str, left: str, right: str) -> None:
    """Temp table `link_blocked` with every two entities of the pair, as if they shared a key."""
    entities = scoring.ENTITIES[model]
    bench.execute(
        f"""CREATE OR REPLACE TEMP TABLE link_blocked AS
        SELECT 'explained' AS match_key, least(l.entity, r.entity) AS join_key_l, greatest(l.entity, r.entity) AS join_key_r
        FROM {entities} l JOIN {entities} r ON l.customer_no = $l AND r.customer_no = $r""",  # noqa: S608  # a constant
        {"l": left, "r": right},
    )


def _published(bench: duckdb.DuckDBPyConnection) -> tuple[str | None, dict[str, Any] | None]:
    """The relation, and the pair's row as a night publishes it; a pair without a relation has a row here too."""
    relations = [
        relation for (relation,) in rows(bench, "SELECT relation FROM link_relations WHERE relation IS NOT NULL")
    ]
    bench.execute("UPDATE link_relations SET relation = 'related' WHERE relation IS NULL")
    bench.execute(load_sql("publish_pairs", scoring.PACKAGE))
    published = bench.sql("SELECT * FROM pairs").pl().to_dicts()
    if not published:
        return None, None
    return (published[0]["relation"] if relations else None), published[0]


def _comparisons(model: str, country: str, explanation: dict[str, Any]) -> tuple[ReachedLevel, ...]:
    steps = {step["comparison"]: step for step in explanation["waterfall"]}
    names = [comparison.name for comparison in comparisons(model, country)]
    return tuple(
        ReachedLevel(name, steps[name]["level"], float(steps[name]["weight"]))
        if name in steps
        else ReachedLevel(name, "missing", 0.0)
        for name in dict.fromkeys([*names, *steps])
    )


def _log_odds(probability: float) -> float:
    held = min(max(probability, 1e-12), 1 - 1e-12)
    return log2(held / (1 - held))
