"""Three nights on one generated register, beside bare Splink on the same standardised table, in one run.

    python bench/night.py                                            # 72,600 customers
    python bench/night.py --customers 20000 72600 1000000 --json F.json --markdown F.md
    python bench/night.py --customers 1000000 --bin-groups 79000     # about 300,000 lines of shared-bin lists

The nights are a first one, one after 1 % of the customers changed, and one after nothing did. Of each: seconds by step,
processor seconds, peak memory, what it wrote (rows and bytes), and its ratio to bare Splink, which runs between the nights.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
NIGHTS = ("first", "1 % changed", "nothing changed")
# Everything but the nights themselves, so that the peak of memory and the processor time are the night's own.
NIGHT = """
import json, resource, sys
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from regclean.config import load_workspace
from regclean.night import run_night
day = date.fromisoformat(sys.argv[2])
workspace = load_workspace(Path(sys.argv[1]))
begun = perf_counter()
night = run_night(workspace, as_of=day, now=datetime(day.year, day.month, day.day, 23, tzinfo=UTC))
seconds = perf_counter() - begun
own, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "run": night.run_id,
    "seconds": round(seconds, 2),
    "cpu_seconds": round(own.ru_utime + own.ru_stime + workers.ru_utime + workers.ru_stime, 1),
    "peak_gb": round(own.ru_maxrss / 2**20, 2),
    "largest_worker_gb": round(workers.ru_maxrss / 2**20, 2),
    "steps": [{"name": s.name, "rows": s.rows, "seconds": round(s.seconds, 2)} for s in night.steps],
}))
"""
LEDGER_TABLES = ("findings", "finding_subjects", "evidence", "seen_records", "decisions", "audit")


def measured(*command: object) -> dict[str, Any]:
    """The JSON on the last line that a command prints, and its processor seconds, start-up and imports included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)
    return {"cpu_seconds": cpu_seconds, **result}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, nargs="+", default=[72_600])
    parser.add_argument("--bin-groups", type=int)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--profile", default="b", choices=("a", "b"))
    parser.add_argument("--threads", type=int, default=0, help="cores to use; 0: all")
    parser.add_argument("--folder", type=Path, help="where to put the registers; a temporary folder by default")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--accuracy", action="store_true", help="also against the generator's truth")
    parser.add_argument("--check", action="store_true", help="fail when an idle night writes findings; never on time")
    options = parser.parse_args()
    if options.threads:
        os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: options.threads]))
    tables = []
    with tempfile.TemporaryDirectory() as temporary:
        for customers in options.customers:
            folder = (options.folder or Path(temporary)) / f"register-{customers}"
            _register(folder, customers, options)
            tables.append(three_nights(folder, customers, seed=options.seed))
            print(markdown(tables[-1]), flush=True)
            if options.accuracy:
                _accuracy(folder)
    if options.json:
        options.json.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
    if options.markdown:
        options.markdown.write_text("\n".join(map(markdown, tables)), encoding="utf-8")
    wrote = [name for table in tables for name in _written_by_idle_night(table)] if options.check else []
    if wrote:
        sys.exit(f"a night in which nothing changed wrote to: {', '.join(wrote)}")


def three_nights(folder: Path, customers: int, *, seed: int) -> dict[str, Any]:
    """The nights of a register that has seen none, each with what it wrote, and bare Splink between them."""
    shutil.rmtree(folder / "var", ignore_errors=True)
    ledger = folder / "var/ledger.db"
    nights: list[dict[str, Any]] = []
    bare: list[dict[str, Any]] = []
    before: dict[str, int] = {}
    for number, name in enumerate(NIGHTS):
        if name == "1 % changed":
            change(folder / "in/customers.csv", seed=seed)
        night = measured("-c", NIGHT, folder, f"2026-11-0{number + 1}")
        bare.append(measured(ROOT / "bench/bare_splink.py", folder / f"var/warehouse/{night['run']}.duckdb"))
        counts = _ledger_rows(ledger)
        night |= {
            "night": name,
            "ledger_mb": _megabytes(ledger),
            "night_mb": _megabytes(folder / f"var/warehouse/{night['run']}.duckdb"),
            "ledger_rows": counts,
            "ledger_rows_more": {table: count - before.get(table, 0) for table, count in counts.items()},
            "reports": sum(path.is_file() for path in (folder / "var/reports").rglob("*")),
        }
        nights.append(night)
        before = counts
    seconds, cpu_seconds = (median(one[of] for one in bare) for of in ("seconds", "cpu_seconds"))
    for night in nights:
        night["ratio"] = round(night["seconds"] / seconds, 1)
        # What others compute on the machine meanwhile leaves this one alone.
        night["cpu_ratio"] = round(night["cpu_seconds"] / cpu_seconds, 1)
    return {
        "customers": customers,
        "cores": len(os.sched_getaffinity(0)),
        "input_mb": round(sum(path.stat().st_size for path in (folder / "in").iterdir()) / 2**20, 1),
        "bare_splink": {
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "runs": [one["seconds"] for one in bare],
            "peak_gb": bare[0]["peak_gb"],
        },
        "nights": nights,
    }


def change(path: Path, *, seed: int) -> None:
    """Give one customer in a hundred another telephone number, e-mail address or house number."""
    draw = random.Random(seed)  # a bench
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        rows, names = list(reader), reader.fieldnames or ()
    for row in draw.sample(rows, len(rows) // 100):
        match draw.randrange(3):
            case 0:
                row["phone"] = f"+35850{draw.randrange(10**7):07}"
            case 1:
                row["email"] = f"uusi.osoite{draw.randrange(10**6)}@example.fi"
            case _:
                row["street_address"] = f"{row['street_address'].rstrip('0123456789')} {draw.randrange(1, 99)}".strip()
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def markdown(table: dict[str, Any]) -> str:
    """One register's nights as a table."""
    nights, bare = table["nights"], table["bare_splink"]
    lines = [
        f"### {table['customers']:,} customers, {table['cores']} cores, {table['input_mb']:g} MB of input",
        "",
        "| | " + " | ".join(night["night"] for night in nights) + " |",
        "|---|" + "---:|" * len(nights),
    ]

    def row(label: str, values: list[object]) -> None:
        lines.append(f"| {label} | " + " | ".join(map(str, values)) + " |")

    for at, step in enumerate(nights[0]["steps"]):
        row(step["name"], [night["steps"][at]["seconds"] for night in nights])
    row("**whole night, s**", [night["seconds"] for night in nights])
    row(f"**ratio to bare Splink** ({bare['seconds']} s, {bare['peak_gb']} GB)", [night["ratio"] for night in nights])
    row("processor, s", [night["cpu_seconds"] for night in nights])
    row(f"ratio of processor time ({bare['cpu_seconds']} s)", [night["cpu_ratio"] for night in nights])
    row("peak, GB (largest worker)", [f"{night['peak_gb']} ({night['largest_worker_gb']})" for night in nights])
    row("night's file, MB", [night["night_mb"] for night in nights])
    row("ledger, MB", [night["ledger_mb"] for night in nights])
    row("report files", [night["reports"] for night in nights])
    for name in LEDGER_TABLES:
        row(f"{name}: rows (more)", [f"{n['ledger_rows'][name]:,} ({n['ledger_rows_more'][name]:+,})" for n in nights])
    return "\n".join([*lines, ""])


def _register(folder: Path, customers: int, options: argparse.Namespace) -> None:
    """Generate a register; one that is there is made anew, because the bench changes it."""
    shutil.rmtree(folder, ignore_errors=True)
    groups = ["--bin-groups", options.bin_groups] if options.bin_groups else []
    wanted = ["--customers", customers, "--seed", options.seed, "--profile", options.profile, *groups]
    command = [sys.executable, ROOT / "data/fixtures/generate", *wanted, "--format", "canonical", "--out", folder]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)


def _accuracy(folder: Path) -> None:
    command = Path(sys.executable).with_name("regclean")
    for on in ("clusters", "pairs", "member-links"):
        truth = folder / "truth" / f"{on.replace('-', '_')}.csv"
        words = [command, "-w", folder, "evaluate", "--truth", truth, "--on", on]
        subprocess.run([str(word) for word in words], check=True)


def _ledger_rows(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    try:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # ours
            for table in LEDGER_TABLES
        }
    finally:
        connection.close()


def _megabytes(path: Path) -> float:
    with_log = [path, path.with_name(path.name + "-wal")]
    return round(sum(one.stat().st_size for one in with_log if one.exists()) / 2**20, 1)


def _written_by_idle_night(table: dict[str, Any]) -> list[str]:
    more = table["nights"][-1]["ledger_rows_more"]
    return [name for name in ("findings", "finding_subjects", "evidence", "decisions") if more[name]]


if __name__ == "__main__":
    main()
