"""Everything that the lock installs is under a licence that goes with ours."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location("licences", ROOT / "scripts" / "licences.py")
assert _SPEC is not None
assert _SPEC.loader is not None
licences: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(licences)


def test_no_package_is_under_a_licence_that_does_not_go_with_ours() -> None:
    assert "duckdb" in licences.locked(ROOT / "requirements.lock")
    assert licences.not_free(ROOT / "requirements.lock") == []
    assert not licences.FREE.search("GNU General Public License v3 (GPLv3)")
    assert not licences.FREE.search("unknown")


def test_the_bill_of_materials_lists_the_lock_and_nothing_else(tmp_path: Path) -> None:
    made, lock = tmp_path / "bom.json", ROOT / "requirements.lock"
    pytest.importorskip("cyclonedx_py", reason="the extra `release` is not installed")
    program = (sys.executable, "-m", "cyclonedx_py", "requirements")
    subprocess.run([*program, lock, "--output-format", "JSON", "-o", made], check=True)  # ours
    told = json.loads(made.read_text(encoding="utf-8"))
    pins = dict(
        re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\\n]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert told["bomFormat"] == "CycloneDX"
    assert {one["name"]: one["version"] for one in told["components"]} == pins
    assert len(pins) > 50
