"""The models as their user has them: learnt, listed, compared, put in force, taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.ledger import opened
from regclean.ledger.tables import audit


def test_from_a_second_model_one_step_back(
    published_register: Path,
    token_for: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def said(*arguments: object, code: int = 0) -> str:
        capsys.readouterr()
        assert int(run(["-w", str(published_register), *map(str, arguments)]) or 0) == code
        out, err = capsys.readouterr()
        return out + err

    def in_force() -> dict[str, int]:
        entries = json.loads((published_register / "var/models/in_use.json").read_text(encoding="utf-8"))
        found: dict[str, int] = entries[-1]
        return found

    assert "in force" in said("model", "list")
    assert all(date.fromisoformat(one["trained"]) for one in json.loads(said("model", "list", "--json")))
    assert "in .json" in said("model", "export", "-o", published_register / "models.zip", code=2)
    trained = said("train", "--compare")
    assert "Clusters:" in trained
    assert "candidate pairs, " in trained
    assert "model 1 (in force)" in trained
    assert "No blind label speaks" in trained
    compared = json.loads(said("model", "compare", 1, "--json"))
    assert [compared[side]["label_loss"] for side in ("before", "after")] == [None, None], "nothing was measured"
    assert in_force() == {"person": 2, "organisation": 2}
    assert "no right" not in said("model", "compare", 1)
    assert "nobody is signed in" in said("model", "use", 1, code=2)
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, "sam", "steward"))
    assert "no right" in said("model", "use", 1, code=2)
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, "ann", "admin"))
    said("model", "use", 1)
    assert in_force() == {"person": 1, "organisation": 1}
    said("model", "back")
    assert in_force() == {"person": 2, "organisation": 2}
    said("model", "back")
    assert in_force() == {"person": 1, "organisation": 1}
    said("model", "back", code=1)
    assert "there is no model 9" in said("model", "use", 9, code=2)
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.read() as connection:
        done = connection.execute(select(audit.c.action, audit.c.actor).order_by(audit.c.seq)).fetchall()
    assert [row for row in done if row[0].startswith("model_")][-3:] == [
        ("model_use", "ann"),
        ("model_back", "ann"),
        ("model_back", "ann"),
    ]
