"""An address that names nothing is one where nothing is: whatever stands in it, no answer is a crash or shows a path."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest

from regclean.review.web import slices

ODD = (",1e999", "1e999~x", "nan~x", "-inf~x", "9" * 30, "9" * 5_000, "0", "-1", "\u0663", "\0", "..%2f..", "a" * 300)
ADDRESSES = sorted(
    (route.path, parameter)
    for module in slices.pages()
    for route in module.router.routes
    if "GET" in route.methods
    for parameter in re.findall(r"{(\w+)}", route.path)
)
QUERIES = sorted(
    (route.path, parameter.alias)
    for module in slices.pages()
    for route in module.router.routes
    if "GET" in route.methods and not route.path.startswith("/oidc")
    for parameter in route.dependant.query_params
) + [("/queue", name) for name in ("after", "age", "pool", "sort", "area", "rule", "assignee", "diff")]


def fill(world: Any, path: str) -> str:
    known = {
        "finding_id": world.objects["open"],
        "batch_id": world.objects["built"],
        "customer_no": "1003",
        "step": "next",
        "group": "K04",
        "sample_id": "1",
        "round_id": "1",
    }
    known |= {"run_id": "2026-11-01-001", "name": "2026-11-01-001.html"}
    return re.sub(r"{(\w+)}", lambda found: known[found[1]], path)


def who(path: str) -> str:
    return "auditor" if path.startswith("/audit") else "deputy"


@pytest.mark.parametrize(("path", "parameter"), ADDRESSES)
def test_an_odd_address_is_not_found(world: Any, path: str, parameter: str) -> None:
    browser = world.browser(who(path))
    for odd in ODD:
        answer = browser.get(fill(world, path.replace(f"{{{parameter}}}", quote(odd, safe=""))))
        assert answer.status_code == 404 or (path.startswith("/restricted") and answer.status_code == 200), odd[:20]
        assert str(world.folder) not in answer.text


@pytest.mark.parametrize(("path", "parameter"), QUERIES)
def test_an_odd_query_is_no_crash(world: Any, path: str, parameter: str) -> None:
    browser = world.browser(who(path))
    for odd in ODD:
        answer = browser.get(f"{fill(world, path)}?{parameter}={quote(odd, safe='')}")
        assert answer.status_code < 500, odd[:20]
        assert str(world.folder) not in answer.text


@pytest.mark.parametrize("odd", ["9" * 30, "9" * 5_000, "\u0663", "1e999", "-1", "0"])
def test_an_odd_number_in_a_form_is_no_crash(world: Any, odd: str) -> None:
    browser, built = world.browser("deputy"), world.objects["built"]
    finding = world.objects["open"]
    answers = [
        browser.post(f"/case/{finding}/stage", data={"verdict": "unsure", "version": odd}),
        browser.post(f"/batches/{built}/reject", data={"seq": odd, "reason": "ask"}),
        browser.post(f"/decisions/{quote(odd)}/undo"),
        browser.post(f"/case/{finding}/comment", data={"comment": "a\0b"}),
    ]
    assert [answer.status_code // 100 for answer in answers] == [4, 4, 4, 4]
    world.restore()
