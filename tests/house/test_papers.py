"""What is committed stays clean: locks without addresses, documents that name every command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from regclean.cli import app

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_have_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)
    packages = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", text, flags=re.M)
    blocks = re.split(r"^(?=[a-z0-9][\w.\-\[\]]*==)", text, flags=re.M)[1:]
    assert packages
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]  # a click group
        assert f"regclean {name}" in readme, f"regclean {name} is not in README.md"
        assert command.help, f"regclean {name} has no help text"


def test_every_dependency_has_its_reason() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = project.split("dependencies = [", 1)[1].split("]\n\n[project.scripts]", 1)[0]
    for name in re.findall(r'"([a-z0-9\-]+)(?:\[[a-z]+\])?[<>=]', block):
        assert f"`{name}`" in contributing, f"CONTRIBUTING.md gives no reason for {name}"
