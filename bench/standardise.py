"""Seconds that standardising takes for the landed tables of a published night.

python bench/standardise.py NIGHT.duckdb [PROCESSES]
"""

from __future__ import annotations

import resource
import sys
from datetime import date
from time import perf_counter

import duckdb

from regclean.domain.register import TABLES
from regclean.standardise.tables import Options, standardise_tables


def main(path: str, processes: int) -> None:
    with duckdb.connect(path, read_only=True) as connection:
        landed = {name: connection.table(f"landed.{name}").pl() for name in TABLES}
    rows = sum(frame.height for frame in landed.values())
    options = Options(
        country="fi", accept_test_ids=True, as_of=date(2026, 11, 1), id_key=bytes(32), processes=processes
    )
    begun = perf_counter()
    standardise_tables(landed, options)
    seconds = perf_counter() - begun
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(item.ru_utime + item.ru_stime for item in used)
    print(
        f"{rows:,} rows in {seconds:.1f} s ({processor:.1f} s of processor time, peak {used[0].ru_maxrss / 2**20:.1f} GB)"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
