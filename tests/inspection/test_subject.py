"""One subject as a page: what it gathers, and whom it does not show."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regclean.config import load_workspace
from regclean.errors import UsageError
from regclean.findings.decide import DecisionLine, record
from regclean.inspection import SubjectPage, hidden_subjects, look_up
from regclean.ledger import opened
from regclean.night import open_published

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def page(root: Path, subject: str, *, restricted: bool = False, protected: frozenset[str] = frozenset()) -> SubjectPage:
    workspace = load_workspace(root)
    warehouse, run_id = open_published(workspace)
    with opened(workspace.ledger_url) as ledger, warehouse.read(run_id) as connection:
        hidden = frozenset() if restricted else hidden_subjects(connection, protected)
        return look_up(connection, ledger, subject, hidden=hidden)


def test_a_customer_from_the_file_to_the_decisions(published_register: Path) -> None:
    with opened(load_workspace(published_register).ledger_url) as ledger:
        line = DecisionLine(2, "different", "aino", customer_no_l="1003", customer_no_r="1004", reason="namesakes")
        assert record(ledger, [line], NOW).taken == 1
    found = page(published_register, "1003")
    assert (found.subject, found.source) == ("customers:1003", "in/customers.csv, row 4")
    told = found.data
    values = {line["column"]: (line["landed"], line["read as"]) for line in told["values"]}
    assert values["name"] == ("Virtanen Matti", "Matti Virtanen")
    assert values["phone"] == ("050 765 4321", "+358507654321")
    assert {"customer": "1004", "relation": "same"}.items() <= next(
        line for line in told["link pairs"] if line["customer"] == "1004"
    ).items()
    assert [line["rule"] for line in told["findings"] if line["state"] == "rejected"] == ["duplicate"]
    assert [(line["verdict"], line["user"]) for line in told["decisions"]] == [("different", "aino")]
    assert told["decided pairs"] == [{"decision": 1, "customer": "1004", "verdict": "different", "standing": "holds"}]
    assert "010190-901R" not in json.dumps(told)


@pytest.mark.parametrize("subject", ["bin_groups:K1", "bin_group_members:K1/1", "services:V1", "sites:S1"])
def test_other_subjects_have_a_page(published_register: Path, subject: str) -> None:
    assert page(published_register, subject).data["values"]


@pytest.mark.parametrize("subject", ["1014", "customers:1014", "customers:9999"])
def test_a_protected_customer_is_as_if_it_were_not_there(published_register: Path, subject: str) -> None:
    with pytest.raises(UsageError, match="shows no customers"):
        page(published_register, subject)


def test_who_has_the_right_sees_a_protected_customer(published_register: Path) -> None:
    assert page(published_register, "1014", restricted=True).data["values"]


def test_a_page_does_not_tell_of_a_protected_neighbour(published_register: Path) -> None:
    assert "1004" in json.dumps(page(published_register, "1003").data)
    assert "1004" not in json.dumps(page(published_register, "1003", protected=frozenset({"1004"})).data)


def test_what_is_no_subject_is_told(published_register: Path) -> None:
    with pytest.raises(UsageError, match="no subject"):
        page(published_register, "clients:1")
