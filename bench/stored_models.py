"""Learn the models that the tests of linkage use anew, on a generated register: `make models`, after a change of comparisons."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from linkage_frames import canonical

from regclean.config import default_config
from regclean.linkage import link_customers

ROOT = Path(__file__).parents[1]
STORED = ROOT / "tests" / "linkage" / "models"
CUSTOMERS = 70_000  # and their duplicates


def main() -> None:
    """Replace the stored models by new ones of the same seed."""
    with tempfile.TemporaryDirectory() as temporary:
        register, learnt = Path(temporary) / "register", Path(temporary) / "models"
        command = [sys.executable, str(ROOT / "data" / "fixtures" / "generate"), "--format", "canonical"]
        command += ["--customers", str(CUSTOMERS), "--seed", "1", "--out", str(register)]
        subprocess.run(command, check=True)
        link_customers(
            canonical(register / "in"),
            country="fi",
            settings=default_config().section("linkage"),
            models=learnt,
            decided=pl.DataFrame(schema=dict.fromkeys(("customer_no_l", "customer_no_r", "verdict"), pl.String)),
            previous_clusters=pl.DataFrame(schema=dict.fromkeys(("cluster_id", "customer_no"), pl.String)),
        )
        for path in sorted(learnt.glob("*-v0001.json")):
            (STORED / path.name).write_bytes(path.read_bytes())
            sys.stdout.write(f"learnt anew: {STORED / path.name}\n")


if __name__ == "__main__":
    main()
