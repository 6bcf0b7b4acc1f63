"""Where a register holds nothing but customers and strangers, the mixture is Fellegi and Sunter's: Splink's own EM learns the same."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from splink import DuckDBAPI, Linker, SettingsCreator
from splink.comparison_library import CustomComparison

from regclean.linkage import mixture
from regclean.linkage.comparison import Comparison, Level
from regclean.linkage.mixture import Evidence
from regclean.linkage.parameters import CELLS, CLASSES, Parameters
from regclean.linkage.patterns import Patterns

# Comparisons that one customer has one rate of, wherever it lives: so "stayed" and "moved" are one class.
NAMES = ("national_id", "account", "numerals")
VALUES = (60, 25, 12)
NEAR = 1
EXPECTED = {"equal": 0.8, "near": 0.12, "different": 0.08}


def records(seed: int) -> pl.DataFrame:
    """Rows of 300 entities, every third of them twice; the second one is written anew, now and then a little or quite otherwise."""
    draw = np.random.default_rng(seed)
    once = np.stack([draw.integers(0, n, 300) for n in VALUES], axis=1)
    again = once[::3].copy()
    for column, count in enumerate(VALUES):
        slip = draw.random(len(again))
        again[:, column] += np.where(slip < 0.15, draw.choice([-NEAR, NEAR], len(again)), 0)
        again[:, column] = np.where(slip > 0.93, draw.integers(0, count, len(again)), again[:, column])
    return pl.DataFrame(np.concatenate([once, again]), schema=list(NAMES), orient="row").with_row_index("unique_id")


def ours(frame: pl.DataFrame) -> Parameters:
    values = frame.select(NAMES).to_numpy()
    left, right = np.triu_indices(len(values), k=1)
    apart = np.abs(values[left] - values[right])
    codes, counts = np.unique(np.where(apart == 0, 0, np.where(apart <= NEAR, 1, 2)), axis=0, return_counts=True)
    none = np.full(len(codes), -1)
    patterns = Patterns(
        codes.astype(np.int64),
        counts.astype(float),
        none,
        np.zeros(len(codes)),
        np.ones((len(codes), len(CLASSES)), dtype=bool),
    )
    levels = tuple(Level(code, "", share, share, share) for code, share in EXPECTED.items())
    parts = tuple(Comparison(name, "", levels) for name in NAMES)
    per_row = dict.fromkeys(CLASSES[:-1], 1e-12) | {"stayed": 0.1, "moved": 0.1}
    start = Parameters(model="person", country="generic", version=1, m={}, u={}, per_row=per_row)
    learnt, _ = mixture.learn(start, parts, Evidence(len(values), patterns, patterns, {}, np.zeros(CELLS)))
    return learnt


def splinks(frame: pl.DataFrame) -> dict[str, dict[str, tuple[float, float]]]:
    """Comparison -> level -> m, u."""
    conditions = {"equal": "{0}_l = {0}_r", "near": f"abs({{0}}_l - {{0}}_r) <= {NEAR}", "different": "ELSE"}
    settings = SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=0.001,
        em_convergence=1e-6,
        max_iterations=200,
        comparisons=[
            CustomComparison(
                output_column_name=name,
                comparison_levels=[
                    {
                        "sql_condition": sql.format(name),
                        "label_for_charts": code,
                        "m_probability": EXPECTED[code],
                        "u_probability": u,
                    }
                    for (code, sql), u in zip(conditions.items(), (0.05, 0.1, 0.85), strict=True)
                ],
            )
            for name in NAMES
        ],
    )
    linker = Linker(DuckDBAPI().register(frame.to_arrow()), settings, log_level=None)
    session = linker.training.estimate_parameters_using_expectation_maximisation(
        "l.unique_id <> r.unique_id", fix_u_probabilities=False, estimate_without_term_frequencies=True
    )
    found = session.core_model_settings.comparisons
    return {
        one.output_column_name: {
            level.label_for_charts: (level.m_probability, level.u_probability) for level in one.comparison_levels
        }
        for one in found
    }


def test_splinks_em_learns_the_same_m_and_u(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PSEUDO_COUNTS", "PSEUDO_ROWS"):
        monkeypatch.setattr(mixture, name, 1e-9)
    monkeypatch.setattr(mixture, "STEPS", 300)
    frame = records(3)
    learnt, oracle = ours(frame), splinks(frame)
    for name in NAMES:
        same, u = learnt.same(name), learnt.u[name]
        for code, (m_splink, u_splink) in oracle[name].items():
            assert same[code] == pytest.approx(m_splink, abs=5e-3), (name, code)
            assert u[code] == pytest.approx(u_splink, abs=1e-4), (name, code)
