"""Every page of the desk, for every kind, in three languages: it renders, works as plain forms, and tells no id."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from regclean.ledger import Ledger
from regclean.ledger.tables import findings
from regclean.review.case import cases
from regclean.standardise import national_ids_in

KINDS = ("duplicate", "stale", "bin_group", "field")


def one_of(ledger: Ledger, kind: str) -> Any:
    query = select(findings).where(findings.c.kind == kind, findings.c.state == "open", ~findings.c.protected)
    with ledger.read() as connection:
        row = connection.execute(query.order_by(findings.c.finding_id)).mappings().first()
    if row is None:
        pytest.skip(f"the small register has no {kind}")
    return row


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_kind_renders_in_every_language(signed_in: Callable[[str], Any], ledger: Ledger, language: str) -> None:
    browser = signed_in("steward")
    browser.submit(f"/language/{language}", {"to": "/queue"})
    words = {"fi": "Työjonot", "sv": "Arbetsköer", "en": "Workpools"}[language]
    query = select(findings).where(findings.c.state == "open", ~findings.c.protected)
    with ledger.read() as connection:
        rows = connection.execute(query.order_by(findings.c.finding_id)).mappings().all()
    shown = {(row["kind"], row["rule"]): row for row in rows}
    assert {kind for kind, _ in shown} >= {"duplicate", "bin_group", "stale"}
    for row in shown.values():
        answer = browser.get(f"/case/{row['finding_id']}?pool={row['workpool']}")
        assert answer.status_code == 200, (row["kind"], row["rule"], answer.text[:200])
        assert f'<html lang="{language}"' in answer.text
        assert words in answer.text
        assert not national_ids_in(answer.text), row["rule"]
        assert len(answer.content) < 100_000
        assert ' style="' not in answer.text
        assert "<script>" not in answer.text
        assert "None" not in re.sub(r"<[^>]*>", " ", answer.text)


def test_a_stale_case_says_who_it_is_before_what_happened(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    row = one_of(ledger, "stale")
    shown = signed_in("steward").get(f"/case/{row['finding_id']}").text
    assert 0 < shown.index('data-testid="who"') < shown.index('data-testid="timeline"')


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ({"silent_days": 400}, True),
        ({"is_seasonal": True, "silent_seasons": 2}, True),
        ({"returned": 3}, False),
        ({}, False),
    ],
)
def test_the_cottage_is_asked_about_where_a_case_rests_on_silence_alone(
    rule: dict[str, Any], asked: bool, signed_in: Callable[[str], Any], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = one_of(ledger, "stale")
    monkeypatch.setattr(cases.OpenCase, "rule", rule)
    shown = signed_in("steward").get(f"/case/{row['finding_id']}").text
    assert ('data-testid="not-only-silent"' in shown) == asked


def test_a_decision_by_plain_forms(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser, row = signed_in("steward"), one_of(ledger, "duplicate")
    case = f"/case/{row['finding_id']}"
    answer = browser.submit(f"{case}/stage", {"verdict": "household", "version": str(row["version"])}, seen=case)
    assert answer.status_code == 303
    assert row["finding_id"] not in answer.headers["location"]
    assert (row["label"] or row["finding_id"]) in browser.get("/staged").text
    assert state_of(ledger, row) == "open"
    assert browser.submit("/staged/submit", seen="/staged").status_code == 303
    assert state_of(ledger, row) == "rejected"
    assert 'data-testid="submitted"' in browser.get("/queue").text
    # What was submitted is undone by the same key once nothing is staged.
    assert browser.submit("/staged/undo", seen="/queue").status_code == 303
    assert state_of(ledger, row) == "open"


def test_organisations_may_be_one_legal_entity_persons_not(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser, offer = signed_in("steward"), 'value="entity"'
    rows = {}
    with ledger.read() as connection:
        for row in connection.execute(select(findings).where(findings.c.kind == "duplicate")).mappings():
            rows[row["subjects"]] = row
    persons, companies = (
        rows[f'["customers:{one}","customers:{other}"]'] for one, other in (("1003", "1004"), ("1008", "1009"))
    )
    assert offer not in browser.get(f"/case/{persons['finding_id']}").text
    case = f"/case/{companies['finding_id']}"
    assert offer in browser.get(case).text
    browser.submit(f"{case}/stage", {"verdict": "entity", "version": str(companies["version"])}, seen=case)
    assert browser.submit("/staged/submit", seen="/staged").status_code == 303
    assert state_of(ledger, companies) == "rejected"


@pytest.mark.parametrize("kind", KINDS)
def test_no_rejection_without_a_reason(signed_in: Callable[[str], Any], ledger: Ledger, kind: str) -> None:
    browser, row = signed_in("steward"), one_of(ledger, kind)
    verdict = "different" if kind == "duplicate" else "reject"
    case = f"/case/{row['finding_id']}"
    answer = browser.submit(f"{case}/stage", {"verdict": verdict, "version": str(row["version"])}, seen=case)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    answer = browser.submit(f"{case}/stage", {"reject": "nonsense", "version": str(row["version"])}, seen=case)
    assert answer.status_code == 422


def test_the_second_steward_is_told(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    row = one_of(ledger, "stale")
    case, form = f"/case/{row['finding_id']}", {"verdict": "accept", "version": str(row["version"])}
    second = signed_in("approver")
    seen = second.token(case)
    first = signed_in("steward")
    first.submit(f"{case}/stage", form, seen=case)
    first.submit("/staged/submit", seen="/staged")
    answer = second.post(
        f"{case}/stage", data={"csrf_token": seen, "reject": "still_active", "version": form["version"]}
    )
    assert answer.status_code == 409
    assert 'data-testid="moved-on"' in answer.text
    assert "steward" in answer.text
    assert state_of(ledger, row) == {"change": "accepted", "task": "task"}[row["ends_in"]]


def test_a_comment_and_an_assignment_stay_with_the_case(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser, row = signed_in("steward"), one_of(ledger, "bin_group")
    case = f"/case/{row['finding_id']}"
    browser.submit(f"{case}/comment", {"comment": "<b>asked by phone</b>"}, seen=case)
    browser.submit(f"{case}/assign", {"assignee": "approver"}, seen=case)
    text = signed_in("approver").get(case).text
    assert "&lt;b&gt;asked by phone" in text
    assert "→ approver" in text


def test_only_who_may_decide_is_offered_it(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    row = one_of(ledger, "duplicate")
    clerk = signed_in("clerk")
    assert 'name="verdict"' not in clerk.get(f"/case/{row['finding_id']}").text
    case = f"/case/{row['finding_id']}"
    assert clerk.submit(f"{case}/stage", {"verdict": "same", "version": "1"}, seen=case).status_code == 403
    assert signed_in("auditor").get("/queue").status_code == 403


def test_a_protected_case_is_not_there_for_others(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    with ledger.read() as connection:
        finding_id = connection.execute(select(findings.c.finding_id).where(findings.c.protected)).scalar()
    if finding_id is None:
        pytest.skip("nobody is protected in the small register")
    assert signed_in("steward").get(f"/case/{finding_id}").status_code == 404
    answer = signed_in("guardian").get(f"/case/{finding_id}")
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, f"/restricted/{finding_id}")


def state_of(ledger: Ledger, row: Any) -> str:
    with ledger.read() as connection:
        query = select(findings.c.state).where(findings.c.finding_id == row["finding_id"])
        return str(connection.execute(query).scalar_one())


def test_the_search_page_begins_with_an_empty_box(signed_in: Any) -> None:
    assert re.search(r'id="asked"[^>]* value=""', signed_in("steward").get("/search").text)
