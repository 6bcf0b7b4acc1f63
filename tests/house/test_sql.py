"""SQL is what stands in its file: values are bound to `$names`, and nothing is put into the text."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "regclean"


def test_no_sql_of_a_file_is_filled_in() -> None:
    filled = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("replace", "format")
        and "load_sql(" in ast.unparse(node.value)
    }
    assert filled == set()
