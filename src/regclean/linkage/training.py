"""Learns a model from the register itself, and from what stewards decided.

u: exact levels from value counts, the others from random pairs; what the model itself takes for one customer or one
household is taken out of both, because in a small register with many duplicates chance agreement is mostly not chance.
m and household rates: expectation-maximisation with three classes over the pairs of `training_pairs.sql`; each rule
trains only the comparisons that it was not picked by. The expectations of `model.py` act as a few observations more, so that
a small register does not invent extremes and no level stays untrained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from regclean.linkage import scoring
from regclean.linkage.model import Comparison, columns, comparisons
from regclean.linkage.parameters import Parameters, Probabilities
from regclean.warehouse import load_sql, rows

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

PSEUDO_COUNTS = 25.0
RANDOM_PAIRS = 1_500_000
MOST_PAIRS = 400_000
ROUNDS = 4
STEPS = 12
SAME, HOUSEHOLD, STRANGER = 0, 1, 2

# Rule -> comparisons that its pairs were picked by.
_PICKED_BY: dict[str, frozenset[str]] = {
    "name": frozenset({"given_name", "surname"}),
    "birth_number": frozenset({"identity", "birth_date", "address", "street"}),
    "national_id": frozenset({"identity", "national_id"}),
    "last_number": frozenset({"surname", "address", "street"}),
    "business_id": frozenset({"business_id"}),
    "org_number": frozenset({"organisation_name", "address"}),
}
_KEYS = {"person": "person_training_keys", "organisation": "organisation_training_keys"}


@dataclass(frozen=True, slots=True)
class Patterns:
    """Distinct vectors of levels: `codes` (patterns x comparisons, level index from the top, -1 missing) and their counts."""

    codes: Codes
    counts: Array
    tf_weight: Array


def train_model(
    connection: duckdb.DuckDBPyConnection,
    model: str,
    country: str,
    *,
    decided: pl.DataFrame,
    version: int,
    trained_at: str | None,
) -> Parameters:
    """Train one model on the prepared entity and candidate tables (`link_persons` or `link_organisations`, `link_blocked`).

    `decided`: customer_no_l, customer_no_r, verdict. The result is checked: a level without a probability fails the run.
    """
    parts = comparisons(model, country)
    size = scoring.count(connection, scoring.ENTITIES[model])
    exact = _exact_pairs(connection, model, country, size)
    start = _expectations(model, country, version, trained_at)
    if size < 2:
        return start
    _training_pairs(connection, model, country, size, decided)
    scoring.compare(connection, start, blocked="link_training", output="link_training_scored")
    training = {rule: _patterns(connection, "link_training_scored", parts, rule) for rule in _rules(connection)}
    scoring.compare(connection, start, blocked="link_blocked", output="link_candidates")
    candidates = _patterns(connection, "link_candidates", parts, None)
    drawn = training.pop("random", None)
    current = replace(start, u=_strangers(parts, exact, drawn, size, None, None))
    for _ in range(ROUNDS):
        current = _expectation_maximisation(current, start, parts, training)
        current, classes = _rates(current, parts, candidates, size)
        current = replace(current, u=_strangers(parts, exact, drawn, size, candidates, classes))
    current = _rounded(
        replace(current, trained_on=_counts(size, training, drawn, candidates)),
    )
    current.check()
    return current


def _expectations(model: str, country: str, version: int, trained_at: str | None) -> Parameters:
    parts = comparisons(model, country)
    return Parameters(
        model=model,
        country=country,
        version=version,
        m={c.name: {level.code: level.m for level in c.levels} for c in parts},
        u={c.name: {level.code: 1 / len(c.levels) for level in c.levels} for c in parts},
        household={c.name: {level.code: level.household for level in c.levels} for c in parts},
        same_per_row=0.05,
        household_per_row=0.2,
        trained_at=trained_at,
    )


def _training_pairs(
    connection: duckdb.DuckDBPyConnection, model: str, country: str, size: int, decided: pl.DataFrame
) -> None:
    keys = load_sql(_KEYS[model], scoring.PACKAGE)
    connection.execute(
        load_sql("training_pairs", scoring.PACKAGE).replace("training_keys", keys),
        {
            "size": size,
            "most_pairs": MOST_PAIRS,
            "random_pairs": min(RANDOM_PAIRS, 4 * size * (size - 1)),
        },
    )
    connection.register("link_decided_input", decided)
    connection.execute(
        load_sql("training_decided", scoring.PACKAGE).replace("entities_table", scoring.ENTITIES[model]),
    )
    connection.unregister("link_decided_input")


def _rules(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in rows(connection, "SELECT DISTINCT match_key FROM link_training_scored ORDER BY 1")]


def _patterns(
    connection: duckdb.DuckDBPyConnection, table: str, parts: tuple[Comparison, ...], rule: str | None
) -> Patterns:
    gammas = ", ".join(f"gamma_{c.name}" for c in parts)
    query = (
        f"SELECT {gammas}, round(tf_weight) AS tf, count(*) AS pairs, avg(tf_weight) AS tf_weight FROM {table} "  # noqa: S608  # constants
        "WHERE $rule IS NULL OR match_key = $rule GROUP BY ALL ORDER BY ALL"
    )
    frame = connection.sql(query, params={"rule": rule}).pl()
    levels = np.array([len(c.levels) for c in parts], dtype=np.int64)
    gamma = frame.select([f"gamma_{c.name}" for c in parts]).to_numpy().astype(np.int64)
    codes = np.where(gamma >= 0, levels - 1 - gamma, -1)
    # Averages over threads may differ in the last bits; three decimals are the same on every run.
    tf_weight = np.round(frame["tf_weight"].to_numpy().astype(np.float64), 3)
    return Patterns(codes, frame["pairs"].to_numpy().astype(np.float64), tf_weight)


def _log_table(table: Probabilities, parts: tuple[Comparison, ...]) -> list[Array]:
    return [np.log(np.array([table[c.name][code] for code in c.codes])) for c in parts]


def _log_likelihood(patterns: Patterns, logs: list[Array], skipped: frozenset[int]) -> Array:
    total = np.zeros(len(patterns.counts))
    for index, log in enumerate(logs):
        if index not in skipped:
            code = patterns.codes[:, index]
            total += np.where(code >= 0, log[np.maximum(code, 0)], 0.0)
    return total


def _level_counts(patterns: Patterns, weights: Array, index: int, levels: int) -> Array:
    code = patterns.codes[:, index]
    seen = code >= 0
    return np.bincount(code[seen], weights=weights[seen], minlength=levels).astype(np.float64)


def _classes(likelihoods: Array, shares: Array) -> Array:
    """Posterior of the classes (patterns x 3) from log likelihoods and the classes' shares."""
    scores = likelihoods + np.log(shares)
    scores -= scores.max(axis=1, keepdims=True)
    mass = np.exp(scores)
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def _expectation_maximisation(
    current: Parameters, start: Parameters, parts: tuple[Comparison, ...], training: Mapping[str, Patterns]
) -> Parameters:
    """Re-estimate m and the household rates; u stays. The share of each class is free within each rule."""
    names = [c.name for c in parts]
    shares = {rule: np.array([0.3, 0.3, 0.4]) for rule in training}
    m, household = current.m, current.household
    u_log = _log_table(current.u, parts)
    for _ in range(STEPS):
        found = {
            SAME: [PSEUDO_COUNTS * np.array([start.m[c.name][code] for code in c.codes]) for c in parts],
            HOUSEHOLD: [PSEUDO_COUNTS * np.array([start.household[c.name][code] for code in c.codes]) for c in parts],
        }
        m_log, household_log = _log_table(m, parts), _log_table(household, parts)
        for rule, patterns in training.items():
            skipped = frozenset(names.index(name) for name in _PICKED_BY.get(rule, ()) if name in names)
            if rule.startswith("decided_"):
                classes = np.zeros((len(patterns.counts), 3))
                classes[:, {"decided_same": SAME, "decided_household": HOUSEHOLD}.get(rule, STRANGER)] = 1.0
            else:
                likelihoods = np.stack(
                    [_log_likelihood(patterns, log, skipped) for log in (m_log, household_log, u_log)], axis=1
                )
                classes = _classes(likelihoods, shares[rule])
                mass = (classes * patterns.counts[:, None]).sum(axis=0) + 1.0
                shares[rule] = mass / mass.sum()
            for kind, counted in found.items():
                for index, comparison in enumerate(parts):
                    if index not in skipped:
                        weights = classes[:, kind] * patterns.counts
                        counted[index] += _level_counts(patterns, weights, index, len(comparison.levels))
        m = _normalised(found[SAME], parts)
        household = _normalised(found[HOUSEHOLD], parts)
    return replace(current, m=m, household=household)


def _normalised(counted: list[Array], parts: tuple[Comparison, ...]) -> Probabilities:
    table: Probabilities = {}
    for comparison, values in zip(parts, counted, strict=True):
        share = np.maximum(values, 1e-6) / np.maximum(values, 1e-6).sum()
        table[comparison.name] = {code: float(p) for code, p in zip(comparison.codes, share, strict=True)}
    return table


def _rates(
    current: Parameters, parts: tuple[Comparison, ...], candidates: Patterns, size: int
) -> tuple[Parameters, Array]:
    """How many pairs of one customer and of one household there are for each row; and the candidates' classes.

    Candidate pairs hold nearly all of both, so that the shares are found by summing their posteriors, a few times over.
    """
    logs = [_log_table(table, parts) for table in (current.m, current.household, current.u)]
    likelihoods = np.stack([_log_likelihood(candidates, log, frozenset()) for log in logs], axis=1)
    likelihoods[:, :2] += (candidates.tf_weight * np.log(2.0))[:, None]
    classes = np.zeros((len(candidates.counts), 3))
    for _ in range(STEPS):
        same, household = current.priors(size)
        classes = _classes(likelihoods, np.array([same, household, 1.0 - same - household]))
        mass = (classes * candidates.counts[:, None]).sum(axis=0)
        current = replace(
            current,
            same_per_row=float((mass[SAME] + 0.5) / size),
            household_per_row=float((mass[HOUSEHOLD] + 0.5) / size),
        )
    return current, classes


def _exact_pairs(
    connection: duckdb.DuckDBPyConnection, model: str, country: str, size: int
) -> dict[str, tuple[float, float]]:
    """Column -> (pairs of rows that share a value, pairs of rows that both have one)."""
    found = {}
    for column in columns(model, country):
        table = scoring.ENTITIES[model]
        is_list = rows(connection, f"SELECT typeof({column}) LIKE '%[]' FROM {table} LIMIT 1")  # noqa: S608  # constants
        name = "value_counts_list" if is_list and is_list[0][0] else "value_counts"
        sql = load_sql(name, scoring.PACKAGE).replace("entities_table", table).replace("value_column", column)
        equal, filled = rows(connection, sql)[0]
        found[column] = (float(equal or 0) / 2, float(filled or 0) * (float(filled or 0) - 1) / 2)
    return found


def _strangers(
    parts: tuple[Comparison, ...],
    exact: Mapping[str, tuple[float, float]],
    drawn: Patterns | None,
    size: int,
    candidates: Patterns | None,
    classes: Array | None,
) -> Probabilities:
    """u of every level: chance agreement, less what is one customer or one household.

    An exact level never falls below a fiftieth of its plain share: what the model believes is not a proof.
    """
    all_pairs = size * (size - 1) / 2
    table: Probabilities = {}
    for index, comparison in enumerate(parts):
        levels = len(comparison.levels)
        sampled = np.full(levels, 0.5)
        scale = 1.0
        if drawn is not None:
            sampled = _level_counts(drawn, drawn.counts, index, levels)
            scale = all_pairs / max(drawn.counts.sum(), 1.0)
        known = np.zeros(levels)
        if candidates is not None and classes is not None:
            weights = candidates.counts * (classes[:, SAME] + classes[:, HOUSEHOLD])
            known = _level_counts(candidates, weights, index, levels)
        compared = max(sampled.sum() * scale, 1.0)
        share = np.maximum(sampled * scale - known, 0.3 * scale) / compared
        fixed = np.zeros(levels, dtype=bool)
        for number, level in enumerate(comparison.levels):
            if level.exact:
                equal, filled = exact[level.exact]
                plain = (equal + 0.5) / max(filled, 1.0)
                share[number] = max(
                    (equal + 0.5 - known[number]) / max(filled, 1.0), plain / 50, 0.5 / max(filled, 1.0)
                )
                fixed[number] = True
        share = np.clip(share, 1e-12, 1.0)
        free = share[~fixed].sum()
        left = max(1.0 - share[fixed].sum(), 1e-6)
        share[~fixed] *= left / free
        share /= share.sum()
        table[comparison.name] = {code: float(p) for code, p in zip(comparison.codes, share, strict=True)}
    return table


def _counts(
    size: int, training: Mapping[str, Patterns], drawn: Patterns | None, candidates: Patterns
) -> dict[str, int]:
    counted = {"rows": size, "candidate_pairs": int(candidates.counts.sum())}
    counted |= {f"pairs_{rule}": int(patterns.counts.sum()) for rule, patterns in sorted(training.items())}
    return counted | {"pairs_random": int(drawn.counts.sum()) if drawn else 0}


def _rounded(parameters: Parameters) -> Parameters:
    """Nine significant digits: more than was learnt, few enough to be the same on every run."""

    def table(values: Probabilities) -> Probabilities:
        return {name: {code: _round(p) for code, p in levels.items()} for name, levels in values.items()}

    changes: dict[str, Any] = {name: table(getattr(parameters, name)) for name in ("m", "u", "household")}
    return replace(
        parameters,
        same_per_row=_round(parameters.same_per_row),
        household_per_row=_round(parameters.household_per_row),
        **changes,
    )


def _round(value: float) -> float:
    return float(f"{value:.9g}")
