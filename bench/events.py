"""What millions of emptyings and bills cost the rules that read them: `python bench/events.py [--events 20000000] [--services 250000]`.

Makes the typed tables of a register in DuckDB itself, with `--events` emptyings and a fifth as many lines of bills, one in a
thousand services of each defect, runs the rules that read events and what they share, and prints their seconds and the peak
memory of the process. Run it under `ulimit -v`, or with `--memory-limit` for DuckDB, to see what it needs.
"""

from __future__ import annotations

import argparse
import resource
import time
from datetime import date

import duckdb

from regclean.config import default_config
from regclean.rules import engine
from regclean.rules.catalogue import rules
from regclean.warehouse.database import create_tables

AS_OF = date(2026, 11, 1)
READERS = ("S04", "S05", "S12", "S14", "S15", "S16", "S17", "S20", "K23", "F27")
# Service n is emptied every four weeks; of a thousand, one is billed and not emptied, one emptied and not billed, one emptied
# after its end, one emptied at every third round.
TABLES = """
INSERT INTO sites BY NAME
SELECT 'S' || n AS site_no, 'permanent' AS use, lpad(CAST(70000 + 10 * (n % 300) AS TEXT), 5, '0') AS postal_code,
    'missing' AS property_id_state, 'missing' AS building_id_state, 'ok' AS postal_code_state
FROM range($services) AS t (n);

INSERT INTO services BY NAME
SELECT
    'P' || n AS service_no, 'C' || n AS customer_no, 'S' || n AS site_no, 'mixed' AS waste_type, 4 AS interval_weeks, 240 AS bin_litres,
    DATE '2015-01-01' AS start_on, CASE WHEN n % 1000 = 2 THEN DATE '2026-03-01' END AS end_on, 'Kuljetus ' || n % 7 AS contractor
FROM range($services) AS t (n);

INSERT INTO emptyings
SELECT 'P' || n AS service_no, DATE '2026-10-30' - CAST(28 * k + n % 28 AS INTEGER), 240, CASE WHEN k % 50 = 7 THEN 'ei tyhjennetty, este' ELSE 'tyhjennetty' END
FROM range($services) AS t (n), range($rounds) AS r (k)
WHERE n % 1000 <> 0 AND (n % 1000 <> 3 OR k % 3 = 0);

INSERT INTO invoices
SELECT 'C' || n, 'L' || n || '-' || k, DATE '2026-09-15' - CAST(91 * k AS INTEGER), 'P' || n, 25.0, 'maksettu'
FROM range($services) AS t (n), range($bills) AS r (k)
WHERE n % 1000 <> 1
"""


def customers(connection: duckdb.DuckDBPyConnection, count: int) -> None:
    """Customers with nothing but their number: what a column requires is filled in by its type."""
    columns = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE table_name = 'customers' AND schema_name = 'main' AND NOT is_nullable AND column_name <> 'customer_no'"
    ).fetchall()
    fill = {"VARCHAR": "'person'", "VARCHAR[]": "CAST([] AS TEXT[])", "BOOLEAN": "FALSE"}
    required = ", ".join(f'{fill.get(kind, "0")} AS "{name}"' for name, kind in columns)
    connection.execute(
        f"INSERT INTO customers BY NAME SELECT 'C' || n AS customer_no, {required} FROM range({count}) AS t (n)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--services", type=int, default=250_000)
    parser.add_argument("--memory-limit", default="2GB")
    parser.add_argument("--database", default=":memory:", help="a file, to be like a night")
    options = parser.parse_args()
    rounds = max(1, options.events // options.services)
    with duckdb.connect(options.database, config={"memory_limit": options.memory_limit}) as connection:
        create_tables(connection)
        customers(connection, options.services)
        values = {"services": options.services, "rounds": rounds, "bills": max(1, rounds // 5)}
        for statement in connection.extract_statements(TABLES):
            connection.execute(statement, {name: values[name] for name in statement.named_parameters})
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in ("emptyings", "invoices")
        ]
        made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        chosen = [rule for rule in rules() if rule.info.id in READERS]
        parameters = engine.bound_parameters(default_config(), AS_OF)
        started = time.perf_counter()
        engine.prepare(connection, parameters, country="fi", users=chosen)
        print(f"{counts[0]:,} emptyings, {counts[1]:,} lines of bills, {options.services:,} services")
        print(f"shared {time.perf_counter() - started:6.2f} s")
        for rule in chosen:
            begun = time.perf_counter()
            hits = engine.evaluate(connection, rule, parameters)
            print(f"{rule.info.id}    {time.perf_counter() - begun:6.2f} s  {hits:,} hits")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"all    {time.perf_counter() - started:6.2f} s  peak {peak:,} MB (with the tables alone {made:,} MB)")


if __name__ == "__main__":
    main()
