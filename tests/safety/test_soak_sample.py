"""A sample of `make soak`: broken input for every reader is read or refused in words."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path

SOAK = Path(__file__).parents[2] / "bench" / "soak.py"


def test_no_reader_breaks_on_broken_input(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("soak", SOAK)
    assert spec is not None
    assert spec.loader is not None
    soak = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(soak)
    seen = soak.bad_inputs(soak.SMALL, tmp_path, 3, random.Random(7))
    assert seen["tried"] == seen["read"] + seen["refused in words"] == 21
