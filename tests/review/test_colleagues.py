"""A colleague who has a case open, or has decided it and not submitted, shows on its row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI


def first_of(page: Any, pool: str) -> str:
    found = re.search(r'data-finding="(\w+)"', page.get(f"/queue?pool={pool}").text)
    assert found
    return found[1]


@pytest.fixture
def two(app: FastAPI, signed_in: Callable[[str], Any]) -> tuple[Any, Any]:
    return signed_in("steward"), signed_in("approver")


def settle(app: FastAPI) -> None:
    """What the page does later, off the request, is done; and nothing is held from before."""
    app.state.services.background.submit(lambda: None).result()
    app.state.counts.forget()


def test_who_has_a_case_open_shows_to_others_alone(app: FastAPI, two: tuple[Any, Any], clock: Any) -> None:
    one, other = two
    case = first_of(one, "bin_group")
    one.get(f"/case/{case}?pool=bin_group")
    settle(app)
    assert 'data-at-work="open"' in other.get("/queue?pool=bin_group").text
    settle(app)
    mine = one.get(f"/case/{case}?pool=bin_group").text
    assert "steward" not in "".join(re.findall(r'data-at-work="open">.*?</span>', mine, re.S))
    clock.pass_(minutes=16)
    settle(app)
    text = other.get("/queue?pool=stale").text  # its own look is not that of the steward
    assert 'data-at-work="open"' not in text


def test_what_a_colleague_has_staged_shows_until_it_is_submitted(app: FastAPI, two: tuple[Any, Any]) -> None:
    one, other = two
    case = first_of(one, "bin_group")
    staged = one.submit(f"/case/{case}/stage?pool=bin_group", {"verdict": "accept", "version": "1"})
    assert staged.status_code == 303
    settle(app)
    seen = other.get("/queue?pool=bin_group").text
    assert 'data-at-work="staged"' in seen
    assert "steward" in re.findall(r'data-at-work="staged">(.*?)</span>', seen, re.S)[0]
    one.submit("/staged/submit?pool=bin_group")
    settle(app)
    assert 'data-at-work="staged"' not in other.get("/queue?pool=bin_group").text
