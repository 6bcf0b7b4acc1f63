"""Alike cases decided together: staged by page, recorded and undone as one, and customers joined by certificate alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update

from regclean.ledger import Ledger
from regclean.ledger.tables import decisions, findings


def standing(ledger: Ledger) -> int:
    query = select(func.count()).select_from(decisions).where(decisions.c.undone_at.is_(None))
    with ledger.read() as connection:
        return int(connection.execute(query).scalar_one())


def staged(browser: Any) -> int:
    shown = re.search(r'data-staged="(\d+)"', browser.get("/queue").text)
    assert shown
    return int(shown[1])


def picks(text: str) -> list[str]:
    return re.findall(r'name="pick" value="(F[0-9a-f]+@\d+)"', text)


def test_a_page_is_staged_undone_and_recorded_as_one(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser = signed_in("steward")
    assert '"/alike/K04"' in browser.get("/queue?pool=bin_group").text
    ticked = picks(browser.get("/alike/K04").text)
    assert len(ticked) == 2
    sent = {"pick": ticked, "shown": ticked[-1].split("@")[0]}
    assert browser.submit("/alike/K04/stage", sent).status_code == 303
    assert (staged(browser), standing(ledger)) == (2, 0)
    browser.submit("/staged/undo")
    assert staged(browser) == 0
    browser.submit("/staged/redo")
    assert staged(browser) == 2
    browser.submit("/staged/submit")
    assert (staged(browser), standing(ledger)) == (0, 2)
    assert picks(browser.get("/alike/K04").text) == []
    browser.submit("/staged/undo")
    assert standing(ledger) == 0


def test_what_is_struck_out_is_left(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser = signed_in("steward")
    one, _ = picks(browser.get("/alike/K04").text)
    browser.submit("/alike/K04/stage", {"pick": one, "shown": one.split("@")[0]})
    assert staged(browser) == 1


def test_what_has_changed_since_is_not_staged(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser = signed_in("steward")
    ticked = picks(browser.get("/alike/K04").text)
    with ledger.write() as connection:
        connection.execute(update(findings).where(findings.c.rule == "K04").values(version=findings.c.version + 1))
    assert browser.submit("/alike/K04/stage", {"pick": ticked, "shown": ""}).status_code == 409
    assert staged(browser) == 0


def test_customers_are_joined_in_bulk_with_a_certificate_alone(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser = signed_in("steward")
    shown = browser.get("/alike/same").text
    assert 'data-testid="needs-certificate"' in shown
    # What checks have proved of such pairs, and what more of them would: figured from the answers, for each band.
    bounds = shown[shown.index('data-testid="bounds"') : shown.index('id="alike-form"')]
    assert bounds.count("mitään ei ole vielä osoitettu") == bounds.count("<li>") > 0
    assert "/samples/bands" in bounds
    assert browser.submit("/alike/same/stage", {"pick": picks(shown), "shown": ""}).status_code == 409
    assert (staged(browser), standing(ledger)) == (0, 0)


def test_a_kind_is_accepted_whole_only_as_it_was_shown(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(update(findings).where(findings.c.rule == "K04").values(severity="info"))
    browser = signed_in("steward")
    assert 'data-testid="accept-all"' in browser.get("/alike/K04").text
    assert browser.submit("/alike/K04/all", {"count": "1"}).status_code == 409
    assert standing(ledger) == 0
    assert browser.submit("/alike/K04/all", {"count": "2"}).status_code == 303
    assert standing(ledger) == 2
    browser.submit("/staged/undo")
    assert standing(ledger) == 0


def test_one_key_accepts_the_certain_lines_of_a_bin(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(update(findings).where(findings.c.rule == "K12").values(score=0.995))
        query = select(findings.c.case_key, func.count(), func.min(findings.c.finding_id)).where(
            findings.c.rule == "K12"
        )
        _, size, first = max(connection.execute(query.group_by(findings.c.case_key)).all(), key=lambda row: row[1])
    browser = signed_in("steward")
    browser.submit(f"/case/{first}/lines")
    assert staged(browser) == size
    browser.submit("/staged/submit")
    assert standing(ledger) == size
