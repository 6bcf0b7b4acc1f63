"""A room shows its face: what others may use of it stands in the `__all__` of its `__init__`, and nothing else is used."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "regclean"
FLOWS = Path(__file__).parents[2] / "flows"
ROOMS = {path.parent.name for path in SOURCE.glob("*/__init__.py")}


@cache
def face(room: str) -> frozenset[str]:
    """The names of a room's `__all__`: classes, functions, constants, and modules that are public as a whole."""
    for node in ast.parse((SOURCE / room / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def past_the_face(path: Path) -> list[str]:
    here = path.relative_to(SOURCE).parts[0].removesuffix(".py") if path.is_relative_to(SOURCE) else ""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("regclean."):
            continue
        _, room, *inner = str(node.module).split(".")
        if room not in ROOMS or room == here:
            continue
        # A module that the face shows is shown with what it defines; deeper than that nobody reaches.
        asked = {".".join(inner)} if inner else {alias.name for alias in node.names}
        found += [f"regclean.{room}: {name}" for name in sorted(asked - face(room))]
    return found


@pytest.mark.parametrize(
    "path", sorted([*SOURCE.rglob("*.py"), *FLOWS.rglob("*.py")]), ids=lambda path: "/".join(path.parts[-3:])
)
def test_nothing_reaches_past_a_face(path: Path) -> None:
    assert past_the_face(path) == []
