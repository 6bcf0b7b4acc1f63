"""A handover in one case: page, batch, register, the next night, and back by undo; and what stops one."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from regclean.config import load_workspace
from regclean.review.web.app import create_app

TABLES = {
    "customers": [
        {"customer_no": "C1", "kind": "person", "name": "Virta Aino", "street_address": "Rantatie 4", "postal_code": "70100", "city": "KUOPIO", "status": "active", "created_on": "2010-01-01"},
        {"customer_no": "C2", "kind": "person", "name": "Salo Toni", "street_address": "Rantatie 4", "postal_code": "70100", "city": "KUOPIO", "status": "active", "created_on": "2026-03-01"},
        {"customer_no": "C3", "kind": "person", "name": "Harju Kerttu", "street_address": "Mäntytie 8", "postal_code": "70300", "city": "KUOPIO", "status": "active", "created_on": "2012-01-01"},
    ],
    "sites": [
        {"site_no": "S1", "street_address": "Rantatie 4", "postal_code": "70100", "city": "KUOPIO", "use": "permanent"},
        {"site_no": "S3", "street_address": "Mäntytie 8", "postal_code": "70300", "city": "KUOPIO", "use": "permanent"},
    ],
    "site_roles": [
        {"customer_no": "C1", "site_no": "S1", "role": "owner", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "C1", "site_no": "S1", "role": "payer", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "C2", "site_no": "S1", "role": "owner", "start_on": "2026-03-01", "end_on": None},
        {"customer_no": "C3", "site_no": "S3", "role": "owner", "start_on": "2012-01-01", "end_on": None},
    ],
    "services": [
        {"service_no": "P1", "customer_no": "C1", "site_no": "S1", "waste_type": "mixed", "bin_litres": "660", "interval_weeks": "2", "start_on": "2010-01-01", "bin_group_no": "K1"},
        {"service_no": "P2", "customer_no": "C1", "site_no": "S1", "waste_type": "bio", "bin_litres": "140", "interval_weeks": "2", "start_on": "2010-01-01", "bin_group_no": None},
        {"service_no": "P3", "customer_no": "C3", "site_no": "S3", "waste_type": "mixed", "bin_litres": "240", "interval_weeks": "4", "start_on": "2012-01-01", "bin_group_no": "K1"},
    ],
    "bin_groups": [
        {"bin_group_no": "K1", "waste_type": "mixed", "host_site_no": "S1", "host_customer_no": "C1", "contact_customer_no": "C1", "contact_name": "Virta Aino", "confirmed_on": "2026-09-01"},
    ],
    "bin_group_members": [
        {"bin_group_no": "K1", "member_no": "1", "customer_no": "C1", "site_no": "S1", "name": "Virta Aino", "street_address": "Rantatie 4", "postal_code": "70100"},
        {"bin_group_no": "K1", "member_no": "2", "customer_no": "C3", "site_no": "S3", "name": "Harju Kerttu", "street_address": "Mäntytie 8", "postal_code": "70300"},
    ],
    "invoices": [
        {"customer_no": "C1", "invoice_no": "B7", "issued_on": "2026-10-01", "amount": "40", "state": "Avoin"},
    ],
    "evidence": [
        {"customer_no": "C3", "signal": "owner_change", "observed_on": "2026-10-04", "detail": ""},
    ],
}  # fmt: skip
CONFIG = """[workspace]
name = "Savon Jäte Oy"

[register]
target = "sql"
url = "sqlite:///register.db"
"""


def register(workspace: Path) -> dict[str, list[Any]]:
    connection = sqlite3.connect(workspace / "register.db")
    rows = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in TABLES}  # our own names
    connection.close()
    return rows


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = sqlite3.connect(tmp_path / "register.db")
    settings = CONFIG
    for name, rows in TABLES.items():
        columns = list(rows[0])
        made.execute(f"CREATE TABLE {name} ({', '.join(f'{column} TEXT' for column in columns)})")
        marks = ", ".join("?" for _ in columns)
        made.executemany(f"INSERT INTO {name} VALUES ({marks})", [[row[column] for column in columns] for row in rows])
        settings += f'\n[[source]]\ntable = "{name}"\nurl = "sqlite:///register.db"\nquery = "SELECT * FROM {name}"\n'
    made.commit()
    made.close()
    (tmp_path / "regclean.toml").write_text(settings, encoding="utf-8")
    return tmp_path


def test_one_decision_moves_everything_and_one_undo_brings_it_back(
    workspace: Path,
    command_here: Callable[..., subprocess.CompletedProcess[str]],
    token_for: Callable[..., str],
) -> None:
    tokens = {}

    def regclean(*arguments: str, expect: int = 0, by: str | None = None) -> str:
        signed_in = {"REGCLEAN_TOKEN": tokens[by]} if by else {}
        done = command_here("-w", workspace, *arguments, COLUMNS="250", **signed_in)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def found() -> list[dict[str, str]]:
        regclean("findings", "-o", str(workspace / "found.csv"))
        with (workspace / "found.csv").open(encoding="utf-8", newline="") as handle:
            return list(csv.DictReader(handle))

    def decide(line: dict[str, str]) -> str:
        with (workspace / "decisions.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(line))
            writer.writeheader()
            writer.writerow(line)
        return regclean("decide", "--from", str(workspace / "decisions.csv"), by="aino")

    regclean("run", "--as-of", "2026-11-01")
    tokens["aino"] = token_for(workspace, "aino", "steward")
    tokens["dan"] = token_for(workspace, "dan", "approver", "clerk")
    before = register(workspace)
    who = {"user": "aino", "reason": "sold"}
    decide({"customer_no_l": "C1", "customer_no_r": "C2", "verdict": "successor", **who})
    regclean("run", "--as-of", "2026-11-02")
    (case,) = [row for row in found() if row["rule"] == "S21"]
    moved = {(change["table"], change["key"], change["column"]) for change in json.loads(case["proposal"])}
    assert moved >= {
        ("site_roles", "C1/S1/owner", "end_on"),
        ("services", "P1", "customer_no"),
        ("services", "P2", "customer_no"),
        ("bin_groups", "K1", "host_customer_no"),
        ("bin_groups", "K1", "contact_customer_no"),
        ("bin_group_members", "K1/1", "customer_no"),
        ("customers", "C1", "status"),
    }

    # All of it, and the open bill, is on one page.
    page = TestClient(create_app(load_workspace(workspace)), base_url="http://127.0.0.1")
    shown = page.get(
        f"/api/v1/findings/{case['finding_id']}", headers={"Authorization": f"Bearer {tokens['aino']}"}
    ).text
    assert all(key in shown for key in ("C1/S1/owner", "C1/S1/payer", "P1", "P2", "K1/1", "B7"))

    # Nobody is ended over an open bill unasked.
    decide({"finding_id": case["finding_id"], "verdict": "accept", **who})
    assert "customer C1 has open bills (B7)" in regclean("batch", "build", by="aino")
    decide({"finding_id": case["finding_id"], "verdict": "accept", "choices": '{"open_bills": "stay"}', **who})
    assert "B7" not in regclean("batch", "build", by="aino")
    regclean("batch", "approve", "1", by="dan")
    regclean("batch", "apply", "1", by="dan")
    after = register(workspace)
    assert after != before
    assert [row[1] for row in after["services"]] == ["C2", "C2", "C3"]
    assert after["invoices"] == before["invoices"]

    regclean("run", "--as-of", "2026-11-03")
    (now,) = [row for row in found() if row["rule"] == "S21"]
    assert now["state"] == "verified"
    regclean("batch", "undo", "1", by="dan")
    assert register(workspace) == before
    # Who follows at a house that was sold to nobody known is asked for: by a task, whose letter goes to the property's holder.
    (sold,) = [row for row in found() if row["rule"] == "S03"]
    assert (json.loads(sold["subjects"]), sold["ends_in"]) == (["customers:C3", "sites:S3"], "task")
    decide({"finding_id": sold["finding_id"], "verdict": "accept", **who})
    (task,) = json.loads(regclean("tasks", "list", "--json", by="aino"))
    assert task["finding_id"] == sold["finding_id"]
