"""The search box and the customer's card: what they show, to whom, and that it is written down."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select

from regclean.ledger import Ledger
from regclean.ledger.tables import audit, decisions


def openings(ledger: Ledger) -> list[tuple[str, str, dict[str, str]]]:
    query = select(audit.c.actor, audit.c.subject, audit.c.detail).where(audit.c.action == "open_customer")
    with ledger.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_the_box_finds_and_the_card_opens(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser = signed_in("steward")
    listed = browser.submit("/search", {"q": "virtanen matti"})
    assert 'href="/customer/1003"' in listed.text
    shown = browser.get("/customer/1003")
    assert shown.status_code == 200
    assert "Virtanen Matti" in shown.text
    assert "/customer/1004" in shown.text
    assert "010190-901R" not in shown.text
    assert openings(ledger) == [("steward", "customers:1003", {})]


def test_a_protected_card_asks_why(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    assert signed_in("steward").get("/customer/1014").status_code == 404
    browser = signed_in("guardian")
    asked = browser.get("/customer/1014")
    assert asked.status_code == 200
    assert 'action="/customer/1014/open"' in asked.text
    assert openings(ledger) == []
    assert browser.submit("/customer/1014/open", {"reason": "contact"}).status_code == 303
    assert 'data-customer="1014"' in browser.get("/customer/1014").text
    assert [entry[2] for entry in openings(ledger)] == [{"reason": "contact"}, {}]


def test_a_protected_customer_is_not_named_to_whom_it_is_not_for(signed_in: Callable[[str], Any]) -> None:
    assert "1014" not in signed_in("steward").submit("/search", {"q": "101"}).text
    assert "1014" in signed_in("guardian").submit("/search", {"q": "1014"}).text


def test_programs_search_and_read_cards(program: Callable[..., TestClient], ledger: Ledger) -> None:
    client = program("steward", "findings:read")
    items = client.get("/api/v1/search", params={"q": "1003"}).json()["items"]
    assert (items[0]["kind"], items[0]["key"], items[0]["field"]) == ("customers", "1003", "customer_no")
    assert client.post("/api/v1/search", json={"q": "1003"}).json()["items"] == items
    card = client.get("/api/v1/customers/1003").json()
    assert {line["customer"] for line in card["relations"]} >= {"1004"}
    assert {line["column"]: line["landed"] for line in card["values"]}["phone"] == "050 765 4321"
    assert client.get("/api/v1/customers/9999").status_code == 404
    assert client.get("/api/v1/customers/1014").status_code == 404
    assert [entry[:2] for entry in openings(ledger)] == [("steward", "customers:1003")]


def test_findings_are_found_by_their_number(program: Callable[..., TestClient]) -> None:
    client = program("steward", "findings:read")
    one = client.get("/api/v1/findings").json()["items"][0]
    items = client.get("/api/v1/search", params={"q": one["finding_id"][:9]}).json()["items"]
    assert ("findings", one["finding_id"]) in {(item["kind"], item["key"]) for item in items}


def test_two_that_no_night_proposed_are_compared_and_decided(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser = signed_in("steward")
    assert browser.get("/customer/1003/compare", params={"other": "1004"}).headers["location"].startswith("/case/F")
    page = "/customer/1003/compare?other=1011"
    shown = browser.get(page)
    assert 'data-testid="why-not-proposed"' in shown.text
    digest = re.search(r'name="digest" value="([^"]*)"', shown.text)
    assert digest
    sent = {"other": "1011", "verdict": "same", "digest": digest[1]}
    assert browser.submit("/customer/1003/compare", {**sent, "digest": "other"}, seen=page).status_code == 409
    assert browser.submit("/customer/1003/compare", {**sent, "verdict": "different"}, seen=page).status_code == 422
    assert browser.submit("/customer/1003/compare", sent, seen=page).status_code == 303
    with ledger.read() as connection:
        taken = connection.execute(
            select(decisions.c.customer_no_l, decisions.c.customer_no_r, decisions.c.verdict)
        ).all()
    assert [tuple(row) for row in taken] == [("1003", "1011", "same")]
    assert "/customer/1011" in browser.get("/customer/1003").text
