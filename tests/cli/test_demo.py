"""The demo: made once, and there in a moment the next time."""

from __future__ import annotations

from pathlib import Path

import pytest

from regclean.cli import demo_register
from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.home import own_ledger
from regclean.ledger import runs

SMALL = Path(__file__).parents[1] / "data" / "small"


def test_a_second_demo_runs_no_second_night_and_says_where_to_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_register, "bundled", lambda name: SMALL)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "demo"
    assert run(["demo", str(folder), "--no-serve"]) == 0
    assert "Begin as aino" in capsys.readouterr().out
    assert run(["demo", str(folder), "--no-serve"]) == 0
    said = capsys.readouterr().out
    assert "is there already" in said
    assert "Ready after" in said
    with own_ledger(load_workspace(folder)) as ledger:
        assert len(runs.published(ledger, limit=9)) == 1
