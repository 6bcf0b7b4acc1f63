"""From Python: a small typed door to what the command line does."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from io import StringIO
from pathlib import Path

import polars as pl
import pytest

import regclean
from regclean.cli.app import run


def test_a_workspace_runs_a_night_and_reads_what_it_found(small_register: Path) -> None:
    register = regclean.Workspace(small_register)
    night = register.run(as_of=date(2026, 11, 1))
    assert night.run_id == "2026-11-01-001"
    assert night.rows["load"] > 0
    assert register.findings(kind="duplicate")["rule"].unique().to_list() == ["duplicate"]


@pytest.mark.parametrize("name", ["findings", "pairs", "clusters", "member-links"])
def test_what_is_read_is_what_the_command_writes(
    published_register: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    read = getattr(regclean.Workspace(published_register), name.replace("-", "_"))()
    assert run(["-w", str(published_register), name]) == 0
    written = pl.read_csv(StringIO(capsys.readouterr().out), infer_schema=False)
    assert read.columns == written.columns
    assert read[read.columns[0]].cast(pl.String).to_list() == written[written.columns[0]].to_list()


def test_a_plain_script_runs_a_night(small_register: Path, tmp_path: Path) -> None:
    script = tmp_path / "nightly.py"
    script.write_text("import sys\nimport regclean\nprint(regclean.Workspace(sys.argv[1]).run().run_id)\n")
    done = subprocess.run([sys.executable, script, small_register], capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1), done.stderr[-500:]


def test_what_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(regclean.RegcleanError, match=r"there is no regclean\.toml here"):
        regclean.Workspace(tmp_path).findings()


def test_importing_it_costs_nothing() -> None:
    code = "import sys, regclean; print(sorted({'polars', 'duckdb', 'splink', 'prefect', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_python_runs_the_package_as_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "regclean", "-w", str(tmp_path), "findings"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no regclean.toml here" in " ".join(done.stderr.split())
