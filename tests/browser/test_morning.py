"""A steward's morning, by keyboard alone, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from regclean.ledger import Ledger
from regclean.ledger.tables import decisions, findings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
EACH = int(os.environ.get("REGCLEAN_DECIDE_EACH", "3"))  # a longer morning: 10
# How each kind is decided in turn.
KEYS = {
    "same": (("y",), ("n", "1"), ("u",)),
    "related": (("h",), ("f",), ("n", "1")),
    "stale": (("y",), ("n", "1"), ("u",)),
    "bin_group": (("y",), ("n", "1"), ("u",)),
    "field": (("y",), ("n", "1"), ("u",)),
}


def decided(ledger: Ledger, user: str) -> int:
    with ledger.read() as connection:
        query = select(func.count()).where(decisions.c.user == user, decisions.c.follows_from.is_(None))
        return int(connection.execute(query).scalar_one())


@pytest.mark.parametrize("pool", KEYS)
def test_deciding_findings_of_each_kind(pool: str, open_desk: Callable[..., Any], served: Any) -> None:
    desk = open_desk("aino")
    before = decided(served.ledger, "aino")
    desk.go(f"/queue?pool={pool}")
    seen = []
    for turn in range(EACH):
        seen.append(desk.finding)
        desk.decide(*KEYS[pool][turn % len(KEYS[pool])])
        assert desk.finding not in seen  # the next case is there when the last one leaves
    desk.press("z")  # undo: the last one comes back
    desk.wait_until_staged(EACH - 1)
    assert decided(served.ledger, "aino") == before  # staged, not recorded
    desk.press("Shift+Z")
    desk.wait_until_staged(EACH)
    desk.submit()
    assert desk.staged == 0
    assert decided(served.ledger, "aino") == before + EACH


def test_undoing_what_was_submitted(open_desk: Callable[..., Any], served: Any) -> None:
    desk = open_desk("eino")
    desk.go("/queue?pool=field")
    finding = desk.finding
    desk.decide("y")
    desk.submit()
    desk.press("z")
    desk.page.wait_for_selector(f'#case[data-finding="{finding}"] [data-key="z"], .bar [data-key="z"]:disabled')
    desk.page.wait_for_load_state("networkidle")
    with served.ledger.read() as connection:
        state = connection.execute(select(findings.c.state).where(findings.c.finding_id == finding)).scalar_one()
        undone = connection.execute(select(decisions.c.undone_by).where(decisions.c.finding_id == finding)).scalar_one()
    assert (state, undone) == ("open", "eino")


def test_another_survivor_by_keyboard_shows_another_result(open_desk: Callable[..., Any], served: Any) -> None:
    desk = open_desk("aino")
    desk.go("/queue?pool=same")
    before = desk.page.inner_text("#written-say")
    desk.press("2")
    desk.page.wait_for_selector("#keep-2:checked:focus")
    chosen = desk.page.get_attribute("#keep-2", "value")
    desk.page.wait_for_selector(f"#written-say:has-text('{chosen} stays')")
    assert desk.page.inner_text("#written-say") != before
    desk.decide("y")  # what is confirmed is what is shown


def test_cutting_a_cluster(open_desk: Callable[..., Any], served: Any) -> None:
    with served.ledger.read() as connection:
        query = select(findings.c.finding_id, findings.c.subjects).where(
            findings.c.kind == "duplicate", findings.c.state == "open", ~findings.c.protected
        )
        rows = connection.execute(query).all()
    cluster = max(rows, key=lambda row: (row.subjects.count("customers:"), row.finding_id))
    assert cluster.subjects.count("customers:") >= 3
    desk = open_desk("aino")
    desk.go(f"/case/{cluster.finding_id}")
    desk.press("g")
    assert desk.page.get_attribute("#to-group", "aria-selected") == "true"
    desk.press("x")
    out = desk.page.eval_on_selector_all(
        "[name^='leave_out.']:checked", "boxes => boxes.map((box) => box.name.slice(10))"
    )
    assert out
    desk.page.wait_for_selector("td.out-of")  # the result without them is there
    desk.decide("y")
    desk.submit()
    with served.ledger.read() as connection:
        choices = connection.execute(
            select(decisions.c.choices).where(decisions.c.finding_id == cluster.finding_id)
        ).scalar_one()
    assert sorted(choices["leave_out"]) == sorted(out)


def test_two_stewards_on_one_case(open_desk: Callable[..., Any], served: Any) -> None:
    first, second = open_desk("aino"), open_desk("eino")
    first.go("/queue?pool=stale")
    case = first.finding
    second.go(f"/case/{case}?pool=stale")
    second.decide("n", "1")
    second.submit()
    first.press("y")
    first.page.wait_for_selector("[data-testid=moved-on]")
    with served.ledger.read() as connection:
        rows = connection.execute(
            select(decisions.c.user, decisions.c.verdict).where(decisions.c.finding_id == case)
        ).all()
    assert [(row.user, row.verdict) for row in rows] == [("eino", "reject")]
    first.complaints = [complaint for complaint in first.complaints if "409" not in complaint]  # that one was meant


def test_keys_are_off_inside_inputs_and_listed_on_demand(open_desk: Callable[..., Any]) -> None:
    desk = open_desk("aino")
    desk.go("/queue?pool=same")
    case = desk.finding
    desk.press("c")
    desk.page.keyboard.type("yes, nobody")
    assert desk.page.input_value("#comment") == "yes, nobody"
    assert (desk.finding, desk.staged) == (case, 0)
    desk.press("Escape", "?")
    assert desk.page.is_visible("#help")
    desk.press("Escape")
    assert not desk.page.is_visible("#help")


def test_another_language(open_desk: Callable[..., Any]) -> None:
    desk = open_desk("eino")
    desk.go("/queue?pool=same")
    for code in ("fi", "sv", "en"):
        desk.page.focus(f"button[lang={code}]")
        desk.press("Enter")
        desk.page.wait_for_selector(f'html[lang="{code}"]')
        assert "/queue?pool=same" in desk.page.url
