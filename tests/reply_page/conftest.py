"""A reply page for each test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # what the tests share stands beside them

from alone import Page, new_page


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return new_page(tmp_path)
