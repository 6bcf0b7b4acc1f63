"""What the page shows as the result of a merge is what the batch writes."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from regclean import batches
from regclean.config import Workspace, load_workspace
from regclean.findings.decide import DecisionLine, record
from regclean.ledger import Ledger
from regclean.ledger.tables import decisions, findings
from regclean.night import open_published
from regclean.review.case import results
from regclean.review.web.services import Services
from regclean.survivorship import Choices

AS_OF = date(2026, 11, 1)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
Cells = dict[str, tuple[str | None, str | None]]


def finding_of(ledger: Ledger, *customers: str) -> Any:
    with ledger.read() as reading:
        rows = reading.execute(select(findings).where(findings.c.kind == "duplicate")).mappings().all()
    return next(row for row in rows if {f"customers:{one}" for one in customers} <= set(json.loads(row["subjects"])))


def written(html: str) -> Cells:
    """The columns of the survivor that the page says would be written: before and after."""

    def value(cell: str) -> str | None:
        return None if 'class="gap"' in cell else unescape(re.sub(r"<[^>]*>", "", cell))

    rows = re.findall(r'<tr data-written="(\w+)">.*?<td>(.*?)</td>\s*<td>(.*?)</td>', html, re.DOTALL)
    return {column: (value(before), value(after)) for column, before, after in rows}


def form_of(html: str) -> dict[str, str]:
    """What a browser would send of a page's case as it stands."""
    case = html[html.index('<div id="compare"') :].partition("</form>")[0]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", case):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if given.get("type") not in ("radio", "checkbox") or re.search(r"\bchecked\b", tag):
            sent[given["name"]] = given.get("value", "on")
    return sent


def built(register: Path, ledger: Ledger, finding_id: str) -> tuple[int, Cells]:
    """Build a batch: its number, and the cells of the survivor that it writes."""
    workspace: Workspace = load_workspace(register)
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        report = batches.build(
            ledger, connection, workspace.config, as_of=AS_OF, user="berta", now=NOW, only=[finding_id]
        )
    assert report.batch_id is not None, report.left_out
    lines = batches.show(ledger, report.batch_id, restricted=True).lines
    survivor = next(line.after for line in lines if line.op == "merge")
    return report.batch_id, {
        line.column or "": (line.before, line.after)
        for line in lines
        if line.table == "customers" and line.key == survivor and line.op == "update"
    }


def confirm(browser: Any, finding: Any, form: dict[str, str]) -> None:
    """Say "same" to what a form shows, and submit it."""
    path = f"/case/{finding['finding_id']}"
    sent = form | {"verdict": "same", "version": str(finding["version"])}
    assert browser.submit(f"{path}/stage", sent, seen=path).status_code == 303
    assert browser.submit("/staged/submit", seen="/staged").status_code == 303


def choices_of(ledger: Ledger, finding: Any) -> Any:
    with ledger.read() as reading:
        query = select(decisions.c.choices).where(decisions.c.finding_id == finding["finding_id"])
        return reading.execute(query).scalar_one()


def test_another_survivor_gives_another_result(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser, finding = signed_in("steward"), finding_of(ledger, "1001", "1002")
    path = f"/case/{finding['finding_id']}"
    shown = browser.get(path).text
    assert 'value="1002" checked' in shown
    assert "street_address" not in written(shown)
    assert 'data-moved="services.moved"' in shown
    form = form_of(shown) | {"survivor": "1001"}
    answer = browser.submit(f"{path}/result", form, seen=path)
    assert answer.status_code == 200
    assert written(answer.text)["street_address"] == ("Puijonkatu 12 A 5", "Rantatie 4 B 2")
    assert written(answer.text)["email"] == (None, "liisa.makinen@example.fi")
    # A field that somebody chose stays chosen; the others follow the rules.
    form = form_of(answer.text) | {"field.street_address": "1001", "field.email": "clear"}
    answer = browser.submit(f"{path}/result", form, seen=path)
    assert "street_address" not in written(answer.text)
    assert "email" not in written(answer.text)
    again = browser.submit(f"{path}/result", form_of(answer.text), seen=path)
    assert written(again.text) == written(answer.text)


@pytest.mark.parametrize("choice", ["typed", "clear"])
def test_any_field_can_be_typed_or_cleared(signed_in: Callable[[str], Any], ledger: Ledger, choice: str) -> None:
    browser, finding = signed_in("steward"), finding_of(ledger, "1001", "1002")
    path = f"/case/{finding['finding_id']}"
    form = form_of(browser.get(path).text)
    for name in [name for name in form if name.startswith("typed.")]:
        changed = form | {name.replace("typed.", "field."): choice, name: "x" if choice == "typed" else ""}
        assert browser.submit(f"{path}/result", changed, seen=path).status_code == 200, name


def test_from_the_page_to_the_change_file(
    signed_in: Callable[[str], Any], ledger: Ledger, published_register: Path, tmp_path: Path
) -> None:
    browser, finding = signed_in("steward"), finding_of(ledger, "1001", "1002")
    path = f"/case/{finding['finding_id']}"
    form = form_of(browser.get(path).text) | {"survivor": "1001", "field.phone": "typed", "typed.phone": "044 1"}
    shown = browser.submit(f"{path}/result", form, seen=path).text
    assert written(shown)["phone"] == ("040 123 4567", "044 1")
    confirm(browser, finding, form_of(shown))
    number, cells = built(published_register, ledger, finding["finding_id"])
    assert cells == written(shown)
    batches.approve(ledger, number, user="dan", now=NOW)
    batches.export(load_workspace(published_register), ledger, number, tmp_path / "out", user="dan", now=NOW)
    with (tmp_path / "out" / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = [line for line in csv.DictReader(file) if line["table"] == "customers" and line["key"] == "1001"]
    assert {line["column"]: (line["before"] or None, line["after"] or None) for line in lines} == written(shown)


def test_an_unsure_pair_keeps_whom_the_page_proposed(
    signed_in: Callable[[str], Any], ledger: Ledger, published_register: Path
) -> None:
    browser, finding = signed_in("steward"), finding_of(ledger, "1001", "1002")
    with ledger.write() as writing:  # nothing is proposed of an unsure pair
        values = {"relation": "unsure", "proposal": None}
        writing.execute(update(findings).where(findings.c.finding_id == finding["finding_id"]).values(**values))
    form = form_of(browser.get(f"/case/{finding['finding_id']}").text)
    confirm(browser, finding, form)
    assert choices_of(ledger, finding)["survivor"] == form["survivor"]
    assert choices_of(ledger, finding)["from"]["phone"] == form["field.phone"]
    _, cells = built(published_register, ledger, finding["finding_id"])
    assert "street_address" not in cells


def test_what_was_not_shown_is_not_taken(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser, finding = signed_in("steward"), finding_of(ledger, "1001", "1002")
    path = f"/case/{finding['finding_id']}"
    form = form_of(browser.get(path).text) | {"survivor": "1001", "verdict": "same"}
    answer = browser.submit(f"{path}/stage", form, seen=path)
    assert answer.status_code == 409
    assert 'data-testid="unseen"' in answer.text
    assert "street_address" in written(answer.text)
    assert "street_address" not in written(browser.get(path).text)  # nothing was staged
    confirm(browser, finding, form_of(answer.text))
    assert choices_of(ledger, finding)["survivor"] == "1001"


def test_what_is_staged_is_shown_again(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser, finding = signed_in("steward"), finding_of(ledger, "1001", "1002")
    path = f"/case/{finding['finding_id']}"
    form = form_of(browser.get(path).text) | {"survivor": "1001", "field.phone": "clear"}
    shown = browser.submit(f"{path}/result", form, seen=path).text
    sent = form_of(shown) | {"verdict": "same", "version": str(finding["version"])}
    assert browser.submit(f"{path}/stage", sent, seen=path).status_code == 303
    assert written(browser.get(path).text) == written(shown)
    assert written(shown)["phone"] == ("040 123 4567", None)


def test_one_record_alone_is_no_merge(signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    browser, finding = signed_in("steward"), finding_of(ledger, "1001", "1002")
    path = f"/case/{finding['finding_id']}"
    form = form_of(browser.get(path).text) | {"leave_out.1002": "1"}
    shown = browser.submit(f"{path}/result", form, seen=path).text
    assert written(shown) == {}
    sent = form_of(shown) | {"leave_out.1002": "1", "verdict": "same", "version": str(finding["version"])}
    assert browser.submit(f"{path}/stage", sent, seen=path).status_code == 422


def test_a_decision_without_choices_writes_what_the_page_would_show(
    signed_in: Callable[[str], Any], ledger: Ledger, published_register: Path
) -> None:
    finding = finding_of(ledger, "1001", "1002")
    shown = signed_in("steward").get(f"/case/{finding['finding_id']}").text
    line = DecisionLine(1, "same", "aino", finding_id=finding["finding_id"])
    assert not record(ledger, [line], NOW).refused
    assert built(published_register, ledger, finding["finding_id"])[1] == written(shown)


CUSTOMERS = ("1001", "1002", "1003", "1004", "1005", "1008", "1009")
FIELDS = ("name", "street_address", "city", "phone", "email", "country_code", "birth_date")


@st.composite
def forms(draw: st.DrawFn) -> tuple[list[str], dict[str, str]]:
    """A cluster, and what somebody chose of it: who is cut off, who stays, whose values, what is typed or cleared."""
    cluster = sorted(draw(st.sets(st.sampled_from(CUSTOMERS), min_size=2, max_size=5)))
    cut = draw(st.sets(st.sampled_from(cluster), max_size=len(cluster) - 2))
    form = {f"leave_out.{number}": "1" for number in cut}
    if draw(st.booleans()):
        form["survivor"] = draw(st.sampled_from(cluster))
    for name in draw(st.sets(st.sampled_from(FIELDS), max_size=3)):
        form[f"field.{name}"] = draw(st.sampled_from([*cluster, "typed", "clear"]))
        form[f"typed.{name}"] = draw(st.sampled_from(["", "Uusi arvo", "1980-05-05"]))
    return cluster, form


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=forms())
def test_what_is_shown_is_what_is_written(
    case: tuple[list[str], dict[str, str]], service: Services, steward: Any, finding: Any
) -> None:
    cluster, form = case
    with service.ledger.write() as writing:
        subjects = json.dumps([f"customers:{number}" for number in cluster])
        writing.execute(
            update(findings).where(findings.c.finding_id == finding["finding_id"]).values(subjects=subjects)
        )
    path = f"/case/{finding['finding_id']}"
    shown = steward.submit(f"{path}/result", form, seen="/account").text
    recorded = results.result(service, cluster, results.read_form(cluster, form))
    assert recorded is not None
    kept = json.loads(json.dumps(recorded.recorded))
    # By what the decision keeps, and nothing else, the builder writes the same.
    warehouse, run_id = open_published(service.workspace)
    with warehouse.read(run_id) as connection:
        (found,) = batches.previews(connection, service.workspace.config, [(cluster, Choices.read(kept))], as_of=AS_OF)
    assert found.answer is not None
    lines = {
        line.column or "": (line.before, line.after)
        for line in found.lines
        if line.table == "customers" and line.key == found.answer.survivor and line.op == "update"
    }
    masked = {column: ("***" if column == "national_id" else cells) for column, cells in lines.items()}
    assert {column: ("***" if column == "national_id" else cells) for column, cells in written(shown).items()} == masked
    assert f'value="{recorded.digest}"' in shown


@pytest.fixture
def service(app: FastAPI) -> Services:
    made: Services = app.state.services
    return made


@pytest.fixture
def steward(signed_in: Callable[[str], Any]) -> Any:
    return signed_in("steward")


@pytest.fixture
def finding(ledger: Ledger) -> Any:
    return finding_of(ledger, "1001", "1002")
