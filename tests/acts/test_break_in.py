"""What somebody tries who means harm: parameters that are not theirs, sessions that are handed to them, paths that lead out."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from regclean.ledger.tables import decisions, findings

OUT = (
    "..%2f..%2fsecret.key",
    "%2e%2e%2fsecret.key",
    "..\\secret.key",
    "2026-11-01-001.html%00",
    "/etc/passwd",
)


@pytest.mark.parametrize("path", OUT)
@pytest.mark.parametrize("where", ["/reports/", "/static/", "/batches/1/", "/nights/"])
def test_no_path_leads_out(world: Any, where: str, path: str) -> None:
    answer = world.browser("deputy").get(f"{where}{path}")
    assert answer.status_code == 404
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "more",
    [
        {"user": "approver"},
        {"decided_at": "2020-01-01T00:00:00Z"},
        {"follows_from": 1},
        {"finding_id": "F" + "0" * 20},
        {"choices": {"survivor": None, "user": "approver"}},
    ],
)
def test_nobody_sets_what_is_not_theirs(world: Any, more: dict[str, Any]) -> None:
    finding = world.objects["open"]
    before = world.kept()
    answer = world.program("steward").post(
        f"/api/v1/findings/{finding}/decisions", json={"verdict": "unsure", "expected_version": 1, **more}
    )
    assert answer.status_code == 422
    assert world.kept() == before


def test_a_batch_is_not_built_as_approved(world: Any) -> None:
    before = world.kept()
    for body in ({"state": "approved"}, {"approved_by": "approver"}, {"batch_id": 99}):
        assert world.program("clerk").post("/api/v1/batches", json=body).status_code == 422
    assert world.kept() == before


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_method_is_what_it_is(world: Any, header: str) -> None:
    before = world.kept()
    path = f"/api/v1/findings/{world.objects['open']}"
    world.program("steward").get(path, headers={header: "DELETE"})
    assert (
        world.browser("steward")
        .get(f"/case/{world.objects['open']}?_method=POST", headers={header: "POST"})
        .status_code
        == 200
    )
    assert world.kept() == before


@pytest.mark.parametrize(
    "guess", ["", "x", "rgc_", "rgc_" + "0" * 43, "null", "undefined", "rgc_%00", "Bearer", "a" * 5_000]
)
def test_no_guess_is_a_token(world: Any, guess: str) -> None:
    client = world.program(None)
    for scheme in ("Bearer", "bearer", "Token", "Basic"):
        answer = client.get("/api/v1/findings", headers={"Authorization": f"{scheme} {guess}"})
        assert answer.status_code == 401
        assert "www-authenticate" in answer.headers
    # A token in the address is none: it would stand in logs and in browsers' histories.
    assert client.get(f"/api/v1/findings?access_token={world.tokens['steward']}").status_code in (401, 422)


def test_the_forms_are_not_taken_from_a_session_that_somebody_else_has_begun(world: Any) -> None:
    victim, attacker = world.browser("steward"), world.browser("clerk")
    stolen = attacker.get("/account").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = victim.post("/staged/return", data={"csrf_token": stolen}, headers={"x-csrf-token": stolen})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix"]
)
def test_no_header_leads_elsewhere(world: Any, header: str) -> None:
    told = {"X-Original-URL": "/audit", "X-Rewrite-URL": "/audit"}.get(header, "evil.example")
    answer = world.browser("steward").get("/queue", headers={header: told})
    assert answer.status_code == 200
    assert "evil.example" not in answer.text
    assert answer.text.count('data-testid="queue"') == 1


def test_numbers_of_others_decisions_tell_nothing(world: Any) -> None:
    """Whoever counts through numbers learns the same of what is not there and of what is not theirs to know."""
    with world.app.state.services.ledger.read() as connection:
        hidden = (
            connection.execute(
                select(decisions.c.decision_id)
                .join(findings, findings.c.finding_id == decisions.c.finding_id)
                .where(findings.c.protected)
            )
            .scalars()
            .all()
        )
    client = world.program("steward")
    answers = {client.delete(f"/api/v1/decisions/{number}").text for number in (*hidden, 10**6, 10**6 + 1)}
    assert len(answers) == 1
