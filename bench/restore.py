"""A workspace is lost and restored on an empty machine: an empty folder and an empty home. What that takes, and whether the next night
is the one without the loss.

    python bench/restore.py --customers 20000 [--folder DIR]

Processor seconds of backup, restore and a night stand side by side: only their ratio says something of another machine. It fails
where the night after the restore lists anything else than the night without the loss.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
OUTPUTS = ("findings", "pairs", "clusters", "member-links")
DAYS = ("2026-11-01", "2026-11-02")


class Machine:
    """A home and a workspace. `spent`: what was done -> seconds on the wall, of processors."""

    def __init__(self, folder: Path, password: str) -> None:
        self.root, self.home = folder / "workspace", folder / "home"
        self.home.mkdir(parents=True)
        self.spent: dict[str, tuple[float, float]] = {}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("REGCLEAN_", "XDG_"))},
            "HOME": str(self.home),
            "REGCLEAN_PASSWORD": password,
            "REGCLEAN_PASSPHRASE": password,
        }

    def run(self, *arguments: object) -> str:
        """What a command prints; its seconds are kept. Where it fails, so does the bench."""
        begun, before = perf_counter(), _processor_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "regclean", "-w", str(self.root), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
        )
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        self.spent[str(arguments[0])] = (perf_counter() - begun, _processor_seconds() - before)
        return done.stdout

    def night(self, day: str) -> list[str]:
        """The listings of a night."""
        self.run("run", "--as-of", day, "--force")
        return [self.run(name) for name in OUTPUTS]


def _processor_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        password = secrets.token_urlsafe(16)
        lost, found = Machine(folder / "lost", password), Machine(folder / "found", password)
        generate = (
            ROOT / "data/fixtures/generate",
            "--customers",
            options.customers,
            "--seed",
            options.seed,
            "--format",
            "canonical",
        )
        subprocess.run([sys.executable, *map(str, generate), "--out", str(lost.root)], check=True)
        lost.run("user", "add", "keeper", "--role", "admin")
        lost.run("sign-in", "keeper")
        lost.run("run", "--as-of", DAYS[0], "--force")
        lost.run("backup", folder / "backup", "--key-to", folder / "key.json")
        expected = lost.night(DAYS[1])
        found.run("restore", folder / "backup", "--key-from", folder / "key.json", "--user", "keeper")
        shutil.copytree(lost.root / "in", found.root / "in")
        same = found.night(DAYS[1]) == expected
        spent = {"backup": lost.spent["backup"], "night": lost.spent["run"], "restore": found.spent["restore"]}
        spent["night after"] = found.spent["run"]
    told = {name: {"seconds": round(wall, 1), "cpu_seconds": round(cpu, 1)} for name, (wall, cpu) in spent.items()}
    print(json.dumps({"customers": options.customers, "same": same, **told}, indent=1))
    if not same:
        sys.exit("the night after the restore is not the night without the loss")


if __name__ == "__main__":
    main()
