"""The house stands: a module imports only from the floors below it, and heavy guests stay in their own rooms."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "regclean"
FLOORS = {
    "cli": 8,
    "night": 7,
    "review": 7,
    "acts": 6,
    "erasure": 5,
    "rekeying": 5,
    "home": 3,
    "handed_out": 2,
    "inspection": 5,
    "enquiries": 5,
    "yearly": 5,
    "bin_reports": 4,
    "operation": 4,
    "findings": 4,
    "quality": 4,
    "batches": 4,
    "accounts": 3,
    "landing": 3,
    "checks": 3,
    "linkage": 3,
    "rules": 3,
    "register": 3,
    "reply_page": 2,  # a program of its own: it stands where nothing else of this is
    "survivorship": 2,
    "warehouse": 2,
    "ledger": 2,
    "config": 2,
    "sealing": 2,
    "standardise": 1,
    "processes": 0,
    "domain": 0,  # the nouns and the errors lie under everything
    "errors": 0,
    "resources": 1,
    "outside": 1,
    "locks": 1,
    "workbook": 1,
    "sheets": 3,
    "csv_files": 3,
}
# The night is one room: the steps, what they share, what is carried over, and the page about it; so is the command line.
ONE_ROOM = {
    "__main__": "cli",
    "key_change": "home",
    "night_state": "night",
    "night_page": "night",
    "night_reading": "night",
    "carry_over": "night",
}
GUESTS = {
    "pandas": {"checks"},
    "great_expectations": {"checks"},
    "splink": {"linkage"},
    "prefect": {"flows"},
}


def room(path: Path) -> str:
    name = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    return ONE_ROOM.get(name, name)


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py") if path.name != "__init__.py" or path.parent != SOURCE)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_only_from_floors_below(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "regclean" or len(parts) < 2:
            continue
        there = ONE_ROOM.get(parts[1], parts[1])
        if there not in FLOORS:
            continue
        assert there == here or FLOORS[there] < FLOORS[here], f"{here} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_heavy_guests_stay_in_their_rooms(path: Path) -> None:
    for name in imports(path):
        guest = name.split(".")[0]
        if guest in GUESTS:
            assert room(path) in GUESTS[guest], f"{guest} is imported in {room(path)}"


def test_every_room_has_a_floor() -> None:
    assert {room(path) for path in modules()} <= set(FLOORS)


def test_domain_is_standard_library_only() -> None:
    for path in (SOURCE / "domain").glob("*.py"):
        tops = {name.split(".")[0] for name in imports(path)}
        assert tops <= set(sys.stdlib_module_names) | {"regclean"}, path


def test_the_command_line_starts_without_heavy_imports() -> None:
    code = (
        "import regclean.cli, sys;"
        "print([m for m in ('great_expectations', 'prefect', 'splink', 'pandas', 'polars', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def imported_at_once(path: Path) -> set[str]:
    """What a module imports when it is itself imported: not what a function imports later, nor what only types need."""
    names: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if not later and not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            waiting += ast.iter_child_nodes(node)
    return names


def test_no_modules_import_each_other_in_a_circle() -> None:
    """A package's `__init__` is its face: what stands behind it imports its neighbours, never the face."""
    paths = {".".join(path.relative_to(SOURCE.parent).with_suffix("").parts): path for path in modules()}
    needs = {name: imported_at_once(path) & paths.keys() - {name} for name, path in paths.items()}
    while free := [name for name, needed in needs.items() if not needed & needs.keys()]:
        for name in free:
            del needs[name]
    assert sorted(needs) == []
