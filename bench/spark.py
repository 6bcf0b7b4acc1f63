"""Linking customers with the comparison on local Spark beside DuckDB, at several sizes of register.

    python bench/spark.py --sizes 5000,20000,100000 [--memory 4GB] [--threads 2]

Each size and engine in a process of its own. Printed: seconds on the wall and of the processor, both with Spark's JVM, from typed tables to
clusters; the largest process; how many pairs and clusters; and how far the two are apart: pairs of another relation, and the largest
difference of a probability. Training is done once, in DuckDB, and stored.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
import worlds
from linkage_accuracy import EMPTY_CLUSTERS, EMPTY_DECIDED
from linkage_frames import canonical

from regclean.config import default_config
from regclean.linkage import link_customers

WORLD = next(world for world in worlds.WORLDS if world.name == "plain_b")


def once(backend: str, folder: Path, models: Path, memory: str, threads: int) -> dict[str, Any]:
    night = canonical(folder / "in")
    night.execute(f"SET memory_limit = '{memory}'; SET threads = {threads}")
    engine = default_config(engine={"backend": backend, "threads": threads, "memory_limit": memory}).section("engine")
    began, before = time.perf_counter(), _processor()
    link_customers(
        night,
        country="fi",
        settings=default_config().section("linkage"),
        models=models,
        decided=EMPTY_DECIDED,
        previous_clusters=EMPTY_CLUSTERS,
        engine=engine,
    )
    found = night.sql("SELECT customer_no_l, customer_no_r, relation, match_probability AS p FROM pairs").pl()
    found.write_parquet(models / f"{backend}.parquet")
    pairs = found.height
    clusters = night.sql("SELECT count(DISTINCT cluster_id) FROM clusters").fetchall()[0][0]
    largest = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "wall": round(time.perf_counter() - began, 1),
        "processor": round(_processor() - before, 1),
        "largest_gb": round(largest / 2**20, 2),
        "pairs": pairs,
        "clusters": clusters,
    }


def apart(folder: Path) -> dict[str, float]:
    """Pairs that only one of the engines has, or has by another relation; and the largest difference of a probability."""
    one, other = (pl.read_parquet(folder / f"{backend}.parquet") for backend in ("duckdb", "spark"))
    key = ["customer_no_l", "customer_no_r"]
    both = one.join(other, on=key, how="full", coalesce=True)
    different = both.filter(pl.col("relation").ne_missing(pl.col("relation_right"))).height
    most = both.select((pl.col("p") - pl.col("p_right")).abs().max()).item()
    return {"relations": different, "probability": most}


def _processor() -> float:
    return sum(os.times()[:4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="5000,20000,100000")
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "worlds")
    parser.add_argument("--once", nargs=3, metavar=("BACKEND", "FOLDER", "MODELS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        backend, folder, models = options.once
        print(json.dumps(once(backend, Path(folder), Path(models), options.memory, options.threads)))
        return
    for size in (int(size) for size in options.sizes.split(",")):
        folder = worlds.made(WORLD, options.cache, size)
        with tempfile.TemporaryDirectory() as models:
            for backend in ("train", "duckdb", "spark"):
                command = [sys.executable, __file__, "--memory", options.memory, "--threads", str(options.threads)]
                command += ["--once", "duckdb" if backend == "train" else backend, str(folder), models]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                said = done.stdout.strip().splitlines()[-1] if done.returncode == 0 else done.stderr[-300:]
                print(f"{size:>9,} {backend:7} {said}", flush=True)
            print(f"{size:>9,} apart   {json.dumps(apart(Path(models)))}", flush=True)


if __name__ == "__main__":
    main()
