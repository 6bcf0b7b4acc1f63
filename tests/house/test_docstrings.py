"""What a room shows is documented: each public function says what it does and gives, and which of our errors it raises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from regclean import errors

SOURCE = Path(__file__).parents[2] / "src" / "regclean"
OURS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.RegcleanError)
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions(path: Path) -> dict[str, Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, Function)}


def public() -> Iterator[tuple[str, Function]]:
    """Every function in the `__all__` of a room and of the package itself, and its definition."""
    for init in SOURCE.rglob("__init__.py"):
        shown: set[str] = set()
        places: dict[str, tuple[str, str]] = {}
        for node in ast.parse(init.read_text(encoding="utf-8")).body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and node.targets[0].id == "__all__"
            ):
                shown = set(ast.literal_eval(node.value))
            elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("regclean."):
                places |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
        for name in sorted(shown & set(places)):
            module, own = places[name]
            path = SOURCE.parent / (module.replace(".", "/") + ".py")
            if path.exists() and own in functions(path):
                yield f"{module}.{own}", functions(path)[own]


def raised(function: Function) -> set[str]:
    """Our errors that stand behind a `raise` of the function itself."""
    found = {
        node.exc.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
    }
    return found & OURS


def test_each_public_function_says_what_it_does_and_which_errors_it_raises() -> None:
    shown = dict(public())
    assert len(shown) > 300
    assert [name for name, function in shown.items() if not ast.get_docstring(function)] == []
    silent = {
        name: sorted(kind for kind in raised(one) if kind not in str(ast.get_docstring(one)))
        for name, one in shown.items()
    }
    assert {name: kinds for name, kinds in silent.items() if kinds} == {}
