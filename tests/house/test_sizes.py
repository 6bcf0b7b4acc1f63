"""What a person must read stays short enough to be read."""

from __future__ import annotations

from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "regclean"
LINE = 120
MODULE = 400  # lines
TEMPLATES = sorted(path for path in SOURCE.glob("**/templates/*") if path.is_file())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_line_of_a_template_is_long(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > LINE] == []


def test_no_two_templates_have_one_name() -> None:
    names = [path.name for path in SOURCE.glob("review/*/templates/*")]
    assert len(names) == len(set(names)), "the page finds a template by its name alone"


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_module_is_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MODULE
