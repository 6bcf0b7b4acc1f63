"""A demo register after its night, served by a process of its own, and Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from regclean.accounts import local as accounts
from regclean.cli.demo_register import make_demo
from regclean.config import load_workspace
from regclean.ledger import Ledger, open_ledger
from regclean.ledger.tables import desks
from regclean.night import run_night

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
PASSWORD = "correct horse battery"
PEOPLE = {
    "aino": ["steward"],
    "eino": ["steward"],
    "helmi": ["approver"],
    "vaino": ["clerk"],
    "toivo": ["steward", "restricted"],
    "kerttu": ["auditor"],
    "martta": ["admin"],
}
# The server takes a free port itself and tells it: one that was found free may be another's by then.
SERVE = """
import sys
from pathlib import Path
from regclean.config import load_workspace
from regclean.review.web.server import serve
serve(load_workspace(Path(sys.argv[1])), "127.0.0.1", 0, ready=lambda address: print(address, flush=True))
"""
WIDTH, HEIGHT = 1280, 800


@pytest.fixture(scope="session")
def playwright_api() -> Any:
    """Playwright; skipped where it or Debian's Chromium is missing."""
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM} (apt-get install chromium)")
    return pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")


@pytest.fixture(scope="module")
def chromium(playwright_api: Any) -> Iterator[Any]:
    """The browser. It is closed with its module: Playwright's event loop stays in this thread, where other tests run one."""
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_once(playwright_api: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's register after its night of 2026-11-01, with accounts; made once.

    REGCLEAN_DEMO names a demo workspace whose first night has run: a copy of it saves that time.
    """
    root = tmp_path_factory.mktemp("demo") / "register"
    ready = os.environ.get("REGCLEAN_DEMO")
    if ready:
        shutil.copytree(ready, root)
    else:
        make_demo(root)
    with (root / "regclean.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[review]\nlog_ins_per_minute = 1000\n")
    workspace = load_workspace(root)
    if not ready:
        run_night(workspace, as_of=date(2026, 11, 1), now=datetime(2026, 11, 2, 2, tzinfo=UTC))
    ledger = open_ledger(workspace.ledger_url)
    for name, roles in PEOPLE.items():
        accounts.add_user(ledger, name, roles, PASSWORD, datetime.now(UTC), by="test", language="en")
    ledger.close()
    return root


@dataclass(slots=True)
class Served:
    """A served workspace."""

    root: Path
    address: str
    ledger: Ledger


@pytest.fixture(scope="module")
def served(demo_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for each module, in a process of its own, on a copy of the demo."""
    root = Path(shutil.copytree(demo_once, tmp_path_factory.mktemp("served") / "register"))
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    ledger = open_ledger(load_workspace(root).ledger_url)
    try:
        address = process.stdout.readline().strip()
        assert address, "the server has stopped"
        yield Served(root, address, ledger)
    finally:
        ledger.close()
        process.terminate()
        process.wait(60)
        process.stdout.close()


@dataclass(slots=True)
class Desk:
    """A browser window in which somebody has signed in, by keyboard."""

    page: Any
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page; when it has loaded, its scripts listen."""
        self.page.goto(f"{self.address}{path}")

    @property
    def finding(self) -> str | None:
        found: str | None = self.page.get_attribute("#case", "data-finding")
        return found

    @property
    def staged(self) -> int:
        return int(self.page.get_attribute("#desk", "data-staged") or 0)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def decide(self, *keys: str) -> None:
        """Press the keys of a decision and wait until it is staged."""
        staged = self.staged
        self.press(*keys)
        self.wait_until_staged(staged + 1)

    def wait_until_staged(self, number: int) -> None:
        """Wait for the desk with so many staged decisions, and for the script that counts its keys (html.js).

        By selector: the page's policy forbids evaluated scripts.
        """
        self.page.wait_for_selector(f'html.js #desk[data-staged="{number}"]')

    def submit(self) -> None:
        """Submit what is staged, and wait until it is told what became of it."""
        self.press("Control+Enter")
        self.page.wait_for_selector("html.js [data-testid=submitted]")


@pytest.fixture
def open_desk(chromium: Any, served: Served) -> Iterator[Callable[..., Desk]]:
    """A function: user -> a window of that user. Whatever the console complains of fails the test.

    Every test begins with empty desks: what an earlier one staged is not its own.
    """
    with served.ledger.write() as connection:
        connection.execute(delete(desks))
    contexts: list[Any] = []
    windows: list[Desk] = []

    def open_it(user: str, *, zoom: int = 1) -> Desk:
        # 200 % zoom: half as many CSS pixels, each twice as large.
        context = chromium.new_context(
            viewport={"width": WIDTH // zoom, "height": HEIGHT // zoom}, device_scale_factor=zoom, locale="en-GB"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        desk = Desk(page, served.address)
        windows.append(desk)
        page.on("console", lambda message: desk.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        desk.go("/login")
        page.wait_for_selector("#user:focus")  # a page takes the focus after it has loaded
        page.keyboard.type(user)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return desk

    yield open_it
    for context in contexts:
        context.close()
    assert [complaint for desk in windows for complaint in desk.complaints] == []
