"""From decisions to a batch, to its approval, to the clerk: on the page, each step by the role that may take it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from regclean.findings.decide import DecisionLine, decide
from regclean.ledger import Ledger
from regclean.ledger.tables import batch_changes, batches, findings, protected_subjects

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
SignIn = Callable[[str], Any]


def duplicates(ledger: Ledger) -> list[str]:
    with ledger.read() as connection:
        query = select(findings.c.finding_id).where(findings.c.kind == "duplicate", findings.c.relation == "same")
        return sorted(connection.execute(query).scalars())


@pytest.fixture
def accepted(ledger: Ledger) -> list[str]:
    """Two duplicates that the steward takes for the same."""
    chosen = duplicates(ledger)[:2]
    for finding_id in chosen:
        decide(ledger, DecisionLine(number=1, verdict="same", user="steward", finding_id=finding_id), NOW)
    return chosen


def state(ledger: Ledger, batch_id: int = 1) -> str:
    with ledger.read() as connection:
        return str(connection.execute(select(batches.c.state).where(batches.c.batch_id == batch_id)).scalar_one())


def test_the_way_of_a_batch_by_files(ledger: Ledger, accepted: list[str], signed_in: SignIn) -> None:
    clerk, approver, steward = signed_in("clerk"), signed_in("approver"), signed_in("steward")
    assert approver.submit("/batches/build").status_code == 403
    built = clerk.submit("/batches/build", {"title": "Marraskuu"}, seen="/batches")
    assert (built.status_code, built.headers["location"]) == (303, "/batches/1")
    seen = clerk.get("/batches/1").text
    assert "Marraskuu" in seen
    assert all(finding[:7] in seen for finding in accepted)
    assert clerk.submit("/batches/1/approve").status_code == 403
    assert steward.submit("/batches/1/apply").status_code == 403
    assert approver.submit("/batches/1/approve", seen="/batches/1").status_code == 303
    assert state(ledger) == "approved"
    assert clerk.submit("/batches/1/export", seen="/batches/1").status_code == 303
    packed = clerk.get("/batches/1/files.zip")
    names = zipfile.ZipFile(io.BytesIO(packed.content)).namelist()
    assert {"changes.csv", "undo.csv", "manifest.json"} <= set(names)
    assert clerk.submit("/batches/1/apply", seen="/batches/1").status_code == 303
    assert state(ledger) == "applied"
    receipt = json.loads(clerk.get("/batches/1/receipt.json").text)
    assert receipt["approved"]["by"] == "approver"
    assert receipt["decided_by"] == ["steward"]
    assert all("before" not in line and "after" not in line for line in receipt["lines"])


def test_a_steward_builds_too_but_neither_approves_nor_applies(
    ledger: Ledger, accepted: list[str], signed_in: SignIn
) -> None:
    steward = signed_in("steward")
    assert "/batches/build" in steward.get("/batches").text
    assert steward.submit("/batches/build", seen="/batches").headers["location"] == "/batches/1"
    assert steward.submit("/batches/1/approve").status_code == 403
    assert steward.submit("/batches/1/apply").status_code == 403
    assert state(ledger) == "built"


def test_whoever_decided_cannot_approve(ledger: Ledger, signed_in: SignIn) -> None:
    finding = duplicates(ledger)[0]
    decide(ledger, DecisionLine(number=1, verdict="same", user="approver", finding_id=finding), NOW)
    signed_in("clerk").submit("/batches/build", seen="/batches")
    approver = signed_in("approver")
    assert "/batches/1/approve" not in approver.get("/batches/1").text
    assert approver.submit("/batches/1/approve", seen="/batches/1").status_code == 409
    assert state(ledger) == "built"


def test_a_line_goes_back_with_its_reason(ledger: Ledger, accepted: list[str], signed_in: SignIn) -> None:
    signed_in("clerk").submit("/batches/build", seen="/batches")
    approver = signed_in("approver")
    with ledger.read() as connection:
        query = select(batch_changes.c.seq).where(batch_changes.c.finding_id == accepted[0])
        seq = str(connection.execute(query).scalars().first())
    assert approver.submit("/batches/1/reject", {"seq": seq}, seen="/batches/1").status_code == 422
    assert approver.submit("/batches/1/reject", {"seq": seq, "reason": "other"}, seen="/batches/1").status_code == 422
    form = {"seq": seq, "reason": "evidence", "note": "010190-901R ei riitä"}
    assert approver.submit("/batches/1/reject", form, seen="/batches/1").status_code == 303
    with ledger.read() as connection:
        rows = connection.execute(
            select(batch_changes.c.finding_id, batch_changes.c.state, batch_changes.c.state_reason)
        )
        sent_back = {row.finding_id: row.state_reason for row in rows if row.state == "rejected"}
        reopened = connection.execute(select(findings.c.state).where(findings.c.finding_id == accepted[0])).scalar_one()
    assert set(sent_back) == {accepted[0]}
    assert "010190" not in str(sent_back)
    assert reopened == "open"


def test_protected_lines_are_not_there_without_the_right(
    ledger: Ledger, accepted: list[str], signed_in: SignIn
) -> None:
    signed_in("clerk").submit("/batches/build", seen="/batches")
    with ledger.write() as connection:
        subjects = connection.execute(
            select(findings.c.subjects).where(findings.c.finding_id == accepted[0])
        ).scalar_one()
        for subject in json.loads(subjects):
            connection.execute(protected_subjects.insert().values(subject=subject, run_id="2026-11-01-001"))
    clerk, approver = signed_in("clerk"), signed_in("approver")
    page = clerk.get("/batches/1").text
    assert accepted[0][:7] not in page
    assert accepted[1][:7] in page
    listed = clerk.get("/batches").text
    with ledger.read() as connection:
        left = len(
            connection.execute(select(batch_changes.c.seq).where(batch_changes.c.finding_id == accepted[1])).all()
        )
    assert re.search(rf'<td class="n">1</td>\s*<td class="n">{left}</td>', listed)
    assert approver.submit("/batches/1/approve", seen="/batches/1").status_code == 409
    assert state(ledger) == "built"
    assert accepted[0] not in clerk.get("/batches/1/receipt.json").text


def test_nothing_accepted_and_unknown_batches(signed_in: SignIn) -> None:
    clerk = signed_in("clerk")
    answer = clerk.submit("/batches/build", seen="/batches")
    assert answer.status_code == 200
    assert clerk.get("/batches/9").status_code == 404
    assert clerk.get("/batches/9/receipt.json").status_code == 404
    assert clerk.get("/batches/1/files.zip").status_code == 404
    assert signed_in("auditor").get("/batches").status_code == 403


def test_cancelling_and_putting_back_are_two_acts(ledger: Ledger, accepted: list[str], signed_in: SignIn) -> None:
    clerk = signed_in("clerk")
    clerk.submit("/batches/build", {}, seen="/batches")
    seen = clerk.get("/batches/1").text
    assert "Peru erä" in seen
    assert "Palauta rekisteri ennalleen" not in seen
    with ledger.write() as connection:  # as it is while it is taken back
        connection.execute(update(batches).values(state="undoing"))
        lines = connection.execute(select(func.count()).select_from(batch_changes)).scalar_one()
    seen = clerk.get("/batches/1").text
    assert "Peru erä" not in seen
    assert "Palauta rekisteri ennalleen" in seen
    assert f"{lines} riviä kirjoitetaan takaisin" in seen
