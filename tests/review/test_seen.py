"""What a person saw is kept with what they did; a case is read from the night until then, and its page stands without one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from regclean import acts
from regclean.accounts import local as accounts
from regclean.acts import Context
from regclean.findings.decide import DecisionLine
from regclean.ledger import Ledger
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import audit, comments, decisions, evidence

API = "/api/v1"
BOTH = ["customers:1003", "customers:1004"]
Program = Callable[..., Any]


def twins(client: Any) -> dict[str, Any]:
    items = client.get(f"{API}/findings", params={"kind": "duplicate"}).json()["items"]
    found: dict[str, Any] = next(item for item in items if item["subjects"] == BOTH)
    return found


def decide(client: Any, finding: dict[str, Any], verdict: str = "unsure") -> int:
    body = {"verdict": verdict, "expected_version": finding["version"]}
    answer = client.post(f"{API}/findings/{finding['finding_id']}/decisions", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["decision_id"])


def kept(ledger: Ledger) -> dict[str, str]:
    with ledger.read() as connection:
        return {row.digest: row.payload for row in connection.execute(select(seen_records))}


def night_file(root: Path) -> Path:
    (found,) = (root / "var/warehouse").glob("2*.duckdb")
    return found


@pytest.fixture
def steward(program: Program) -> Any:
    return program("steward", "findings:read", "findings:decide", "findings:assign")


def test_a_night_leaves_no_record_in_the_ledger_and_the_case_shows_them(steward: Any, ledger: Ledger) -> None:
    with ledger.read() as connection:
        payloads = connection.execute(select(evidence.c.payload)).scalars().all()
    assert payloads
    assert not any("records" in json.loads(payload) for payload in payloads)
    assert kept(ledger) == {}
    shown = steward.get(f"{API}/findings/{twins(steward)['finding_id']}").json()["evidence"]
    assert sorted(shown["records"]) == BOTH
    assert {"raw", "clean", "source"} <= shown["records"]["customers:1003"].keys()


def test_what_a_decision_rested_on_can_be_shown_when_its_night_is_gone(
    steward: Any, ledger: Ledger, published_register: Path
) -> None:
    finding = twins(steward)
    shown = steward.get(f"{API}/findings/{finding['finding_id']}").json()["evidence"]
    decision = decide(steward, finding)
    (before,) = kept(ledger).items()
    assert before[0] == hashlib.sha256(before[1].encode()).hexdigest()
    assert json.loads(before[1]) == shown

    night_file(published_register).unlink()
    told = steward.get(f"{API}/decisions/{decision}/evidence").json()
    assert (told["digest"], told["evidence"]) == (before[0], shown)
    assert dict([before]) == kept(ledger)


def test_a_comment_and_an_assignment_keep_what_was_seen(steward: Any, ledger: Ledger) -> None:
    path = f"{API}/findings/{twins(steward)['finding_id']}"
    assert steward.post(f"{path}/comments", json={"text": "rang them"}).status_code == 201
    assert steward.put(f"{path}/assignee", json={"assignee": "approver"}).status_code == 200
    ((digest, payload),) = kept(ledger).items()  # both saw the same
    with ledger.read() as connection:
        said = connection.execute(select(comments.c.seen_digest)).scalars().all()
        given = connection.execute(select(audit.c.detail).where(audit.c.action == "assign")).scalars().all()
    assert said == [digest] == [one["seen"] for one in given]
    assert sorted(json.loads(payload)["records"]) == BOTH


def test_what_was_seen_is_kept_together_with_the_act_or_not_at_all(
    steward: Any, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    finding = twins(steward)

    def stop(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("regclean.findings.decide.audit.append", stop)
    body = {"verdict": "unsure", "expected_version": finding["version"]}
    assert steward.post(f"{API}/findings/{finding['finding_id']}/decisions", json=body).status_code == 500
    with ledger.read() as connection:
        assert connection.execute(select(decisions)).first() is None
    assert kept(ledger) == {}


def test_two_customers_that_nobody_proposed_are_kept_as_they_were_seen(app: Any, ledger: Ledger) -> None:
    user = accounts.active_user(ledger, "steward", "session")
    context = Context(app.state.services.workspace, ledger, user, app.state.services.now())
    line = DecisionLine(1, "different", "steward", customer_no_l="1005", customer_no_r="1010", reason="other_person")
    assert acts.decide(context, line).taken == 1
    ((_, payload),) = kept(ledger).items()
    assert sorted(json.loads(payload)["records"]) == ["customers:1005", "customers:1010"]


@pytest.mark.parametrize("damage", ["gone", "broken", "empty"])
def test_a_case_is_open_and_decidable_without_the_nights_file(
    damage: str, signed_in: Any, steward: Any, ledger: Ledger, published_register: Path
) -> None:
    file = night_file(published_register)
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(b"" if damage == "empty" else b"no database" * 1000)
    finding, browser = twins(steward), signed_in("steward")
    page = browser.get(f"/case/{finding['finding_id']}")
    assert page.status_code == 200
    assert 'data-testid="records-of"' in page.text
    decision = decide(steward, finding)
    told = steward.get(f"{API}/decisions/{decision}/evidence").json()
    assert (told["run_id"], told["evidence"]["records"]) == (None, {})
    assert told["evidence"]["pairs"]


def test_what_somebody_saw_stands_in_for_a_night_that_cannot_be_read(
    signed_in: Any, steward: Any, published_register: Path
) -> None:
    finding, browser = twins(steward), signed_in("steward")
    path = f"/case/{finding['finding_id']}"
    shown = browser.get(path).text
    assert 'data-testid="records-of"' not in shown
    decide(steward, finding)
    night_file(published_register).unlink()
    page = browser.get(path)
    assert page.status_code == 200
    assert 'data-testid="records-of"' in page.text
    assert steward.get(f"{API}/findings/{finding['finding_id']}").json()["evidence"]["records"].keys() == set(BOTH)
