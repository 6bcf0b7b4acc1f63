"""Staged decisions: nothing happens before they are sent, nothing of anybody is overwritten when they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from regclean.accounts.permissions import User, permissions_of
from regclean.acts import Context
from regclean.ledger import Ledger
from regclean.ledger.tables import audit, decisions, findings
from regclean.review.case.staging import (
    REASONS,
    Staged,
    Staging,
    changing,
    forget_submitted,
    from_data,
    problem_with,
    submit,
    verdicts_of,
)

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
AINO = User("aino", None, ("steward",), None, permissions_of(["steward"]))
BO = User("bo", None, ("steward",), None, permissions_of(["steward"]))


def item(finding_id: str, **more: Any) -> Staged:
    return Staged(finding_id, 1, **{"verdict": "same", "kind": "duplicate", "pool": "same", **more})


STEPS = st.lists(st.one_of(st.sampled_from(["undo", "redo"]), st.sampled_from("ABCDE")), max_size=25)


@given(STEPS)
def test_undo_takes_back_the_last_step_and_redo_puts_it_back(steps: list[str]) -> None:
    held = Staging()
    for step in steps:
        before = held
        held = getattr(held, step)() if step in ("undo", "redo") else held.stage(item(step))
        if step not in ("undo", "redo"):
            assert held.items[-1].finding_id == step
            assert held.undo().redo() == held
        if step == "undo" and before.items:
            assert held.redo().items == before.items
        assert len(held.ids) == len(held.items)


@given(STEPS)
def test_a_session_keeps_it_as_it_is(steps: list[str]) -> None:
    data: dict[str, Any] = {"language": "sv"}
    held = Staging()
    for step in steps:
        change = getattr(Staging, step) if step in ("undo", "redo") else lambda s, step=step: s.stage(item(step))
        changing(change)(data)
        held = change(held)
    assert from_data(data) == held
    assert data["language"] == "sv"


def test_a_rejection_needs_a_reason_that_is_known() -> None:
    assert problem_with(item("A", verdict="different"))
    assert problem_with(item("A", verdict="different", reason="because"))
    assert problem_with(item("A", verdict="different", reason="other"))
    assert problem_with(item("A", verdict="different", reason="other", comment="sold the house")) is None
    assert problem_with(item("A", verdict="different", reason="spouses")) is None
    assert problem_with(item("A", verdict="accept"))


@pytest.mark.parametrize("kind", sorted(REASONS))
def test_every_kind_has_reasons_that_keys_reach(kind: str) -> None:
    assert 1 < len(REASONS[kind]) <= 9
    assert "other" in dict(REASONS[kind])
    assert set(verdicts_of(kind)) & {"reject", "different"}


def test_how_long_somebody_looked_is_known_only_when_it_was_a_look() -> None:
    held = Staging().open("A", NOW)
    assert held.looked_at("A", NOW + timedelta(seconds=12)) == 12.0
    assert held.looked_at("A", NOW + timedelta(hours=2)) is None
    assert held.looked_at("B", NOW) is None
    assert held.open("A", NOW + timedelta(minutes=1)) == held


@pytest.fixture
def two(ledger: Ledger) -> list[Any]:
    query = select(findings).where(
        findings.c.workpool == "same", findings.c.state == "open", findings.c.relation == "same"
    )
    with ledger.read() as connection:
        rows = connection.execute(query.order_by(findings.c.finding_id)).mappings().all()
    assert len(rows) >= 2
    return list(rows[:2])


def staged(row: Any, **more: Any) -> Staged:
    return Staged(row["finding_id"], row["version"], **{"verdict": "same", "kind": "duplicate", "pool": "same", **more})


def acting(app: FastAPI, user: User) -> Context:
    services = app.state.services
    return Context(services.workspace, services.ledger, user, NOW)


def state_of(ledger: Ledger, finding_id: str) -> str:
    with ledger.read() as connection:
        query = select(findings.c.state).where(findings.c.finding_id == finding_id)
        return str(connection.execute(query).scalar_one())


def test_what_is_sent_is_recorded_with_the_time_it_took(app: FastAPI, ledger: Ledger, two: list[Any]) -> None:
    items = [staged(two[0], looked=9.5), staged(two[1], verdict="different", reason="other_person")]
    outcome = submit(acting(app, AINO), items)
    assert (outcome.taken, outcome.refused) == (2, ())
    assert [state_of(ledger, row["finding_id"]) for row in two] == ["accepted", "rejected"]
    with ledger.read() as connection:
        entry = connection.execute(select(audit).where(audit.c.action == "handle")).mappings().one()
    assert (entry["subject"], entry["detail"]["seconds"]) == ("handling:same", 9.5)
    held = forget_submitted(Staging(tuple(items)), items, outcome)
    assert held.items == ()
    assert held.submitted == (outcome.decision_ids,)


def test_what_a_colleague_has_said_is_told_apart_and_stays_the_colleagues(
    signed_in: Callable[[str], Any], program: Callable[..., Any], ledger: Ledger, two: list[Any]
) -> None:
    finding, other = (row["finding_id"] for row in two)
    desk = signed_in("steward")
    with ledger.write() as connection:  # the colleague decides after the page was opened, and before it is sent
        version = connection.execute(select(findings.c.version).where(findings.c.finding_id == finding)).scalar_one()
    said = {"verdict": "household", "expected_version": version}
    colleague = program("guardian", "findings:decide", "findings:read")
    first = colleague.post(f"/api/v1/findings/{finding}/decisions", json=said)
    assert (first.status_code, first.json()["repeated"]) == (201, False)
    for one, verdict, seen in ((finding, "household", version + 1), (other, "unsure", two[1]["version"])):
        assert desk.submit(f"/case/{one}/stage", {"verdict": verdict, "version": str(seen)}).status_code == 303
    assert desk.submit("/staged/submit").status_code == 303
    text = " ".join(desk.get("/queue").text.split())
    assert "1 päätös kirjattu. 1 oli jo sanottu" in text
    again = program("steward", "findings:decide", "findings:read").post(
        f"/api/v1/findings/{finding}/decisions", json=said | {"expected_version": version + 1}
    )
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    # "Undo" takes back what this person has said, and asks for nothing of a colleague's.
    assert desk.submit("/staged/undo").headers["location"].startswith(f"/case/{other}")
    assert desk.submit("/staged/undo").headers["location"].startswith("/queue")


def test_undo_goes_on_where_a_decision_does_not_stand_any_more(
    signed_in: Callable[[str], Any], ledger: Ledger, two: list[Any]
) -> None:
    desk = signed_in("steward")
    for row in two:
        desk.submit(f"/case/{row['finding_id']}/stage", {"verdict": "unsure", "version": str(row["version"])})
    desk.submit("/staged/submit")
    with ledger.read() as connection:
        last = connection.execute(select(func.max(decisions.c.decision_id))).scalar_one()
    assert desk.submit(f"/decisions/{last}/undo").status_code == 303
    assert desk.submit("/staged/undo").headers["location"].startswith(f"/case/{two[0]['finding_id']}")
    assert desk.submit("/staged/undo").headers["location"].startswith("/queue")


def test_the_second_of_two_stewards_is_told_and_overwrites_nothing(
    app: FastAPI, ledger: Ledger, two: list[Any]
) -> None:
    first, second = staged(two[0]), staged(two[0], verdict="different", reason="spouses")
    assert submit(acting(app, AINO), [first]).taken == 1
    outcome = submit(acting(app, BO), [second, staged(two[1])])
    assert outcome.taken == 1
    assert [(refused.finding_id, why.code) for refused, why in outcome.refused] == [(first.finding_id, "moved_on")]
    assert state_of(ledger, first.finding_id) == "accepted"
    with ledger.read() as connection:
        query = select(func.count()).where(decisions.c.finding_id == first.finding_id, decisions.c.user == "bo")
        assert connection.execute(query).scalar_one() == 0
