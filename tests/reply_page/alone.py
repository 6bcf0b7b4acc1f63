"""A reply page with one question in its folder, and nothing else of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from regclean.domain.enquiries import Asked, AskedLine
from regclean.reply_page import Codes, Desk, Folder, create_app, public_of, seal_question

INSIDE = bytes(range(32))
TODAY = date(2026, 11, 10)
LINES = (
    AskedLine("1", "Eeva Aho", "Rantatie 4, 70100 Kuopio", "50"),
    AskedLine("2", "Kari Niemi", "Rantatie 6, 70100 Kuopio", "50"),
)


def question(codes: Codes, **more: object) -> Asked:
    values: dict[str, Any] = {
        "number": codes.number,
        "mode": "list",
        "language": "en",
        "sender": "Savon Jäte Oy",
        "bin_group_no": "K1",
        "bin_group": "K1 (Rantatie 4; mixed waste)",
        "asked_on": "2026-11-02",
        "answer_by": "2026-11-16",
        "lines": LINES,
        "asks": ("Where does the bin stand?",),
        "split": True,
        **more,
    }
    return Asked(**values)


@dataclass
class Page:
    """The page as a visitor meets it, its clock in hand."""

    folder: Folder
    codes: Codes
    browser: TestClient
    desk: Desk
    time: list[float] = field(default_factory=lambda: [0.0])

    def open(self, number: str | None = None, code: str | None = None) -> Response:
        sent = {"number": self.codes.number if number is None else number, "code": code or self.codes.typed}
        return self.browser.post("/open", data=sent)

    def answer(self, do: str = "send", **fields: str) -> Response:
        named = {name.replace("_", "-", 2) if name[:2] in ("l_", "n_") else name: v for name, v in fields.items()}
        return self.browser.post(
            "/answer", data={"number": self.codes.number, "link": self.codes.link, "do": do, **named}
        )


def new_page(root: Path) -> Page:
    folder, codes, time = Folder(root / "exchange"), Codes.derived(b"k" * 32, "enquiry 1 1"), [0.0]
    sealed = seal_question(codes, question(codes).as_data(), public_of(INSIDE), "2026-12-31")
    folder.put_question(codes.number, sealed)
    desk = Desk(folder, "Savon Jäte Oy", clock=lambda: time[0], today=lambda: TODAY)
    return Page(folder, codes, TestClient(create_app(desk)), desk, time)
