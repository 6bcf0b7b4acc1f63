"""A person's answer holds all that is theirs, and nobody else: no other customer, and none of the staff."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.ledger import opened
from regclean.ledger.tables import audit, batch_changes, batches, comments, findings, receipts

STEWARD = "tiina.tarkka"


@pytest.fixture
def worked_on(
    published_register: Path, tmp_path: Path, token_for: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Customer 1003 was decided to be 1004, talked about, and changed in the register."""
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, STEWARD, "steward"))
    lines = f"customer_no_l,customer_no_r,verdict,user,reason\n1003,1004,same,{STEWARD},checked_by_phone\n"
    (tmp_path / "decisions.csv").write_text(lines, encoding="utf-8")
    assert run(["-w", str(published_register), "decide", "--from", str(tmp_path / "decisions.csv")]) == 0
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.write() as connection:
        query = select(findings.c.finding_id, findings.c.opened_at).where(
            findings.c.kind == "duplicate", findings.c.subjects.contains("1003")
        )
        finding, now = connection.execute(query).one()
        about = {"finding_id": finding, "user": STEWARD, "text": "Soitettu 010190-123R", "at": now}
        connection.execute(insert(comments).values(**about))
        batch = {"batch_id": 1, "state": "applied", "built_by": STEWARD, "built_at": now, "gates": [], "left_out": []}
        connection.execute(insert(batches).values(**batch, version=1))
        line = {"batch_id": 1, "seq": 1, "op": "update", "table": "customers", "key": "1003", "state": "done"}
        change = {"column": "phone", "before": "050 765 4321", "after": "040 123 4567"}
        connection.execute(insert(batch_changes).values(**line, **change))
        receipt = {"batch_id": 1, "target": "files", "applied_by": STEWARD, "applied_at": now, "detail": {}}
        connection.execute(insert(receipts).values(**receipt))
    return published_register


def report(root: Path, customer: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["-w", str(root), "person-report", customer, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_it_says_what_is_held_from_where_what_was_decided_and_to_whom_it_was_given(
    worked_on: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = report(worked_on, "1003", capsys)
    held = {(line["table"], line["column"], line["value"], line["row"]) for line in found["held"]}
    assert ("customers", "phone", "050 765 4321", 4) in held
    assert ("bin_group_members", "name", "Virtanen Matti", 4) in held  # the list names no number: the linkage found it
    assert {table for table, *_ in held} == {"customers", "sites", "site_roles", "services", "bin_group_members"}
    assert {"column": "phone", "value": "+358507654321"} in found["read"]
    assert {"what": "one customer with", "number": 1} in found["linked"]
    assert [(one["verdict"], one["reason"], one["stands"]) for one in found["decided"]] == [
        ("same", "checked_by_phone", "holds")
    ]
    assert [one["text"] for one in found["said"]] == ["Soitettu 010190-***R"]
    assert [(one["column"], one["after"]) for one in found["changed"]] == [("phone", "040 123 4567")]
    assert [(one["to"], one["taken back"]) for one in found["given"]] == [("register (files)", False)]
    assert {"night": "2026-11-01-001", "column": "phone", "value": "050 765 4321"} in found["seen"]


def test_it_names_the_files_that_were_written_for_somebody_and_hold_the_customer(
    worked_on: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-w", str(worked_on), "clusters", "-o", str(tmp_path / "clusters.parquet")]) == 0
    assert run(["-w", str(worked_on), "sql", "SELECT 1 AS one", "-o", str(tmp_path / "figures.csv")]) == 0
    given = [one["to"] for one in report(worked_on, "1003", capsys)["given"]]
    assert given == ["register (files)", "file (clusters)"]


def test_nobody_else_is_in_it(worked_on: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(report(worked_on, "1003", capsys), ensure_ascii=False)
    assert STEWARD not in text
    assert "1004" not in text
    assert run(["-w", str(worked_on), "person-report", "1003", "--language", "fi"]) == 0
    shown = capsys.readouterr().out
    assert "Mitä on päätetty, ja miksi" in shown
    assert STEWARD not in shown


def test_each_answer_is_written_down_and_one_that_nobody_knows_is_said(
    worked_on: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report(worked_on, "1003", capsys)
    with opened(load_workspace(worked_on).ledger_url) as ledger, ledger.read() as connection:
        last = connection.execute(select(audit).order_by(audit.c.seq.desc()).limit(1)).mappings().one()
    assert (last["actor"], last["action"], last["subject"]) == (STEWARD, "person_report", "customers:1003")
    assert run(["-w", str(worked_on), "person-report", "99"]) == 2
    assert "nothing is known" in capsys.readouterr().err
