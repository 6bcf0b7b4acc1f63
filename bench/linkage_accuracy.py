"""Precision, recall and F1 of the customer linkage on labelled registers. Pairs in one cluster are what counts.

    python bench/linkage_accuracy.py --febrl DIR --fake20000 FILE --register DIR [--register DIR]

    python bench/linkage_accuracy.py --nights DIR   # FEBRL 1, 2 and 4 through the command line: init, run, clusters

`--febrl`: folder with febrl1.csv, febrl2.csv, febrl4a.csv, febrl4b.csv. `--register`: a folder made by
`python data/fixtures/generate --format canonical` (in/ and truth/). Thresholds are the defaults of the product.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl
from linkage_frames import canonical, connect, fake, febrl, measure

from regclean.config.workspace import _defaults
from regclean.linkage import LinkReport, link_customers

if TYPE_CHECKING:
    from peer_sets import Labelled

EMPTY_DECIDED = pl.DataFrame(schema={"customer_no_l": pl.String, "customer_no_r": pl.String, "verdict": pl.String})
EMPTY_CLUSTERS = pl.DataFrame(schema={"cluster_id": pl.String, "customer_no": pl.String})


def link(connection: duckdb.DuckDBPyConnection, country: str, models: Path) -> tuple[LinkReport, float]:
    started = time.perf_counter()
    report = link_customers(
        connection,
        country=country,
        settings=_defaults()["linkage"],
        models=models,
        decided=EMPTY_DECIDED,
        previous_clusters=EMPTY_CLUSTERS,
    )
    return report, time.perf_counter() - started


def show(name: str, figures: dict[str, float], seconds: float) -> None:
    print(
        f"{name:12} P {figures['P']:.4f}  R {figures['R']:.4f}  F1 {figures['F1']:.4f}"
        f"  true pairs {figures['true']:6}  {seconds:5.1f} s"
    )


def register(folder: Path, models: Path, *, verbose: bool) -> None:
    """A generated Finnish register: the same, and household links, recall by what a pair shares, and by threshold."""
    connection = canonical(folder / "in")
    report, seconds = link(connection, "fi", models)
    truth = pl.read_csv(folder / "truth" / "clusters.csv", infer_schema=False)
    figures = measure(connection.sql("SELECT * FROM clusters").pl(), truth.rename({"cluster_id": "cluster"}))
    show(folder.name, figures, seconds)
    pairs = pl.read_csv(folder / "truth" / "pairs.csv", infer_schema=False)  # read by DuckDB
    connection.register("truth_pairs", pairs)
    connection.register("truth_groups", truth)
    joined = """
        CREATE TABLE judged AS
        WITH linked AS (
            SELECT a.customer_no AS customer_no_l, b.customer_no AS customer_no_r
            FROM clusters a JOIN clusters b ON a.cluster_id = b.cluster_id AND a.customer_no < b.customer_no
        ), one AS (
            SELECT a.customer_no AS customer_no_l, b.customer_no AS customer_no_r
            FROM truth_groups a JOIN truth_groups b ON a.cluster_id = b.cluster_id AND a.customer_no < b.customer_no
        )
        SELECT customer_no_l, customer_no_r, linked.customer_no_l IS NOT NULL AS linked, one.customer_no_l IS NOT NULL AS one,
            coalesce(t.relation, CASE WHEN one.customer_no_l IS NOT NULL THEN 'same' ELSE 'stranger' END) AS truth,
            coalesce(t.shares, '') AS shares, p.relation, p.match_probability, p.household_probability, p.explanation
        FROM linked
        FULL JOIN one USING (customer_no_l, customer_no_r)
        FULL JOIN truth_pairs t USING (customer_no_l, customer_no_r)
        FULL JOIN pairs p USING (customer_no_l, customer_no_r)
    """
    connection.execute(joined)
    size = truth.height
    wrong = connection.sql(
        "SELECT truth, count(*) AS n FROM judged WHERE linked AND NOT one GROUP BY 1 ORDER BY 1"
    ).pl()
    print(f"  false links by truth: {dict(wrong.rows())}   ({size} customers)")
    more = connection.sql(
        "SELECT count(*) FILTER (linked) / count(*) FROM judged WHERE one AND shares NOT IN ('name only', '', 'first_name', 'last_name')"
    ).fetchall()[0][0]
    print(f"  recall of pairs that share more than a name: {more:.4f}")
    cuts = connection.sql(
        """SELECT t AS threshold, count(*) FILTER (one AND match_probability >= t) / count(*) FILTER (match_probability >= t) AS P,
        count(*) FILTER (one AND match_probability >= t) / any_value(total) AS R
        FROM judged, (SELECT count(*) AS total FROM judged WHERE one), unnest([0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99]) AS u(t)
        GROUP BY t ORDER BY t"""
    ).pl()
    print("  pairs by threshold: " + "  ".join(f"{t:.2f}: {p:.3f}/{r:.3f}" for t, p, r in cuts.rows()))
    calibration = connection.sql(
        """SELECT floor(match_probability * 10) / 10 AS bin, count(*) AS n, avg(match_probability) AS said, avg(one::int) AS found
        FROM judged WHERE match_probability > 0.1 GROUP BY 1 ORDER BY 1"""
    ).pl()
    print(
        "  calibration (said/found, n): "
        + "  ".join(f"{said:.2f}/{found:.2f} {n}" for _, n, said, found in calibration.rows())
    )
    if verbose:
        with pl.Config(tbl_rows=60, fmt_str_lengths=60):
            print(
                connection.sql(
                    """SELECT shares, count(*) AS n, round(avg(linked::int), 3) AS recall FROM judged WHERE one
                    GROUP BY 1 ORDER BY count(*) FILTER (NOT linked) DESC LIMIT 40"""
                ).pl()
            )
            print(
                connection.sql(
                    "SELECT truth, relation, count(*) AS n FROM judged WHERE relation IS NOT NULL OR truth <> 'stranger' GROUP BY ALL ORDER BY ALL"
                ).pl()
            )
            print(report)


def night(one: Labelled, folder: Path) -> float:
    """Clusters of a labelled register as the command line gives them, in `folder`/clusters.csv. Returns seconds of the night."""
    one.records.write_csv(folder / "customers.csv")
    (folder / "regclean.toml").write_text(
        f'[workspace]\nname = "bench"\ncountry = "{one.country}"\n[[source]]\ntable = "customers"\npath = "customers.csv"\n',
        encoding="utf-8",
    )
    command = [str(Path(sys.executable).with_name("regclean")), "-w", str(folder)]
    started = time.perf_counter()
    subprocess.run([*command, "run", "--as-of", "2026-11-01"], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    subprocess.run([*command, "clusters", "-o", str(folder / "clusters.csv")], check=True, stdout=subprocess.DEVNULL)
    return seconds


def nights(data: Path) -> None:
    import peer_sets  # which has its worlds from a module that has `link` from here

    found = peer_sets.every(data, data)
    for name in ("febrl1", "febrl2", "febrl4"):
        with tempfile.TemporaryDirectory() as folder:
            one = found[name]()
            seconds = night(one, Path(folder))
            clusters = pl.read_csv(Path(folder) / "clusters.csv", infer_schema=False)
            truth = pl.DataFrame({"customer_no": list(one.truth), "cluster": list(one.truth.values())})
            show(name, measure(clusters, truth), seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--febrl", type=Path)
    parser.add_argument("--nights", type=Path)
    parser.add_argument("--fake20000", type=Path)
    parser.add_argument("--register", type=Path, action="append", default=[])
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--keep-models", type=Path, help="folder to leave the trained models in")
    arguments = parser.parse_args()
    logging.getLogger("splink").setLevel(logging.ERROR)
    if arguments.nights:
        nights(arguments.nights)
    sets = []
    if arguments.febrl:
        sets += [
            (name, febrl([arguments.febrl / f"{file}.csv" for file in files]))
            for name, files in (("febrl1", ["febrl1"]), ("febrl2", ["febrl2"]), ("febrl4", ["febrl4a", "febrl4b"]))
        ]
    if arguments.fake20000:
        sets.append(("fake20000", fake(arguments.fake20000)))
    for name, (customers, truth) in sets:
        with tempfile.TemporaryDirectory() as folder:
            connection = connect(customers)
            _, seconds = link(connection, "generic", Path(folder))
            show(name, measure(connection.sql("SELECT * FROM clusters").pl(), truth), seconds)
    for path in arguments.register:
        with tempfile.TemporaryDirectory() as folder:
            register(
                path,
                arguments.keep_models / path.name if arguments.keep_models else Path(folder),
                verbose=arguments.verbose,
            )
            if arguments.verbose:
                for model in sorted(
                    (arguments.keep_models / path.name if arguments.keep_models else Path(folder)).glob("*.json")
                ):
                    parameters = json.loads(model.read_text())
                    for comparison, levels in parameters["u"].items():
                        print(f"  {comparison}")
                        for code, u in levels.items():
                            by_class = "  ".join(
                                f"{name} {table[comparison][code]:.4f}"
                                for name, table in parameters["m"].items()
                                if comparison in table
                            )
                            print(f"    {code:26} {by_class}  u {u:.2e}")
                    print({k: v for k, v in parameters.items() if not isinstance(v, dict) or k == "trained_on"})


if __name__ == "__main__":
    main()
