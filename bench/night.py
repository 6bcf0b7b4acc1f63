"""A whole night on a generated register, beside bare Splink on the same standardised table, in one run.

    python bench/night.py --customers 72600
    python bench/night.py --customers 1000000 --bin-groups 79000     # about 300,000 lines of shared-bin lists

Prints seconds by step, peak memory, the accuracy against the generator's truth, and the ratio to bare Splink.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NIGHT = """
import json, resource, sys
from datetime import UTC, date, datetime
from pathlib import Path
from regclean.config import load_workspace
from regclean.night import run_night
night = run_night(load_workspace(Path(sys.argv[1])), as_of=date(2026, 11, 1), now=datetime(2026, 11, 2, tzinfo=UTC), full=True)
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"steps": [[s.name, s.rows, round(s.seconds, 2)] for s in night.steps],
    "peak_gb": round(own / 2**20, 2), "largest_worker_gb": round(workers / 2**20, 2), "run": night.run_id}))
"""


def measured(*command: object) -> dict[str, object]:
    """The JSON on the last line that a command prints."""
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    result: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=72_600)
    parser.add_argument("--bin-groups", type=int)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--profile", default="b", choices=("a", "b"))
    parser.add_argument("--folder", type=Path, help="where to put the register; a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "register"
        if not (folder / "regclean.toml").exists():
            groups = ["--bin-groups", options.bin_groups] if options.bin_groups else []
            wanted = ["--customers", options.customers, "--seed", options.seed, "--profile", options.profile, *groups]
            command = [
                sys.executable,
                ROOT / "data/fixtures/generate",
                *wanted,
                "--format",
                "canonical",
                "--out",
                folder,
            ]
            subprocess.run([str(word) for word in command], check=True)
        night = measured("-c", NIGHT, folder)
        bare = measured(ROOT / "bench/bare_splink.py", folder / f"var/warehouse/{night['run']}.duckdb")
        total = 0.0
        for name, count, seconds in night["steps"]:  # type: ignore[union-attr,attr-defined]  # JSON
            print(f"{name:<26}{count:>12,} rows {seconds:>9.2f} s")
            total += seconds
        print(f"{'whole night':<26}{'':>12}      {total:>9.2f} s, peak {night['peak_gb']} GB")
        print(f"{'bare Splink':<26}{bare['pairs']:>12,} pairs {bare['seconds']:>8.2f} s, peak {bare['peak_gb']} GB")
        print(f"ratio night / bare Splink: {total / float(str(bare['seconds'])):.1f}")
        for on in ("clusters", "pairs", "member-links"):
            truth = folder / "truth" / f"{on.replace('-', '_')}.csv"
            command = [
                Path(sys.executable).with_name("regclean"),
                "-w",
                folder,
                "evaluate",
                "--truth",
                truth,
                "--on",
                on,
            ]
            subprocess.run([str(word) for word in command], check=True)


if __name__ == "__main__":
    main()
