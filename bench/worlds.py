"""The customer linkage on a grid of small registers whose rates are known.

    python bench/worlds.py --half choose            # thresholds and priors may be chosen on this half
    python bench/worlds.py --half report            # ... and are judged on this one
    python bench/worlds.py --only no_dates,namesakes --verbose

By world: precision, recall and F1 of clusters; expected beside found precision of the proposed pairs; calibration error of pairs
above .5, beside what chance alone would make of probabilities that are right (few pairs in a bin differ from what was said); wrong links within a household for a thousand customers; the band p >= .99; learnt beside planted rates.
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "data/fixtures"))
from generate import cli, tables, truth, write
from generate.profiles import PROFILES
from linkage_accuracy import link
from linkage_frames import canonical, measure

SIZE = 5000


@dataclass(frozen=True)
class Planted:
    """A world: profile, seed, what differs from the profile."""

    name: str
    half: str
    seed: int
    profile: str = "a"
    rates: dict[str, Any] = field(default_factory=dict)


def _grid(half: str, seed: int, profile: str, **worlds: dict[str, Any]) -> list[Planted]:
    return [Planted(name, half, seed + i, profile, rates) for i, (name, rates) in enumerate(worlds.items())]


WORLDS = [
    *_grid(
        "choose", 101, "a",
        plain={},
        no_namesakes={"namesakes": 0.0},
        namesakes={"namesakes": 0.15, "namesake_daughters": True},
        dated={"has_birth_date": 0.8, "has_national_id": 0.6, "namesakes": 0.02},
        undated={"has_birth_date": 0.1, "has_national_id": 0.05, "namesakes": 0.02},
        household_phones={"shared_phone": 0.6, "shared_email": 0.5, "second_member": 0.15},
        movers={"moved": 0.6, "name_only_duplicates": 0.2, "moves": 0.2},
        foreign={"foreign": 0.4, "swedish": 0.02},
        repeats={"duplicates": 0.15},
        few_repeats={"duplicates": 0.008},
        typos={"typo": 0.15, "encoding_damage": 0.04, "folded": 0.1, "capitals": 0.3},
        bare={"bare": 0.3, "ensures_shared": 0.5},
    ),
    *_grid(
        "report", 211, "b",
        plain_b={},
        no_namesakes_b={"namesakes": 0.0, "has_birth_date": 0.3},
        namesakes_b={"namesakes": 0.15},
        namesakes_2={"namesakes": 0.02, "namesake_daughters": True, "keeps_phone": 0.4, "keeps_email": 0.4},
        dated_b={"has_birth_date": 0.8, "has_national_id": 0.2, "keeps_birth_date": 0.9},
        no_ids={"has_national_id": 0.0, "has_birth_date": 0.2},
        household_phones_b={"shared_phone": 0.6, "second_member": 0.25, "namesakes": 0.02},
        own_phones={"shared_phone": 0.05, "shared_email": 0.02},
        movers_b={"moved": 0.5, "name_only_duplicates": 0.05, "moves": 0.1},
        swedish={"swedish": 0.4, "foreign": 0.1},
        repeats_b={"duplicates": 0.15, "ensures_shared": 0.3, "namesakes": 0.02},
        nothing_repeated={"duplicates": 0.0},
        typos_b={"typo": 0.12, "folded": 0.2, "initials": 0.08, "call_name_only": 0.5},
        bare_b={"bare": 0.2, "ensures_shared": 0.8, "keeps_birth_date": 0.3, "namesakes": 0.02},
    ),
]  # fmt: skip


def made(world: Planted, folder: Path, size: int) -> Path:
    """The folder of a world's canonical files and truth, made unless it is there."""
    out = folder / f"{world.name}-{world.seed}-{size}"
    if not (out / "truth").exists():
        built = cli.build(size, world.seed, replace(PROFILES[world.profile], **world.rates), planted=False)
        tables.number_everything(built)
        write.write_canonical(out, tables.all_tables(built), built)
        write.write_truth(out, {"clusters": truth.clusters(built), "pairs": truth.pairs(built)})
    return out


def typed(folder: Path) -> duckdb.DuckDBPyConnection:
    return canonical(folder / "in")


JUDGED = """
CREATE OR REPLACE TABLE judged AS
WITH linked AS (
    SELECT a.customer_no AS customer_no_l, b.customer_no AS customer_no_r
    FROM clusters a JOIN clusters b ON a.cluster_id = b.cluster_id AND a.customer_no < b.customer_no
), one AS (
    SELECT a.customer_no AS customer_no_l, b.customer_no AS customer_no_r
    FROM truth_groups a JOIN truth_groups b ON a.cluster_id = b.cluster_id AND a.customer_no < b.customer_no
)
SELECT customer_no_l, customer_no_r, linked.customer_no_l IS NOT NULL AS linked, one.customer_no_l IS NOT NULL AS one,
    coalesce(t.relation, CASE WHEN one.customer_no_l IS NOT NULL THEN 'same' ELSE 'stranger' END) AS truth,
    coalesce(t.shares, '') AS shares, p.relation, p.match_probability AS p, p.model, p.explanation
FROM linked
FULL JOIN one USING (customer_no_l, customer_no_r)
FULL JOIN truth_pairs t USING (customer_no_l, customer_no_r)
FULL JOIN pairs p USING (customer_no_l, customer_no_r)
"""
FIGURES = """
SELECT
    count(*) FILTER (linked AND NOT one AND truth = 'household') AS household_links,
    count(*) FILTER (linked AND NOT one) AS wrong_links,
    coalesce(avg(p) FILTER (relation = 'same'), 1.0) AS expected,
    coalesce(avg(one::INT) FILTER (relation = 'same'), 1.0) AS found,
    count(*) FILTER (relation = 'same') AS proposed,
    coalesce(sqrt(sum(p * (1 - p)) FILTER (relation = 'same')) / count(*) FILTER (relation = 'same'), 0.0) AS deviation,
    count(*) FILTER (p >= 0.99) AS band,
    count(*) FILTER (p >= 0.99 AND one) / greatest(count(*) FILTER (p >= 0.99), 1) AS band_precision,
    count(*) FILTER (p >= 0.99 AND one) / greatest(count(*) FILTER (one), 1) AS band_recall,
    count(*) FILTER (p >= 0.99 AND NOT one AND truth = 'household') AS band_household,
    count(*) FILTER (relation = 'unsure') AS unsure
FROM judged
"""
ECE = """
SELECT coalesce(sum(abs(said - hit)) / sum(n), 0.0) FROM (
    SELECT count(*) AS n, sum(p) AS said, sum(one::INT) AS hit FROM judged WHERE p >= 0.5 GROUP BY least(floor(p * 20), 19)
)
"""
# The highest recall at which the pairs above a threshold are right at least 99.5 times of a hundred.
RECALL = """
SELECT coalesce(max(hits) FILTER (hits >= 0.995 * n), 0) / greatest((SELECT count(*) FROM judged WHERE one), 1) FROM (
    SELECT p, count(*) OVER (ORDER BY p DESC) AS n, sum(one::INT) OVER (ORDER BY p DESC) AS hits FROM judged WHERE p IS NOT NULL
)
"""
# As the person model counts: pairs of persons for each person that a row names.
PLANTED = """
SELECT
    count(*) FILTER (one AND l.kind = r.kind AND l.kind IN ('person', 'household', 'estate'))
        / (SELECT count(*) FROM customer_persons WHERE part NOT IN ('care_of', 'guardian')) AS same,
    count(*) FILTER (truth = 'household' AND l.m_first = r.m_first AND l.kind = 'person' AND r.kind = 'person')
        / greatest(count(*) FILTER (one AND l.m_first = r.m_first AND l.m_last = r.m_last AND l.m_street = r.m_street AND l.m_house = r.m_house), 1) AS namesakes
FROM judged
JOIN customers l ON l.customer_no = customer_no_l
JOIN customers r ON r.customer_no = customer_no_r
"""


def judge(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, Any]:
    """Figures of one linked world against its truth; leaves the table `judged`."""
    groups = pl.read_csv(folder / "truth/clusters.csv", infer_schema=False)
    connection.register("truth_groups", groups)
    connection.register("truth_pairs", pl.read_csv(folder / "truth/pairs.csv", infer_schema=False))
    figures: dict[str, Any] = measure(
        connection.sql("SELECT * FROM clusters").pl(), groups.rename({"cluster_id": "cluster"})
    )
    connection.execute(JUDGED)
    figures |= connection.sql(FIGURES).pl().row(0, named=True)
    figures["ECE"] = connection.sql(ECE).fetchall()[0][0]
    figures["chance"] = by_chance(connection.sql("SELECT p FROM judged WHERE p >= 0.5").pl()["p"].to_numpy())
    figures["R995"] = connection.sql(RECALL).fetchall()[0][0]
    figures["planted_same"], figures["planted_namesakes"] = connection.sql(PLANTED).fetchall()[0]
    figures["household_rate"] = 1000 * figures["household_links"] / groups.height
    return figures


def by_chance(p: npt.NDArray[np.float64]) -> float:
    """Mean calibration error if every probability were right."""
    drawn = np.random.default_rng(1).random((200, len(p))) < p
    bins = np.minimum(np.floor(p * 20), 19).astype(int)
    parts = [np.abs((drawn[:, bins == b] - p[bins == b]).sum(axis=1)) for b in np.unique(bins)]
    return float(np.mean(np.sum(parts, axis=0)) / len(p)) if len(p) else 0.0


def learnt(models: Path) -> dict[str, float]:
    """Rates of the person model that a world's truth can be held against."""
    found = json.loads(max(models.glob("person-*.json")).read_text(encoding="utf-8"))
    rates = found.get("per_row", {})
    same = rates.get("stayed", found.get("same_per_row", 0.0)) + rates.get("moved", 0.0)
    return {"learnt_same": same, "learnt_namesakes": rates.get("namesake", 0.0) / max(rates.get("stayed", 1.0), 1e-9)}


def run(world: Planted, cache: Path, size: int, *, verbose: bool = False, check: Path | None = None) -> dict[str, Any]:
    folder = made(world, cache, size)
    connection = typed(folder)
    with tempfile.TemporaryDirectory() as temporary:
        models = check or Path(temporary)
        started = time.perf_counter()
        link(connection, "fi", models)
        seconds = time.perf_counter() - started
        figures = judge(connection, folder) | learnt(models) | {"seconds": seconds}
    if verbose:
        details(connection)
    connection.close()
    return figures


def details(connection: duckdb.DuckDBPyConnection) -> None:
    with pl.Config(tbl_rows=60, fmt_str_lengths=90, tbl_width_chars=160):
        print(
            connection.sql(
                """SELECT round(floor(p * 20) / 20, 2) AS bin, model, count(*) AS n, round(avg(p), 3) AS said, round(avg(one::INT), 3) AS found,
                count(*) FILTER (truth = 'household') AS household FROM judged WHERE p > 0.2 GROUP BY ALL ORDER BY ALL"""
            ).pl()
        )
        wrong = "SELECT truth, shares, p, regexp_extract(explanation, 'reasons.:.(.*?)\\]', 1) AS why FROM judged WHERE linked AND NOT one ORDER BY p DESC LIMIT 25"
        print(connection.sql(wrong).pl())
        missed = """SELECT shares, relation, count(*) AS n, round(avg(p), 3) AS p FROM judged WHERE one AND NOT linked
            GROUP BY ALL ORDER BY n DESC LIMIT 25"""
        print(connection.sql(missed).pl())


HEAD = (
    f"{'world':20} {'P':>6} {'R':>6} {'F1':>6} {'exp.P':>6} {'foundP':>6} {'ECE':>6} {'chance':>6} {'hh/1000':>7} {'P>.99':>6} {'R>.99':>6}"
    f" {'R995':>6} {'same':>13} {'namesakes':>13} {'s':>5}"
)


def line(name: str, f: dict[str, Any]) -> str:
    return (
        f"{name:20} {f['P']:6.4f} {f['R']:6.4f} {f['F1']:6.4f} {f['expected']:6.4f} {f['found']:6.4f} {f['ECE']:6.4f} {f['chance']:6.4f}"
        f" {f['household_rate']:7.2f} {f['band_precision']:6.4f} {f['band_recall']:6.3f} {f['R995']:6.3f}"
        f" {f['learnt_same']:6.4f}/{f['planted_same']:6.4f} {f['learnt_namesakes']:6.3f}/{f['planted_namesakes']:6.3f} {f['seconds']:5.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("choose", "report"))
    parser.add_argument("--only", default="")
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "worlds")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    only = {name for name in options.only.split(",") if name}
    chosen = [w for w in WORLDS if options.half in (None, w.half) and (not only or w.name in only)]
    print(HEAD)
    found = []
    for world in chosen:
        figures = run(world, options.cache, options.size, verbose=options.verbose)
        found.append(figures)
        print(line(world.name, figures), flush=True)
    for half in ("F1", "ECE", "chance", "R995", "band_precision", "band_recall"):
        values = [f[half] for f in found if f["planted_same"] > 0.001]
        if values:
            print(
                f"{half:16} median {statistics.median(values):.4f}  lowest {min(values):.4f}  highest {max(values):.4f}"
            )
    bands = sum(f["band"] for f in found)
    wrong = sum(round(f["band"] * (1 - f["band_precision"])) for f in found)
    print(
        f"band p >= .99 over all worlds: {bands} pairs, {wrong} wrong; {sum(f['band_household'] for f in found)} in a household"
    )


if __name__ == "__main__":
    main()
