"""What is shipped to run it with: units that systemd finds right and safe, and an image that is nobody's root."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
EXPOSED = 3.0
PROGRAM = "/opt/regclean/bin/regclean"


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not here")
    return found


def test_systemd_finds_the_units_right(analyze: str, tmp_path: Path) -> None:
    for path in UNITS:  # the program is not installed where tests run
        text = path.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run([analyze, "verify", *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False)
    mine = [line for line in done.stderr.splitlines() if "regclean" in line]
    assert (done.returncode, mine) == (0, [])


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_is_little_exposed(analyze: str, path: Path) -> None:
    done = subprocess.run(
        [analyze, "security", "--offline=true", path],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C.UTF-8"},
    )
    if "Overall exposure" not in done.stdout:
        pytest.skip("this systemd-analyze cannot judge a unit that is not installed")
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert level is not None
    assert float(level[1]) < EXPOSED


def test_the_image_and_its_services_are_not_roots_and_write_to_their_volumes_alone() -> None:
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in image
    assert re.search(r"^USER (?!0|root)", image, flags=re.M)
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    for line in ("read_only: true", "cap_drop: [ALL]", '"no-new-privileges:true"', 'user: "10001:10001"'):
        assert line in compose
    assert {path.name for path in SERVICES} == {
        f"regclean-{name}.service" for name in ("page", "schedule", "backup", "alerts")
    }


def test_what_the_image_copies_is_there() -> None:
    image = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", image, flags=re.M) for name in line.split()]
    assert copied
    assert [name for name in copied if not (DEPLOY.parent / name).exists()] == []
