"""tasks: what was accepted and changes nothing by itself, out to a sheet and back."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.ledger import opened
from regclean.ledger.tables import findings


def test_tasks_go_out_and_come_back(
    published_register: Path, token_for: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.write() as connection:
        one = connection.execute(select(findings.c.finding_id).where(findings.c.rule == "K13")).scalar_one()
        # A field that nobody could fill in: somebody asks.
        values = {"kind": "field", "rule": "F05", "subjects": '["customers:1005:phone"]', "ends_in": "task"}
        connection.execute(update(findings).where(findings.c.finding_id == one).values(**values))

    def by(name: str, *words: str) -> int:
        monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, name, "steward"))
        return int(run(["-w", str(published_register), *words]) or 0)

    decided = tmp_path / "decided.csv"
    decided.write_text(f"finding_id,verdict,user,reason\n{one},accept,aino,\n", encoding="utf-8")
    assert by("aino", "decide", "--from", str(decided)) == 0
    sheet = tmp_path / "tasks.csv"
    assert by("eino", "tasks", "export", "-o", str(sheet)) == 0
    with sheet.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["finding_id"], row["column"]) for row in rows] == [(one, "phone")]
    rows[0]["value"] = "040 555 1234"
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert by("eino", "tasks", "import", "--from", str(sheet)) == 0

    def state() -> str:
        with opened(load_workspace(published_register).ledger_url) as ledger, ledger.read() as connection:
            query = select(findings.c.state).where(findings.c.finding_id == one)
            return str(connection.execute(query).scalar_one())

    assert state() == "task"  # what was told changes nothing before a steward accepts it
    assert by("eino", "tasks", "import", "--from", str(sheet), "--accept") == 0
    assert state() == "accepted"
    listed = tmp_path / "listed.csv"
    assert by("eino", "tasks", "list", "-o", str(listed)) == 0
    assert len(listed.read_text(encoding="utf-8").splitlines()) == 1
    assert by("eino", "tasks", "import", "--from", str(sheet)) == 1  # it waits no longer
