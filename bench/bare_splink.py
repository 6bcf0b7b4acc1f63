"""Bare Splink on the standardised customers of a night: train, predict, cluster. The yardstick of `bench/night.py`.

    python bench/bare_splink.py NIGHT.duckdb

Six comparisons and eight blocking rules, as one would write them from Splink's own tutorial. Prints a JSON line.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from time import perf_counter

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

COLUMNS = (
    "SELECT customer_no AS unique_id, m_first, m_last, birth_date::TEXT AS birth_date, m_street, m_house, m_postal, "
    "phone, email FROM night.customers"
)


def main(path: str) -> None:
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{path}' AS night (READ_ONLY)")
    connection.execute(f"CREATE TABLE records AS {COLUMNS}")
    begun = perf_counter()
    api = DuckDBAPI(connection=connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("m_first", [0.9]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("m_last", [0.9]).configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("birth_date", [1]),
            cl.ExactMatch("m_street").configure(term_frequency_adjustments=True),
            cl.ExactMatch("phone"),
            cl.ExactMatch("email"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("birth_date", "m_last"),
            block_on("birth_date", "m_first"),
            block_on("phone", "m_first"),
            block_on("email", "m_first"),
            block_on("m_first", "m_last", "m_postal"),
            block_on("m_last", "m_street", "m_house"),
            block_on("m_first", "m_street", "m_house"),
            block_on("phone", "m_last"),
        ],
    )
    linker = Linker(api.register(connection.sql("SELECT * FROM records")), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("birth_date", "m_first", "m_last")], recall=0.5
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("m_first", "m_last"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("birth_date", "m_house"))
    predictions = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=0.95
    )
    pairs = predictions.as_duckdbpyrelation().count("*").fetchall()[0][0]
    groups = clusters.as_duckdbpyrelation().aggregate("count(DISTINCT cluster_id)").fetchall()[0][0]
    print(
        json.dumps(
            {
                "seconds": round(perf_counter() - begun, 2),
                "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
                "pairs": pairs,
                "clusters": groups,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
