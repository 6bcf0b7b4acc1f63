"""A made register of pairs with scores, and what is true of them."""

from __future__ import annotations

import random

import polars as pl


def register(count: int = 4000, seed: int = 1) -> pl.DataFrame:
    """Pairs as `linkage.sampling_frame` gives them, with what is true of them."""
    generator = random.Random(seed)
    rows = []
    for i in range(count):
        p = round(generator.betavariate(0.15, 0.5), 6)
        rows.append(
            (f"{i:05}", f"{i:05}x", f"person {i % 3}", p, i % 5 == 0 and p < 0.1, p >= 0.85, generator.random() < p)
        )
    names = ("customer_no_l", "customer_no_r", "evidence", "probability", "weaker", "joined", "same")
    return pl.DataFrame(rows, schema=list(names), orient="row")
