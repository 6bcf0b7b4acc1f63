"""How the work goes: what was brought up to date, counted by hand; the page, the report and the command line say the same."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update

from regclean.cli.app import _Chosen, run
from regclean.findings.decide import DecisionLine, decide
from regclean.ledger import Ledger, audit
from regclean.ledger.tables import batch_changes, batches, findings, protected_subjects, receipts
from regclean.yearly import BINS, CUSTOMERS, Year
from regclean.yearly.figures import count_year

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SignIn = Callable[[str], TestClient]


def count(ledger: Ledger, year: int = 2026, now: datetime = NOW) -> Year:
    goals = {CUSTOMERS: 6500, BINS: 2000}
    return count_year(ledger, year, goals=goals, zone=ZoneInfo("Europe/Helsinki"), now=now)


def a_finding(ledger: Ledger, kind: str) -> Any:
    """The first one of a kind that may be seen, with a case of its own."""
    with ledger.read() as connection:
        query = select(findings).where(findings.c.kind == kind, findings.c.state == "open", ~findings.c.protected)
        return connection.execute(query.order_by(findings.c.finding_id)).mappings().first()


def reject(ledger: Ledger, finding_id: str, now: datetime = NOW) -> None:
    decide(ledger, DecisionLine(number=1, verdict="reject", user="aino", finding_id=finding_id, reason="checked"), now)


def apply_to_register(ledger: Ledger, finding_id: str, at: datetime, *, state: str = "done", number: int = 1) -> None:
    with ledger.write() as connection:
        connection.execute(
            insert(batches).values(
                batch_id=number, state="applied", built_by="aino", built_at=at, gates=[], left_out=[], version=1
            )
        )
        line = {"op": "update", "table": "customers", "key": "1", "column": "phone", "before": "1", "after": "2"}
        connection.execute(
            insert(batch_changes).values(batch_id=number, seq=1, finding_id=finding_id, state=state, **line)
        )
        connection.execute(
            insert(receipts).values(batch_id=number, target="sql", applied_by="kalle", applied_at=at, detail={})
        )


def test_each_customer_and_shared_bin_counts_once_a_year_in_its_first_week(ledger: Ledger) -> None:
    stale, shared = a_finding(ledger, "stale"), a_finding(ledger, "bin_group")
    assert stale["case_key"].startswith("customers:")
    assert shared["case_key"].startswith("bin_groups:")
    reject(ledger, shared["finding_id"], datetime(2026, 11, 22, 22, 30, tzinfo=UTC))  # a Monday in Helsinki already
    apply_to_register(ledger, stale["finding_id"], datetime(2026, 11, 18, 9, tzinfo=UTC))
    apply_to_register(ledger, stale["finding_id"], datetime(2026, 11, 25, 9, tzinfo=UTC), number=2)
    found = count(ledger)
    assert {(goal.name, goal.done, goal.goal) for goal in found.goals} == {("customers", 1, 6500), ("bins", 1, 2000)}
    assert {week.monday: (week.customers, week.bins) for week in found.weeks if week.customers or week.bins} == {
        date(2026, 11, 16): (1, 0),
        date(2026, 11, 23): (0, 1),
    }
    assert [goal.due for goal in found.goals] == [round(6500 * 330 / 365), round(2000 * 330 / 365)]
    assert [goal.done for goal in count(ledger, 2025).goals] == [0, 0]
    apply_to_register(ledger, stale["finding_id"], datetime(2025, 6, 2, 9, tzinfo=UTC), number=3)
    assert [count(ledger, year).goals[0].done for year in (2025, 2026)] == [1, 1], "what was done in each of two years"


def test_what_was_taken_back_is_not_up_to_date(ledger: Ledger) -> None:
    stale = a_finding(ledger, "stale")
    apply_to_register(ledger, stale["finding_id"], NOW, state="undone")
    found = count(ledger)
    assert found.goals[0].done == 0
    (team,) = [one for one in found.teams if one.pool == "stale"]
    assert team.rolled_back is not None
    assert team.rolled_back.value == 1


def test_the_work_is_told_by_workpool(ledger: Ledger) -> None:
    stale = a_finding(ledger, "stale")
    opened = stale["opened_at"]
    (team,) = [one for one in count(ledger).teams if one.pool == "stale"]
    assert team.waits > 0
    assert (team.decided, team.oldest_days) == (0, (NOW - opened).days)
    reject(ledger, stale["finding_id"])
    apply_to_register(ledger, stale["finding_id"], opened + timedelta(days=9))
    with ledger.write() as connection:
        for seconds in (20, 40, 90):
            entry = audit.Entry(NOW, "aino", "handle", "handling:stale", detail={"seconds": seconds, "kind": "stale"})
            audit.append(connection, entry)
    (team,) = [one for one in count(ledger).teams if one.pool == "stale"]
    assert (team.decided, team.handling_seconds, team.lead_days) == (1, 40, 9)
    assert team.reopened is not None
    assert team.reopened.value == 0
    with ledger.write() as connection:
        opened_again = update(findings).where(findings.c.finding_id == stale["finding_id"])
        connection.execute(opened_again.values(reopened_because="contradicted"))
    (team,) = [one for one in count(ledger).teams if one.pool == "stale"]
    assert team.reopened is not None
    assert team.reopened.value == 1


def test_nobody_under_non_disclosure_and_nobody_who_works_here_is_in_a_figure(ledger: Ledger) -> None:
    stale = a_finding(ledger, "stale")
    reject(ledger, stale["finding_id"])
    before = {one.pool: one.waits for one in count(ledger).teams}
    assert count(ledger).goals[0].done == 1
    with ledger.write() as connection:
        subject = json.loads(stale["subjects"])[0]
        connection.execute(insert(protected_subjects).values(subject=subject, run_id="x"))
    found = count(ledger)
    assert found.goals[0].done == 0
    assert {one.pool: one.waits for one in found.teams}["stale"] <= before["stale"]
    assert "aino" not in str(found)


def test_the_page_and_its_report_are_for_who_sees_the_overview(signed_in: SignIn, ledger: Ledger) -> None:
    reject(ledger, a_finding(ledger, "bin_group")["finding_id"], datetime(2026, 11, 1, 9, tzinfo=UTC))
    browser = signed_in("auditor")
    text = browser.get("/progress").text
    assert "Miten työ etenee" in text
    assert "tavoitteesta 2\u00a0000" in text
    assert 'href="/progress"' in browser.get("/overview").text
    made = browser.get("/progress/report")
    assert made.headers["content-type"] == "application/pdf"
    assert made.content.startswith(b"%PDF")
    assert made.content == browser.get("/progress/report?year=2026").content, "the same figures give the same report"
    assert browser.get("/progress?year=2999").status_code == 422
    assert browser.get("/progress?year=x").status_code == 422


def test_the_command_line_says_the_same(
    published_register: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_Chosen, "folder", Path())
    here = ["-w", str(published_register)]
    (published_register / "regclean.toml").open("a").write("\n[goals]\nbins = 52\n")
    assert run([*here, "progress", "--year", "2025", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert [(goal["name"], goal["goal"], goal["due"]) for goal in told["goals"]] == [
        ("customers", 6500, 6500),
        ("bins", 52, 52),
    ]
    assert run([*here, "progress", "--year", "2025"]) == 0
    weeks = list(csv.DictReader(io.StringIO(capfd.readouterr().out)))
    assert (weeks[0]["monday"], len(weeks)) == ("2024-12-30", 53)
    report = tmp_path / "report.pdf"
    for language in ("fi", "sv", "en"):
        assert run([*here, "yearly-report", "--year", "2025", "--language", language, "-o", str(report)]) == 0
        assert report.read_bytes().startswith(b"%PDF")
    assert run([*here, "yearly-report", "--year", "2999", "-o", str(report)]) == 2
    assert "2999" in capfd.readouterr().err
