"""Everything that the lock installs is under a licence that goes with ours."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location("licences", ROOT / "scripts" / "licences.py")
assert _SPEC is not None
assert _SPEC.loader is not None
licences: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(licences)


def test_no_package_is_under_a_licence_that_does_not_go_with_ours() -> None:
    assert "duckdb" in licences.locked(ROOT / "requirements.lock")
    assert licences.not_free(ROOT / "requirements.lock") == []
    assert not licences.FREE.search("GNU General Public License v3 (GPLv3)")
    assert not licences.FREE.search("unknown")
