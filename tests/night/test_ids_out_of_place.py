"""A national id anywhere else than in its column stops no night, is evidence, and is in no output in clear."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.night import open_published, run_night
from regclean.warehouse import rows

CLEAR = re.compile(rb"010594[Yy]?\s?90[23]")
CUSTOMERS = """customer_no;name;national_id;phone;business_id;street_address;email
801;Suvanto Leo 010594Y9032;;0401230001;;Kotitie 1;
802;Suvanto Leo;010594Y9032;0401230001;;Kotitie 1;
803;Haka Tuomo;;010594Y9021;;;
804;Haka Tuomo;;;010594Y9021;;
805;Lehto Aino;;;;c/o 010594 y 9021;aino.010594Y9021@posti.example
010594Y9021;Haka Tuomo;;;;;
806;Meri Oona;010190-901R;;;;
807;Meri Eeva;;;;;
"""
TABLES = {
    "customers": CUSTOMERS,
    "bin_groups": "bin_group_no;waste_type;contact_customer_no;contact_name\nK1;mixed;010594Y9032;Suvanto Leo (hetu: 010594Y9032)\n",
    "bin_group_members": "bin_group_no;member_no;customer_no;name\nK1;1;010594Y9032;Suvanto Leo\nK1;2;803;Haka 010594Y9021\nK1;3;;Meri 010190-901R\n",
    "evidence": "customer_no;signal;observed_on;detail\n801;contact;1.2.2026;soitti, hetu 010594Y9032\n",
}


@pytest.fixture
def register(tmp_path: Path) -> Path:
    lines = ['[workspace]\nname = "Koe"\naccept_test_ids = true\n[landing]\nmax_quarantined_percent = 100']
    (tmp_path / "in").mkdir()
    for table, text in TABLES.items():
        (tmp_path / f"in/{table}.csv").write_text(text, encoding="utf-8")
        lines.append(f'[[source]]\ntable = "{table}"\npath = "in/{table}.csv"')
    (tmp_path / "regclean.toml").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path


def test_ids_out_of_place(register: Path, capfd: pytest.CaptureFixture[str]) -> None:
    workspace = load_workspace(register)
    night = run_night(workspace, as_of=date(2026, 11, 1), now=datetime(2026, 11, 2, 2, tzinfo=UTC))
    assert night.landed is not None
    assert night.landed.quarantined == 1
    warehouse, run_id = open_published(workspace)
    with warehouse.read(run_id) as connection:
        states = dict(rows(connection, "SELECT customer_no, national_id_state FROM customers"))
        names = dict(rows(connection, "SELECT customer_no, name FROM customers"))
        found = {
            row[0]
            for row in rows(connection, "SELECT unnest(CAST(subjects AS TEXT[])) FROM findings WHERE rule = 'F20'")
        }
        pairs = set(rows(connection, "SELECT customer_no_l, customer_no_r FROM pairs WHERE relation = 'same'"))
        links = {row[0]: row[1:] for row in rows(connection, "SELECT member_no, customer_no, state FROM member_links")}
    assert {state for number, state in states.items() if number != "807"} == {"ok"}
    assert links["3"] == ("806", "linked"), "an id on the line says who it is"
    assert names["801"] == names["802"]
    assert {("801", "802"), ("803", "804")} <= pairs
    assert found == {
        "customers:801:name", "customers:803:phone", "customers:804:business_id", "customers:805:street_address",
        "customers:805:email", "bin_groups:K1:contact_name", "bin_groups:K1:contact_customer_no",
        "bin_group_members:K1/1:customer_no", "bin_group_members:K1/2:name", "bin_group_members:K1/3:name",
        "evidence:801/contact/2026-02-01:detail",
    }  # fmt: skip
    for command in (["findings"], ["pairs"], ["member-links"], ["show", "customers:801"], ["show", "bin_groups:K1"]):
        assert run(["-w", str(register), *command]) == 0
    assert not CLEAR.search("".join(capfd.readouterr()).encode())
    written = [path for path in (register / "var").rglob("*") if path.is_file() and path.suffix != ".duckdb"]
    assert written
    assert not [path.name for path in written if CLEAR.search(path.read_bytes())]
