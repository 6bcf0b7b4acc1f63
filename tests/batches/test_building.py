"""Accepted findings become lines: merges with their survivors' values, and what is left out, with the reason."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import select, update

from regclean import batches
from regclean.config import Workspace, default_config, load_workspace
from regclean.errors import ConfigError, ConflictError, GateError, UsageError
from regclean.findings import propose_decided
from regclean.findings.decide import DecisionLine, record
from regclean.ledger import Ledger, opened, runs
from regclean.ledger.tables import batch_changes, comments, decisions, evidence, findings
from regclean.night import open_published

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
AS_OF = date(2026, 11, 1)


@pytest.fixture
def workspace(published_register: Path) -> Workspace:
    return load_workspace(published_register)


@pytest.fixture
def ledger(workspace: Workspace) -> Iterator[Ledger]:
    with opened(workspace.ledger_url) as ledger:
        yield ledger


def finding(ledger: Ledger, *subjects: str, rule: str = "duplicate") -> str:
    with ledger.read() as reading:
        query = select(findings.c.finding_id, findings.c.subjects).where(findings.c.rule == rule)
        return next(row.finding_id for row in reading.execute(query) if all(one in row.subjects for one in subjects))


def decide(ledger: Ledger, finding_id: str, verdict: str = "same", user: str = "aino", **more: Any) -> None:
    report = record(ledger, [DecisionLine(1, verdict, user, finding_id=finding_id, reason="checked", **more)], NOW)
    assert not report.refused, report.refused


def build(workspace: Workspace, ledger: Ledger, **options: Any) -> batches.BuildReport:
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        return batches.build(ledger, connection, workspace.config, as_of=AS_OF, user="berta", now=NOW, **options)


def propose(workspace: Workspace, ledger: Ledger) -> None:
    warehouse, run_id = open_published(workspace)
    run = runs.last_published(ledger)
    assert run is not None
    with warehouse.read(run_id) as connection:
        propose_decided(ledger, connection, run, NOW, language="fi")


def cells(ledger: Ledger, batch_id: int | None) -> dict[tuple[str, str, str | None], tuple[str | None, str | None]]:
    assert batch_id is not None
    return {
        (line.table, line.key, line.column): (line.before, line.after) for line in batches.show(ledger, batch_id).lines
    }


def owes(workspace: Workspace, customer_no: str, state: str) -> None:
    warehouse, run_id = open_published(workspace)
    assert run_id
    with duckdb.connect(str(warehouse.path(run_id))) as night:
        bill = [customer_no, "L7", date(2026, 10, 1), None, 40.0, state]
        night.execute(
            "INSERT INTO invoices (customer_no, invoice_no, issued_on, service_no, amount, state) VALUES (?, ?, ?, ?, ?, ?)",
            bill,
        )


@pytest.mark.parametrize(
    ("state", "said", "goes"),
    [
        ("Avoin", None, False),
        ("Avoin", "stay", True),
        ("Avoin", "move", True),
        ("Avoin", "settle", False),
        ("Maksettu", None, True),
    ],
)
def test_nobody_is_merged_away_over_an_open_bill_unasked(
    workspace: Workspace, ledger: Ledger, state: str, said: str | None, goes: bool
) -> None:
    owes(workspace, "1001", state)
    choices = {"survivor": "1002"} | ({"open_bills": said} if said else {})
    decide(ledger, finding(ledger, "customers:1001", "customers:1002"), choices=choices)
    report = build(workspace, ledger)
    assert (report.batch_id is not None) == goes
    assert [one["code"] for one in report.left_out] == ([] if goes else ["open_bills"])


def test_a_merge_moves_everything_and_ends_the_loser(workspace: Workspace, ledger: Ledger) -> None:
    decide(ledger, finding(ledger, "customers:1001", "customers:1002"), choices={"survivor": "1002"})
    changes = cells(ledger, build(workspace, ledger).batch_id)
    assert changes["customers", "1001", None] == (None, "1002")
    assert changes["customers", "1001", "status"] == ("active", "ended")
    assert changes["services", "V1", "customer_no"] == ("1001", "1002")
    assert changes["site_roles", "1001/S1/owner", "customer_no"] == ("1001", "1002")
    assert changes["bin_groups", "K2", "host_customer_no"] == ("1001", "1002")
    assert not any(column == "phone" for _, _, column in changes)  # the same number in another spelling


def test_the_survivor_keeps_what_the_customer_reported_itself(workspace: Workspace, ledger: Ledger) -> None:
    decide(ledger, finding(ledger, "customers:1001", "customers:1002"), choices={"survivor": "1001"})
    report = build(workspace, ledger)
    changes = cells(ledger, report.batch_id)
    assert changes["customers", "1001", "street_address"] == ("Puijonkatu 12 A 5", "Rantatie 4 B 2")
    assert changes["customers", "1001", "email"] == (None, "liisa.makinen@example.fi")
    lines = {line.column: line.why for line in batches.show(ledger, report.batch_id or 0).lines if line.key == "1001"}
    assert lines["street_address"] == {"rule": "self_reported", "from": "1002"}
    assert lines["email"] == {"rule": "missing", "from": "1002"}


def test_the_stewards_choice_wins(workspace: Workspace, ledger: Ledger) -> None:
    choices = {"survivor": "1001", "fields": {"street_address": "Puijonkatu 12 A 5", "phone": "040 999 0000"}}
    decide(ledger, finding(ledger, "customers:1001", "customers:1002"), choices=choices)
    changes = cells(ledger, build(workspace, ledger).batch_id)
    assert ("customers", "1001", "street_address") not in changes
    assert changes["customers", "1001", "phone"] == ("040 123 4567", "040 999 0000")


def test_days_are_written_as_the_register_writes_them(workspace: Workspace, ledger: Ledger) -> None:
    decide(ledger, finding(ledger, "services:V4", rule="K04"), "accept")
    assert cells(ledger, build(workspace, ledger).batch_id)["services", "V4", "end_on"] == (None, "1.1.2016")


def test_a_new_customer_waits_for_its_number_where_files_are_imported(workspace: Workspace, ledger: Ledger) -> None:
    decide(ledger, finding(ledger, "bin_group_members:K2/2", rule="K12"), "accept")
    changes = cells(ledger, build(workspace, ledger).batch_id)
    assert changes["customers", "new:K2/2", "name"] == (None, "Ursula Uusitalo")
    assert changes["bin_group_members", "K2/2", "customer_no"] == (None, "new:K2/2")


def test_changed_evidence_and_empty_proposals_are_left_out_and_said(workspace: Workspace, ledger: Ledger) -> None:
    changed = finding(ledger, "customers:1008")
    empty = finding(ledger, "bin_groups:K2", rule="K15")
    decide(ledger, changed)
    decide(ledger, empty, "accept")
    with ledger.write() as writing:
        writing.execute(update(findings).where(findings.c.finding_id == changed).values(fingerprint="other"))
        # Accepted by an earlier version, when nothing made a task of it.
        writing.execute(update(findings).where(findings.c.finding_id == empty).values(state="accepted"))
    report = build(workspace, ledger)
    assert report.batch_id is None
    assert {one["finding_id"]: one["code"] for one in report.left_out} == {
        changed: "evidence_changed",
        empty: "nothing",
    }


def test_what_was_decided_without_a_finding_is_built_too(workspace: Workspace, ledger: Ledger) -> None:
    """Three customers, joined by two decisions on pairs that no night proposed; and a pair that a finding asks about."""
    lines = [DecisionLine(n, "same", "aino", customer_no_l=one, customer_no_r=other, reason="rang them")
             for n, (one, other) in enumerate((("1005", "1010"), ("1010", "1011"), ("1003", "1004")))]  # fmt: skip
    assert not record(ledger, lines, NOW).refused
    propose(workspace, ledger)
    propose(workspace, ledger)  # another time nothing is new
    changes = cells(ledger, build(workspace, ledger).batch_id)
    merged = {key: after for (table, key, column), (_, after) in changes.items() if table == "customers" and not column}
    assert merged.keys() | set(merged.values()) == {"1003", "1004", "1005", "1010", "1011"}
    made = finding(ledger, "customers:1005", "customers:1010", "customers:1011")
    with ledger.read() as reading:
        row = reading.execute(select(findings).where(findings.c.finding_id == made)).mappings().one()
        kept = reading.execute(
            select(evidence.c.payload).where(evidence.c.digest == row["evidence_digest"])
        ).scalar_one()
    assert (row["state"], row["relation"], row["present"]) == ("in_batch", "same", True)
    assert "1011" in json.loads(kept)["basis"]["customers"]


def test_what_came_back_from_a_batch_is_said_until_it_is_decided_again(workspace: Workspace, ledger: Ledger) -> None:
    twins = finding(ledger, "customers:1003", "customers:1004")
    decide(ledger, twins)
    number = build(workspace, ledger).batch_id or 0
    batches.reject_lines(ledger, number, [1], reason="ask", user="dan", now=NOW)
    again = build(workspace, ledger)
    assert again.batch_id is None
    assert [(one["finding_id"], one["code"]) for one in again.left_out] == [(twins, "returned")]
    decide(ledger, twins)
    assert build(workspace, ledger).findings == 1


def test_no_batch_rewrites_what_was_seen(workspace: Workspace, ledger: Ledger) -> None:
    told = finding(ledger, "bin_group_members:K1/2", rule="K12")
    decide(ledger, told, "accept")
    change = '[{"op":"update","table":"evidence","key":"1006/returned_mail/2026-09-01","column":"detail","after":"x"}]'
    with ledger.write() as writing:
        writing.execute(update(findings).where(findings.c.finding_id == told).values(proposal=change))
    assert [one["code"] for one in build(workspace, ledger).left_out] == ["history"]


def test_a_customer_is_in_one_open_batch_at_most(workspace: Workspace, ledger: Ledger) -> None:
    decide(ledger, finding(ledger, "customers:1003", "customers:1004"))
    first = build(workspace, ledger)
    decide(ledger, finding(ledger, "bin_group_members:K2/1", rule="K12"), "accept")  # it is about customer 1003
    second = build(workspace, ledger)
    assert second.batch_id is None
    assert second.left_out[0]["code"] == "busy"
    batches.undo(ledger, None, first.batch_id or 0, user="dan", now=NOW)
    assert build(workspace, ledger).findings == 2  # the first was taken back: both can go


def test_authors_do_not_approve_their_own_decisions(workspace: Workspace, ledger: Ledger) -> None:
    decide(ledger, finding(ledger, "customers:1003", "customers:1004"), user="aino")
    decide(ledger, finding(ledger, "customers:1008"), user="bertta")
    number = build(workspace, ledger).batch_id or 0
    for author in ("aino", "bertta", "Aino"):
        with pytest.raises(ConflictError):
            batches.approve(ledger, number, user=author, now=NOW)
    batches.approve(ledger, number, user="dan", now=NOW)
    assert batches.list_batches(ledger)[0].approved_by == "dan"


def test_rejected_lines_go_back_with_the_reason(workspace: Workspace, ledger: Ledger) -> None:
    wrong, right = finding(ledger, "customers:1003", "customers:1004"), finding(ledger, "customers:1008")
    decide(ledger, wrong)
    decide(ledger, right)
    number = build(workspace, ledger).batch_id or 0
    batches.approve(ledger, number, user="dan", now=NOW)
    seq = next(line.seq for line in batches.show(ledger, number).lines if line.finding_id == wrong)
    with pytest.raises(UsageError):
        batches.reject_lines(ledger, number, [seq], reason=" ", user="dan", now=NOW)
    assert batches.reject_lines(ledger, number, [seq], reason="two people", user="dan", now=NOW) == [wrong]
    with ledger.read() as reading:
        row = reading.execute(select(findings).where(findings.c.finding_id == wrong)).mappings().one()
        said = reading.execute(select(comments.c.text).where(comments.c.finding_id == wrong)).scalar_one()
    assert (row["state"], row["reopened_because"]) == ("open", "returned")
    assert "two people" in said
    assert batches.list_batches(ledger)[0].state == "built"  # to be approved again
    decide(ledger, wrong, "different")


def test_a_workbook_shows_what_changes_beside_what_was(workspace: Workspace, ledger: Ledger, tmp_path: Path) -> None:
    merged = finding(ledger, "customers:1008")
    decide(ledger, merged)
    number = build(workspace, ledger).batch_id or 0
    with pytest.raises(ConflictError):
        batches.change_book(workspace, ledger, number)
    batches.approve(ledger, number, user="dan", now=NOW)
    made = batches.change_book(workspace, ledger, number)
    assert made == batches.change_book(workspace, ledger, number)
    lines = [one for one in batches.show(ledger, number).lines if one.op == "update" and one.table == "customers"]
    cells, coloured = sheet_cells(made, "customers")
    header = {place: text for (place, row), text in cells.items() if row == 1}
    assert "national_id" not in header.values()
    assert len(coloured) == len(lines) > 0
    beside = {title: place for place, title in header.items()}
    for place, row in coloured:
        was = beside.get(f"{header[place]} (ennen)")
        assert was is None or cells.get((was, row)) != cells.get((place, row))
    with zipfile.ZipFile(BytesIO(made)) as book:
        assert 'state="frozen"' in book.read("xl/worksheets/sheet1.xml").decode()
        assert 'formatCode="d.m.yyyy"' in book.read("xl/styles.xml").decode()


def sheet_cells(book: bytes, name: str) -> tuple[dict[tuple[str, int], str], set[tuple[str, int]]]:
    """What the cells of a sheet hold, by column and row, and which of them are coloured."""
    with zipfile.ZipFile(BytesIO(book)) as parts:
        strings = [re.sub("<[^>]*>", "", one) for one in part(parts, "sharedStrings").split("</si>")]
        styles = part(parts, "styles")
        sheets = re.findall(r'<sheet name="([^"]+)"', part(parts, "workbook"))
        sheet = part(parts, f"worksheets/sheet{sheets.index(name) + 1}")
    fills = [re.findall(r'fgColor rgb="FF(\w+)"', fill) for fill in re.findall("<fill>.*?</fill>", styles)]
    looks = [
        int(found)
        for found in re.findall(r'<xf [^>]*fillId="(\d+)"', styles.split("<cellXfs")[1].split("</cellXfs")[0])
    ]
    cells, coloured = {}, set()
    for place, row, rest, value in re.findall(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|><v>([^<]*)</v></c>)', sheet):
        look = re.search(r's="(\d+)"', rest)
        if look and fills[looks[int(look[1])]] == ["FDF1D3"]:
            coloured.add((place, int(row)))
        if value:
            cells[place, int(row)] = strings[int(value)] if 't="s"' in rest else value
    return cells, coloured


def part(parts: zipfile.ZipFile, name: str) -> str:
    return parts.read(f"xl/{name}.xml").decode()


def test_protection_is_inherited_and_never_exported(workspace: Workspace, ledger: Ledger, tmp_path: Path) -> None:
    with (workspace.root / "in" / "customers.csv").open("a", encoding="utf-8") as file:
        file.write(
            "1020;Salainen Saara;;;4.4.1980;Minna Canthin katu 4;70100;Kuopio;040 999 8888;;active;ei;staff;1.1.2010\n"
        )
    from regclean.night import run_night

    run_night(workspace, as_of=AS_OF, now=NOW)
    decide(ledger, finding(ledger, "customers:1014", "customers:1020"), choices={"survivor": "1020"})
    decide(ledger, finding(ledger, "customers:1008"))
    number = build(workspace, ledger).batch_id or 0
    shown = batches.show(ledger, number, restricted=True)
    assert any(line.column == "non_disclosure" and line.after == "kyllä" for line in shown.lines)
    plain = batches.show(ledger, number)
    assert plain.withheld == len(shown.lines) - len(plain.lines) > 0
    assert not any("1020" in (line.key, line.after) for line in plain.lines)
    batches.approve(ledger, number, user="dan", now=NOW)
    names = batches.export(workspace, ledger, number, tmp_path / "out", user="dan", now=NOW)
    for name in names:
        text = (tmp_path / "out" / name).read_text(encoding="utf-8-sig")
        assert "Salainen" not in text
        assert "1020" not in text.replace(name, "")
    assert "1009" in (tmp_path / "out" / "changes.csv").read_text(encoding="utf-8")


def test_a_line_that_reaches_a_protected_customer_is_withheld(
    workspace: Workspace, ledger: Ledger, tmp_path: Path
) -> None:
    linked = finding(ledger, "bin_group_members:K1/2", rule="K12")
    decide(ledger, linked, "accept")
    decide(ledger, finding(ledger, "customers:1008"))
    with ledger.write() as writing:  # as if customer 1014 had been chosen
        proposal = '[{"op":"update","table":"bin_group_members","key":"K1/2","column":"customer_no","after":"1014"}]'
        writing.execute(update(findings).where(findings.c.finding_id == linked).values(proposal=proposal))
    number = build(workspace, ledger).batch_id or 0
    batches.approve(ledger, number, user="dan", now=NOW)
    batches.export(workspace, ledger, number, tmp_path / "out", user="dan", now=NOW)
    text = (tmp_path / "out" / "changes.csv").read_text(encoding="utf-8")
    assert "1014" not in text
    assert "1009" in text


def test_a_batch_that_would_do_harm_is_stopped(workspace: Workspace, ledger: Ledger) -> None:
    harmful = finding(ledger, "customers:1008")
    decide(ledger, harmful, choices={"survivor": "1008"})
    with ledger.write() as writing:  # as an earlier version took it
        chosen = {"survivor": "1008", "fields": {"billing_name": "010190-901R"}}
        writing.execute(update(decisions).where(decisions.c.finding_id == harmful).values(choices=chosen))
    with pytest.raises(GateError, match="national_id_out_of_place"):
        build(workspace, ledger)
    with ledger.read() as reading:
        assert reading.execute(select(batch_changes)).first() is None
        assert (
            reading.execute(select(findings.c.state).where(findings.c.finding_id == harmful)).scalar_one() == "accepted"
        )
        assert reading.execute(select(decisions)).first() is not None


def test_unknown_survivorship_rules_are_refused(workspace: Workspace, ledger: Ledger) -> None:
    config = default_config(survivorship={"phone": ["loudest"]})
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection, pytest.raises(ConfigError, match="survivorship"):
        batches.build(ledger, connection, config, as_of=AS_OF, user="berta", now=NOW)
