"""What is tried in earnest: faults at every step, bad input for every reader, canaries. Prints a table, and JSON with -o.

    python bench/soak.py [--rounds 40] [--seed 1] [-o soak.json]

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

import duckdb

from regclean import landing
from regclean.config import load_workspace
from regclean.config.mapping import load_mapping
from regclean.domain.register import TABLES
from regclean.errors import RegcleanError
from regclean.findings.decision_file import read_decisions
from regclean.home import own_ledger
from regclean.ledger import audit, runs
from regclean.night import STEPS, run_night
from regclean.warehouse import Warehouse
from regclean.warehouse.database import create_tables

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
    "canaries planted": ["tests/safety/test_no_output_names_the_protected.py"],
    "rights: route and command x role x object": ["tests/acts"],
}
KILLED_AT = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from regclean.config import load_workspace
from regclean.night import run_night
class Killer:
    def started(self, step):
        if step == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)
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

    def killed(step: str) -> Callable[[Path], int]:
        return lambda root: subprocess.run([sys.executable, "-c", KILLED_AT, root, step], check=False).returncode

    for step in STEPS:
        yield f"kill: {step.name}", killed(step.name), {-signal.SIGKILL}
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


def try_faults(base: Path, folder: Path) -> Counter[str]:
    """Each fault on a copy; then a plain night must go through, and nothing may be lost."""
    seen: Counter[str] = Counter()
    for number, (name, fault, right) in enumerate(faults()):
        root = Path(shutil.copytree(base, folder / f"fault-{number}"))
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
    return seen


# Readers ----------------------------------------------------------------------------------------------------------------


def spoilt(content: bytes, generator: random.Random) -> bytes:
    """One of the ways in which a file arrives broken."""
    made = bytearray(content)
    for _ in range(generator.choice((1, 1, 3, 20))):
        at = generator.randrange(len(made) + 1)
        kind = generator.randrange(6)
        if kind == 0:
            made[at:at] = generator.randbytes(generator.choice((1, 3, 50)))
        elif kind == 1:
            del made[at : at + generator.choice((1, 10, 1_000))]
        elif kind == 2 and at < len(made):
            made[at] = generator.randrange(256)
        elif kind == 3:
            made[at:at] = generator.choice(
                (b'"', b";", b"\n", b"\0", b"\xff\xfe", "ä".encode("latin-1"), b"=1+1", b"\r")
            )
        elif kind == 4:
            made[at:at] = made[: generator.choice((10, 500))]
        else:
            made[at:] = b""
    return bytes(made)


def read_all(root: Path) -> None:
    connection = duckdb.connect()
    try:
        create_tables(connection)
        landing.load(load_workspace(root), connection, {})
    finally:
        connection.close()


def bad_inputs(base: Path, folder: Path, rounds: int, generator: random.Random) -> Counter[str]:
    """Every reader with broken input: it reads it, or says what is wrong; anything else is a fault."""
    import polars as pl

    customers = pl.read_csv(base / "in" / "customers.csv", separator=";", infer_schema=False)
    customers.write_excel(folder / "c.xlsx")
    customers.write_parquet(folder / "c.parquet")
    mapping = (
        b'[columns]\ncustomer_no = "Nro"\nname = ["A", "B"]\n[values.kind]\n"x" = "person"\n[ignore]\ncolumns = ["z"]\n'
    )
    decisions = b'finding_id,verdict,user,reason,choices\nF1,accept,aino,x,"{""survivor"": ""1""}"\n'
    changes = b"seq,op,table,key,column,before,after,finding_id\n1,update,customers,1001,phone,,040 1,F1\n"
    kinds: dict[str, tuple[bytes, Callable[[Path], Any]]] = {
        "csv": ((base / "in" / "customers.csv").read_bytes(), read_all),
        "xlsx": ((folder / "c.xlsx").read_bytes(), read_all),
        "parquet": ((folder / "c.parquet").read_bytes(), read_all),
        "changes csv as input": (changes, read_all),
        "regclean.toml": ((base / "regclean.toml").read_bytes(), lambda path: load_workspace(path)),
        "mapping": (mapping, lambda path: load_mapping(path, TABLES["customers"])),
        "decision file": (decisions, lambda path: list(read_decisions(path))),
    }
    seen: Counter[str] = Counter()
    for kind, (content, reader) in kinds.items():
        for _ in range(rounds):
            root = folder / "reader"
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(SMALL, root)
            broken = spoilt(content, generator)
            target = root
            if reader is read_all:
                suffix = kind if kind in ("csv", "xlsx", "parquet") else "csv"
                (root / "in" / f"broken.{suffix}").write_bytes(broken)
                settings = (root / "regclean.toml").read_text(encoding="utf-8")
                text = settings.replace("in/customers.csv", f"in/broken.{suffix}")
                (root / "regclean.toml").write_text(text, encoding="utf-8")
            elif kind == "regclean.toml":
                (root / "regclean.toml").write_bytes(broken)
            else:
                target = root / "one-file"
                target.write_bytes(broken)
            seen["tried"] += 1
            try:
                reader(target)
                seen["read"] += 1
            except RegcleanError:
                seen["refused in words"] += 1
            except BaseException as error:
                seen["traceback or abort"] += 1
                kept = Path(tempfile.gettempdir()) / f"soak-{kind.replace(' ', '-')}-{seen['traceback or abort']}"
                kept.write_bytes(broken)
                print(f"TRACEBACK from {kind}: {type(error).__name__} ({kept})", flush=True)
                if isinstance(error, KeyboardInterrupt):
                    raise
    return seen


def bad_urls(base: Path, folder: Path, rounds: int, generator: random.Random) -> Counter[str]:
    """Every route with broken parts, without and with an account."""
    from fastapi.testclient import TestClient

    from regclean.accounts import local
    from regclean.review.web.app import create_app

    root = Path(shutil.copytree(base, folder / "urls"))
    app = create_app(load_workspace(root))
    local.add_user(
        app.state.services.ledger, "admin", ["admin", "steward", "clerk"], "correct horse battery", NOW, by="soak"
    )
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    page = client.get("/login").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    client.post("/login", data={"csrf_token": token, "user": "admin", "password": "correct horse battery"})
    parts = (
        "1e999",
        "-1",
        "9" * 40,
        "",
        "%00",
        "%ff",
        "..",
        "a" * 300,
        "null",
        "[]",
        "{}",
        "NaN",
        "1,1e999",
        "ä",
        "customers:1001",
    )
    paths = sorted(
        {route.path for route in app.routes if getattr(route, "path", "").startswith("/") and hasattr(route, "methods")}
    )
    paths += ["/desk", "/", "/batches", "/overview", "/audit", "/api/v1/findings", "/api/v1/batches", "/api/v1/audit"]
    seen: Counter[str] = Counter()
    for _ in range(rounds * 10):
        path = generator.choice(paths)
        while "{" in path:
            path = path[: path.index("{")] + generator.choice(parts) + path[path.index("}") + 1 :]
        query = "&".join(
            f"{generator.choice(('number', 'after', 'kind', 'look', 'status', 'q', 'limit'))}={generator.choice(parts)}"
            for _ in range(2)
        )
        seen["tried"] += 1
        status = client.get(f"{path}?{query}").status_code
        if status >= 500:
            seen["traceback or abort"] += 1
            print(f"{status} from {path}?{query}", flush=True)
    app.state.services.background.shutdown(wait=True)
    app.state.services.ledger.close()
    return seen


def tested(paths: list[str], folder: Path) -> Counter[str]:
    """How many tests of these files were run, and how many failed."""
    report = folder / "report.xml"
    line = [sys.executable, "-m", "pytest", "-q", *paths, f"--junit-xml={report}"]
    subprocess.run(line, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))  # our own file
    count = Counter(
        {name: sum(int(one.get(name, 0)) for one in suites) for name in ("tests", "failures", "errors", "skipped")}
    )
    lost = count["failures"] + count["errors"]
    return Counter(
        {"tried": count["tests"] - count["skipped"], "survived": count["tests"] - count["skipped"] - lost, "lost": lost}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40, help="broken inputs for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("faults", "inputs", "urls", "tests"), help="one part alone")
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    generator = random.Random(given.seed)
    figures: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        base = Path(shutil.copytree(SMALL, folder / "base"))
        if given.only in (None, "faults", "urls"):
            run_night(load_workspace(base), as_of=FIRST, now=NOW)
        if given.only in (None, "inputs"):
            figures["bad inputs"] = bad_inputs(base, folder, given.rounds, generator)
        if given.only in (None, "urls"):
            figures["bad URLs"] = bad_urls(base, folder, given.rounds, generator)
        if given.only in (None, "faults"):
            figures["faults of a night"] = try_faults(base, folder)
        if given.only in (None, "tests"):
            figures |= {name: tested(paths, folder) for name, paths in TESTED.items()}
    for name, counts in figures.items():
        print(f"{name:<55}", ", ".join(f"{value:,} {what}" for what, value in counts.items()))
    if given.output:
        given.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.exit(any(counts["lost"] or counts["traceback or abort"] for counts in figures.values()))


if __name__ == "__main__":
    main()
