"""The overview and the nights: figures that can be counted by hand, and nothing of protected customers in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from regclean.accounts.permissions import User, permissions_of
from regclean.findings.decide import DecisionLine, decide
from regclean.findings.follow import undo
from regclean.ledger import Ledger, audit, runs
from regclean.ledger.tables import findings, protected_subjects
from regclean.review.overview.figures import backlog, decisions_a_day, handling, lead_time, overview, reopen_rate

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Helsinki")
SignIn = Callable[[str], TestClient]


def person(*roles: str) -> User:
    return User("somebody", None, roles, None, permissions_of(roles))  # type: ignore[arg-type]  # plain names here


STEWARD, GUARDIAN = person("steward"), person("steward", "restricted")


def open_findings(ledger: Ledger, kind: str) -> list[str]:
    with ledger.read() as connection:
        query = select(findings.c.finding_id).where(
            findings.c.kind == kind, findings.c.state == "open", ~findings.c.protected
        )
        return sorted(connection.execute(query).scalars())


def reject(ledger: Ledger, finding_id: str, now: datetime) -> int:
    line = DecisionLine(number=1, verdict="reject", user="aino", finding_id=finding_id, reason="checked")
    (decision,) = decide(ledger, line, now).new_ids
    return decision


def test_backlog_counts_each_case_once_and_by_age(ledger: Ledger) -> None:
    with ledger.read() as connection:
        found = {one.pool: one for one in backlog(connection, STEWARD, NOW)}
        later = {one.pool: one for one in backlog(connection, STEWARD, NOW + timedelta(days=45))}
        query = select(findings.c.case_key).where(
            findings.c.state == "open", findings.c.workpool == "bin_group", ~findings.c.protected
        )
        cases = set(connection.execute(query).scalars())
    assert cases
    assert found["bin_group"].cases == len(cases)
    assert found["bin_group"].ages == (len(cases), 0, 0, 0)
    assert later["bin_group"].ages == (0, 0, len(cases), 0)
    assert "restricted" not in found


def test_protected_findings_are_counted_for_none_without_the_right(ledger: Ledger) -> None:
    hidden = open_findings(ledger, "stale")[0]
    with ledger.write() as connection:
        before = {one.pool: one.cases for one in backlog(connection, STEWARD, NOW)}
        subject = connection.execute(select(findings.c.subjects).where(findings.c.finding_id == hidden)).scalar_one()
        connection.execute(protected_subjects.insert().values(subject=json.loads(subject)[0], run_id="2026-11-01-001"))
        after = {one.pool: one.cases for one in backlog(connection, STEWARD, NOW)}
        guardian = {one.pool: one.cases for one in backlog(connection, GUARDIAN, NOW)}
    assert after["stale"] == before["stale"] - 1
    assert guardian["stale"] == before["stale"]
    reject(ledger, hidden, NOW)
    with ledger.read() as connection:
        assert sum(number for _, number in decisions_a_day(connection, STEWARD, NOW, ZONE)) == 0
        assert sum(number for _, number in decisions_a_day(connection, GUARDIAN, NOW, ZONE)) == 1
        assert lead_time(connection, STEWARD, NOW) is None


def test_a_day_is_a_day_of_the_workspace(ledger: Ledger) -> None:
    one, two = open_findings(ledger, "bin_group")[:2]
    # 22.30 UTC is half past midnight of the next day in Helsinki.
    reject(ledger, one, datetime(2026, 11, 2, 22, 30, tzinfo=UTC))
    reject(ledger, two, datetime(2026, 11, 2, 21, 30, tzinfo=UTC))
    with ledger.read() as connection:
        days = dict(decisions_a_day(connection, STEWARD, datetime(2026, 11, 3, 8, tzinfo=UTC), ZONE))
    assert days[date(2026, 11, 2)] == 1
    assert days[date(2026, 11, 3)] == 1
    assert len(days) == 30


def test_lead_time_and_reopen_rate(ledger: Ledger) -> None:
    one, two = open_findings(ledger, "bin_group")[:2]
    with ledger.write() as connection:
        connection.execute(
            update(findings).where(findings.c.finding_id.in_([one, two])).values(opened_at=NOW - timedelta(days=10))
        )
    decision = reject(ledger, one, NOW - timedelta(days=8))
    reject(ledger, two, NOW - timedelta(days=4))
    with ledger.read() as connection:
        waited = lead_time(connection, STEWARD, NOW)
        assert reopen_rate(connection, STEWARD, NOW).part == 0
    assert waited is not None
    assert waited.sample == 2
    assert waited.p50 == timedelta(days=4)  # between 2 and 6
    undo(ledger, decision, user="aino", now=NOW)
    with ledger.read() as connection:
        rate = reopen_rate(connection, STEWARD, NOW)
    assert (rate.part, rate.whole, rate.share) == (1, 2, 0.5)


def test_handling_times_are_percentiles_of_what_was_noted(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for seconds in range(1, 12):
            entry = audit.Entry(NOW, "aino", "handle", "handling:field", detail={"seconds": seconds, "kind": "field"})
            audit.append(connection, entry)
        secret = audit.Entry(NOW, "toivo", "handle", "handling:restricted", detail={"seconds": 999, "kind": "field"})
        audit.append(connection, secret)
        found = handling(connection, STEWARD)
    assert found["field"].p50 == timedelta(seconds=6)
    assert found["field"].p90 == timedelta(seconds=10)
    assert found[""].sample == 11
    assert "restricted" not in found


def test_a_stopped_night_leaves_the_published_figures(ledger: Ledger) -> None:
    runs.start(ledger, "2026-11-02-001", as_of=date(2026, 11, 2), now=NOW)
    runs.fail(ledger, "2026-11-02-001", now=NOW)
    with ledger.read() as connection:
        found = overview(connection, runs.history(ledger), STEWARD, now=NOW, zone=ZONE)
    assert found.night is not None
    assert found.latest is not None
    assert (found.night.run_id, found.latest.run_id) == ("2026-11-01-001", "2026-11-02-001")
    assert found.figures[1].last is not None
    assert found.figures[1].last.value is not None
    assert found.figures[0].last is not None
    assert found.figures[0].last.value is None, "nobody has measured the duplicates left"


@pytest.mark.parametrize("path", ["/overview", "/nights", "/nights/2026-11-01-001"])
def test_pages_stand_in_every_language(signed_in: SignIn, path: str) -> None:
    browser: Any = signed_in("steward")
    for code in ("fi", "sv", "en"):
        browser.submit(f"/language/{code}", {"to": path})
        answer = browser.get(path)
        assert answer.status_code == 200, answer.text
        assert f'lang="{code}"' in answer.text
        assert "style=" not in answer.text


def test_reports_are_served_to_those_who_may_and_nothing_else_is(signed_in: SignIn, browser: TestClient) -> None:
    steward = signed_in("steward")
    report = steward.get("/reports/2026-11-01-001.html")
    assert report.status_code == 200
    assert "script-src" not in report.headers["content-security-policy"]
    assert report.headers["content-security-policy"].startswith("default-src 'none'")
    for name in (
        "../ledger.db",
        "..%2Fledger.db",
        "%2e%2e/ledger.db",
        "2026-11-01-001.html.part",
        "x.html",
        "index.htm",
    ):
        assert steward.get(f"/reports/{name}").status_code == 404, name
    assert signed_in("admin").get("/reports/2026-11-01-001.html").status_code == 403
    assert browser.get("/reports/2026-11-01-001.html").status_code == 303
    assert steward.get("/nights/2026-01-01-001").status_code == 404


def test_where_defects_are_born_says_figures_rules_and_what_to_change(signed_in: SignIn) -> None:
    text = signed_in("auditor").get("/touchpoints").text
    assert "Yhteyshenkilöiden listat" in text
    assert "Muuta lähteellä:" in text
    assert "> duplicate" not in text, "a code in place of a title"
    assert 'href="/touchpoints"' in signed_in("auditor").get("/overview").text
