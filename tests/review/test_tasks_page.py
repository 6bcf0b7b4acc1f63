"""The pages of tasks: the list, one task, the sheet out and back, answers accepted."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select, update

from regclean.ledger import Ledger
from regclean.ledger.tables import decisions, findings
from regclean.ledger.task_tables import tasks
from regclean.workbook import workbook


@pytest.fixture
def task(ledger: Ledger, signed_in: Callable[[str], Any]) -> str:
    """A field that nobody could fill in, accepted by the steward."""
    with ledger.write() as connection:
        query = select(findings.c.finding_id).where(findings.c.rule == "K13")
        one = str(connection.execute(query).scalars().first())
        values = {"kind": "field", "rule": "F04", "subjects": '["customers:1005:iban"]', "ends_in": "task"}
        values |= {"case_key": "customers:1005", "label": "Virtanen"}
        connection.execute(update(findings).where(findings.c.finding_id == one).values(proposal=None, **values))
    page = signed_in("steward")
    version = re.search(r'name="version" value="(\d+)"', page.get(f"/case/{one}").text)
    assert version
    page.submit(f"/case/{one}/stage", {"verdict": "accept", "version": version[1]})
    page.submit("/staged/submit")
    return one


def state_of(ledger: Ledger, finding_id: str) -> str:
    with ledger.read() as connection:
        return str(connection.execute(select(findings.c.state).where(findings.c.finding_id == finding_id)).scalar_one())


def test_the_list_shows_what_waits_until_when_and_at_whom(task: str, signed_in: Callable[[str], Any]) -> None:
    text = signed_in("steward").get("/tasks").text
    assert f'data-task="{task}"' in text
    assert "Ask the customer for the right IBAN." in text or "tilinumero" in text
    assert f'data-task="{task}"' in signed_in("approver").get("/tasks?who=steward").text
    assert f'data-task="{task}"' not in signed_in("approver").get("/tasks?who=approver").text


def test_overdue_ones_are_counted(task: str, signed_in: Callable[[str], Any], clock: Any) -> None:
    page = signed_in("steward")
    assert f'data-task="{task}"' not in page.get("/tasks?show=overdue").text
    clock.pass_(days=15)
    page = signed_in("steward")
    assert f'data-task="{task}"' in page.get("/tasks?show=overdue").text


def test_one_task_says_whom_to_ask_and_what_to_write(task: str, signed_in: Callable[[str], Any]) -> None:
    text = signed_in("steward").get(f"/tasks/{task}").text
    for language in ("fi", "sv", "en"):
        assert f'<pre class="letter" lang="{language}"' in text
    assert 'name="value-iban"' in text
    assert "{" not in re.sub(r"<script.*?</script>|hx-headers='[^']*'|content='[^']*'", "", text, flags=re.S)


@pytest.mark.parametrize("rule", ["S01", "S03", "S19"])
def test_where_nobody_knows_who_follows_the_letter_goes_to_the_holder_of_the_property(
    task: str, rule: str, signed_in: Callable[[str], Any], ledger: Ledger
) -> None:
    subjects = {"S01": ["customers:1005"], "S03": ["customers:1005", "sites:S1"], "S19": ["sites:S1"]}[rule]
    values = {"kind": "stale", "rule": rule, "subjects": json.dumps(subjects), "case_key": subjects[0]}
    with ledger.write() as connection:
        connection.execute(update(findings).where(findings.c.finding_id == task).values(**values))
        connection.execute(update(tasks).where(tasks.c.finding_id == task).values(way="letter"))
    text = signed_in("steward").get(f"/tasks/{task}").text
    letter = html.unescape(text[text.index('<pre class="letter" lang="fi"') :])
    assert "Kiinteistön haltijalle" in letter
    assert ("Puijonkatu 12" in letter) == (rule != "S01"), "a site's own address"
    assert "Hyvä asiakas" not in letter


def test_an_answer_is_kept_and_accepted(task: str, signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    page = signed_in("steward")
    kept = page.submit(f"/tasks/{task}/answer", {"value-iban": "FI21 1234 5600 0007 85", "note": "By phone."})
    assert kept.status_code == 303
    assert state_of(ledger, task) == "task"
    second = signed_in("approver")
    seen = re.search(r'name="seen" value="([^"]+)"', second.get("/tasks?show=answered").text)
    assert seen
    accepted = second.submit("/tasks/accept", {"seen": seen[1]})
    assert 'data-testid="accepted"' in accepted.text
    assert state_of(ledger, task) == "accepted"
    with ledger.read() as connection:
        query = (
            select(decisions.c.choices).where(decisions.c.finding_id == task).order_by(decisions.c.decision_id.desc())
        )
        assert connection.execute(query).scalars().first() == {"fields": {"iban": "FI21 1234 5600 0007 85"}}


def test_who_does_it_until_when_and_how(task: str, signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    page = signed_in("steward")
    sent = {"owner": "approver", "due": "2026-12-24", "way": "call"}
    assert page.submit(f"/tasks/{task}/plan", sent).status_code == 303
    assert f'data-task="{task}"' in page.get("/tasks?who=approver").text
    assert page.submit(f"/tasks/{task}/plan", {"due": "soon"}).status_code == 422
    assert page.submit(f"/tasks/{task}/plan", {"way": "pigeon"}).status_code == 422
    with ledger.read() as connection:
        assert connection.execute(select(tasks.c.way)).scalar_one() == "call"


def test_the_sheet_goes_out_and_comes_back(task: str, signed_in: Callable[[str], Any], ledger: Ledger) -> None:
    page = signed_in("steward")
    sent = pl.read_excel(io.BytesIO(page.get("/tasks/sheet.xlsx").content), infer_schema_length=0)
    assert sent["finding_id"].to_list() == [task]
    filled = workbook(sent.with_columns(pl.lit("FI21 1234 5600 0007 85").alias("value")))
    token = page.token("/tasks")
    answer = page.post("/tasks/import", data={"csrf_token": token}, files={"sheet": ("mine.xlsx", filled)})
    assert answer.status_code == 200
    assert 'data-testid="told"' in answer.text
    assert f"{task}@" in answer.text
    assert state_of(ledger, task) == "task"


@pytest.mark.parametrize(("name", "content"), [("x.pdf", b"x"), ("x.csv", b"a,b\n1,2\n"), ("x.xlsx", b"no book")])
def test_a_sheet_that_cannot_be_read_is_said(signed_in: Callable[[str], Any], name: str, content: bytes) -> None:
    page = signed_in("steward")
    token = page.token("/tasks")
    answer = page.post("/tasks/import", data={"csrf_token": token}, files={"sheet": (name, content)})
    assert 'role="alert"' in answer.text
    assert "/tmp" not in answer.text


def test_programs_do_with_tasks_what_people_do(
    task: str, program: Callable[..., Any], signed_in: Callable[[str], Any], ledger: Ledger
) -> None:
    api = program("steward", "findings:read", "findings:decide", "findings:assign")
    path = f"/api/v1/tasks/{task}"
    (listed,) = api.get("/api/v1/tasks", params={"owner": "steward"}).json()
    assert (listed["finding_id"], listed["columns"], listed["overdue"]) == (task, ["iban"], False)
    planned = api.patch(path, json={"way": "visit", "due": "2026-12-24"}).json()
    assert (planned["way"], planned["due"], planned["owner"]) == ("visit", "2026-12-24", "steward")
    assert api.post(f"{path}/answers", json={"values": {"phone": "040 123"}}).status_code == 422  # not what it asks
    told = api.post(f"{path}/answers", json={"values": {"iban": "FI2112345600000785"}}).json()
    assert told["outcome"] == "answered"
    assert api.get("/api/v1/tasks").json() == []
    assert [one["seen"] for one in api.get("/api/v1/tasks?show=answered").json()] == [told["seen"]]
    refused = api.post("/api/v1/tasks/accept", json={"seen": [listed["seen"]]}).json()
    assert (refused["taken"], len(refused["refused"])) == (0, 1)
    assert api.post("/api/v1/tasks/accept", json={"seen": [told["seen"]]}).json()["taken"] == 1
    assert state_of(ledger, task) == "accepted"
    assert api.get(path).status_code == 404
    reader = program("clerk", "findings:read")
    assert reader.patch(path, json={"way": "call"}).status_code == 403
