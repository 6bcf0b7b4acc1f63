"""The API of update batches: each step by the token that may take it, and what happens when two do it at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from regclean.accounts import local as accounts
from regclean.accounts.permissions import PERMISSIONS, ROLES
from regclean.findings.decide import DecisionLine, decide
from regclean.ledger import Ledger, verify
from regclean.ledger.tables import findings, protected_subjects

API = "/api/v1/batches"
Program = Callable[..., Any]


def duplicates(ledger: Ledger) -> list[str]:
    with ledger.read() as connection:
        query = select(findings.c.finding_id).where(findings.c.kind == "duplicate", findings.c.relation == "same")
        return sorted(connection.execute(query).scalars())


def state_of(ledger: Ledger, finding_id: str) -> str:
    with ledger.read() as connection:
        return str(connection.execute(select(findings.c.state).where(findings.c.finding_id == finding_id)).scalar_one())


def protect(ledger: Ledger, finding_id: str) -> None:
    with ledger.write() as connection:
        held = connection.execute(select(findings.c.subjects).where(findings.c.finding_id == finding_id)).scalar_one()
        for subject in json.loads(held):
            connection.execute(protected_subjects.insert().values(subject=subject, run_id="2026-11-01-001"))


@pytest.fixture
def accepted(ledger: Ledger, clock: Any) -> list[str]:
    """Two duplicates that the steward takes for the same."""
    chosen = duplicates(ledger)[:2]
    for finding_id in chosen:
        decide(ledger, DecisionLine(number=1, verdict="same", user="steward", finding_id=finding_id), clock())
    return chosen


@pytest.fixture
def clerk(program: Program) -> Any:
    return program("clerk", "batches:read", "batches:build", "batches:apply")


@pytest.fixture
def approver(program: Program) -> Any:
    return program("approver", "batches:read", "batches:approve")


def test_the_way_of_a_batch_by_files(
    app: Any, ledger: Ledger, accepted: list[str], program: Program, clerk: Any, approver: Any
) -> None:
    built = program("steward", "batches:build").post(API, json={"title": "Marraskuu"})
    assert built.status_code == 201
    batch = built.json()["batch"]
    assert (batch["batch_id"], batch["title"], batch["findings"]) == (1, "Marraskuu", 2)
    assert batch["decided_by"] == ["steward"]

    shown = clerk.get(f"{API}/1").json()
    assert {line["finding_id"] for line in shown["lines"]} == set(accepted)
    assert len(shown["lines"]) == sum(batch["lines_by_state"].values())
    assert shown["looked"] == "extract"

    early = clerk.post(f"{API}/1/apply", json={})
    assert early.status_code == 409
    assert early.headers["content-type"] == "application/problem+json"
    assert clerk.get(f"{API}/1/manifest").status_code == 404
    assert clerk.post(f"{API}/1/export").status_code == 409
    assert approver.post(f"{API}/1/approve").json()["state"] == "approved"

    looked = clerk.post(f"{API}/1/apply", json={"dry_run": True}).json()
    assert looked["dry_run"] is True
    assert [line["seq"] for line in looked["lines"]] == [line["seq"] for line in shown["lines"]]
    assert {line["status"] for line in looked["lines"]} == {"ready"}
    assert clerk.get(f"{API}/1").json()["state"] == "approved"

    manifest = clerk.post(f"{API}/1/export").json()
    assert manifest == clerk.get(f"{API}/1/manifest").json()
    folder = Path(app.state.services.workspace.var / "exports" / "batch-1")
    assert manifest["files"]["changes.csv"] == hashlib.sha256((folder / "changes.csv").read_bytes()).hexdigest()

    done = clerk.post(f"{API}/1/apply", json={}).json()
    assert (done["state"], done["earlier"]) == ("applied", False)
    assert clerk.post(f"{API}/1/apply", json={}).json()["earlier"] is True
    assert {state_of(ledger, finding) for finding in accepted} == {"applied"}
    assert clerk.post(f"{API}/1/undo", json={}).status_code == 409  # the files are imported: undo.csv is imported too

    receipt = clerk.get(f"{API}/1/receipt").json()
    assert receipt["approved"]["by"] == "approver"
    assert [entry["target"] for entry in receipt["receipts"]] == ["files", "files"]
    assert all("before" not in line and "after" not in line for line in receipt["lines"])
    assert verify(ledger) is None


def test_pages_of_lines_follow_each_other(accepted: list[str], clerk: Any) -> None:
    clerk.post(API, json={})
    whole = clerk.get(f"{API}/1", params={"limit": 500}).json()
    first = clerk.get(f"{API}/1", params={"limit": 1}).json()
    rest = clerk.get(f"{API}/1", params={"after": first["next"]}).json()
    assert whole["next"] is None
    assert first["lines"] + rest["lines"] == whole["lines"]


def test_lines_go_back_with_a_reason(ledger: Ledger, accepted: list[str], clerk: Any, approver: Any) -> None:
    clerk.post(API, json={})
    line = next(one for one in clerk.get(f"{API}/1").json()["lines"] if one["finding_id"] == accepted[0])
    path = f"{API}/1/reject"
    assert approver.post(path, json={"lines": [line["seq"]]}).status_code == 422
    assert approver.post(path, json={"lines": [line["seq"]], "reason": "other"}).status_code == 422
    assert approver.post(path, json={"lines": [99_999], "reason": "evidence"}).status_code == 422
    back = approver.post(path, json={"lines": [line["seq"]], "reason": "evidence"})
    assert back.status_code == 200
    assert back.json()["findings"] == [accepted[0]]
    assert back.json()["batch"]["state"] == "built"
    assert state_of(ledger, accepted[0]) == "open"
    assert state_of(ledger, accepted[1]) == "in_batch"


def test_before_it_is_applied_a_batch_is_taken_back(ledger: Ledger, accepted: list[str], clerk: Any) -> None:
    clerk.post(API, json={})
    one = clerk.post(f"{API}/1/undo", json={"finding_id": accepted[0]}).json()
    assert one["state"] == "built"
    assert (state_of(ledger, accepted[0]), state_of(ledger, accepted[1])) == ("accepted", "in_batch")
    assert clerk.post(f"{API}/1/undo", json={"finding_id": f"F{'0' * 20}"}).status_code == 422
    assert clerk.post(f"{API}/1/undo", json={}).json()["state"] == "undone"
    assert {state_of(ledger, finding) for finding in accepted} == {"accepted"}


def test_whoever_decided_cannot_approve(ledger: Ledger, clock: Any, clerk: Any, approver: Any) -> None:
    finding = duplicates(ledger)[0]
    decide(ledger, DecisionLine(number=1, verdict="same", user="approver", finding_id=finding), clock())
    clerk.post(API, json={})
    assert approver.post(f"{API}/1/approve").status_code == 409
    assert clerk.get(f"{API}/1").json()["state"] == "built"


def test_nothing_accepted_gives_no_batch(clerk: Any) -> None:
    nothing = clerk.post(API, json={})
    assert (nothing.status_code, nothing.json()["batch"]) == (200, None)
    assert clerk.get(API).json() == {"items": []}


def test_protected_lines_are_in_no_answer(
    ledger: Ledger, accepted: list[str], program: Program, clock: Any, clerk: Any, approver: Any
) -> None:
    clerk.post(API, json={})
    whole = clerk.get(f"{API}/1").json()
    hidden = [line["seq"] for line in whole["lines"] if line["finding_id"] == accepted[0]]
    protect(ledger, accepted[0])

    shown = clerk.get(f"{API}/1").json()
    assert shown["withheld"] is True
    assert {line["finding_id"] for line in shown["lines"]} == {accepted[1]}
    assert approver.post(f"{API}/1/approve").status_code == 409
    assert approver.post(f"{API}/1/reject", json={"lines": hidden[:1], "reason": "ask"}).status_code == 422
    assert clerk.post(f"{API}/1/undo", json={"finding_id": accepted[0]}).status_code == 422
    answers = [clerk.get(API), clerk.get(f"{API}/1"), clerk.get(f"{API}/1/receipt")]
    answers.append(clerk.post(f"{API}/1/apply", json={"dry_run": True}))
    assert not any(accepted[0] in answer.text for answer in answers)
    assert answers[0].json()["items"][0]["findings"] == 1

    # What it may not see, it neither applies nor takes back: somebody with the right to it does.
    assert clerk.post(f"{API}/1/undo", json={}).status_code == 409
    assert clerk.post(f"{API}/1/apply", json={}).status_code == 409
    assert clerk.get(f"{API}/1").json()["state"] == "built"
    accounts.set_roles(ledger, "clerk", ["clerk", "restricted"], clock(), by="test")
    keeper = program("clerk", "batches:apply", "restricted:open")
    assert keeper.post(f"{API}/1/undo", json={}).json()["state"] == "undone"


def test_a_batch_only_of_protected_people_is_not_there(
    ledger: Ledger, accepted: list[str], program: Program, clerk: Any, approver: Any
) -> None:
    clerk.post(API, json={})
    for finding_id in accepted:
        protect(ledger, finding_id)
    assert clerk.get(API).json() == {"items": []}
    answers = [
        clerk.get(f"{API}/1"),
        clerk.get(f"{API}/1/receipt"),
        clerk.get(f"{API}/1/manifest"),
        clerk.post(f"{API}/1/apply", json={}),
        clerk.post(f"{API}/1/undo", json={}),
        clerk.post(f"{API}/1/export"),
        approver.post(f"{API}/1/approve"),
        approver.post(f"{API}/1/reject", json={"lines": [1], "reason": "ask"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert answers[0].json() == clerk.get(f"{API}/9").json()
    assert program("guardian", "batches:read", "restricted:open").get(f"{API}/1").status_code == 200


SCOPED = [
    ("GET", "", "batches:read"),
    ("POST", "", "batches:build"),
    ("GET", "/1", "batches:read"),
    ("POST", "/1/approve", "batches:approve"),
    ("POST", "/1/reject", "batches:approve"),
    ("POST", "/1/apply", "batches:apply"),
    ("POST", "/1/undo", "batches:apply"),
    ("POST", "/1/export", "batches:apply"),
    ("GET", "/1/manifest", "batches:apply"),
    ("GET", "/1/receipt", "batches:read"),
]


@pytest.mark.parametrize(("method", "path", "scope"), SCOPED)
def test_each_step_needs_its_scope(
    program: Program, ledger: Ledger, clock: Any, method: str, path: str, scope: str
) -> None:
    accounts.set_roles(ledger, "steward", ROLES, clock(), by="test")
    body = {"json": {"lines": [1], "reason": "ask"} if path == "/1/reject" else {}} if method == "POST" else {}
    assert program("steward", scope).request(method, API + path, **body).status_code == (404 if path else 200)
    others = [permission for permission in PERMISSIONS if permission != scope]
    assert program("steward", *others).request(method, API + path, **body).status_code == 403
