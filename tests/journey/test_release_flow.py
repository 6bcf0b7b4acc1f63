"""Approved batches are applied by the flow; what is not approved is left alone."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from regclean import batches
from regclean.accounts import local
from regclean.cli.demo_register import make_demo
from regclean.config import load_workspace
from regclean.findings.decide import DecisionLine, record
from regclean.ledger import opened
from regclean.ledger.tables import findings
from regclean.night import open_published
from regclean.resources import flow_module

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_only_approved_batches_are_applied_and_by_a_clerks_account(published_register: Path, tmp_path: Path) -> None:
    pytest.importorskip("prefect")
    from prefect.testing.utilities import prefect_test_harness

    folder = tmp_path / "demo"
    make_demo(folder, fixture=Path(__file__).parents[1] / "data" / "small")
    shutil.copytree(published_register / "var", folder / "var", dirs_exist_ok=True)
    workspace = load_workspace(folder)
    warehouse, run_id = open_published(workspace)
    with opened(workspace.ledger_url) as ledger, warehouse.read(run_id) as connection:
        numbers = []
        for loser in ("1009", "1004"):
            with ledger.read() as reading:
                wanted = findings.c.subjects.contains(f"customers:{loser}") & (findings.c.kind == "duplicate")
                finding = reading.execute(select(findings.c.finding_id).where(wanted)).scalar_one()
            record(ledger, [DecisionLine(1, "same", "aino", finding_id=finding)], NOW)
            report = batches.build(
                ledger, connection, workspace.config, as_of=NOW.date(), user="aino", now=NOW, only=[finding]
            )
            numbers.append(report.batch_id or 0)
        batches.approve(ledger, numbers[0], user="dan", now=NOW)
        local.add_user(ledger, "night", ["clerk"], local.NO_PASSWORD, NOW, by="test")
        local.add_user(ledger, "aino", ["steward"], local.NO_PASSWORD, NOW, by="test")
    with prefect_test_harness(server_startup_timeout=120):
        release = flow_module("release").release
        refused = release(workspace=str(folder), account="aino", return_state=True)
        nobody = release(workspace=str(folder), account="ghost", return_state=True)
        state = release(workspace=str(folder), account="night", return_state=True)
    assert (refused.is_failed(), nobody.is_failed()) == (True, True)
    assert state.is_completed(), state.message
    with opened(workspace.ledger_url) as ledger:
        (receipt,) = batches.show(ledger, numbers[0]).receipts
        assert receipt["applied_by"] == "night"
    register = sqlite3.connect(folder / "register.db")
    status = dict(register.execute("SELECT customer_no, status FROM customers WHERE customer_no IN ('1009', '1004')"))
    register.close()
    assert status == {"1009": "ended", "1004": "active"}
