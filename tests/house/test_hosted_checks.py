"""The hosted checks: a workflow that GitHub takes, on each Python that the package says it runs on."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "tests/data/github_workflow/schema.json").read_text(encoding="utf-8"))


def workflow() -> dict[str, Any]:
    """The workflow as GitHub reads it: in YAML 1.1, which Python's reader speaks, a bare `on` is a truth value."""
    read = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in read.items()}


def test_the_workflow_is_one_by_its_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(workflow())] == []


def test_the_schema_sees_what_is_wrong() -> None:
    broken = workflow()
    broken["jobs"]["test"]["steps"][0] = {"use": "actions/checkout@v4"}
    assert list(Draft7Validator(SCHEMA).iter_errors(broken))


def test_every_python_that_the_package_takes_is_tried() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    first, beyond = map(int, re.findall(r"3\.(\d+)", told))
    versions = [f"3.{minor}" for minor in range(first, beyond)]
    assert workflow()["jobs"]["test"]["strategy"]["matrix"]["python"] == versions
    installer = (ROOT / "scripts/install.sh").read_text(encoding="utf-8")
    assert f"(3, {first}) <= sys.version_info[:2] < (3, {beyond})" in installer
