"""Alike cases decided together: staged by page, recorded and undone as one, and customers joined by certificate alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from regclean import acts
from regclean.ledger import Ledger
from regclean.ledger.tables import decisions, findings
from regclean.review.alike import groups


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
    assert browser.submit("/alike/same/stage", {"pick": picks(shown), "shown": ""}).status_code == 409
    assert (staged(browser), standing(ledger)) == (0, 0)


def test_the_blind_sample_is_dealt_on_the_page_and_shows_no_other_pair(
    signed_in: Callable[[str], Any], ledger: Ledger
) -> None:
    browser = signed_in("steward")
    shown = browser.get("/alike/same").text
    band = re.search(r'name="band" value="([^"]+)"', shown)
    assert band
    opened = browser.submit("/samples/bands", {"band": band[1], "among": "same"}).headers["location"]
    assert opened.startswith("/alike/same?check=")
    for answered in range(2):
        page = browser.get(opened).text
        assert f'data-answered="{answered}"' in page
        assert picks(page) == []  # the pairs with their scores are not beside it
        number = re.search(r'name="number" value="(\d+)"', page)
        if number is None:
            break
        sample = opened.rpartition("=")[2]
        answer = {"number": number[1], "said": "same", "among": "same"}
        assert browser.submit(f"/samples/{sample}/answers", answer).headers["location"] == opened


def test_one_act_joins_what_a_certificate_covers(
    signed_in: Callable[[str], Any], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("steward")
    assert 'data-testid="accept-all"' not in browser.get("/alike/same").text
    monkeypatch.setattr(acts.alike, "_uncertified", lambda _context, _seen: frozenset())
    shown = browser.get("/alike/same").text
    count = re.search(r'name="count" value="(\d+)"', shown)
    assert count
    assert browser.submit("/alike/same/all", {"count": "0"}).status_code == 409
    assert browser.submit("/alike/same/all", {"count": count[1]}).status_code == 303
    assert standing(ledger) == int(count[1])
    browser.submit("/staged/undo")
    assert standing(ledger) == 0


def test_what_becomes_a_task_is_accepted_by_kind(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    with ledger.write() as connection:
        alike = (findings.c.kind != "duplicate", findings.c.state == "open", findings.c.present, ~findings.c.protected)
        task = {"rule": "S08", "ends_in": "task", "workpool": "stale", "proposal": None}
        connection.execute(update(findings).where(*alike).values(task))
        size = connection.execute(select(func.count()).select_from(findings).where(*alike)).scalar_one()
    assert size > 1
    browser = signed_in("steward")
    assert len(picks(browser.get("/alike/S08-tasks").text)) == size
    assert browser.submit("/alike/S08-tasks/all", {"count": str(size)}).status_code == 303
    with ledger.read() as connection:
        states = connection.execute(select(findings.c.state).where(findings.c.rule == "S08")).scalars()
        assert set(states) == {"task"}


def test_related_pairs_are_told_apart_in_one_act(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    with ledger.write() as connection:
        pairs = (
            connection.execute(
                select(findings.c.finding_id).where(
                    findings.c.kind == "duplicate", findings.c.state == "open", ~findings.c.protected
                )
            )
            .scalars()
            .all()
        )
        connection.execute(
            update(findings).where(findings.c.finding_id.in_(pairs)).values(relation="related", workpool="related")
        )
    browser = signed_in("steward")
    assert browser.submit("/alike/related/all", {"count": str(len(pairs))}).status_code == 303
    with ledger.read() as connection:
        said = connection.execute(select(decisions.c.verdict, decisions.c.reason)).all()
    assert {tuple(one) for one in said if one.reason} == {("different", "other_person")}


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


def test_a_folded_case_is_in_every_list_is_found_and_opens_by_its_address(
    signed_in: Callable[[str], Any], program: Callable[..., Any], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "FOLDS_FROM", 2)
    of = findings.c
    with ledger.write() as connection:
        wanted = connection.execute(
            select(of.finding_id, of.case_key).where(of.rule == "K04", of.state == "open")
        ).all()
        folded, key = wanted[0]
        others = of.case_key == key, of.finding_id != folded
        connection.execute(update(findings).where(*others).values(state="withdrawn"))
        connection.execute(update(findings).where(of.rule == "K04").values(severity="info"))
    browser = signed_in("steward")
    assert f"/case/{folded}?" not in browser.get("/queue?pool=bin_group").text
    assert f"/case/{folded}?" in browser.get("/queue?pool=bin_group&each=1").text
    assert f'data-finding="{folded}"' in browser.get(f"/case/{folded}?pool=bin_group").text
    assert f'href="/case/{folded}' in browser.submit("/search", {"q": folded}).text
    api = program("steward", "findings:read")
    assert [one["key"] for one in api.get("/api/v1/search", params={"q": folded}).json()["items"]] == [folded]
    listed = api.get("/api/v1/findings?rule=K04&state=open").json()["items"]
    assert {one["finding_id"] for one in listed} == {row.finding_id for row in wanted}
