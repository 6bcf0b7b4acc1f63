"""Learns a model from the register itself, and from what stewards decided.

u: exact levels from value counts, the others from random pairs; what the model itself takes for one customer or one
household is taken out of both, because in a small register with many duplicates chance agreement is mostly not chance.
m and household rates: expectation-maximisation with three classes over the pairs of `training_pairs.sql`; each rule
trains only the comparisons that it was not picked by. The expectations of `model.py` act as a few observations more, so that
a small register does not invent extremes and no level stays untrained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import numpy as np
import polars as pl

from regclean.linkage import scoring
from regclean.linkage.model import (
    FIXED_FOR_NAMESAKES,
    LEARNT_FOR_NAMESAKES,
    Comparison,
    columns,
    comparisons,
)
from regclean.linkage.parameters import Parameters, Probabilities
from regclean.linkage.patterns import (
    STRATA,
    Array,
    Patterns,
    class_posteriors,
    household_likelihood,
    level_counts,
    log_likelihood,
    log_table,
    name_correction,
    read_patterns,
    same_first_name,
    tf_weight,
)
from regclean.warehouse import load_sql, rows

PSEUDO_COUNTS = 25.0
# So many pairs of strangers without an equal value stand behind every exact level before any register speaks.
PSEUDO_STRANGERS = 1000.0
RANDOM_PAIRS = 400_000
MOST_PAIRS = 400_000
ROUNDS = 4
STEPS = 12
SAME, HOUSEHOLD, STRANGER = 0, 1, 2

# Rule -> comparisons that its pairs were picked by.
_PICKED_BY: dict[str, frozenset[str]] = {
    "name": frozenset({"given_name", "surname"}),
    "birth_number": frozenset({"identity", "birth_date", "address", "street"}),
    "birth": frozenset({"birth_date"}),
    "national_id": frozenset({"identity", "national_id"}),
    "last_number": frozenset({"surname", "address", "street"}),
    "phone_last": frozenset({"surname", "phone"}),
    "phone_number": frozenset({"address", "street", "phone"}),
    "business_id": frozenset({"business_id"}),
    "org_number": frozenset({"organisation_name", "address"}),
}
# Household rates: comparison -> rule whose pairs show it. Only pairs whose first names conflict count, so that
# the class cannot drift into a second kind of "same"; what is not here keeps its expectation.
_HOUSEHOLD_RULES: dict[str, str] = {
    "surname": "phone_number",
    "address": "phone_last",
    "street": "phone_last",
    "place": "phone_last",
    "phone": "last_number",
    "email": "last_number",
    "account": "last_number",
    "identity": "last_number",
    "birth_date": "last_number",
    "given_name": "last_number",
}
_HOUSEHOLD_ONLY = frozenset({"phone_last", "phone_number"})
_KEYS = {"person": "person_training_keys", "organisation": "organisation_training_keys"}


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
        u = _strangers(parts, exact, None, size, None, None)
        return _rounded(replace(start, u=u, m=monotone(start.m, u, parts)))
    _training_pairs(connection, model, country, size, decided)
    scoring.compare(connection, start, blocked="link_training", output="link_training_scored")
    training = {rule: read_patterns(connection, "link_training_scored", parts, rule) for rule in _rules(connection)}
    scoring.compare(connection, start, blocked="link_blocked", output="link_candidates")
    candidates = read_patterns(connection, "link_candidates", parts, None)
    drawn = training.pop("random", None)
    current = replace(start, u=_strangers(parts, exact, drawn, size, None, None))
    for _ in range(ROUNDS):
        current, shares = _expectation_maximisation(current, start, parts, training)
        if "name" in training:
            current = replace(current, rarity=_rarity(current, parts, training["name"], shares["name"], size))
        current, classes = _rates(current, parts, candidates, size)
        current = replace(current, u=_strangers(parts, exact, drawn, size, candidates, classes))
    current = _rounded(
        replace(
            current, m=monotone(current.m, current.u, parts), trained_on=_counts(size, training, drawn, candidates)
        ),
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
        namesake={c.name: {level.code: level.household for level in c.levels} for c in parts},
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
        }
        | ({"generic": country != "fi"} if model == "person" else {}),
    )
    connection.register("link_decided_input", decided)
    connection.execute(
        load_sql("training_decided", scoring.PACKAGE).replace("entities_table", scoring.ENTITIES[model]),
    )
    connection.unregister("link_decided_input")


def _rules(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row[0] for row in rows(connection, "SELECT DISTINCT match_key FROM link_training_scored ORDER BY 1")]


def _expectation_maximisation(
    current: Parameters, start: Parameters, parts: tuple[Comparison, ...], training: Mapping[str, Patterns]
) -> tuple[Parameters, dict[str, Array]]:
    """Re-estimate m and the household rates; u stays. The share of each class is free within each rule.

    Returns the parameters and each rule's shares (strata x classes).
    """
    names = [c.name for c in parts]
    shares = {rule: np.tile([0.3, 0.3, 0.4], (STRATA, 1)) for rule in training}
    u_log = log_table(current.u, parts)
    for _ in range(STEPS):
        same_found = [PSEUDO_COUNTS * np.array([start.m[c.name][code] for code in c.codes]) for c in parts]
        home_found = [
            _household_pseudo_counts(c) * np.array([start.household[c.name][code] for code in c.codes]) for c in parts
        ]
        namesakes_found = [PSEUDO_COUNTS * np.array([start.namesake[c.name][code] for code in c.codes]) for c in parts]
        m_log = log_table(current.m, parts)
        for rule, patterns in training.items():
            skipped = frozenset(names.index(name) for name in _PICKED_BY.get(rule, ()) if name in names)
            if rule.startswith("decided_"):
                classes = np.zeros((len(patterns.counts), 3))
                classes[:, {"decided_same": SAME, "decided_household": HOUSEHOLD}.get(rule, STRANGER)] = 1.0
            else:
                likelihoods = np.stack(
                    [
                        log_likelihood(patterns, m_log, skipped),
                        household_likelihood(patterns, current, parts, skipped),
                        log_likelihood(patterns, u_log, skipped),
                    ],
                    axis=1,
                )
                strata = patterns.strata if rule == "name" else np.zeros(len(patterns.counts), dtype=np.int64)
                classes = class_posteriors(likelihoods, shares[rule][strata])
                mass = np.ones((STRATA, 3))
                np.add.at(mass, strata, classes * patterns.counts[:, None])
                shares[rule] = mass / mass.sum(axis=1, keepdims=True)
            for index, comparison in enumerate(parts):
                levels = len(comparison.levels)
                if index not in skipped and rule not in _HOUSEHOLD_ONLY:
                    same_found[index] += level_counts(patterns, classes[:, SAME] * patterns.counts, index, levels)
                if _HOUSEHOLD_RULES.get(comparison.name) == rule or rule == "decided_household":
                    weights = classes[:, HOUSEHOLD] * patterns.counts
                    if comparison.name != "given_name" and "given_name" in names:
                        given = names.index("given_name")
                        weights = weights * (patterns.codes[:, given] == len(parts[given].levels) - 1)
                    home_found[index] += level_counts(patterns, weights, index, levels)
                    if comparison.name in LEARNT_FOR_NAMESAKES:
                        weights = classes[:, HOUSEHOLD] * patterns.counts * same_first_name(patterns, parts)
                        namesakes_found[index] += level_counts(patterns, weights, index, levels)
        household = _normalised(home_found, parts)
        namesake = _normalised(namesakes_found, parts)
        for name in names:
            if name not in FIXED_FOR_NAMESAKES | LEARNT_FOR_NAMESAKES:
                namesake[name] = household[name]
        current = replace(current, m=_normalised(same_found, parts), household=household, namesake=namesake)
    return current, shares


def _rarity(
    current: Parameters, parts: tuple[Comparison, ...], named: Patterns, shares: Array, size: int
) -> tuple[float, ...]:
    """Correction (log2) of the weight of an equal full name, by rarity: first and last names are not independent.

    Among pairs of equal names the rest of the row tells how many are one person and how many are namesakes; the correction
    is what the product of the two names' own rarities misses of that.
    """
    names = [c.name for c in parts]
    if "given_name" not in names:
        return (0.0,) * STRATA
    skipped = frozenset(range(len(parts))) - {names.index("given_name"), names.index("surname")}
    weight = (
        log_likelihood(named, log_table(current.m, parts), skipped)
        - log_likelihood(named, log_table(current.u, parts), skipped)
    ) / np.log(2.0) + tf_weight(current, parts, named)
    same, household = current.priors(size)
    found: list[float] = []
    for stratum in range(STRATA):
        chosen = named.strata == stratum
        pairs = named.counts[chosen].sum()
        if pairs == 0:
            found.append(found[-1] if found else 0.0)
            continue
        said = np.log2(same / (1 - same - household)) + np.average(weight[chosen], weights=named.counts[chosen])
        seen = np.log2((shares[stratum, SAME] * pairs + 1) / (shares[stratum, STRANGER] * pairs + 1))
        # A stratum with few pairs leans on the commoner names before it.
        before = found[-1] if found else 0.0
        found.append(float(((seen - said) * pairs + before * 5.0) / (pairs + 5.0)))
    return tuple(found)


def _household_pseudo_counts(comparison: Comparison) -> float:
    """First names and birth dates are what makes a household a household: many rows must speak to change them."""
    return 10 * PSEUDO_COUNTS if comparison.name in ("given_name", "identity", "birth_date") else PSEUDO_COUNTS


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
    likelihoods = np.stack(
        [
            log_likelihood(candidates, log_table(current.m, parts), frozenset()),
            household_likelihood(candidates, current, parts, frozenset()),
            log_likelihood(candidates, log_table(current.u, parts), frozenset()),
        ],
        axis=1,
    )
    rare = tf_weight(current, parts, candidates) + name_correction(current, parts, candidates)
    likelihoods[:, :2] += (rare * np.log(2.0))[:, None]
    classes = np.zeros((len(candidates.counts), 3))
    for _ in range(STEPS):
        same, household = current.priors(size)
        classes = class_posteriors(likelihoods, np.array([same, household, 1.0 - same - household]))
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
        if column == "swapped":
            equal, filled = rows(connection, load_sql("swapped_counts", scoring.PACKAGE))[0]
            found[column] = (float(equal or 0) / 2, float(filled or 0) * (float(filled or 0) - 1) / 2)
            continue
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
    """U of every level: chance agreement, less what is one customer or one household.

    An exact level never falls below a fiftieth of its plain share: what the model believes is not a proof.
    """
    all_pairs = size * (size - 1) / 2
    table: Probabilities = {}
    for index, comparison in enumerate(parts):
        levels = len(comparison.levels)
        sampled = np.full(levels, 0.5)
        scale = 1.0
        if drawn is not None:
            sampled = level_counts(drawn, drawn.counts, index, levels)
            scale = all_pairs / max(drawn.counts.sum(), 1.0)
        known = np.zeros(levels)
        if candidates is not None and classes is not None:
            weights = candidates.counts * (classes[:, SAME] + classes[:, HOUSEHOLD])
            known = level_counts(candidates, weights, index, levels)
        compared = max(sampled.sum() * scale, 1.0)
        share = np.maximum(sampled * scale - known, 0.3 * scale) / compared
        fixed = np.zeros(levels, dtype=bool)
        for number, level in enumerate(comparison.levels):
            if level.exact:
                equal, filled = exact[level.exact]
                plain = (equal + 0.5) / (filled + PSEUDO_STRANGERS)
                least = max(plain / 50, 0.5 / (filled + PSEUDO_STRANGERS))
                share[number] = max((equal + 0.5 - known[number]) / (filled + PSEUDO_STRANGERS), least)
                fixed[number] = True
        share = np.clip(share, 1e-12, 1.0)
        free = share[~fixed].sum()
        left = max(1.0 - share[fixed].sum(), 1e-6)
        share[~fixed] *= left / free
        share /= share.sum()
        table[comparison.name] = {code: float(p) for code, p in zip(comparison.codes, share, strict=True)}
    return table


def monotone(m: Probabilities, u: Probabilities, parts: tuple[Comparison, ...]) -> Probabilities:
    """M with weights m/u that never rise along a comparison's `order` (pool adjacent violators, weighted by u).

    Levels outside the order are kept above its end.
    """
    table: Probabilities = {}
    for comparison in parts:
        name = comparison.name
        pools: list[tuple[float, float, list[str]]] = []
        for code in comparison.order:
            pools.append((m[name][code], u[name][code], [code]))
            while len(pools) > 1 and pools[-1][0] * pools[-2][1] > pools[-2][0] * pools[-1][1]:
                m_worse, u_worse, worse = pools.pop()
                m_better, u_better, better = pools.pop()
                pools.append((m_better + m_worse, u_better + u_worse, better + worse))
        ratios = {code: m_pool / u_pool for m_pool, u_pool, codes in pools for code in codes}
        low = ratios[comparison.order[-1]]
        free = [code for code in comparison.codes if code not in ratios]
        ratios |= {code: max(m[name][code] / u[name][code], low) for code in free}
        weighed = {code: ratios[code] * u[name][code] for code in comparison.codes}
        total = sum(weighed.values())
        table[name] = {code: value / total for code, value in weighed.items()}
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

    changes: dict[str, Any] = {name: table(getattr(parameters, name)) for name in ("m", "u", "household", "namesake")}
    return replace(
        parameters,
        same_per_row=_round(parameters.same_per_row),
        household_per_row=_round(parameters.household_per_row),
        rarity=tuple(_round(value) for value in parameters.rarity),
        **changes,
    )


def _round(value: float) -> float:
    return float(f"{value:.9g}")
