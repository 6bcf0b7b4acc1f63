"""A handover of each kind in one case: page, batch, register, the next night, and back by undo; and what stops one."""

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
        {"customer_no": "D1", "kind": "person", "name": "Koski Eino", "street_address": "Kivitie 2", "postal_code": "70400", "city": "KUOPIO", "status": "active", "created_on": "2010-01-01"},
        {"customer_no": "D2", "kind": "person", "name": "Koski Helvi", "street_address": "Kivitie 2", "postal_code": "70400", "city": "KUOPIO", "status": "active", "created_on": "2010-01-01"},
        {"customer_no": "E1", "kind": "person", "name": "Niemi Oiva", "street_address": "Lehtotie 5", "postal_code": "70420", "city": "KUOPIO", "status": "active", "created_on": "2010-01-01"},
        {"customer_no": "M1", "kind": "person", "name": "Aalto Sirpa", "street_address": "Niittytie 3", "postal_code": "70460", "city": "KUOPIO", "status": "active", "created_on": "2010-01-01"},
        {"customer_no": "H1", "kind": "household", "name": "Laine Matti ja Maija", "street_address": "Suotie 9", "postal_code": "70500", "city": "KUOPIO", "status": "active", "created_on": "2010-01-01"},
        {"customer_no": "H2", "kind": "person", "name": "Laine Matti", "street_address": "Suotie 9", "postal_code": "70500", "city": "KUOPIO", "status": "active", "created_on": "2026-05-01"},
        {"customer_no": "O1", "kind": "company", "name": "Kukka Oy", "street_address": "Torikatu 1", "postal_code": "70110", "city": "KUOPIO", "status": "active", "created_on": "2008-01-01"},
        {"customer_no": "O2", "kind": "company", "name": "Kukkatalo Oy", "street_address": "Torikatu 1", "postal_code": "70110", "city": "KUOPIO", "status": "active", "created_on": "2026-06-01"},
    ],
    "sites": [
        {"site_no": "S1", "street_address": "Rantatie 4", "postal_code": "70100", "city": "KUOPIO", "use": "permanent"},
        {"site_no": "S3", "street_address": "Mäntytie 8", "postal_code": "70300", "city": "KUOPIO", "use": "permanent"},
        {"site_no": "S4", "street_address": "Kivitie 2", "postal_code": "70400", "city": "KUOPIO", "use": "permanent"},
        {"site_no": "S5", "street_address": "Lehtotie 5", "postal_code": "70420", "city": "KUOPIO", "use": "permanent"},
        {"site_no": "S6", "street_address": "Niittytie 3", "postal_code": "70460", "city": "KUOPIO", "use": "leisure"},
        {"site_no": "S7", "street_address": "Suotie 9", "postal_code": "70500", "city": "KUOPIO", "use": "permanent"},
        {"site_no": "S8", "street_address": "Torikatu 1", "postal_code": "70110", "city": "KUOPIO", "use": "business"},
    ],
    "site_roles": [
        {"customer_no": "C1", "site_no": "S1", "role": "owner", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "C1", "site_no": "S1", "role": "payer", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "C2", "site_no": "S1", "role": "owner", "start_on": "2026-03-01", "end_on": None},
        {"customer_no": "C3", "site_no": "S3", "role": "owner", "start_on": "2012-01-01", "end_on": None},
        {"customer_no": "D1", "site_no": "S4", "role": "owner", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "D2", "site_no": "S4", "role": "owner", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "E1", "site_no": "S5", "role": "owner", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "M1", "site_no": "S6", "role": "owner", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "H1", "site_no": "S7", "role": "owner", "start_on": "2010-01-01", "end_on": None},
        {"customer_no": "H2", "site_no": "S7", "role": "owner", "start_on": "2026-05-01", "end_on": None},
        {"customer_no": "O1", "site_no": "S8", "role": "owner", "start_on": "2008-01-01", "end_on": None},
    ],
    "services": [
        {"service_no": "P1", "customer_no": "C1", "site_no": "S1", "waste_type": "mixed", "bin_litres": "660", "interval_weeks": "2", "start_on": "2010-01-01", "bin_group_no": "K1"},
        {"service_no": "P2", "customer_no": "C1", "site_no": "S1", "waste_type": "bio", "bin_litres": "140", "interval_weeks": "2", "start_on": "2010-01-01", "bin_group_no": None},
        {"service_no": "P3", "customer_no": "C3", "site_no": "S3", "waste_type": "mixed", "bin_litres": "240", "interval_weeks": "4", "start_on": "2012-01-01", "bin_group_no": "K1"},
        {"service_no": "P4", "customer_no": "D1", "site_no": "S4", "waste_type": "mixed", "bin_litres": "240", "interval_weeks": "4", "start_on": "2012-01-01", "bin_group_no": None},
        {"service_no": "P5", "customer_no": "D1", "site_no": "S4", "waste_type": "compost", "bin_litres": "", "interval_weeks": "", "start_on": "2012-01-01", "bin_group_no": None},
        {"service_no": "P6", "customer_no": "E1", "site_no": "S5", "waste_type": "mixed", "bin_litres": "240", "interval_weeks": "4", "start_on": "2012-01-01", "bin_group_no": None},
        {"service_no": "P7", "customer_no": "M1", "site_no": "S6", "waste_type": "mixed", "bin_litres": "240", "interval_weeks": "4", "start_on": "2012-01-01", "bin_group_no": None},
        {"service_no": "P8", "customer_no": "H1", "site_no": "S7", "waste_type": "mixed", "bin_litres": "240", "interval_weeks": "4", "start_on": "2012-01-01", "bin_group_no": None},
        {"service_no": "P9", "customer_no": "O1", "site_no": "S8", "waste_type": "mixed", "bin_litres": "660", "interval_weeks": "2", "start_on": "2012-01-01", "bin_group_no": None},
    ],
    "bin_groups": [
        {"bin_group_no": "K1", "waste_type": "mixed", "host_site_no": "S1", "host_customer_no": "C1", "contact_customer_no": "C1", "contact_name": "Virta Aino", "contact_phone": "040 123 4567", "confirmed_on": "2026-09-01"},
    ],
    "bin_group_members": [
        {"bin_group_no": "K1", "member_no": "1", "customer_no": "C1", "site_no": "S1", "name": "Virta Aino", "street_address": "Rantatie 4", "postal_code": "70100"},
        {"bin_group_no": "K1", "member_no": "2", "customer_no": "C3", "site_no": "S3", "name": "Harju Kerttu", "street_address": "Mäntytie 8", "postal_code": "70300"},
    ],
    "invoices": [
        {"customer_no": "C1", "invoice_no": "B7", "issued_on": "2026-10-01", "amount": "40", "state": "Avoin"},
    ],
    "evidence": [
        {"customer_no": "C3", "signal": "owner_change", "observed_on": "2026-10-04", "detail": "", "event_id": None},
        {"customer_no": "D1", "signal": "death", "observed_on": "2026-09-01", "detail": "VTJ", "event_id": None},
        {"customer_no": "D1", "signal": "complaint", "observed_on": "2026-08-20", "detail": "astia rikki", "event_id": "R5"},
        {"customer_no": "E1", "signal": "death", "observed_on": "2026-10-02", "detail": "VTJ", "event_id": None},
        {"customer_no": "M1", "signal": "move", "observed_on": "2026-10-03", "detail": "uusi osoite: Puistotie 6, 70600 KUOPIO", "event_id": None},
    ],
}  # fmt: skip
# Who followed whom: a sale, a death with a known heir, a household that parted, a company that was bought.
FOLLOWS = {"C1": "C2", "D1": "D2", "H1": "H2", "O1": "O2"}
MOVES: dict[str, set[tuple[str, str, str, str | None]]] = {
    "C1": {
        ("site_roles", "C1/S1/owner", "end_on", "2026-03-01"),
        ("site_roles", "C2/S1/payer", "start_on", "2026-03-01"),
        ("services", "P1", "customer_no", "C2"),
        ("services", "P2", "customer_no", "C2"),
        ("bin_groups", "K1", "host_customer_no", "C2"),
        ("bin_groups", "K1", "contact_customer_no", "C2"),
        ("bin_groups", "K1", "contact_phone", None),
        ("bin_group_members", "K1/1", "customer_no", "C2"),
        ("customers", "C1", "status", "ended"),
    },
    "D1": {
        ("site_roles", "D1/S4/owner", "end_on", "2026-09-01"),
        ("services", "P4", "customer_no", "D2"),
        ("services", "P5", "end_on", "2026-09-01"),
        ("customers", "D1", "status", "ended"),
    },
    "H1": {("services", "P8", "customer_no", "H2"), ("site_roles", "H1/S7/owner", "end_on", "2026-05-01")},
    "O1": {("services", "P9", "customer_no", "O2"), ("site_roles", "O2/S8/owner", "start_on", "2026-06-01")},
}
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


def rows_of(workspace: Path, table: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(workspace / "register.db")
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1")]  # our own names
    connection.close()
    return rows


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = sqlite3.connect(tmp_path / "register.db")
    wider = {"customers": ("billing_street_address", "billing_postal_code", "billing_city"), "services": ("end_on",)}
    settings = CONFIG
    for name, rows in TABLES.items():
        columns = [*rows[0], *wider.get(name, ())]
        made.execute(f"CREATE TABLE {name} ({', '.join(f'{column} TEXT' for column in columns)})")
        marks = ", ".join("?" for _ in columns)
        made.executemany(
            f"INSERT INTO {name} VALUES ({marks})", [[row.get(column) for column in columns] for row in rows]
        )
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

    def decide_at_the_api(case: dict[str, str], **more: Any) -> int:
        """Accept a finding as the page's own programs do."""
        signed_in = {"Authorization": f"Bearer {tokens['aino']}"}
        address = f"/api/v1/findings/{case['finding_id']}"
        version = page.get(address, headers=signed_in).json()["version"]
        sent = {"verdict": "accept", "expected_version": version, **more}
        return page.post(f"{address}/decisions", json=sent, headers=signed_in).status_code

    regclean("run", "--as-of", "2026-11-01")
    tokens["aino"] = token_for(workspace, "aino", "steward")
    tokens["dan"] = token_for(workspace, "dan", "approver", "clerk")
    before = register(workspace)
    who = {"user": "aino", "reason": "sold"}
    for old, new in FOLLOWS.items():
        decide({"customer_no_l": min(old, new), "customer_no_r": max(old, new), "verdict": "successor", **who})
    regclean("run", "--as-of", "2026-11-02")
    cases = {json.loads(row["subjects"])[0].removeprefix("customers:"): row for row in found() if row["rule"] == "S21"}
    moved = {
        old: {
            (change["table"], change["key"], change["column"], change["after"])
            for change in json.loads(row["proposal"])
        }
        for old, row in cases.items()
    }
    assert moved.keys() == FOLLOWS.keys()
    for old, expected in MOVES.items():
        assert moved[old] >= expected, old

    # All of it, the open bill and the open complaint are on one page.
    page = TestClient(create_app(load_workspace(workspace)), base_url="http://127.0.0.1")
    shown = {
        old: page.get(
            f"/api/v1/findings/{row['finding_id']}", headers={"Authorization": f"Bearer {tokens['aino']}"}
        ).text
        for old, row in cases.items()
    }
    assert all(key in shown["C1"] for key in ("C1/S1/owner", "C1/S1/payer", "P1", "P2", "K1/1", "B7"))
    assert all(key in shown["D1"] for key in ("P4", "P5", "R5"))

    # Nobody is ended over an open bill unasked, by whatever door the decision comes.
    decide_at_the_api(cases["C1"])
    assert "customer C1 has open bills (B7)" in regclean("batch", "build", by="aino")
    decide({"finding_id": cases["C1"]["finding_id"], "verdict": "accept", **who})
    assert "customer C1 has open bills (B7)" in regclean("batch", "build", by="aino")
    assert decide_at_the_api(cases["C1"], choices={"open_bills": "stay"}) == 201
    for old in ("D1", "H1", "O1"):
        assert decide_at_the_api(cases[old]) == 201
    # Nobody is known to follow the other one who died: the account is the estate's. Who moved is billed at the new home.
    for rule, customer in (("S01", "E1"), ("S02", "M1")):
        (told,) = [row for row in found() if row["rule"] == rule and row["case_key"] == f"customers:{customer}"]
        assert decide_at_the_api(told) == 201
    assert "B7" not in regclean("batch", "build", by="aino")
    (batch,) = [one for one in json.loads(regclean("batch", "list", "--json", by="aino")) if one["state"] == "built"]
    number = str(batch["batch"])
    regclean("batch", "approve", number, by="dan")
    regclean("batch", "apply", number, by="dan")
    after = register(workspace)
    holders = {row["service_no"]: (row["customer_no"], row["end_on"]) for row in rows_of(workspace, "services")}
    assert holders == {
        "P1": ("C2", None), "P2": ("C2", None), "P3": ("C3", None), "P4": ("D2", None), "P5": ("D1", "2026-09-01"),
        "P6": ("E1", None), "P7": ("M1", None), "P8": ("H2", None), "P9": ("O2", None),
    }  # fmt: skip
    people = {row["customer_no"]: row for row in rows_of(workspace, "customers")}
    assert {no for no, row in people.items() if row["status"] == "ended"} == FOLLOWS.keys()
    assert people["E1"]["kind"] == "estate"
    assert people["M1"]["billing_street_address"] == "Puistotie 6"
    (bin_,) = rows_of(workspace, "bin_groups")
    assert (bin_["contact_customer_no"], bin_["contact_name"], bin_["contact_phone"]) == ("C2", "Toni Salo", None)
    assert after["invoices"] == before["invoices"]

    regclean("run", "--as-of", "2026-11-03")
    states = {json.loads(row["subjects"])[0]: row["state"] for row in found() if row["rule"] == "S21"}
    assert states == dict.fromkeys((f"customers:{old}" for old in FOLLOWS), "verified")
    regclean("batch", "undo", number, by="dan")
    assert register(workspace) == before
    # Who follows at a house that was sold to nobody known is asked for: by a task, whose letter goes to the property's holder.
    (sold,) = [row for row in found() if row["rule"] == "S03"]
    assert (json.loads(sold["subjects"]), sold["ends_in"]) == (["customers:C3", "sites:S3"], "task")
    decide({"finding_id": sold["finding_id"], "verdict": "accept", **who})
    (task,) = json.loads(regclean("tasks", "list", "--json", by="aino"))
    assert task["finding_id"] == sold["finding_id"]
