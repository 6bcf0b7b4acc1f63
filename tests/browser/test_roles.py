"""A day's act of each role by keyboard alone: nothing is clicked, and nothing has the focus that Tab did not reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from regclean.ledger.tables import decisions, findings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
STOPS = 150  # of a page that is not a queue, far fewer


def tab_to(desk: Any, selector: str) -> None:
    """Tab from where the focus is until it stands on what `selector` names."""
    for _ in range(STOPS):
        desk.press("Tab")
        if desk.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    pytest.fail(f"{desk.page.url}: {selector} is not among the first {STOPS} stops")


def follow(desk: Any, selector: str) -> None:
    """Tab to a link or a button and press it; the page that it leads to has loaded."""
    tab_to(desk, selector)
    with desk.page.expect_navigation():
        desk.press("Enter")


def test_a_batch_from_the_steward_to_the_register_and_back(open_desk: Callable[..., Any], served: Any) -> None:
    steward, clerk, approver = open_desk("aino"), open_desk("vaino"), open_desk("helmi")
    follow(steward, ".pages a[href='/queue']")
    steward.page.wait_for_selector("html.js #case")
    steward.go("/queue?pool=same")
    steward.decide("y")
    steward.submit()
    follow(clerk, ".pages a[href='/batches']")
    follow(clerk, "main button.primary")
    clerk.page.wait_for_url("**/batches/1")
    approver.go("/today")
    follow(approver, "main a[href='/batches/1']")
    follow(approver, ".steps form[action$=approve] button")
    clerk.go("/batches/1")
    follow(clerk, ".steps form[action$=apply] button")
    clerk.go("/batches/1")
    tab_to(clerk, ".steps .ask summary")  # taking back is asked about once
    clerk.press("Enter")
    follow(clerk, ".steps form[action$=undo] button")
    clerk.go("/batches/1")
    assert clerk.page.locator(".status .undone").count() > 0


def test_an_approver_looks_at_the_work(open_desk: Callable[..., Any]) -> None:
    manager = open_desk("helmi")
    follow(manager, ".pages a[href='/overview']")
    tab_to(manager, "main summary")
    manager.press("Enter")
    assert manager.page.locator("main details[open] table").count() > 0
    follow(manager, "main a[href^='/progress']")
    assert manager.page.locator("main table").count() > 0


def test_an_auditor_checks_the_log(open_desk: Callable[..., Any]) -> None:
    auditor = open_desk("kerttu")
    auditor.go("/today")
    tab_to(auditor, "main button.primary")
    auditor.press("Enter")
    auditor.page.wait_for_load_state("networkidle")
    follow(auditor, ".pages a[href='/audit']")
    assert auditor.page.locator("main tbody tr").count() > 0


def test_an_admin_sees_who_may_what(open_desk: Callable[..., Any]) -> None:
    admin = open_desk("martta")
    admin.go("/today")
    assert admin.page.locator("main table").count() > 0
    follow(admin, ".who a[href='/account']")
    assert admin.page.locator("main table").count() > 0


def test_a_cluster_of_many_is_decided_by_keyboard(open_desk: Callable[..., Any], served: Any) -> None:
    of = findings.c
    query = select(of.finding_id, of.subjects).where(of.relation == "same", of.state == "open", ~of.protected)
    with served.ledger.read() as connection:
        rows = connection.execute(query).all()
    largest = max(rows, key=lambda row: (row.subjects.count("customers:"), row.finding_id))
    records = largest.subjects.count("customers:")
    assert records >= 4
    desk = open_desk("aino")
    desk.go(f"/case/{largest.finding_id}")
    desk.page.wait_for_selector("html.js #case")
    torn = """cells => cells.filter(one => {
        const words = one.innerText.trim().split(/\\s+/).length, all = document.createRange();
        all.selectNodeContents(one);
        const lines = new Set([...all.getClientRects()].map(box => Math.round(box.top))).size;
        return one.innerText.trim() && lines > words + 3;
    }).map(one => one.innerText)"""
    assert desk.page.eval_on_selector_all("#compare td, #compare th", torn) == []
    desk.press(str(records))  # the last one survives
    kept = desk.page.get_attribute(f"#keep-{records}", "value")
    desk.page.wait_for_selector(f"#written-say:has-text('{kept} stays')")  # what is confirmed is what is shown
    desk.decide("y")
    desk.submit()
    with served.ledger.read() as connection:
        told = select(func.count()).select_from(decisions).where(decisions.c.finding_id == largest.finding_id)
        assert connection.execute(told).scalar_one() == 1
