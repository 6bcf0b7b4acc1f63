"""The first screen: each role's day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from regclean import acts
from regclean.accounts.local import active_user
from regclean.config import default_config
from regclean.ledger import Ledger
from regclean.ledger.tables import findings
from regclean.review.today.page import settings_in_force

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "parts"),
    [
        ("steward", {"cases", "tasks"}),
        ("approver", {"cases", "tasks", "approve"}),
        ("clerk", {"apply"}),
        ("admin", {"accounts", "settings"}),
        ("auditor", {"log"}),
    ],
)
def test_each_role_begins_with_its_own_day(role: str, parts: set[str], signed_in: Callable[[str], Any]) -> None:
    page = signed_in(role)
    assert page.get("/").headers["location"] == "/today"
    text = page.get("/today").text
    every = ("cases", "tasks", "approve", "apply", "accounts", "settings", "log")
    assert {part for part in every if f'id="{part}"' in text} == parts


def test_the_steward_sees_what_is_urgent_and_what_came_back(ledger: Ledger, signed_in: Callable[[str], Any]) -> None:
    with ledger.write() as connection:
        one = connection.execute(select(findings.c.finding_id).where(findings.c.state == "open")).scalars().first()
        back = {"reopened_because": "contradicted", "priority": 99.0}
        connection.execute(update(findings).where(findings.c.finding_id == one).values(**back))
    text = signed_in("steward").get("/today").text
    assert f'href="/case/{one}?pool=' in text
    assert "avoin valitus" in text
    assert "palannut" in text


def test_what_is_behind_its_day_is_on_the_first_screen(
    app: Any, ledger: Ledger, signed_in: Callable[[str], Any], clock: Any
) -> None:
    with ledger.write() as connection:
        query = select(findings.c.finding_id).where(findings.c.rule == "S06")
        one = str(connection.execute(query).scalars().first())
        connection.execute(update(findings).where(findings.c.finding_id == one).values(ends_in="task", proposal=None))
    services = app.state.services
    steward = acts.Context(services.workspace, ledger, active_user(ledger, "steward", "session"), NOW)
    acts.decide_all(steward, [acts_line(one)])
    assert acts.count_tasks(steward).own == 1
    clock.moment = NOW + timedelta(days=15)
    assert acts.count_tasks(acts.Context(services.workspace, ledger, steward.user, clock.moment)).own_overdue == 1
    text = signed_in("steward").get("/today").text
    assert "/tasks?show=overdue&amp;who=steward" in text


def acts_line(finding_id: str) -> Any:
    from regclean.findings.decide import DecisionLine

    return DecisionLine(1, "accept", "steward", finding_id=finding_id)


def test_what_no_batch_takes_is_named_with_the_reason(ledger: Ledger, signed_in: Callable[[str], Any]) -> None:
    with ledger.write() as connection:
        query = select(findings.c.finding_id).where(findings.c.state == "open").order_by(findings.c.finding_id)
        gone, changed = connection.execute(query.limit(2)).scalars()
        accepted = {"state": "accepted", "decided_fingerprint": findings.c.fingerprint}
        connection.execute(update(findings).where(findings.c.finding_id.in_((gone, changed))).values(**accepted))
        connection.execute(update(findings).where(findings.c.finding_id == gone).values(present=False))
        connection.execute(update(findings).where(findings.c.finding_id == changed).values(decided_fingerprint="x"))
    text = signed_in("steward").get("/today").text
    stuck = text[text.index('data-testid="stuck"') :]
    assert f'href="/case/{gone}"' in stuck
    assert f'href="/case/{changed}"' in stuck


def test_the_admin_sees_no_secret_and_no_address_of_another_system() -> None:
    config = default_config(
        review={"oidc_client_secret": "hush", "oidc_issuer": "https://login.example.fi", "session_hours": 8},
        audit={"syslog": "loghost:514"},
    )
    assert settings_in_force(config) == [
        ("review", "oidc_issuer", "https://login.example.fi"),
        ("review", "session_hours", "8"),
    ]
