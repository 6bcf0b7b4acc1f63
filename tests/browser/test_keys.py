"""What a key does, and what it never does: the case on the screen, the letter whatever Caps Lock says, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.browser.conftest import PASSWORD

from regclean.ledger.tables import comments, sessions

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def desk(open_desk: Callable[..., Any]) -> Any:
    """A steward's desk."""
    opened = open_desk("toivo")
    opened.go("/queue?pool=field")
    return opened


def test_enter_keeps_a_note_and_decides_nothing(desk: Any, served: Any) -> None:
    case = desk.finding
    desk.press("c")
    desk.page.keyboard.type("called, no answer")
    desk.press("Enter")
    desk.page.wait_for_selector("#comment:placeholder-shown")  # it was kept: the input is empty again
    assert (desk.finding, desk.staged) == (case, 0)
    with served.ledger.read() as connection:
        written = connection.execute(select(comments.c.text).where(comments.c.finding_id == case)).scalars().all()
    assert written == ["called, no answer"]
    desk.page.keyboard.type("zzz")  # still in the note, no keys
    assert desk.page.input_value("#comment") == "zzz"
    desk.press("Escape")
    desk.decide("y")


@pytest.mark.parametrize(("key", "shift", "staged"), [("Y", False, 1), ("z", True, 1)])
def test_caps_lock_changes_no_key(desk: Any, key: str, shift: bool, staged: int) -> None:
    if key == "z":  # Shift and Caps Lock together give a small letter; it is redo all the same
        desk.decide("y")
        desk.press("z")
        desk.wait_until_staged(0)
    desk.page.dispatch_event("#case", "keydown", {"key": key, "shiftKey": shift, "bubbles": True})
    desk.wait_until_staged(staged)


def test_a_key_that_came_too_early_is_said_and_does_nothing(desk: Any) -> None:
    held: list[Any] = []
    desk.page.route("**/stage*", lambda route: route.continue_() if held else held.append(route))
    first = desk.finding
    desk.press("y", "y", "y")
    desk.page.wait_for_selector("#said:not(:empty)")
    assert desk.finding == first
    assert len(held) == 1
    held[0].continue_()
    desk.wait_until_staged(1)
    desk.decide("y")
    assert desk.page.inner_text("#said") == ""


def test_nothing_is_submitted_while_a_decision_is_on_its_way(desk: Any) -> None:
    desk.decide("y")
    held: list[Any] = []
    sent: list[str] = []
    desk.page.route("**/stage?*", lambda route: held.append(route))
    desk.page.on("request", lambda request: sent.append(request.url))
    with desk.page.expect_request("**/stage?*"):
        desk.press("y")
    desk.press("Control+Enter")
    desk.page.wait_for_selector("#said:not(:empty)")
    desk.page.click("[data-key=submit]")
    held[0].continue_()
    desk.wait_until_staged(2)
    assert [url for url in sent if "/submit" in url] == []
    desk.submit()
    assert desk.staged == 0


def test_the_next_case_takes_keys_as_soon_as_it_is_seen(desk: Any) -> None:
    desk.page.clock.install()
    desk.go("/queue?pool=field")
    desk.page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))  # nothing that a timer would do later is done
    loaded: list[str] = []
    desk.page.on("domcontentloaded", lambda page: loaded.append(page.url))
    desk.decide("y")
    desk.decide("y")
    desk.submit()
    assert loaded == []  # each key went by the script, and none was a page load


def test_an_ended_session_asks_to_sign_in_and_goes_on(desk: Any, served: Any) -> None:
    desk.decide("y")
    case = desk.finding
    desk.press("c")
    desk.page.keyboard.type("half a note")
    desk.press("Escape")
    with served.ledger.write() as connection:
        connection.execute(update(sessions).values(revoked_at=datetime.now(UTC)))
    desk.press("u")
    # On the spot: the case stays behind the box, and keys are for the box alone.
    desk.page.wait_for_selector("[data-testid=ended-here]:has(#user:focus)")
    assert "1 decision is kept." in desk.page.inner_text("#ended-kept")
    assert desk.finding == case
    desk.page.keyboard.type("toivo")
    desk.press("Tab")
    desk.page.keyboard.type(PASSWORD)
    with desk.page.expect_navigation():
        desk.press("Enter")
    desk.page.wait_for_selector("html.js #case")
    assert (desk.finding, desk.staged) == (case, 1)
    assert desk.page.input_value("#comment") == "half a note"
    desk.complaints = [complaint for complaint in desk.complaints if "401" not in complaint]  # that one was meant


def test_staged_work_waits_at_another_machine(desk: Any, open_desk: Callable[..., Any]) -> None:
    desk.decide("y")
    other = open_desk("toivo")
    other.go("/queue?pool=field")
    assert other.staged == 1
    other.submit()
    desk.go("/queue?pool=field")
    assert desk.staged == 0


def test_a_blind_sample_by_keyboard(open_desk: Callable[..., Any]) -> None:
    steward = open_desk("aino")
    steward.go("/samples")
    steward.page.fill("input[name=size]", "5")
    steward.press("Enter")
    # The page counts keys from when its script has run: html.js.
    steward.page.wait_for_selector("html.js #case[data-pair]")
    for answered, key in enumerate(("y", "n", "u"), 1):
        steward.press(key)
        steward.page.wait_for_selector(f'html.js #desk[data-answered="{answered}"]')
    pair = steward.page.get_attribute("#case", "data-pair")
    steward.press("z")
    steward.page.wait_for_selector('html.js #desk[data-answered="2"]')
    assert steward.page.get_attribute("#case", "data-pair") != pair
    steward.press("?")
    assert steward.page.is_visible("#help")


def test_the_search_box_finds_a_customer_and_two_are_put_side_by_side(open_desk: Callable[..., Any]) -> None:
    desk = open_desk("aino")
    desk.go("/queue?pool=same")
    desk.press("/")
    desk.page.keyboard.insert_text("107419")  # at once: a part of it would find others first
    desk.page.wait_for_selector('#found a[data-key="107419"]')
    desk.press("ArrowDown", "Enter")
    desk.page.wait_for_selector('[data-customer="107419"]')
    desk.page.wait_for_load_state("load")  # its script listens from here on
    desk.press("m")
    desk.page.wait_for_selector("#marked:not([hidden])")
    desk.go("/customer/101838")
    desk.press("m")
    desk.page.wait_for_selector("[data-testid=two]")


def test_alike_cases_are_staged_by_page_but_for_what_is_struck_out(open_desk: Callable[..., Any]) -> None:
    desk = open_desk("aino")
    desk.go("/queue?pool=bin_group")
    desk.press("b")
    desk.page.wait_for_selector("[data-testid=alike]")
    desk.page.wait_for_load_state("load")  # its script listens from here on
    shown = desk.page.locator("[data-row]").count()
    desk.press("ArrowDown", "x", "Shift+Y")
    desk.page.wait_for_selector("[data-key=submit]")
    desk.go("/queue?pool=bin_group")
    assert desk.staged >= shown - 1
    desk.press("z")
    desk.page.wait_for_selector('#desk[data-staged="0"]')
