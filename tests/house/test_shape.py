"""The register's shape is told once: nothing but `domain/register` and its SQL twin builds or splits keys and subjects."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from regclean.domain.register import TABLES

SOURCE = Path(__file__).parents[2] / "src" / "regclean"
# What else subjects name, in the audit log and of the program itself.
OWN = (
    "users",
    "findings",
    "batches",
    "runs",
    "decisions",
    "pairs",
    "sources",
    "clusters",
    "handling",
    "tasks",
    "enquiries",
    "rounds",
    "notices",
)
NAMES = "|".join((*TABLES, *OWN))
BEGINS = re.compile(rf"\"?({NAMES}):")
SPLITTERS = {"split", "rsplit", "partition", "rpartition", "join"}
IN_SQL = re.compile(rf"'({NAMES}):'|\|\|\s*'[:/]'\s*\|\||split_part\([a-z_.]*subject")
# Texts with a colon or a slash that are neither subjects nor keys.
OTHER_TEXTS = {
    "checks/runner.py": "the engine's trace; the parts of a failing key",
    "checks/sql/findings/findings.sql": "a kind and its rule",
    "checks/sql/landed/missing_key.sql": "a file and its line",
    "warehouse/sql/linkage_digest.sql": "counts and content",
}


def python_files() -> list[Path]:
    shape, frozen = SOURCE / "domain", SOURCE / "ledger" / "migrations"
    return [path for path in sorted(SOURCE.rglob("*.py")) if not {shape, frozen}.intersection(path.parents)]


def test_no_python_builds_or_splits_a_subject_or_a_key() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in python_files()
        if str(path.relative_to(SOURCE)) not in OTHER_TEXTS
        for line in handmade(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found, "use regclean.domain.register: Subject, subject_text, join_key, key_parts, group_of, …"


def handmade(tree: ast.AST) -> Iterator[int]:
    """Lines that write the beginning of a subject, or take a text apart at ":" or "/"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            first = node.values[0] if node.values else None
            if isinstance(first, ast.Constant) and BEGINS.fullmatch(str(first.value)):
                yield node.lineno
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and BEGINS.fullmatch(node.value):
            yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SPLITTERS:
            text = node.func.value if node.func.attr == "join" else next(iter(node.args), None)
            if isinstance(text, ast.Constant) and text.value in (":", "/"):
                yield node.lineno


@pytest.mark.parametrize(
    "code",
    [
        'f"customers:{number}"',
        'text.startswith("bin_groups:")',
        'subject.split(":")[1]',
        '"/".join(parts)',
        "a.rpartition('/')",
    ],
)
def test_the_law_sees_what_it_forbids(code: str) -> None:
    assert list(handmade(ast.parse(code)))


def test_no_sql_builds_or_splits_a_subject_or_a_key() -> None:
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in sorted(SOURCE.rglob("*.sql"))
        if path.name != "macros.sql" and str(path.relative_to(SOURCE)) not in OTHER_TEXTS
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if IN_SQL.search(line)
    ]
    assert not found, "use the macros of warehouse/sql/macros.sql: subject(…), row_key(…)"


def test_no_page_splits_a_subject() -> None:
    for path in sorted(SOURCE.rglob("*.html")):
        assert not re.search(r"split\(['\"][:/]", path.read_text(encoding="utf-8")), path
