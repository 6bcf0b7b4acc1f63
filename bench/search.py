"""How fast the search box answers: an index of made-up customers, and what people type, key by key.

    python bench/search.py --customers 1000000 --folder DIR

Prints the seconds and bytes of the index, and milliseconds of an answer (median, 95 %, worst), on the wall and of processors (which
others at work on the machine leave alone): a connection of its own each time, as on the page.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time

from regclean.inspection import search, write_search_index
from regclean.warehouse import Warehouse, rows

RUN = "2026-11-01-001"
MADE_UP = """
CREATE TEMP TABLE made AS
WITH number AS (SELECT i, (hash(i) % 1000000007)::BIGINT AS h, (hash(i, 1) % 1000000007)::BIGINT AS g, (hash(i, 2) % 1000000007)::BIGINT AS k FROM range($customers) AS r(i)),
last AS (SELECT list(c || m || e) AS names FROM
    (SELECT unnest(['Virta', 'Korho', 'Mäki', 'Niemi', 'Laine', 'Heiska', 'Koski', 'Järve', 'Salo', 'Ranta', 'Honka', 'Pelto']) AS c),
    (SELECT unnest(['', 'l', 'nk', 's', 'h', 'r', 'vi', 'ti', 'kka', 'pp']) AS m),
    (SELECT unnest(['nen', 'la', 'nen', 'inen', 'mäki', 'aho', 'lahti', 'nen', 'sto', 'vaara']) AS e))
SELECT
    (100000 + i)::TEXT AS customer_no,
    -- Few names are borne by many, as names are.
    names[1 + (pow((h % 100000) / 100000.0, 3) * 1199)::INT] || ' '
        || ['Matti', 'Liisa', 'Juhani', 'Maria', 'Antti', 'Helena', 'Pekka', 'Anna', 'Eino', 'Aino'][1 + g % 10] || ' '
        || ['Tapio', 'Kaarina', 'Olavi', 'Johanna', 'Ilmari'][1 + k % 5] AS name,
    names[1 + g % 1200] || 'katu ' || (1 + k % 90) || CASE WHEN k % 3 = 0 THEN ' A ' || (1 + g % 60) ELSE '' END AS street_address,
    lpad((10000 + k % 900 * 10)::TEXT, 5, '0') AS postal_code,
    ['Kuopio', 'Siilinjärvi', 'Lapinlahti', 'Helsinki', 'Espoo', 'Tampere'][1 + k % 6] AS city,
    '+35840' || lpad((g % 10000000)::TEXT, 7, '0') AS phone,
    CASE WHEN h % 2 = 0 THEN 'posti' || i || '@example.fi' END AS email,
    h % 200 = 0 AS non_disclosure
FROM number, last
"""


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--customers", type=int, default=1_000_000)
    given.add_argument("--folder", type=Path, required=True)
    given.add_argument("--threads", type=int, default=0)
    chosen = given.parse_args()
    warehouse = Warehouse(chosen.folder, threads=chosen.threads)
    if RUN not in warehouse.published():
        build(warehouse, chosen.customers)
    with warehouse.read(RUN) as connection:
        people = rows(
            connection,
            "SELECT name, street_address, phone, email, customer_no, city FROM customers USING SAMPLE 60 (reservoir, 7)",
        )
    asked = questions(people)
    times, work = [], []
    with warehouse.read(RUN):  # the page keeps the night in force open, too
        for question in asked:
            begun, worked = perf_counter(), process_time()
            with warehouse.read(RUN) as reading:
                search(reading, question, restricted=False)
            times.append((1000 * (perf_counter() - begun), question))
            work.append((1000 * (process_time() - worked), question))
    for what, measured in (("on the wall", times), ("of processors", work)):
        spent = sorted(time for time, _ in measured)
        cuts = quantiles(spent, n=20)
        print(
            f"{len(spent)} questions, {what}: median {cuts[9]:.0f} ms, 95 % {cuts[18]:.0f} ms, worst {spent[-1]:.0f} ms"
        )
    for time, question in sorted(work, reverse=True)[:5]:
        print(f"  {time:.0f} ms  {question!r}")


def build(warehouse: Warehouse, customers: int) -> None:
    """A night that holds these customers, their sites and the index."""
    with warehouse.build(RUN) as night:
        connection = night.connection
        connection.execute(MADE_UP, {"customers": customers})
        needed = rows(
            connection,
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = 'customers' AND NOT is_nullable",
        )
        fills = {"TEXT": "'ok'", "VARCHAR": "'ok'", "VARCHAR[]": "[]", "BOOLEAN": "false"}
        made = {"customer_no", "name", "street_address", "postal_code", "city", "phone", "email", "non_disclosure"}
        more = ", ".join(f"{fills[kind]} AS {name}" for name, kind in needed if name not in made)
        connection.execute(f"INSERT INTO customers BY NAME SELECT *, {more} FROM made")
        connection.execute(
            "INSERT INTO sites BY NAME SELECT 'S' || customer_no AS site_no, street_address, postal_code, city, "
            "'ok' AS property_id_state, 'ok' AS building_id_state, 'ok' AS postal_code_state FROM made"
        )
        connection.execute(
            "INSERT INTO site_roles BY NAME SELECT customer_no, 'S' || customer_no AS site_no, 'owner' AS role FROM made"
        )
        connection.execute("CHECKPOINT")
        before, begun = night.path.stat().st_size, perf_counter()
        found = write_search_index(connection, ())
        connection.execute("CHECKPOINT")
        print(
            f"index of {found:,} subjects: {perf_counter() - begun:.1f} s, {(night.path.stat().st_size - before) / 1e6:.0f} MB"
        )
    warehouse.publish(RUN)


def questions(people: list[tuple[str, ...]]) -> list[str]:
    """What somebody types who looks for these: beginnings of each length, and words of several kinds together."""
    chance, asked = random.Random(7), []
    for name, street, phone, email, number, city in people:
        last, first = name.split()[:2]
        local = "0" + phone[4:]
        for text in (name, street, local, number, *([email] if email else [])):
            asked.append(text[: chance.randint(2, len(text))])
        asked += [
            f"{first} {last}",
            f"{last} {city}",
            f"{last} {street}",
            f"{first} {city}",
            last[:3],
            f"{last[0]} {city[0]}",
        ]
    return asked


if __name__ == "__main__":
    main()
