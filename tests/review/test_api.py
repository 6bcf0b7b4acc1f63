"""The API: the same actions as on the pages, within a token's scopes; held against its own description."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy import insert, select

from regclean.accounts import local as accounts
from regclean.accounts import tokens
from regclean.accounts.permissions import PERMISSIONS, ROLES
from regclean.config import load_workspace
from regclean.ledger import Ledger, verify
from regclean.ledger.tables import audit, protected_subjects
from regclean.review.web.app import create_app

API = "/api/v1"
Program = Callable[..., Any]


def duplicate(client: Any) -> dict[str, Any]:
    """The finding about 1003 and 1004."""
    items = client.get(f"{API}/findings", params={"kind": "duplicate"}).json()["items"]
    found: dict[str, Any] = next(item for item in items if item["subjects"] == ["customers:1003", "customers:1004"])
    return found


def actions(ledger: Ledger) -> list[str]:
    with ledger.read() as connection:
        return list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())


def test_a_decision_is_taken_once_and_undone(program: Program, ledger: Ledger) -> None:
    client = program("steward", "findings:read", "findings:decide")
    finding = duplicate(client)
    path = f"{API}/findings/{finding['finding_id']}"
    decision = {"verdict": "same", "expected_version": finding["version"], "choices": {"survivor": "1003"}}

    done = client.post(f"{path}/decisions", json=decision)
    assert done.status_code == 201
    assert done.json()["finding"]["state"] == "accepted"

    other = program("approver", "findings:read", "findings:decide")
    late = other.post(
        f"{path}/decisions",
        json={"verdict": "different", "reason": "other_person", "expected_version": finding["version"]},
    )
    assert late.status_code == 409
    assert late.headers["content-type"] == "application/problem+json"
    assert other.delete(f"{API}/decisions/{done.json()['decision_id']}").status_code == 403

    assert client.delete(f"{API}/decisions/{done.json()['decision_id']}").status_code == 204
    detail = client.get(path).json()
    assert detail["state"] == "open"
    assert detail["decisions"][0]["undone_by"] == "steward"
    assert verify(ledger) is None


def test_a_decision_of_somebody_who_left_is_taken_back_by_who_gives_second_opinions(
    program: Program, ledger: Ledger, clock: Any
) -> None:
    client = program("steward", "findings:read", "findings:decide")
    finding = duplicate(client)
    decision = {"verdict": "same", "expected_version": finding["version"]}
    taken = client.post(f"{API}/findings/{finding['finding_id']}/decisions", json=decision).json()["decision_id"]
    colleague = program("guardian", "findings:read", "findings:decide")
    approver = program("approver", "findings:read", "findings:decide", "findings:second")
    assert approver.delete(f"{API}/decisions/{taken}").status_code == 403  # the steward is still there

    accounts.set_active(ledger, "steward", False, clock(), by="admin")
    assert colleague.delete(f"{API}/decisions/{taken}").status_code == 403
    assert approver.delete(f"{API}/decisions/{taken}").status_code == 204
    detail = approver.get(f"{API}/findings/{finding['finding_id']}").json()
    assert (detail["state"], detail["decisions"][0]["undone_by"]) == ("open", "approver")
    assert verify(ledger) is None


def test_choices_say_whose_value_stands_and_what_is_cleared(program: Program, ledger: Ledger) -> None:
    client = program("steward", "findings:read", "findings:decide")
    finding = duplicate(client)
    choices = {"survivor": "1003", "from": {"phone": "1004"}, "fields": {"email": None}}
    decision = {"verdict": "same", "expected_version": finding["version"], "choices": choices}
    assert client.post(f"{API}/findings/{finding['finding_id']}/decisions", json=decision).status_code == 201
    assert client.get(f"{API}/findings/{finding['finding_id']}").json()["decisions"][0]["choices"] == choices


def test_a_rejection_needs_its_reason(program: Program) -> None:
    client = program("steward", "findings:read", "findings:decide")
    finding = duplicate(client)
    path = f"{API}/findings/{finding['finding_id']}/decisions"
    answer = client.post(path, json={"verdict": "different", "expected_version": finding["version"]})
    assert answer.status_code == 422
    assert duplicate(client)["state"] == "open"


def test_what_somebody_was_unsure_of_waits_for_a_second_person(program: Program) -> None:
    steward = program("steward", "findings:read", "findings:decide")
    finding = duplicate(steward)
    path = f"{API}/findings/{finding['finding_id']}/decisions"
    doubt = steward.post(path, json={"verdict": "unsure", "expected_version": finding["version"]}).json()["finding"]
    assert doubt["workpool"] == "second"
    later = {"verdict": "same", "expected_version": doubt["version"]}
    assert program("guardian", "findings:decide").post(path, json=later).status_code == 403
    assert program("approver", "findings:decide", "findings:second").post(path, json=later).status_code == 201


def test_comments_and_assignments(program: Program) -> None:
    client = program("steward", "findings:read", "findings:decide", "findings:assign")
    path = f"{API}/findings/{duplicate(client)['finding_id']}"
    assert client.post(f"{path}/comments", json={"text": "Soitetaan."}).status_code == 201
    assert client.put(f"{path}/assignee", json={"assignee": "nobody"}).status_code == 422
    assert client.put(f"{path}/assignee", json={"assignee": "approver"}).json()["assignee"] == "approver"
    assert client.get(path).json()["comments"][0]["text"] == "Soitetaan."
    assert [
        item["assignee"] for item in client.get(f"{API}/findings", params={"assignee": "approver"}).json()["items"]
    ] == ["approver"]


def test_pages_of_findings_follow_each_other(program: Program) -> None:
    client = program("steward", "findings:read")
    whole = client.get(f"{API}/findings", params={"limit": 500}).json()
    assert whole["next"] is None
    found, after = [], None
    while True:
        answer = client.get(f"{API}/findings", params={"limit": 2, **({"after": after} if after else {})}).json()
        found += answer["items"]
        after = answer["next"]
        if after is None:
            break
    assert found == whole["items"]
    assert len(found) > 4


SCOPED = [
    ("GET", "/findings", "findings:read"),
    ("GET", "/overview", "overview:read"),
    ("GET", "/touchpoints", "overview:read"),
    ("GET", "/audit", "audit:read"),
    ("GET", "/audit/state", "audit:read"),
    ("POST", "/reveals", "ids:reveal"),
]


@pytest.mark.parametrize(("method", "path", "scope"), SCOPED)
def test_a_token_does_what_its_scopes_say_and_no_more(
    program: Program, ledger: Ledger, password_hash: str, method: str, path: str, scope: str
) -> None:
    with ledger.write():
        pass
    accounts.set_roles(
        ledger, "steward", ROLES, program("steward", "findings:read").app.state.services.now(), by="test"
    )
    body = (
        {"json": {"subject": "customers:1003", "field": "national_id", "reason": "identify"}}
        if method == "POST"
        else {}
    )
    assert program("steward", scope).request(method, API + path, **body).status_code == 200
    others = [permission for permission in PERMISSIONS if permission != scope]
    assert program("steward", *others).request(method, API + path, **body).status_code == 403


def test_a_token_never_does_more_than_its_user(program: Program, ledger: Ledger, clock: Any) -> None:
    client = program("steward", "findings:read")
    accounts.set_roles(ledger, "steward", ["admin"], clock(), by="test")
    assert client.get(f"{API}/findings").status_code == 403
    accounts.set_active(ledger, "steward", False, clock(), by="test")
    assert client.get(f"{API}/findings").status_code == 401


def test_tokens_expire_and_are_revoked(app: FastAPI, program: Program, ledger: Ledger, clock: Any) -> None:
    with ledger.write() as connection:
        short = tokens.make_token(
            connection, "steward", "", ["findings:read"], clock(), expires_at=clock() + timedelta(days=1), by="test"
        )
    client = program("steward", "findings:read")
    headers = {"Authorization": f"Bearer {short}"}
    assert client.get(f"{API}/me", headers=headers).status_code == 200
    clock.pass_(days=2)
    assert client.get(f"{API}/me", headers=headers).status_code == 401
    assert client.get(f"{API}/me").status_code == 200
    with ledger.write() as connection:
        tokens.revoke_tokens(connection, "steward", clock(), by="test")
    assert client.get(f"{API}/me").status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer rgc_wrong", "bearer x"])
def test_a_bad_token_never_falls_back_to_the_session(signed_in: Callable[[str], Any], header: str) -> None:
    browser = signed_in("steward")
    assert browser.get(f"{API}/me").status_code == 200
    answer = browser.get(f"{API}/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json() == {"type": "about:blank", "title": "Unauthorized", "status": 401}


def test_protected_customers_are_in_no_answer(program: Program, ledger: Ledger) -> None:
    client = program("steward", "findings:read", "findings:decide", "overview:read", "ids:reveal")
    finding_id = duplicate(client)["finding_id"]
    before = client.get(f"{API}/overview").json()["counts"]
    with ledger.write() as connection:
        connection.execute(insert(protected_subjects).values(subject="customers:1003", run_id="x"))
    assert "customers:1003" not in client.get(f"{API}/findings").text
    path = f"{API}/findings/{finding_id}"
    answers = [
        client.get(path),
        client.post(f"{path}/decisions", json={"verdict": "same", "expected_version": 1}),
        client.post(f"{path}/comments", json={"text": "x"}),
    ]
    unknown = client.get(f"{API}/findings/F{'0' * 20}")
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert answers[0].json() == unknown.json()
    after = client.get(f"{API}/overview").json()["counts"]
    assert sum(count["findings"] for count in after) < sum(count["findings"] for count in before)

    guardian = program("guardian", "findings:read", "restricted:open")
    assert duplicate(guardian)["label"] is None
    assert guardian.get(path).status_code == 403
    opened = guardian.post(f"{path}/open", json={"reason": "contact"})
    assert opened.status_code == 200
    assert opened.json()["label"] is not None
    assert "open_restricted" in actions(ledger)


def test_no_answer_of_the_register_holds_an_id_or_a_protected_customer(program: Program) -> None:
    """1014 Salainen Saara is under non-disclosure in this register; 1003 and 1004 have a national id."""
    client = program("steward", "findings:read", "overview:read")
    items = client.get(f"{API}/findings", params={"limit": 500}).json()["items"]
    texts = [client.get(f"{API}/findings/{item['finding_id']}").text for item in items]
    texts += [client.get(f"{API}/findings").text, client.get(f"{API}/overview").text]
    assert any("1003" in text for text in texts)
    for hidden in ("010190-901R", "Salainen", "customers:1014", "Minna Canthin", "999 8888"):
        assert not any(hidden in text for text in texts), hidden


def test_a_session_needs_the_form_token_here_too(signed_in: Callable[[str], Any]) -> None:
    browser = signed_in("steward")
    finding = duplicate(browser)
    path = f"{API}/findings/{finding['finding_id']}/comments"
    assert browser.post(path, json={"text": "x"}).status_code == 403
    token = browser.token("/account")
    assert browser.post(path, json={"text": "x"}, headers={"X-CSRF-Token": token}).status_code == 201


def test_the_audit_log_is_read_in_pages(program: Program, ledger: Ledger) -> None:
    client = program("auditor", "audit:read")
    first = client.get(f"{API}/audit", params={"limit": 2}).json()
    second = client.get(f"{API}/audit", params={"limit": 2, "before": first["next"]}).json()
    assert [item["seq"] for item in first["items"] + second["items"]] == sorted(
        (item["seq"] for item in first["items"] + second["items"]), reverse=True
    )
    assert {item["actor"] for item in client.get(f"{API}/audit", params={"actor": "test"}).json()["items"]} == {"test"}
    assert client.get(f"{API}/audit", params={"until": "2026-10-01"}).json()["items"] == []
    assert client.get(f"{API}/audit/state").json()["whole"] is True


# Against its own description -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fuzzed(
    _published_once: Path, tmp_path_factory: pytest.TempPathFactory, password_hash: str
) -> Iterator[tuple[FastAPI, str]]:
    """An application of its own, and a token that may do everything."""
    root = Path(shutil.copytree(_published_once, tmp_path_factory.mktemp("fuzzed") / "register"))
    app = create_app(load_workspace(root))
    ledger, now = app.state.services.ledger, app.state.services.now()
    accounts.add_user(ledger, "everybody", ROLES, None, now, by="test")
    with ledger.write() as connection:
        token = tokens.make_token(connection, "everybody", "", PERMISSIONS, now, by="test")
    yield app, token
    assert verify(ledger) is None
    app.state.services.background.shutdown(wait=True)
    ledger.close()


@pytest.fixture(scope="module")
def description(fuzzed: tuple[FastAPI, str]) -> Any:
    found = schemathesis.openapi.from_asgi(f"{API}/openapi.json", fuzzed[0], headers={"Host": "127.0.0.1"})
    found.config.generation.update(with_security_parameters=False)
    found.config.request_timeout = 600  # by default ten seconds: a busy machine is no fault
    return found


# Rules that a description cannot tell: which verdict fits, who may be assigned, that "other" needs a note, what is in a
# batch.
UNSAID = ("/decisions", "/assignee", "/open", "/reveals", "/reject", "/undo")


def test_every_answer_is_as_described(description: Any, fuzzed: tuple[FastAPI, str]) -> None:
    """Schemathesis makes requests, right and wrong ones, of every operation; each answer must be one that is promised.

    Half of the requests about a finding or a batch are about one that is there.
    """
    headers = {"Authorization": f"Bearer {fuzzed[1]}", "Host": "127.0.0.1"}
    client = TestClient(fuzzed[0], base_url="http://127.0.0.1", headers=headers)
    finding = duplicate(client)
    decision = {"verdict": "same", "expected_version": finding["version"], "choices": {"survivor": "1003"}}
    assert client.post(f"{API}/findings/{finding['finding_id']}/decisions", json=decision).status_code == 201
    batch_id = client.post(f"{API}/batches", json={}).json()["batch"]["batch_id"]
    there = {"finding_id": finding["finding_id"], "batch_id": batch_id}
    operations = [result.ok() for result in description.get_all_operations()]
    assert len(operations) >= 22
    for operation in operations:
        for mode in GenerationMode.POSITIVE, GenerationMode.NEGATIVE:
            answers_as_described(operation, mode, headers, there)


def answers_as_described(operation: Any, mode: GenerationMode, headers: dict[str, str], known: dict[str, Any]) -> None:
    unsaid = [positive_data_acceptance] if operation.path.endswith(UNSAID) else []

    @seed(20261101)
    @settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), there=st.booleans())
    def holds(case: Any, there: bool) -> None:
        if there and mode is GenerationMode.POSITIVE:
            for name in (case.path_parameters or {}).keys() & known.keys():
                case.path_parameters[name] = known[name]
        case.call_and_validate(headers=headers, excluded_checks=unsaid)

    # What takes nothing cannot be given something wrong.
    with suppress(*(() if mode is GenerationMode.POSITIVE else (Unsatisfiable,))):
        holds()
