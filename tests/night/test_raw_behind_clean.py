"""What the page, the rules and the batches show as raw is the row that the typed row came from."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from regclean.batches.extract import Extract
from regclean.config import load_workspace
from regclean.domain.findings import canonical_json
from regclean.findings.records import subject_records
from regclean.night import Night, open_published, run_night
from regclean.warehouse import rows

AS_OF = date(2026, 11, 1)
SMALL = Path(__file__).parents[1] / "data" / "small"


@pytest.fixture(scope="module")
def rough_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small register with keys as spreadsheets leave them, and customers and lines that stand twice."""
    small_register = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("rough") / "register"))
    customers = small_register / "in/customers.csv"
    text = customers.read_text(encoding="utf-8").replace("\n1002;", "\n 1002.0;")
    text = text.replace("040 123 4567;;active;ei;staff;3.5.2009", "040 1111111111111;;active;ei;staff;3.5.2009")
    text += (
        "1001;Mäkinen Liisa Maria;;;12.3.1961;Puijonkatu 12 A 5;70100;Kuopio;050 2222222;;active;ei;staff;3.5.2019\n"
    )
    customers.write_text(text, encoding="utf-8")
    lines = small_register / "in/bin_group_members.csv"
    text = lines.read_text(encoding="utf-8").replace("\nK1;2;", "\nK1;;")
    lines.write_text(text, encoding="utf-8")
    bounces = small_register / "in/evidence.csv"
    text = bounces.read_text(encoding="utf-8")
    text += "1002;phone_bounce;1.9.2026;\n1002;phone_bounce;1.10.2026;0401234567\n"
    bounces.write_text(text, encoding="utf-8")
    services = small_register / "in/services.csv"
    text = services.read_text(encoding="utf-8").replace("\nV4;1016;", "\n V4;1016.0;")
    services.write_text(text, encoding="utf-8")
    return small_register


@pytest.fixture(scope="module")
def night(rough_register: Path) -> Night:
    return run_night(load_workspace(rough_register), as_of=AS_OF, now=datetime(2026, 11, 2, 2, tzinfo=UTC))


@pytest.fixture(scope="module")
def found(night: Night, rough_register: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """(rule, subjects) -> the finding of the rough register's night."""
    workspace = load_workspace(rough_register)
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        query = "SELECT rule, subjects, evidence, proposal FROM findings"
        return {
            (rule, subjects): {"evidence": json.loads(evidence), "proposal": json.loads(proposal or "[]")}
            for rule, subjects, evidence, proposal in rows(connection, query)
        }


def record(root: Path, subject: str) -> dict[str, Any]:
    warehouse, run_id = open_published(load_workspace(root))
    with warehouse.read(run_id) as connection:
        shown: dict[str, Any] = json.loads(subject_records(connection, [subject])[subject])
        return shown


def test_the_row_that_was_taken_is_shown_and_judged(
    found: dict[tuple[str, str], dict[str, Any]], rough_register: Path
) -> None:
    shown = record(rough_register, "customers:1001")
    assert shown["clean"]["phone"] == "+358502222222"
    assert shown["raw"]["phone"] == "050 2222222"
    assert shown["source"]["row"] == 18
    assert not any(rule == "F10" for rule, _ in found), "the number in force is a good one"


def test_the_counts_of_what_was_read_add_up(night: Night, rough_register: Path) -> None:
    aside = (rough_register / "var/quarantine.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert night.landed is not None
    assert night.landed.quarantined == len(aside) == 1
    assert night.landed.records == night.landed.loaded + night.landed.quarantined


def test_the_other_row_stands_in_a_finding_with_its_place(found: dict[tuple[str, str], dict[str, Any]]) -> None:
    evidence = found["F19", '["customers:1001:customer_no"]']["evidence"]["rule"]
    assert evidence["others"] == ["in/customers.csv:2"]
    assert evidence["taken"] == "in/customers.csv:18"
    assert evidence["columns"] == ["phone", "updated_on"]


@pytest.mark.parametrize(
    ("subject", "column", "text", "row"),
    [
        ("customers:1002", "name", "Liisa Mäkinen", 3),
        ("bin_group_members:K1/2", "name", "Savolainen Eeva", 3),
        ("services:V4", "bin_litres", "140", 5),
    ],
)
def test_a_key_written_otherwise_hides_no_row(
    found: dict[tuple[str, str], dict[str, Any]], rough_register: Path, subject: str, column: str, text: str, row: int
) -> None:
    assert found
    shown = record(rough_register, subject)
    assert shown["raw"][column] == text
    assert shown["source"]["row"] == row
    assert not {"key", "_file", "_row", "_hash"} & shown["raw"].keys()


def test_what_a_proposal_replaces_is_what_the_register_holds(
    found: dict[tuple[str, str], dict[str, Any]], rough_register: Path
) -> None:
    """Whatever rule proposes it: a batch checks each `before` against the register, which holds raw text."""
    changes = [change for finding in found.values() for change in finding["proposal"] if change["op"] == "update"]
    assert changes
    warehouse, run_id = open_published(load_workspace(rough_register))
    with warehouse.read(run_id) as connection:
        extract = Extract(connection, AS_OF)
        keys: dict[str, list[str]] = {}
        for change in changes:
            keys.setdefault(change["table"], []).append(change["key"])
        extract.load((), keys)
        for change in changes:
            holds = extract.get(change["table"], change["key"])
            assert holds is not None, canonical_json(change)
            assert change["before"] == holds.row[change["column"]], canonical_json(change)
