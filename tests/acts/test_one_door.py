"""Nobody passes by the acts: what people do is done by them, and by the rooms below, alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = [
    *(ROOT / "src" / "regclean" / "review").rglob("*.py"),
    *(ROOT / "src" / "regclean" / "cli").rglob("*.py"),
    *(ROOT / "flows").glob("*.py"),
]
# module -> what of it only an act calls
BEHIND = {
    "batches": {"build", "approve", "reject_lines", "export", "apply", "confirm_import", "undo"},
    "decide": {"record", "decide"},
    "follow": {"undo"},
    "local": {"add_user", "set_roles", "set_password", "set_active"},
    "accounts": {"add_user", "set_roles", "set_password", "set_active"},
    "tokens": {"make_token", "revoke_tokens"},
    "sealing": {"unseal"},
}


def passes_by(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            last = node.module.split(".")[-1]
            found |= {f"{last}.{alias.name}" for alias in node.names if alias.name in BEHIND.get(last, ())}
        elif (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.attr in BEHIND.get(node.value.id, ())
        ):
            found.add(f"{node.value.id}.{node.attr}")
    return found


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: str(path.relative_to(ROOT)))
def test_pages_commands_and_flows_call_acts(path: Path) -> None:
    assert passes_by(ast.parse(path.read_text(encoding="utf-8"))) == set()


def test_the_law_sees_what_it_forbids() -> None:
    assert passes_by(ast.parse("from regclean.findings.decide import record")) == {"decide.record"}
    assert passes_by(ast.parse("batches.apply(ledger, target, 1)")) == {"batches.apply"}


def test_every_code_has_its_words() -> None:
    from regclean import acts
    from regclean.review.batches.words import REJECTIONS
    from regclean.review.web.privacy import REASONS

    assert tuple(REJECTIONS) == acts.SENT_BACK
    assert tuple(REASONS) == acts.LOOKS
