"""The built wheel works outside of the repository: what stands at its top level travels inside."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-c", f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "content")
    return folder / "content"


def test_everything_that_is_needed_travels(unpacked: Path) -> None:
    package = ROOT / "src" / "regclean"
    kinds = {".py", ".sql", ".toml", ".j2", ".html", ".css", ".js", ".csv", ".gz", ".mo", ".typed", ".svg"}
    for path in package.rglob("*"):
        if path.is_file() and path.suffix in kinds and "__pycache__" not in path.parts:
            assert (unpacked / path.relative_to(package.parent)).is_file(), path
    for place in ("expectations", "flows"):
        for path in (ROOT / place).rglob("*.*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (unpacked / "regclean" / "_bundled" / place / path.relative_to(ROOT / place)).is_file(), path


def test_the_wheel_runs_a_night_outside_of_the_repository(unpacked: Path, small_register: Path) -> None:
    code = (
        "import regclean, sys; from regclean.resources import bundled;"
        "assert 'content' in regclean.__file__, regclean.__file__;"
        "assert all('_bundled' in str(bundled(name)) for name in ('expectations', 'flows', 'fixtures/register'));"
        "sys.argv = ['regclean', '-w', sys.argv[1], 'run', '--as-of', '2026-11-01'];"
        "from regclean.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(small_register)],
        cwd=small_register,
        env={"PYTHONPATH": str(unpacked), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is published" in done.stdout
