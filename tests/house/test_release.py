"""A release: the version in one place, notes from the changelog, hosted checks that are what `make` does."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def notes(changelog: str, version: str) -> str:
    spec = importlib.util.spec_from_file_location("notes", ROOT / "scripts" / "notes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.notes(changelog, version))


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert "version" not in project["project"]


def test_notes_are_the_section_of_the_version() -> None:
    changelog = "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.2.0\n\n- b\n\n### More\n\n- c\n\n## 0.1.0\n\n- a\n"
    assert notes(changelog, "0.2.0") == "- b\n\n### More\n\n- c\n"
    assert notes(changelog, "0.3.0") == "- new\n"
    with pytest.raises(LookupError):
        notes("# Changelog\n", "0.3.0")


def test_hosted_checks_run_what_there_is() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    made = {
        target
        for job in workflow["jobs"].values()
        for step in job["steps"]
        for line in str(step.get("run", "")).splitlines()
        if line.startswith("make ")
        for target in line.split()[1:]
    }
    there = set(re.findall(r"^([a-z\-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"lint", "types", "test", "site"} <= made <= there
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tested = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert project["project"]["requires-python"] == f">={tested[0]},<3.{int(tested[-1].rpartition('.')[2]) + 1}"
