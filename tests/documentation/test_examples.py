"""The examples work: another country's register, a public layout in and out again, a notebook."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regclean import Workspace
from regclean.cli.app import run

EXAMPLES = Path(__file__).parents[2] / "examples"
AS_OF = date(2026, 11, 1)


def test_a_water_utilitys_register_of_another_country(tmp_path: Path) -> None:
    register = Workspace(shutil.copytree(EXAMPLES / "water_utility", tmp_path / "water"))
    register.run(as_of=AS_OF)
    relations = {(left, right): relation for left, right, _, _, relation in register.pairs().iter_rows()}
    assert relations["W-001", "W-002"] == relations["W-006", "W-007"] == "same"
    assert relations["W-001", "W-003"] == relations["W-004", "W-005"] == "household"
    assert relations.get(("W-008", "W-009")) != "same", "two schools beside each other"
    found = set(register.findings().select("rule", "subjects").iter_rows())
    assert ("S01", '["customers:W-003"]') in found, "who died"
    assert ("S06", '["customers:W-011"]') in found, "whose mail comes back"
    assert ("S18", '["buildings:B-508"]') in found, "a building that nobody is a customer of"
    assert ("F16", '["services:M-108:end_on"]') in found, "a meter taken out before it was put in"
    assert "W-012" not in str(register.findings().rows()) + str(register.clusters().rows())


def test_the_waste_transport_registers_rows_come_in_and_go_out_corrected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token_for: Callable[..., str]
) -> None:
    place = Path(shutil.copytree(EXAMPLES / "waste_transport_register", tmp_path / "transport"))
    quarter, batch = place / "quarter.csv", tmp_path / "batch-1"
    layout = [sys.executable, str(place / "layout.py")]
    subprocess.run([*layout, "in", quarter, place], check=True)
    register = Workspace(place)
    register.run(as_of=AS_OF)
    assert {row[:3] for row in register.member_links().iter_rows()} == {("K77", "1", "5002"), ("K77", "2", "5003")}
    (found,) = register.findings(rule="F09")["finding_id"]

    def act(user: str, role: str, *words: str) -> None:
        monkeypatch.setenv("REGCLEAN_TOKEN", token_for(place, user, role))
        assert run(["-w", str(place), *words]) == 0

    decisions = tmp_path / "decisions.csv"
    decisions.write_text(f"finding_id,verdict,user,reason\n{found},accept,aino,\n", encoding="utf-8")
    act("aino", "steward", "decide", "--from", str(decisions))
    act("aino", "steward", "batch", "build")
    act("helmi", "approver", "batch", "approve", "1")
    act("kalle", "clerk", "batch", "export", "1", "-o", str(batch))
    subprocess.run([*layout, "out", quarter, batch / "changes.csv", tmp_path / "corrected.csv"], check=True)

    before, after = (
        list(csv.reader(file.open(encoding="utf-8"), delimiter=";")) for file in (quarter, tmp_path / "corrected.csv")
    )
    changed = {
        (number, before[0][column], old, new)
        for number, rows in enumerate(zip(before, after, strict=True))
        for column, (old, new) in enumerate(zip(*rows, strict=True))
        if old != new
    }
    assert changed == {(5, "Haltijanposti", "7011O KUOPIO", "70110 KUOPIO")}


def test_what_others_know_finds_its_customers(tmp_path: Path) -> None:
    register = Workspace(shutil.copytree(EXAMPLES / "what_others_know", tmp_path / "known"))
    register.run(as_of=AS_OF)
    found = {(rule, tuple(json.loads(about))) for rule, about in register.findings().select("rule", "subjects").rows()}

    def of(rule: str) -> set[str]:
        return {about[0].removeprefix("customers:") for one, about in found if one == rule}

    assert of("S01") == {"1001"}, "an estate has its death behind it"
    assert of("S02") == {"1003", "1005"}, "an id in small letters, and the post; mail sent on for a time is no move"
    assert ("S03", ("customers:1004", "sites:K4")) in found, "who sold, and the site by its property"
    assert of("S07") == {"2001", "2002", "2003"}, (
        "every account of the bankrupt, and who ceased; nobody who is in business"
    )
    assert of("S18") == {"buildings:100000042T"}, "a home without a customer; no sauna, nothing that was pulled down"
    assert ("S22", ("customers:1006", "customers:1007")) in found, "two customers with the id of one notice"
    assert "1008" not in str(found), "whose move says that it may not be disclosed"

    night = duckdb.connect(str(next((tmp_path / "known/var/warehouse").glob("*.duckdb"))), read_only=True)
    ids = {
        row["national_id"]
        for row in csv.DictReader((EXAMPLES / "what_others_know/in/customers.csv").open(), delimiter=";")
    }
    kept = str(night.execute("SELECT * FROM landed.evidence").fetchall())
    assert not [one for one in ids if one and one.lower() in kept.lower()], "an id that is kept in clear"
    assert "Salainenkuja" not in kept, "the new home of somebody who is no customer"
    aside = list(csv.DictReader((tmp_path / "known/var/quarantine.csv").open(encoding="utf-8")))
    assert Counter(row["why"] for row in aside) == {
        "the national id is of several customers, or of another one": 1,
        "no customer has this national_id": 1,
        "no customer has this business_id": 1,
        "national_id is invalid": 1,
        "signal is missing or unknown": 1,
    }


def test_the_notebook_runs(
    published_register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bi").mkdir()
    for name in ("findings", "pairs", "clusters"):
        assert run(["-w", str(published_register), name, "-o", f"bi/{name}.parquet"]) == 0
    assert run(["-w", str(published_register), "model", "export", "-o", "model"]) == 0
    notebook = json.loads((EXAMPLES / "explore.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    known: dict[str, Any] = {}
    for cell in cells:
        exec(compile(cell, "explore.ipynb", "exec"), known)  # as a kernel does
    assert known["levels"].height > 10
    assert all(not cell.get("outputs") for cell in notebook["cells"]), "a notebook is committed without what it showed"
