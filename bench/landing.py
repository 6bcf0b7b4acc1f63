"""Seconds that landing takes for the sources of a workspace, into a database that is thrown away.

python bench/landing.py WORKSPACE
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import duckdb

from regclean import landing
from regclean.config import load_workspace
from regclean.warehouse.database import create_tables


def main(folder: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        connection = duckdb.connect(str(Path(temporary) / "night.duckdb"))
        create_tables(connection)
        begun, used = perf_counter(), process_time()
        report = landing.load(load_workspace(Path(folder)), connection, {})
        seconds, processor = perf_counter() - begun, process_time() - used
        connection.close()
    print(f"{report.loaded:,} rows in {seconds:.1f} s ({processor:.1f} s of processor time)")


if __name__ == "__main__":
    main(sys.argv[1])
