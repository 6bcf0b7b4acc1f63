"""Every page by axe-core, at 100 % and at 200 % zoom: no violation, no complaint in the console, nothing cut off."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from regclean import acts, batches
from regclean.accounts.local import active_user
from regclean.config import load_workspace
from regclean.findings.decide import DecisionLine, record
from regclean.ledger import runs
from regclean.ledger.tables import findings
from regclean.review.web import slices
from regclean.warehouse import Warehouse

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
# Who looks at what; a page that is not here is opened by the first of them who may, without being listed.
PAGES = {
    "aino": (
        "/queue?pool=same",
        "/queue?pool=related",
        "/queue?pool=stale",
        "/queue?pool=bin_group",
        "/queue?pool=field",
        "/queue?pool=conflict",
        "/staged",
        "/account",
        "/case/{cluster}",
        "/reveal?subject=customers:1&field=national_id",
        "/samples",
        "/samples/bands",
        "/samples/1",
        "/search",
        "/customer/107419",
        "/customer/107419/compare?other=101838",
        "/alike/same",
        "/alike/K12",
        "/today",
        "/tasks",
        "/tasks?show=answered",
        "/tasks/{task}",
    ),
    "helmi": (
        "/today",
        "/queue?pool=second",
        "/overview",
        "/touchpoints",
        "/progress",
        "/missing",
        "/nights",
        "/nights/2026-11-01-001",
        "/batches",
        "/batches/1",
    ),
    "vaino": (
        "/today",
        "/batches",
        "/batches/1?look=1",
        "/enquiries",
        "/enquiries/1",
        "/bin?number={asked}",
        "/bin?number={told}",
    ),
    "toivo": ("/restricted/{cluster}", "/queue?pool=restricted"),
    "kerttu": ("/today", "/audit"),
    "martta": ("/today", "/account", "/overview"),
}
NO_PAGES = {
    "/": "leads to the first page of the navigation",
    "/login": "has a test of its own below",
    "/oidc/start": "leads to the organisation's page",
    "/oidc/callback": "leads back from there",
    "/case/{finding_id}/{step}": "leads to a case",
    "/batches/{batch_id}/progress": "a part of a page",
    "/batches/{batch_id}/files.zip": "a file",
    "/batches/{batch_id}/changes.xlsx": "a file",
    "/batches/{batch_id}/receipt.json": "a file",
    "/tasks/sheet.xlsx": "a file",
    "/progress/report": "a file",
    "/missing/list.xlsx": "a file",
    "/counted/classes.xlsx": "a file",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/metrics": "for machines",
    "/reports/{name}": "a night's report, which is no page of the server's making",
}


def unlisted() -> list[str]:
    """The addresses of pages that nobody has listed."""
    routes = {
        route.path for module in slices.pages() for route in module.router.routes if "GET" in route.methods
    } - NO_PAGES.keys()
    listed = {path.partition("?")[0] for paths in PAGES.values() for path in paths}
    pattern = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in routes}
    return sorted(path for path in routes if not any(pattern[path].fullmatch(one) for one in listed))


@pytest.fixture(scope="module")
def cluster(served: Any) -> str:
    """The largest cluster; also builds a batch and draws a sample, so that their pages are not empty."""
    workspace = load_workspace(served.root)
    with served.ledger.read() as connection:
        query = select(findings.c.finding_id, findings.c.subjects).where(
            findings.c.relation == "same", findings.c.state == "open", ~findings.c.protected
        )
        rows = sorted(
            connection.execute(query).all(), key=lambda row: (row.subjects.count("customers:"), row.finding_id)
        )
    lines = [
        DecisionLine(number=n, verdict="same", user="eino", finding_id=row.finding_id) for n, row in enumerate(rows[:3])
    ]
    last = runs.last_published(served.ledger)
    assert last is not None
    record(served.ledger, lines, last.started_at)
    with Warehouse(workspace.var / "warehouse").read(last.run_id) as connection:
        batches.build(served.ledger, connection, workspace.config, as_of=last.as_of, user="vaino", now=last.started_at)
    steward = active_user(served.ledger, "aino", "session")
    acts.draw_sample(acts.Context(workspace, served.ledger, steward, last.started_at), 20)
    return str(rows[-1].finding_id)


@pytest.fixture(scope="module")
def task(served: Any) -> str:
    """A task that waits; another one has its answer."""
    workspace = load_workspace(served.root)
    steward = active_user(served.ledger, "aino", "session")
    context = acts.Context(workspace, served.ledger, steward, datetime.now(UTC))
    query = select(findings.c.finding_id).where(
        findings.c.ends_in == "task", findings.c.state == "open", ~findings.c.protected, findings.c.kind == "stale"
    )
    with served.ledger.read() as connection:
        first, second = connection.execute(query.order_by(findings.c.finding_id).limit(2)).scalars()
    acts.decide_all(
        context, [DecisionLine(n, "accept", "aino", finding_id=one) for n, one in enumerate((first, second))]
    )
    acts.answer_tasks(context, [acts.TaskAnswer(1, second, values={"phone": "040 555 1234"})])
    return str(first)


@pytest.fixture(scope="module")
def asked(served: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A shared bin that was asked, in a round with two more, and one of which a member was told."""
    workspace = load_workspace(served.root)
    steward = active_user(served.ledger, "aino", "session")
    context = acts.Context(workspace, served.ledger, steward, datetime.now(UTC))
    acts.plan_enquiries(context, limit=3)
    acts.write_enquiry_letters(context, tmp_path_factory.mktemp("letters"))
    acts.release_enquiries(context)
    acts.write_notice_letters(context, tmp_path_factory.mktemp("notices"), limit=3)
    acts.release_notices(context)
    told = next(one for one in acts.list_notices(context)[0] if one.state == "sent")
    return {"asked": acts.list_enquiries(context)[0].bin_group_no, "told": told.bin_group_no}


@pytest.mark.parametrize("zoom", [1, 2], ids=["100", "200"])
@pytest.mark.parametrize("user", PAGES)
def test_no_violation(
    user: str, zoom: int, open_desk: Callable[..., Any], cluster: str, task: str, asked: dict[str, str]
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    desk = open_desk(user, zoom=zoom)
    found: list[str] = []
    for path in PAGES[user]:
        desk.go(path.format(cluster=cluster, task=task, **asked))
        found += [f"{path}: {line}" for line in violations(axe.run(desk.page).response)]
        width = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            found.append(f"{path}: {width} px wider than the window")
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("user", ["aino", "helmi", "vaino", "martta", "kerttu"])
def test_the_first_screens_in_the_dark_and_on_a_phone(user: str, open_desk: Callable[..., Any]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    desk = open_desk(user)
    desk.page.emulate_media(color_scheme="dark")
    desk.page.set_viewport_size({"width": 390, "height": 844})
    found: list[str] = []
    for path in ("/today", "/queue?pool=same", "/queue?pool=stale") if user == "aino" else ("/today",):
        desk.go(path)
        found += [f"{path}: {line}" for line in violations(axe.run(desk.page).response)]
    assert found == [], "\n".join(found)


def test_a_case_is_one_step_from_the_first_tab_and_stays_on_the_screen(open_desk: Callable[..., Any]) -> None:
    """Tab, Enter: the case has the focus; at 200 % it begins on the first screen."""
    desk = open_desk("aino", zoom=2)
    for pool in ("same", "bin_group", "stale", "field"):
        desk.go(f"/queue?pool={pool}")
        title = desk.page.wait_for_selector("html.js #case")
        desk.page.evaluate("document.activeElement.blur()")
        for _ in range(3):
            desk.press("Tab")
            if desk.page.evaluate("document.activeElement.getAttribute('href')") == "#case":
                break
        else:
            pytest.fail(f"{pool}: no link to the case among the first three stops")
        desk.press("Enter")
        desk.page.wait_for_selector("#case:focus, #case :focus")
        assert title.bounding_box()["y"] < 400, pool


def test_a_cluster_has_room_for_its_words_and_the_impact_stays_in_its_pane(
    open_desk: Callable[..., Any], served: Any
) -> None:
    of = findings.c
    query = select(of.finding_id, of.subjects).where(of.relation == "same", of.state == "open", ~of.protected)
    with served.ledger.read() as connection:
        rows = connection.execute(query).all()
    largest = max(rows, key=lambda row: (row.subjects.count("customers:"), row.finding_id))
    desk = open_desk("aino")
    desk.go(f"/case/{largest.finding_id}")
    cells = "cells => cells.filter(one => one.innerText.trim()).map(one => one.clientWidth)"
    widths = desk.page.eval_on_selector_all("#compare td, #compare th", cells)
    assert len(widths) > 10
    assert min(widths) >= 24  # three letters, of the narrowest column
    desk.press("i")
    desk.page.wait_for_selector("[data-testid=impact]:visible")
    pane = desk.page.wait_for_selector("#tab-impact")
    right = pane.bounding_box()["x"] + pane.bounding_box()["width"]
    inner = "all => Math.max(...all.map(one => one.getBoundingClientRect().right))"
    assert desk.page.eval_on_selector_all("#tab-impact *", inner) <= right + 1


@pytest.mark.parametrize("user", PAGES)
def test_no_page_is_wider_than_a_phone(
    user: str, open_desk: Callable[..., Any], cluster: str, task: str, asked: str
) -> None:
    """Looked at in Swedish, whose words are the longest."""
    desk = open_desk(user)
    desk.page.click("button[lang=sv]")
    desk.page.set_viewport_size({"width": 390, "height": 844})
    found = []
    for path in PAGES[user]:
        desk.go(path.format(cluster=cluster, task=task, **asked))
        over = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path}: {over} px"] if over > 0 else []
    assert found == []


def test_a_page_that_nobody_listed_has_no_violation_either(open_desk: Callable[..., Any], cluster: str) -> None:
    found: list[str] = []
    for path in unlisted():
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
        address = path.format(
            finding_id=cluster, cluster=cluster, batch_id=1, run_id="2026-11-01-001", number=1, sample_id=1
        )
        desks = (open_desk(user, zoom=2) for user in PAGES)
        may = (
            desk for desk in desks if desk.page.request.get(f"{desk.address}{address}", max_redirects=0).status == 200
        )
        desk = next(may, None)
        assert desk is not None, f"nobody can open {path}: give it a line in PAGES, or its reason in NO_PAGES"
        desk.go(address)
        found += [f"{path}: {line}" for line in violations(axe.run(desk.page).response)]
    assert found == [], "\n".join(found)


def test_the_log_in_page(chromium: Any, served: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    context = chromium.new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    page = context.new_page()
    page.goto(f"{served.address}/login")
    assert violations(axe.run(page).response) == []
    context.close()


def violations(response: dict[str, Any]) -> list[str]:
    return [
        f"{rule['id']}: {node['html'][:160]} ({'; '.join(check['message'] for check in node['any'][:1])})"
        for rule in response["violations"]
        for node in rule["nodes"]
    ]
