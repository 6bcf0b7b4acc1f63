"""What is tried in earnest: faults at every step, bad input for every reader, rights, canaries. Prints tables; JSON with -o.

    python bench/soak.py [--rounds 40] [--seed 1] [--only faults|inputs|requests|tests] [-o soak.json]

Faults that the tests hold (lost answers to COMMIT, ledgers and keys that are missing or another's, damaged nights, a log
that was changed, canaries, rights) are counted from the tests themselves, so that there is one place for each. The load of
many stewards is `bench/review_load.py`.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import fuzz

from regclean.config import load_workspace
from regclean.errors import RegcleanError
from regclean.home import own_ledger
from regclean.ledger import audit, runs
from regclean.night import STEPS, run_night
from regclean.warehouse import Warehouse

ROOT = Path(__file__).parents[1]
SMALL = ROOT / "tests" / "data" / "small"
FIRST, NEXT, BEFORE = date(2026, 11, 1), date(2026, 11, 2), date(2026, 10, 1)
NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
TESTED = {
    "COMMIT whose answer is lost": ["tests/register/test_unknown_commit.py"],
    "kill between any two statements of a batch": ["tests/register/test_release_laws.py"],
    "ledger, key, last night missing, swapped or damaged": ["tests/safety/test_own_ledger_and_key.py"],
    "disk full, lock, database away": ["tests/safety/test_something_outside.py"],
    "ledger changed by hand": ["tests/safety/test_anchored_log.py"],
    "the program's own files, half written": ["tests/safety/test_whole_files.py"],
    "what an earlier version left": ["tests/safety/test_older_batches.py"],
}
CANARIES = ["tests/safety/test_no_output_names_the_protected.py", "tests/safety/test_ids_at_rest.py"]
KILLED_STATEMENTS = (1, 3, 8, 15, 25, 40, 60, 80, 100, 130, 160, 200)
KILLED_AT = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from regclean.config import load_workspace
from regclean.night import run_night
from sqlalchemy import event
from sqlalchemy.engine import Engine
what, at = sys.argv[2].split(":")
seen = 0
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def counted(*_):
    global seen
    seen += 1
    if seen == int(at):
        die()
if what != "step":
    event.listen(Engine, {"statement": "before_cursor_execute", "commit": "commit"}[what], counted)
class Killer:
    def started(self, step):
        if (what, at) == ("step", step):
            die()
    def finished(self, result):
        pass
run_night(load_workspace(Path(sys.argv[1])), as_of=date(2026, 11, 2), now=datetime(2026, 11, 3, 2, tzinfo=UTC), observer=Killer())
"""


def command(root: Path, *arguments: str, file_size: int | None = None) -> subprocess.CompletedProcess[str]:
    """A command on the workspace; with `file_size` it may write no file that is larger (a disk that is full)."""

    def limit() -> None:
        if file_size is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))

    line = [sys.executable, "-c", "from regclean.cli import main; main()", "-w", str(root), *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False, preexec_fn=limit)


def in_force(root: Path) -> str:
    """The night in force, readable whole, with its ledger's log whole."""
    workspace = load_workspace(root)
    with own_ledger(workspace) as ledger:
        last = runs.last_published(ledger)
        broken = audit.examine(ledger)
    assert last is not None
    assert broken is None, broken
    with Warehouse(workspace.var / "warehouse").read(last.run_id) as night:
        assert night.execute("SELECT count(*) FROM clusters").fetchone()[0] > 0
    return last.run_id


def faults() -> Iterator[tuple[str, Callable[[Path], Any], set[int]]]:
    """Name, what is done to a workspace with one night, and the exit codes that are right for it."""

    def killed(at: str) -> Callable[[Path], int]:
        return lambda root: subprocess.run([sys.executable, "-c", KILLED_AT, root, at], check=False).returncode

    for step in STEPS:
        yield f"kill at a step of a night: {step.name}", killed(f"step:{step.name}"), {-signal.SIGKILL}
    for number in KILLED_STATEMENTS:
        yield f"kill at a statement in the ledger: {number}", killed(f"statement:{number}"), {-signal.SIGKILL, 0}
    for number in range(1, 11):
        yield f"kill before a COMMIT in the ledger: {number}", killed(f"commit:{number}"), {-signal.SIGKILL, 0}
    for size in (20_000, 200_000, 700_000, 1_500_000, 3_000_000):
        yield (
            f"disk full: {size}",
            lambda root, size=size: command(root, "run", "--as-of", "2026-11-02", "--full", file_size=size).returncode,
            {0, 3},
        )
    yield "clock back", lambda root: command(root, "run", "--as-of", "2026-10-01").returncode, {0}
    yield "two nights at once", two_at_once, {0}
    yield "input replaced while it is read", replaced, {0, 1, 2}
    yield "ledger held by another program", held, {3}


def started_night(root: Path) -> subprocess.Popen[bytes]:
    """A night of its own process, that nobody waits for yet."""
    line = [
        sys.executable,
        "-c",
        "from regclean.cli import main; main()",
        "-w",
        str(root),
        "run",
        "--as-of",
        "2026-11-02",
    ]
    return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def two_at_once(root: Path) -> int:
    both = [started_night(root) for _ in range(2)]
    codes = sorted(one.wait() for one in both)
    return 0 if codes in ([0, 1], [0, 0]) else 9


def replaced(root: Path) -> int:
    night = started_night(root)
    path, generator = root / "in" / "customers.csv", random.Random(1)
    whole = path.read_bytes()
    while night.poll() is None:
        path.write_bytes(whole[: generator.randrange(len(whole))])
        path.write_bytes(whole)
    return night.returncode


def held(root: Path) -> int:
    holder = sqlite3.connect(root / "var" / "ledger.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        return command(root, "run", "--as-of", "2026-11-02").returncode
    finally:
        holder.close()


def try_faults(base: Path, folder: Path) -> dict[str, Counter[str]]:
    """Each fault on a copy; then a plain night must go through, and nothing may be lost."""
    figures: dict[str, Counter[str]] = {}
    for number, (name, fault, right) in enumerate(faults()):
        root = Path(shutil.copytree(base, folder / f"fault-{number}"))
        seen = figures.setdefault(name.partition(":")[0], Counter({"tried": 0, "survived": 0, "lost": 0}))
        seen["tried"] += 1
        try:
            code = fault(root)
            assert code in right, f"exit code {code}"
            in_force(root)
            run_night(load_workspace(root), as_of=NEXT, now=NOW)
            in_force(root)
            seen["survived"] += 1
            print(f"survived {name}", flush=True)
        except (AssertionError, RegcleanError) as error:
            seen["lost"] += 1
            print(f"LOST after {name}: {error}", flush=True)
        shutil.rmtree(root)
    return figures


def tested(paths: list[str], folder: Path) -> tuple[Counter[str], Counter[str]]:
    """How many tests of these files were tried and survived, and the sums of what they noted by name."""
    report = folder / "report.xml"
    line = [sys.executable, "-m", "pytest", "-q", *paths, f"--junit-xml={report}", f"--basetemp={folder / 'pytest'}"]
    subprocess.run(line, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    tree = ElementTree.parse(report).getroot()  # our own file
    count = Counter[str]()
    for suite in tree.iter("testsuite"):
        count.update({name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")})
    noted = Counter[str]()
    for one in tree.iter("property"):
        noted[one.get("name", "")] += int(one.get("value", 0))
    lost, tried = count["failures"] + count["errors"], count["tests"] - count["skipped"]
    return Counter({"tried": tried, "survived": tried - lost, "lost": lost}), noted


def rights() -> tuple[int, int, int]:
    """Lines of the matrix of routes, of commands, and the people that each is tried by."""
    sys.path.insert(0, str(ROOT / "tests" / "acts"))
    import rights as declared

    lines = [where for where, _, _ in declared.lines()]
    return len([one for one in lines if one != "command"]), lines.count("command"), len(declared.EVERYBODY) + 1


Figures = dict[str, dict[str, Counter[str]]]
COLUMNS = {
    "faults": ("tried", "survived", "lost"),
    "bad inputs": ("tried", "read or answered", "refused in words", "traceback or abort"),
    "matrix": ("cells", "holes"),
    "canaries": ("planted", "outputs looked at", "out"),
}
WRONG = ("lost", "traceback or abort", "holes", "out")


def markdown(figures: Figures) -> str:
    """The figures as tables, one for each part, each with its sum."""
    parts = []
    for part, rows in figures.items():
        columns = COLUMNS[part]
        lines = [f"| {part} | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
        summed = Counter[str]()
        for name, counts in rows.items():
            summed.update(counts)
            lines.append(f"| {name} | {' | '.join(f'{counts[column]:,}' for column in columns)} |")
        lines.append(f"| **together** | {' | '.join(f'**{summed[column]:,}**' for column in columns)} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rounds", type=int, default=40, help="broken inputs for each reader; ten times as many requests"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("faults", "inputs", "requests", "tests"), help="one part alone")
    parser.add_argument("--memory-gb", type=int, default=8, help="address space that a broken input may use")
    parser.add_argument("-o", "--output", type=Path, help="the figures as JSON; the tables stand beside it as Markdown")
    given = parser.parse_args()
    generator = random.Random(given.seed)
    figures: Figures = {part: {} for part in COLUMNS}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        base = Path(shutil.copytree(SMALL, folder / "base"))
        if given.only in (None, "faults", "requests"):
            run_night(load_workspace(base), as_of=FIRST, now=NOW)
        if given.only in (None, "faults"):
            figures["faults"] |= try_faults(base, folder)
        if given.only in (None, "tests"):
            for name, paths in TESTED.items():
                figures["faults"][name], _ = tested(paths, folder)
            counts, noted = tested(CANARIES, folder)
            figures["canaries"]["protected customers and national ids"] = Counter(
                {
                    "planted": noted["canaries_planted"],
                    "outputs looked at": counts["tried"],
                    "out": noted["canaries_out"] + counts["lost"],
                }
            )
            routes, commands, people = rights()
            counts, _ = tested(["tests/acts/test_authorisation.py"], folder)
            figures["matrix"]["routes x roles x objects"] = Counter({"cells": routes * people, "holes": counts["lost"]})
            figures["matrix"]["commands x roles x objects"] = Counter({"cells": commands * people})
        resource.setrlimit(resource.RLIMIT_AS, (given.memory_gb << 30, resource.RLIM_INFINITY))
        if given.only in (None, "inputs"):
            figures["bad inputs"] |= fuzz.bad_inputs(folder, given.rounds, generator)
        if given.only in (None, "requests"):
            figures["bad inputs"] |= fuzz.bad_requests(base, folder, 10 * given.rounds, generator)
            figures["bad inputs"]["the night's file"] = fuzz.bad_nights(base, folder, given.rounds // 2, generator)
    for counts in figures["bad inputs"].values():
        counts["read or answered"] = counts["read"] + counts["answered"]
    figures = {part: rows for part, rows in figures.items() if rows}
    tables = markdown(figures)
    print(tables)
    if given.output:
        given.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        given.output.with_suffix(".md").write_text(tables, encoding="utf-8")
    sys.exit(any(counts[name] for rows in figures.values() for counts in rows.values() for name in WRONG))


if __name__ == "__main__":
    main()
