"""Load every file of some folders, each for itself: what came of it, and the most memory that reading took.

`python bench/foreign_files.py FOLDER…` takes the first named column of each file for the key and ignores the others. A file may be
loaded, or refused with a remedy; a traceback, a count that does not add up and a file that takes longer than `--minutes`
are faults, and named.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from threading import Event, Thread

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "landing"))

from landing_bench import Bench, guess_mapping, section

from regclean.errors import RegcleanError

SUFFIXES = {".csv", ".tsv", ".tab", ".txt", ".psv", ".ssv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".parquet"}


def outcome(path: Path) -> str:
    """What came of one file: loaded, refused, or the fault."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        bench.put(path.name, path.read_bytes())
        bench.limits = {"max_quarantined_percent": 100.0, "max_fall_percent": 100.0, "file_minutes": MINUTES}
        try:
            mapping = guess_mapping(path)
        except BaseException:  # the workbook reader's panics are no Exceptions
            mapping = section("columns", {"site_no": "unknown"})
        bench.source("sites", mapping, path=f"in/{path.name}")
        try:
            report = bench.load()
        except RegcleanError as error:
            if "counted, but" in error.message:
                return "wrong count"
            return "too long" if "file_minutes" in error.message else "refused"
        except Exception as error:  # what would be a traceback is what is counted
            return f"traceback ({type(error).__name__})"
        return "loaded" if report.records == report.loaded + report.quarantined else "wrong count"


def watch(ended: Event, most: dict[str, int]) -> None:
    """Keep the most memory that any process below this one had."""
    while not ended.wait(0.02):
        for process in psutil.Process().children(recursive=True):
            try:
                most["bytes"] = max(most["bytes"], process.memory_info().rss)
            except psutil.Error:
                continue


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--minutes", type=int, default=2)
    asked = parser.parse_args()
    MINUTES = asked.minutes
    multiprocessing.freeze_support()
    files = sorted(
        path
        for folder in asked.folders
        for path in folder.rglob("*")
        if path.is_file() and path.suffix.lower() in SUFFIXES
    )
    counts: Counter[str] = Counter()
    most, ended = {"bytes": 0}, Event()
    Thread(target=watch, args=(ended, most), daemon=True).start()
    begun = time.monotonic()
    for path in files:
        counts[said := outcome(path)] += 1
        if said not in {"loaded", "refused"}:
            print(f"{path}: {said}", flush=True)
    ended.set()
    print(f"{len(files)} files in {time.monotonic() - begun:.0f} s: {dict(counts)}")
    print(f"most memory of a reading process: {most['bytes'] / 1e6:.0f} MB")
