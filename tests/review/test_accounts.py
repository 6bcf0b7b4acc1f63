"""Signing in, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_nobody_gets_in_unannounced(browser: Any) -> None:
    answer = browser.get("/account")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?to=/account"


def test_signing_in_and_out(signed_in: Callable[[str], Any]) -> None:
    browser = signed_in("steward")
    assert browser.get("/account").status_code == 200
    assert browser.submit("/logout").status_code == 303
    assert browser.get("/account").status_code == 303
