"""The reply page in a browser: no violation in light, in dark and on a phone, and all of it without a script."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1] / "reply_page"))  # its question stands there

from alone import INSIDE, LINES, question

from regclean.reply_page import Codes, Desk, Folder, create_app, open_answer, public_of, seal_question

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "phone": {"color_scheme": "light", "viewport": {"width": 320, "height": 640}},
}


@dataclass(frozen=True)
class Host:
    """A host that serves the page and knows nothing else."""

    address: str
    folder: Folder
    codes: dict[str, Codes]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    folder, codes = Folder(tmp_path_factory.mktemp("host") / "exchange"), {}
    for name, mode, lines in (("list", "list", LINES), ("member", "member", LINES[:1]), ("answered", "list", LINES)):
        codes[name] = Codes.derived(b"k" * 32, name)
        asked = question(codes[name], mode=mode, lines=lines).as_data()
        folder.put_question(codes[name].number, seal_question(codes[name], asked, public_of(INSIDE), "2026-12-31"))
    desk = Desk(folder, "Savon Jäte Oy", today=lambda: date(2026, 11, 10))
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(desk), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield Host(f"http://127.0.0.1:{listening.getsockname()[1]}", folder, codes)
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_violation(look: str, chromium: Any, host: Host) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    context = chromium.new_context(**LOOKS[look])
    page = context.new_page()
    found: list[str] = []

    def looked_at(what: str) -> None:
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found.extend([f"{what}: {over} px too wide"] if over > 0 else [])
        found.extend(
            f"{what}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in axe.run(page).response["violations"]
        )

    for path in ("/", "/privacy?l=sv", "/accessibility", "/nothing"):
        page.goto(host.address + path)
        looked_at(path)
    for mode in ("list", "member"):
        one = host.codes[mode]
        page.goto(f"{host.address}/q/{one.number}/{one.link}?l=fi")
        looked_at(mode)
    one = host.codes["list"]
    page.goto(f"{host.address}/q/{one.number}/{one.link}")
    page.locator("summary").first.click()
    page.fill("#l-1-left_on", "huomenna")
    page.click("button[value=send]")
    assert page.locator(".wrong").count() >= 1
    looked_at("what is wrong")
    context.close()
    assert found == [], "\n".join(found)


def test_an_answer_without_a_script_and_by_keyboard(chromium: Any, host: Host) -> None:
    one = host.codes["answered"]
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(host.address)
    page.fill("#number", one.number.lower())
    page.fill("#code", one.typed)
    page.press("#code", "Enter")
    page.focus("input[name=all_right]")
    page.keyboard.press("Space")
    page.fill("#n-1-name", "Uusi Naapuri")
    page.click("button[value=save]")
    assert page.input_value("#n-1-name") == "Uusi Naapuri"
    page.focus("button[value=send]")
    page.keyboard.press("Enter")
    page.locator("button[value=withdraw]").wait_for()
    assert "Uusi Naapuri" in page.inner_text("main")
    context.close()
    ((_, file),) = host.folder.answers()
    opened = open_answer(file, INSIDE, {one.number: one})
    assert opened is not None
    assert opened[1]["told"]["new"] == [{"name": "Uusi Naapuri"}]
