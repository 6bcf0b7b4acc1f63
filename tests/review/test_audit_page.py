"""The auditor's page: what was done and seen, whether the log is whole, and a file of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from regclean.ledger import Entry, Ledger, append, verify
from regclean.ledger.tables import audit
from regclean.review.audit.audit_log import COLUMNS


@pytest.mark.parametrize("user", ["steward", "approver", "clerk", "admin", "guardian"])
def test_only_auditors_read_it(signed_in: Callable[[str], Any], user: str) -> None:
    browser = signed_in(user)
    assert browser.get("/audit").status_code == 403
    assert browser.submit("/audit/export").status_code == 403
    assert browser.submit("/audit/verify").status_code == 403


def test_what_people_did_is_there_and_filters(signed_in: Callable[[str], Any]) -> None:
    signed_in("steward").submit("/reveal", {"subject": "customers:1003", "field": "national_id", "reason": "identify"})
    auditor = signed_in("auditor")
    whole = auditor.get("/audit").text
    assert "customers:1003" in whole
    assert "users:auditor" in whole
    chosen = auditor.get(
        "/audit", params={"actor": "steward", "action": "reveal", "since": "2026-11-02", "until": "2026-11-02"}
    ).text
    assert "customers:1003" in chosen
    assert "users:auditor" not in chosen
    assert "<td>customers:1003</td>" not in auditor.get("/audit", params={"subject": "customers:1004"}).text
    assert "<td>customers:1003</td>" not in auditor.get("/audit", params={"until": "2026-11-01"}).text


def test_the_day_is_the_workspaces(signed_in: Callable[[str], Any], clock: Any) -> None:
    """An entry a little after midnight in Helsinki is of that day, though UTC has the day before."""
    clock.pass_(hours=13.5)  # 22:30 UTC, 00:30 in Helsinki
    signed_in("steward")
    shown = signed_in("auditor").get("/audit", params={"since": "2026-11-03", "action": "login"}).text
    assert "users:steward" in shown


def test_the_export_is_the_chain_and_is_logged(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    answer = signed_in("auditor").submit("/audit/export")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == COLUMNS
    assert [int(row["seq"]) for row in rows] == list(range(1, len(rows) + 1))
    assert [row["previous_hash"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    assert rows[-1]["action"] == "export_audit"
    assert verify(ledger) is None


def test_the_export_holds_no_formula(signed_in: Callable[[str], Any], ledger: Ledger, clock: Any) -> None:
    with ledger.write() as connection:
        append(connection, Entry(clock(), "=cmd", "login", "-users:x"))
    text = signed_in("auditor").submit("/audit/export").text
    assert "'=cmd" in text
    assert "'-users:x" in text


def test_a_broken_chain_shows(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    auditor = signed_in("auditor")
    assert auditor.submit("/audit/verify", seen="/audit").headers["location"] == "/audit?checked=whole"
    with ledger.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET actor = 'somebody' WHERE seq = 2")
    assert auditor.submit("/audit/verify", seen="/audit").headers["location"] == "/audit?checked=2"
    assert 'role="alert"' in auditor.get("/audit?checked=2").text


def test_the_log_of_a_failed_sign_in_holds_no_unknown_name(browser: Any, ledger: Ledger) -> None:
    browser.sign_in("my secret password", "liisa")
    with ledger.read() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == "login_failed")).all()
    assert [row.actor for row in rows] == ["users:?"]
    assert "secret" not in repr(rows)


def test_long_logs_come_in_pages(signed_in: Callable[[str], Any], ledger: Ledger, clock: Any) -> None:
    with ledger.write() as connection:
        for number in range(120):
            append(connection, Entry(clock(), "steward", "decide", f"findings:F{number}"))
    auditor = signed_in("auditor")
    first = auditor.get("/audit", params={"action": "decide"}).text
    assert "findings:F119" in first
    assert "findings:F3<" not in first
    older = first.split('href="/audit?action=decide&amp;before=')[1].split('"')[0]
    assert "findings:F3<" in auditor.get(f"/audit?action=decide&before={older}").text
