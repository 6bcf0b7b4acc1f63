"""A model is kept from night to night, but not for a register that has outgrown it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from regclean.config import load_workspace
from regclean.night import run_night


@pytest.mark.parametrize(("copies", "trains"), [(2, False), (12, True)])
def test_a_register_that_outgrew_its_model_gets_a_new_one(published_register: Path, copies: int, trains: bool) -> None:
    root = published_register
    lines = (root / "in/customers.csv").read_text(encoding="utf-8").splitlines()
    more = [f"{n}{line}" for n in range(2, copies + 1) for line in lines[1:]]
    (root / "in/customers.csv").write_text("\n".join([*lines, *more]), encoding="utf-8")
    before = sorted(path.name for path in (root / "var/models").glob("*.json"))
    night = run_night(load_workspace(root), as_of=date(2026, 11, 2), now=datetime(2026, 11, 3, tzinfo=UTC))
    after = sorted(path.name for path in (root / "var/models").glob("*.json"))
    assert night.linked is not None
    assert (len(after) > len(before)) is trains
