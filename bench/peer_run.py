"""One peer on one file of records, in the environment that `bench/peers.py` makes: default clusters, and others for hindsight.

    python peer_run.py (splink | goldenmatch | dedupe) RECORDS.csv OUT.json [LABELS.csv]

Each is set up as its own documentation does, by the columns that are there. LABELS.csv (dedupe): what is true of each record, asked
for 310 pairs of dedupe's own choosing. OUT.json: version, seconds, parts: {"default": {record: group}, "0.9": ...}.
"""

from __future__ import annotations

import csv
import json
import logging
import os
import random
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

GRID = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
LABELS = 310
Rows = list[dict[str, str]]
Parts = dict[str, dict[str, int]]


def joined(numbers: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Record -> group: what the pairs hold together."""
    parent = {number: number for number in numbers}

    def root(one: str) -> str:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for left, right in pairs:
        parent[root(left)] = root(right)
    names: dict[str, int] = {}
    return {one: names.setdefault(root(one), len(names)) for one in parent}


def processor() -> float:
    """Processor seconds of this process and its children so far: on a shared machine the wall says nothing."""
    return sum(os.times()[:4])


def by_grid(rows: Rows, pairs: list[tuple[str, str, float]]) -> Parts:
    numbers = [row["customer_no"] for row in rows]
    return {str(t): joined(numbers, ((a, b) for a, b, p in pairs if p >= t)) for t in GRID}


def splink(rows: Rows, columns: list[str], _labels: dict[str, str]) -> Parts:
    """Comparisons of its library for the columns, blocking on pairs of them, u by random pairs, m by two sessions of EM, predict above
    weight -5, cluster at .95: its README and tutorial.
    """
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    made: dict[str, Callable[[str], Any]] = {
        "first_names": cl.NameComparison,
        "last_name": cl.NameComparison,
        "company_name": cl.NameComparison,
        "birth_date": lambda name: cl.DateOfBirthComparison(name, input_is_string=True),
        "email": cl.EmailComparison,
        "street_address": lambda name: cl.JaroWinklerAtThresholds(name, [0.9, 0.7]),
        "national_id": lambda name: cl.LevenshteinAtThresholds(name, [1, 2]),
    }
    comparisons = [
        made[name](name) if name in made else cl.ExactMatch(name).configure(term_frequency_adjustments=True)
        for name in columns
    ]
    tries = [
        ("first_names", "last_name"), ("last_name", "birth_date"), ("first_names", "birth_date"), ("first_names", "city"),
        ("last_name", "postal_code"), ("company_name",), ("street_address",), ("phone",), ("email",), ("national_id",),
        ("company_name", "city"), ("birth_date", "postal_code"),
    ]  # fmt: skip
    rules = [block_on(*names) for names in tries if set(names) <= set(columns)]
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE records AS SELECT * FROM read_csv($1, all_varchar = true, header = true)", [sys.argv[2]]
    )
    api = DuckDBAPI(connection=connection)
    table = api.register(connection.sql("SELECT * FROM records"))
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="customer_no",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(table, settings)
    sure = [
        block_on(*names)
        for names in (
            ("first_names", "last_name", "birth_date"),
            ("email",),
            ("national_id",),
            ("phone",),
        )
        if set(names) <= set(columns)
    ]
    if sure:
        _unless_it_fails(lambda: linker.training.estimate_probability_two_random_records_match(sure[:2], recall=0.7))
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    sessions = [
        names
        for names in (
            ("first_names", "last_name"),
            ("birth_date",),
            ("company_name",),
            ("street_address",),
            ("email",),
            ("phone",),
        )
        if set(names) <= set(columns)
    ]
    for names in sessions[:2]:
        rule = block_on(*names)
        _unless_it_fails(lambda rule=rule: linker.training.estimate_parameters_using_expectation_maximisation(rule))
    predictions = linker.inference.predict(threshold_match_weight=-5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, 0.95)
    found = clusters.as_duckdbpyrelation().select("customer_no, cluster_id").fetchall()
    groups: dict[Any, int] = {}
    default = {str(number): groups.setdefault(group, len(groups)) for number, group in found}
    scored = predictions.as_duckdbpyrelation().select("customer_no_l, customer_no_r, match_probability").fetchall()
    return {"default": default} | by_grid(rows, [(str(a), str(b), p) for a, b, p in scored])


def _unless_it_fails(step: Callable[[], Any]) -> None:
    """On small registers Splink stops at a level that was never seen (m of 0): that session is left out, as a user would."""
    try:
        step()
    except ValueError as error:
        sys.stderr.write(f"left out: {error}\n")


def goldenmatch(rows: Rows, columns: list[str], _labels: dict[str, str]) -> Parts:
    """Without configuration: `gm.dedupe(file)`."""
    import tempfile

    import goldenmatch as gm

    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({name: row[name] for name in columns} for row in rows)
        file.flush()
        result = gm.dedupe(file.name)
    numbers = [row["customer_no"] for row in rows]
    default = {number: -1 - at for at, number in enumerate(numbers)}
    for group, found in result.clusters.items():
        for member in found["members"]:
            default[numbers[int(member)]] = int(group)
    pairs = [(numbers[int(a)], numbers[int(b)], float(p)) for a, b, p in result.scored_pairs or []]
    return {"default": default} | by_grid(rows, pairs)


def dedupe(rows: Rows, columns: list[str], labels: dict[str, str]) -> Parts:
    """A string variable for each column; 310 pairs of its own choosing are answered by the truth; partitioned at .5."""
    import dedupe as library
    from dedupe import variables

    random.seed(1)
    import numpy as np

    np.random.seed(1)  # what the library draws from
    data = {row["customer_no"]: {name: row[name].lower() or None for name in columns} for row in rows}
    filled = {name: sum(one[name] is not None for one in data.values()) for name in columns}
    deduper = library.Dedupe(
        [variables.String(name, has_missing=count < len(data)) for name, count in filled.items() if count],
        num_cores=1,
    )
    deduper.prepare_training(data, sample_size=min(1500, len(data)))
    key = {id(one): number for number, one in data.items()}
    by_value = {tuple(one.items()): number for number, one in data.items()}
    for _ in range(LABELS):
        try:
            [(left, right)] = deduper.uncertain_pairs()
        except (IndexError, ValueError):
            break
        a, b = (key.get(id(one)) or by_value[tuple(one.items())] for one in (left, right))
        alike = labels[a] == labels[b]
        deduper.mark_pairs({"match": [(left, right)] if alike else [], "distinct": [] if alike else [(left, right)]})
    deduper.train()
    scores = deduper.score(deduper.pairs(data))
    parts = {}
    for name, threshold in [("default", 0.5), *((str(t), t) for t in GRID if t < 0.99)]:
        groups = {number: -1 - at for at, number in enumerate(data)}
        for at, (members, _) in enumerate(deduper.cluster(scores, threshold)):
            groups |= dict.fromkeys(members, at)
        parts[name] = groups
    return parts


def main() -> None:
    tool, source, out = sys.argv[1:4]
    with Path(source).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels: dict[str, str] = {}
    if len(sys.argv) > 4:
        with Path(sys.argv[4]).open(encoding="utf-8", newline="") as file:
            labels = dict(csv.reader(file))
    columns = [name for name in rows[0] if name != "customer_no" and any(row[name] for row in rows)]
    begun = processor()
    run = {"splink": splink, "goldenmatch": goldenmatch, "dedupe": dedupe}[tool]
    parts = run(rows, columns, labels)
    seconds = processor() - begun
    Path(out).write_text(json.dumps({"version": version(tool), "seconds": seconds, "parts": parts}), encoding="utf-8")


if __name__ == "__main__":
    main()
