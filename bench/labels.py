"""What blind labels bring: F1 of clusters before and after, over worlds and draws.

    python bench/labels.py --half report --labels 100,300 --draws 10

Each draw is a blind sample as `regclean sample draw` draws it, answered by the world's truth; offsets are learnt from it, and the
register is judged and clustered again. `--fixed`: also with the labelled pairs decided, as if stewards had; the product does not do that
by itself. A world's own models are kept: only what labels add is seen.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import worlds
from linkage_frames import measure

from regclean.config.workspace import _defaults
from regclean.linkage import (
    clustering,
    customers,
    link_customers,
    parameters,
    sampling_frame,
    scoring,
    training,
)
from regclean.linkage.model import MODELS
from regclean.linkage.retraining import workbench
from regclean.quality import draw

NO_DECISIONS = pl.DataFrame(schema={"customer_no_l": pl.String, "customer_no_r": pl.String, "verdict": pl.String})
NO_CLUSTERS = pl.DataFrame(schema={"cluster_id": pl.String, "customer_no": pl.String})
SETTINGS = _defaults()["linkage"]


class Judged:
    """One world, compared once: judged and clustered again under any offsets and decisions."""

    def __init__(self, world: worlds.Planted, cache: Path, size: int) -> None:
        folder = worlds.made(world, cache, size)
        night = worlds.typed(folder)
        self.groups = pl.read_csv(folder / "truth/clusters.csv", infer_schema=False).rename({"cluster_id": "cluster"})
        self.cluster = dict(self.groups.select("customer_no", "cluster").iter_rows())
        with tempfile.TemporaryDirectory() as models:
            link_customers(
                night,
                country="fi",
                settings=SETTINGS,
                models=Path(models),
                decided=NO_DECISIONS,
                previous_clusters=NO_CLUSTERS,
            )
            found = {model: parameters.latest(Path(models), model, "fi") for model in MODELS}
            self.models = {model: one for model, one in found.items() if one is not None}
            self.frame = sampling_frame(
                night, country="fi", settings=SETTINGS, models=Path(models), decided=NO_DECISIONS
            )
        self.bench = workbench(night, Path(tempfile.gettempdir()) / "models")
        night.close()
        customers.prepare(self.bench, "fi", NO_DECISIONS)
        for model in MODELS:
            customers.block(self.bench, model, "fi")
            scoring.compare(self.bench, model, "fi")
            self.bench.execute(f"CREATE TEMP TABLE kept_{model} AS SELECT * FROM link_compared")

    def figures(self, labels: pl.DataFrame | None, *, fixed: bool = False) -> dict[str, float]:
        decided = NO_DECISIONS
        if labels is not None and fixed:
            decided = labels.select(
                "customer_no_l",
                "customer_no_r",
                pl.when("same").then(pl.lit("same")).otherwise(pl.lit("different")).alias("verdict"),
            )
        self.bench.register("kept_decided", decided)
        self.bench.execute("CREATE OR REPLACE TEMP TABLE link_decided AS SELECT * FROM kept_decided")
        for model in MODELS:
            self.bench.execute(f"CREATE OR REPLACE TEMP TABLE link_compared AS SELECT * FROM kept_{model}")
            one = self.models[model]
            if labels is not None:
                one = replace(one, offsets=training.learn_offsets(self.bench, one, labels))
            scoring.posterior(self.bench, one)
        customers.relate(self.bench, "fi", SETTINGS)
        self.bench.execute("DELETE FROM clusters")
        clustering.cluster(self.bench, generic=False, previous=NO_CLUSTERS)
        found: dict[str, float] = measure(self.bench.sql("SELECT * FROM clusters").pl(), self.groups)
        return found

    def labelled(self, size: int, seed: int) -> pl.DataFrame:
        drawn = draw(self.frame, size, seed=seed).frame.select("customer_no_l", "customer_no_r")
        same = [self.cluster[left] == self.cluster[right] for left, right in drawn.iter_rows()]
        return drawn.with_columns(pl.Series("same", same))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("choose", "report"))
    parser.add_argument("--only", default="")
    parser.add_argument("--size", type=int, default=worlds.SIZE)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "worlds")
    parser.add_argument("--labels", default="100,300")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--fixed", action="store_true")
    options = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    only = {name for name in options.only.split(",") if name}
    sizes = [int(size) for size in options.labels.split(",")]
    ways = (False, True) if options.fixed else (False,)
    print(
        f"{'world':20} {'F1':>7} "
        + " ".join(f"{size:>4} {'fixed' if fixed else 'gain':5}" for size in sizes for fixed in ways)
    )
    gains: dict[tuple[int, bool], list[float]] = {}
    for world in worlds.WORLDS:
        if options.half not in (None, world.half) or (only and world.name not in only):
            continue
        judged = Judged(world, options.cache, options.size)
        before = judged.figures(None)["F1"]
        line = [f"{world.name:20} {before:7.4f}"]
        for size in sizes:
            for fixed in ways:
                found = [
                    judged.figures(judged.labelled(size, seed), fixed=fixed)["F1"] - before
                    for seed in range(options.draws)
                ]
                gains.setdefault((size, fixed), []).append(statistics.mean(found))
                line.append(f"{statistics.mean(found):+10.4f}")
        print(" ".join(line), flush=True)
    for (size, fixed), found in gains.items():
        print(
            f"{size} labels{', fixed too' if fixed else ''}: mean gain {statistics.mean(found):+.4f}, least {min(found):+.4f}"
        )


if __name__ == "__main__":
    main()
