"""Blind samples and bands on the page: what is dealt tells nothing, what is answered counts, and may be taken back in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, insert, select, update
from tests.review.conftest import NOW, Browser

from regclean.ledger import Ledger, audit
from regclean.ledger.sample_tables import certificates, labels, sample_pairs
from regclean.ledger.tables import audit as audit_table
from regclean.ledger.tables import protected_subjects


@pytest.fixture
def steward(signed_in: Callable[[str], Browser]) -> Browser:
    return in_english(signed_in("steward"))


def in_english(browser: Browser) -> Browser:
    assert browser.submit("/language/en", {"to": "/account"}).status_code == 303
    return browser


def drawn(browser: Browser, size: int = 500) -> str:
    answer = browser.submit("/samples", {"size": str(size)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def number_of(page: str) -> str | None:
    found = re.search(r'data-pair="(\d+)"', page)
    return found.group(1) if found else None


def customers_of(page: str) -> list[str]:
    return re.findall(r'<th scope="col" class="rec">([^<]+)</th>', page)


def say(browser: Browser, sample: str, word: str, number: str | None = None) -> Any:
    number = number or number_of(browser.get(sample).text)
    assert number is not None
    return browser.submit(f"{sample}/answers", {"number": number, "said": word})


def given(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return int(connection.execute(select(func.count()).select_from(labels)).scalar_one())


def test_from_the_drawing_to_the_figures(steward: Browser, ledger: Ledger) -> None:
    assert "Not measured yet" in steward.get("/samples").text
    sample = drawn(steward)
    asked = []
    while (number := number_of(page := steward.get(sample).text)) is not None:
        asked.append(number)
        assert len(customers_of(page)) == 2
        assert say(steward, sample, "same", number).status_code == 303
    assert asked == [str(n) for n in range(1, len(asked) + 1)], "one after the other"
    assert "All of them are answered" in page
    figures = steward.get("/samples").text
    assert "Not measured yet" not in figures
    assert f"Rests on {len(asked)} checks" in figures
    with ledger.read() as connection:
        done = connection.execute(select(audit_table.c.action, audit_table.c.actor)).fetchall()
    assert [tuple(row) for row in done].count(("label", "steward")) == len(asked)
    assert audit.verify(ledger) is None


def test_what_is_dealt_tells_nothing_of_what_the_program_thinks(steward: Browser, ledger: Ledger) -> None:
    sample = drawn(steward)
    with ledger.read() as connection:
        rows = connection.execute(select(sample_pairs).order_by(sample_pairs.c.number)).mappings().all()
    for row in rows:
        page = steward.get(sample).text
        shown = page[page.index('id="case"') :]
        assert customers_of(page) == [row["customer_no_l"], row["customer_no_r"]]
        if row["probability"] is not None:
            assert f"{row['probability']:.3f}"[1:] not in shown
        for word in ("probab", "stratum", "evidence", "person place", "known", "relation", 'class="waterfall'):
            assert word not in shown
        say(steward, sample, "unsure", str(row["number"]))


def test_the_last_answer_can_be_taken_back_and_the_pair_comes_again(steward: Browser, ledger: Ledger) -> None:
    sample = drawn(steward)
    first = steward.get(sample).text
    assert 'data-key="z" disabled' in first
    say(steward, sample, "same")
    second = steward.get(sample).text
    assert number_of(second) != number_of(first)
    assert steward.submit(f"{sample}/undo").status_code == 303
    assert number_of(steward.get(sample).text) == number_of(first)
    assert steward.submit(f"{sample}/undo").status_code == 409
    assert given(ledger) == 2, "nothing is ever changed in the ledger"


def test_figures_move_by_rounds_and_what_they_count_stands(
    steward: Browser, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regclean.quality.given.ROUND", 3)
    sample = drawn(steward)

    def gives() -> str:
        page = steward.get(sample).text
        return page[page.index('data-testid="gives"') : page.index("</section>", page.index('data-testid="gives"'))]

    seen = [gives()]
    for _ in range(4):
        say(steward, sample, "same")
        seen.append(gives())
    assert len(set(seen[:4])) == 1, "no single answer shows"
    assert seen[4] != seen[3]
    assert steward.submit(f"{sample}/undo").status_code == 303
    assert steward.submit(f"{sample}/undo").status_code == 409
    assert given(ledger) == 5


def test_two_people_at_one_sample(steward: Browser, signed_in: Callable[[str], Browser]) -> None:
    sample = drawn(steward)
    number = number_of(steward.get(sample).text)
    say(signed_in("approver"), sample, "same")
    answer = say(steward, sample, "different", number)
    assert answer.headers["location"].endswith("early=1")
    assert "Nothing was recorded" in steward.get(answer.headers["location"]).text
    assert steward.submit(f"{sample}/undo").status_code == 409, "another's answer is not one's own"


def test_nobody_who_came_under_non_disclosure_since_is_dealt(
    steward: Browser, ledger: Ledger, signed_in: Callable[[str], Browser]
) -> None:
    sample = drawn(steward)
    hidden = customers_of(steward.get(sample).text)[0]
    with ledger.write() as connection:
        connection.execute(insert(protected_subjects).values(subject=f"customers:{hidden}", run_id="2026-11-01-001"))
    for browser in (steward, signed_in("guardian")):
        assert hidden not in customers_of(browser.get(sample).text)
    assert say(steward, sample, "same", "1").headers["location"].endswith("early=1")
    while number_of(page := steward.get(sample).text):
        assert hidden not in page
        say(steward, sample, "different")
    with ledger.read() as connection:
        assert "gone" in connection.execute(select(labels.c.answer)).scalars().all()


def test_a_band_from_its_first_check_to_its_bound_and_its_end(steward: Browser, ledger: Ledger) -> None:
    listed = steward.get("/samples/bands").text
    assert "Your own error is not measured yet" in listed
    refused = steward.submit("/samples/bands", {"band": "place"})
    assert (refused.status_code, "no pair in such a band" in refused.text) == (422, True)
    sample = str(steward.submit("/samples/bands", {"band": "person place 0-1"}).headers["location"])
    with ledger.read() as connection:
        count = connection.execute(select(func.count()).select_from(sample_pairs)).scalar_one()
    with ledger.write() as connection:  # the small register has no pair that is known from elsewhere
        connection.execute(
            update(sample_pairs).where(sample_pairs.c.number == 2).values(known="different", stratum=None)
        )
    known = {n: "different" if n == 2 else None for n in range(1, count + 1)}
    shapes = set()
    while (number := number_of(page := steward.get(sample).text)) is not None:
        shapes.add(re.sub(r">[^<]*<|\"[^\"]*\"", "", page[page.index("<table") : page.index("</thead>")]))
        say(steward, sample, known[int(number)] or "same", number)
    assert len(shapes) == 1
    listed = steward.get("/samples/bands").text
    assert "You called 0 of" in listed
    # One known pair says too little of the reviewer for any bound.
    assert "begun, no bound yet" in listed
    with ledger.write() as connection:
        connection.execute(update(certificates).values(revoked_at=NOW, revoked_because="drift"))
    assert "revoked: the band has drifted" in steward.get("/samples/bands").text


def test_the_api_deals_the_same_pairs(program: Callable[..., TestClient], ledger: Ledger) -> None:
    client = program("steward", "findings:decide")
    sample = client.post("/api/v1/samples", json={"size": 12}).json()
    path = f"/api/v1/samples/{sample['sample_id']}"
    first = client.get(f"{path}/next").json()
    assert set(first["pair"]) == {"number", "left", "right"}
    said = {"number": first["pair"]["number"], "answer": "same"}
    assert client.post(f"{path}/answers", json=said).status_code == 204
    assert client.post(f"{path}/answers", json=said).status_code == 409
    assert client.get(f"{path}/next").json()["sample"]["answered"] == 1
    assert client.post(f"{path}/undo").status_code == 204
    assert client.get(f"{path}/next").json()["pair"] == first["pair"]
    band = client.post("/api/v1/bands", json={"band": "person place 0-1"}).json()
    assert (band["state"], band["at_least"], band["checks"]) == ("begun", None, 0)
    assert band["further_checks"] is None or band["further_checks"] > 0
    assert band["sample_id"] in [one["sample_id"] for one in client.get("/api/v1/samples").json()]
    assert band["band"] in [one["band"] for one in client.get("/api/v1/bands").json()]
    assert client.get("/api/v1/samples/99/next").status_code == 404
    for nothing in ("", "place", "person nowhere 0.99-1"):
        assert client.post("/api/v1/bands", json={"band": nothing}).status_code == 404
