"""Tasks: who does them until when, what comes back, and that nothing accepted waits unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from regclean import acts
from regclean.accounts.local import active_user
from regclean.errors import NotFoundError, UsageError
from regclean.findings.decide import DecisionLine
from regclean.ledger.tables import findings

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
Made = Callable[[str], Any]


@pytest.fixture
def by(world: Any) -> Made:
    """A function: name -> what they act with."""
    world.restore()
    services = world.app.state.services

    def context(name: str, days: int = 0) -> acts.Context:
        user = active_user(services.ledger, name, "session")
        return acts.Context(services.workspace, services.ledger, user, NOW + timedelta(days=days))

    return context


@pytest.fixture
def task(by: Any) -> str:
    """A field that nobody could fill in, accepted by the steward."""
    with by("steward").ledger.write() as connection:
        connection.execute(update(findings).where(findings.c.state == "task").values(state="verified"))
        query = select(findings.c.finding_id).where(findings.c.kind == "bin_group", findings.c.state == "open")
        one = str(connection.execute(query.order_by(findings.c.finding_id)).scalars().first())
        values = {"kind": "field", "rule": "F05", "subjects": '["customers:1005:phone"]', "ends_in": "task"}
        connection.execute(update(findings).where(findings.c.finding_id == one).values(proposal=None, **values))
    acts.decide(by("steward"), DecisionLine(1, "accept", "steward", finding_id=one))
    return one


def the(context: acts.Context, finding_id: str) -> acts.Task:
    return next(one for one in acts.list_tasks(context) if one.finding_id == finding_id)


def state(context: acts.Context, finding_id: str) -> str:
    with context.ledger.read() as connection:
        return str(connection.execute(select(findings.c.state).where(findings.c.finding_id == finding_id)).scalar_one())


def test_a_task_has_an_owner_a_way_and_a_day_by_itself(by: Any, task: str) -> None:
    made = the(by("approver"), task)
    assert (made.owner, made.way, made.column) == ("steward", "letter", "phone")
    assert made.due == date(2026, 11, 16)  # fourteen days after it was made
    assert not made.overdue(made.due)
    assert made.overdue(made.due + timedelta(days=1))


def test_what_is_behind_its_day_is_counted_for_everybody(by: Any, task: str) -> None:
    assert acts.count_tasks(by("steward")).own == 1
    assert acts.count_tasks(by("steward")).overdue == 0
    late = acts.count_tasks(by("steward", days=15))
    assert (late.overdue, late.own_overdue) == (1, 1)
    assert acts.count_tasks(by("approver", days=15)).own_overdue == 0


def test_a_task_is_given_to_somebody_with_a_day_and_a_way(by: Any, task: str) -> None:
    acts.plan_task(by("steward"), task, owner="approver", due=date(2026, 12, 1), way="call")
    planned = the(by("steward"), task)
    assert (planned.owner, planned.due, planned.way) == ("approver", date(2026, 12, 1), "call")
    with pytest.raises(UsageError):
        acts.plan_task(by("steward"), task, way="pigeon")
    with pytest.raises(UsageError):
        acts.plan_task(by("steward"), task, owner="nobody here")


def test_an_answer_changes_nothing_until_a_steward_accepts_it(by: Any, task: str) -> None:
    told = acts.TaskAnswer(1, task, value=" 040 555 1234 ")
    assert acts.answer_tasks(by("steward"), [told]).taken == 1
    assert state(by("steward"), task) == "task"
    waits = the(by("approver"), task)
    assert (waits.outcome, waits.answer, waits.told_by) == ("answered", {"phone": "040 555 1234"}, "steward")
    assert acts.count_tasks(by("approver", days=99)).answered == 1
    assert acts.answer_tasks(by("steward"), [told]).repeated == 1
    assert acts.accept_answers(by("approver"), [waits.seen]).taken == 1
    assert state(by("approver"), task) == "accepted"
    assert acts.list_tasks(by("approver")) == []


def test_another_answer_than_the_one_that_was_seen_is_not_accepted(by: Any, task: str) -> None:
    acts.answer_tasks(by("steward"), [acts.TaskAnswer(1, task, value="040 555 1234")])
    seen = the(by("steward"), task).seen
    acts.answer_tasks(by("steward", days=1), [acts.TaskAnswer(1, task, value="050 555 1234")])
    refused = acts.accept_answers(by("approver"), [seen]).refused
    assert [one.code for one in refused] == ["line"]
    assert state(by("approver"), task) == "task"


def test_what_is_right_as_it_is_becomes_a_rejection(by: Any, task: str) -> None:
    acts.answer_tasks(by("steward"), [acts.TaskAnswer(1, task, outcome="as_it_is", note="They use it.")])
    assert acts.accept_answers(by("approver"), [the(by("approver"), task).seen]).taken == 1
    assert state(by("approver"), task) == "rejected"


@pytest.mark.parametrize("outcome", ["done", "not_reached"])
def test_what_has_not_ended_is_looked_at_again(by: Any, task: str, outcome: str) -> None:
    """Neither disappears: the night sees what was done, and who was not reached is tried again."""
    assert acts.answer_tasks(by("steward", days=15), [acts.TaskAnswer(1, task, outcome=outcome)]).taken == 1
    again = the(by("steward", days=15), task)
    assert again.due == date(2026, 12, 1)
    assert acts.count_tasks(by("steward", days=15)).overdue == 0
    assert acts.count_tasks(by("steward", days=30)).overdue == 1


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"value": "010190-123N"}, "choices"),
        ({"outcome": "perhaps"}, "line"),
        ({"outcome": "answered"}, "choices"),
        ({"value": "040", "outcome": "done"}, "choices"),
        ({"values": {"iban": "FI"}}, "choices"),
        ({"value": "x" * 501}, "choices"),
        ({}, "line"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_its_line(by: Any, task: str, told: Any, code: str) -> None:
    report = acts.answer_tasks(by("steward"), [acts.TaskAnswer(7, task, **told)])
    assert [(one.number, one.code) for one in report.refused] == [(7, code)]
    assert the(by("steward"), task).outcome is None


def test_a_task_that_was_taken_back_leaves_no_answer_behind(by: Any, task: str) -> None:
    acts.answer_tasks(by("steward"), [acts.TaskAnswer(1, task, value="040 555 1234")])
    with by("steward").ledger.read() as connection:
        made = connection.execute(select(findings.c.decision_id).where(findings.c.finding_id == task)).scalar_one()
    acts.undo_decision(by("steward"), made)
    with pytest.raises(NotFoundError):
        acts.find_task(by("steward"), task)
    acts.decide(by("approver"), DecisionLine(1, "accept", "approver", finding_id=task))
    assert the(by("approver"), task).answer == {}


def test_a_task_about_a_protected_customer_is_seen_by_those_alone_who_may(by: Any, task: str) -> None:
    with by("steward").ledger.write() as connection:
        connection.execute(update(findings).where(findings.c.finding_id == task).values(protected=True))
    with pytest.raises(NotFoundError):
        acts.find_task(by("steward"), task)
    assert acts.count_tasks(by("steward")).waiting == 0
    assert acts.list_tasks(by("guardian")) == []  # no list that leaves the house names one
    assert [one.finding_id for one in acts.list_tasks(by("guardian"), restricted=True)] == [task]
    assert acts.count_tasks(by("guardian")).waiting == 1
