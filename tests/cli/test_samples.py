"""Blind samples as their user has them: drawn, answered, measured; without a score, without the protected, by accounts alone."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.ledger import audit, opened
from regclean.ledger.tables import audit as audit_table
from regclean.quality import agreement, choose_second

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Said:
    """What a command wrote."""

    stdout: str
    stderr: str


@pytest.fixture
def regclean(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """One command line in this process, as an account."""

    def call(*arguments: object, code: int = 0, token: str | None = None) -> Said:
        with monkeypatch.context() as patched:
            if token:
                patched.setenv("REGCLEAN_TOKEN", token)
            capsys.readouterr()
            found = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert int(found or 0) == code, said.out + said.err
        return Said(said.out, said.err)

    return call


@pytest.fixture
def steward(published_register: Path, token_for: Callable[..., str]) -> str:
    return token_for(published_register, "sam", "steward")


def answer(sheet: Path, word: Callable[[dict[str, str]], str]) -> list[dict[str, str]]:
    with sheet.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        line["verdict"] = word(line)
    with sheet.open("w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)
    return lines


def test_from_not_measured_to_measured(
    regclean: Callable[..., Said], published_register: Path, steward: str, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    assert "not measured yet" in regclean("-w", published_register, "evaluate").stdout
    regclean("-w", published_register, "sample", "draw", "--size", 500, "-o", sheet, token=steward)
    assert "not measured yet" in regclean("-w", published_register, "evaluate").stdout, "drawn is not answered"
    document = json.loads(regclean("-w", published_register, "evaluate", "--json").stdout)
    assert (document["checks"], document["figures"]["precision"]) == (0, None)
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    lines = answer(sheet, lambda line: "same" if line["name_l"] == line["name_r"] else "different")
    told = set(lines[0])
    assert not {name for name in told if "probab" in name or "score" in name or "stratum" in name or "weight" in name}
    said = regclean("-w", published_register, "sample", "label", "--from", sheet, token=steward).stdout
    assert f"Taken: {len(lines)}. Waiting: 0. Refused: 0." in said
    measured = regclean("-w", published_register, "evaluate").stdout
    assert f"measured by {len(lines)} blind checks" in measured
    for word in ("precision", "recall", "duplicates left", "with 50 more"):
        assert word in measured
    document = json.loads(regclean("-w", published_register, "evaluate", "--json").stdout)
    assert document["checks"] == len(lines)
    assert 0 <= document["figures"]["precision"]["low"] <= document["figures"]["precision"]["value"] <= 1
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.read() as connection:
        done = connection.execute(select(audit_table.c.action, audit_table.c.actor)).fetchall()
        assert ("sample_draw", "sam") in done
        assert ("label", "sam") in done
    with opened(load_workspace(published_register).ledger_url) as ledger:
        assert audit.verify(ledger) is None


def test_nobody_under_non_disclosure_is_drawn(
    regclean: Callable[..., Said], published_register: Path, steward: str, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    regclean("-w", published_register, "sample", "draw", "--size", 500, "-o", sheet, token=steward)
    known = {line["customer_no"] for line in clusters(regclean, published_register)}
    with sheet.open(encoding="utf-8") as file:
        drawn = {line[f"customer_no_{side}"] for line in csv.DictReader(file) for side in "lr"}
    assert drawn <= known, "the clusters leave out whom nobody may know of"


def clusters(regclean: Callable[..., Said], folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(regclean("-w", folder, "clusters").stdout.splitlines()))


def test_a_line_that_cannot_be_taken_is_refused_with_its_number(
    regclean: Callable[..., Said], published_register: Path, steward: str, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.csv"
    regclean("-w", published_register, "sample", "draw", "--size", 3, "-o", sheet, token=steward)
    with sheet.open(encoding="utf-8") as file:
        first, second, third = csv.DictReader(file)
    text = "customer_no_l,customer_no_r,verdict,user\n"
    text += f"{first['customer_no_r']},{first['customer_no_l']},SAME,sam\n"  # either way round
    text += f"{second['customer_no_l']},{second['customer_no_r']},perhaps,\n"
    text += f"{third['customer_no_l']},{third['customer_no_r']},same,somebody\n"
    text += "1,2,same,\n"
    text += f"{third['customer_no_l']},{third['customer_no_r']},,\n"  # waits
    sheet.write_text(text, encoding="utf-8")
    said = regclean("-w", published_register, "sample", "label", "--from", sheet, code=1, token=steward).stdout
    assert "Taken: 1. Waiting: 2. Refused: 3." in said
    assert [line.split(":")[0].strip() for line in said.splitlines()[1:]] == ["line 3", "line 4", "line 5"]


def test_it_takes_an_account_and_a_right(
    regclean: Callable[..., Said], published_register: Path, token_for: Callable[..., str], tmp_path: Path
) -> None:
    regclean("-w", published_register, "sample", "draw", "-o", tmp_path / "s.csv", code=2)
    clerk = token_for(published_register, "kim", "clerk")
    regclean("-w", published_register, "sample", "draw", "-o", tmp_path / "s.csv", code=2, token=clerk)
    assert not (tmp_path / "s.csv").exists()
    (tmp_path / "s.csv").write_text("customer_no_l,verdict\n1,same\n", encoding="utf-8")
    steward = token_for(published_register, "sam", "steward")
    said = regclean("-w", published_register, "sample", "label", "--from", tmp_path / "s.csv", code=2, token=steward)
    assert "customer_no_r" in said.stderr
    regclean("-w", published_register, "sample", "draw", "--size", 0, code=2, token=steward)


def test_a_certificate_from_its_opening_to_its_bound(
    regclean: Callable[..., Said], published_register: Path, steward: str, tmp_path: Path
) -> None:
    w, sheet = published_register, tmp_path / "checks.csv"
    regclean("-w", w, "certify", code=2)
    assert "No band has a certificate yet" in regclean("-w", w, "certify", token=steward).stdout
    assert json.loads(regclean("-w", w, "certify", "--json", token=steward).stdout) == []
    assert "is no band" in regclean("-w", w, "certify", "place", code=2, token=steward).stderr
    opened_now = regclean("-w", w, "certify", "person place 0-1", token=steward).stdout
    assert "Nothing is proved of the band yet" in opened_now
    regclean("-w", w, "certify", "person place 0-1", "--checks", 2, "-o", sheet, token=steward)
    lines = answer(sheet, lambda line: "same")
    assert len(lines) == 2
    regclean("-w", w, "sample", "label", "--from", sheet, token=steward)
    regclean("-w", w, "certify", "person place 0-1", "--checks", 900, "-o", sheet, token=steward)
    rest = answer(sheet, lambda line: "same")
    assert {line["number"] for line in rest}.isdisjoint({line["number"] for line in lines}), "the next ones"
    assert not {name for name in rest[0] if "known" in name or "probab" in name}
    regclean("-w", w, "sample", "label", "--from", sheet, token=steward)
    regclean("-w", w, "certify", "person place 0-1", "-o", sheet, code=2, token=steward)  # all are answered
    assert "in force" in regclean("-w", w, "certify", token=steward).stdout
    [told] = json.loads(regclean("-w", w, "certify", "--json", token=steward).stdout)
    one = json.loads(regclean("-w", w, "certify", "person place 0-1", "--json", token=steward).stdout)
    assert told["band"] == one["band"] == "person place 0-1"
    assert told["checks"] == one["checks"] == one["pairs"]
    assert told["at least right"] == round(one["at_least_right"], 4)
    measured = regclean("-w", w, "evaluate").stdout
    assert "not measured yet" in measured, "a band's checks say nothing of the register"


def test_a_workbook_is_a_sheet_too(
    regclean: Callable[..., Said], published_register: Path, steward: str, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.xlsx"
    regclean("-w", published_register, "sample", "draw", "--size", 3, "-o", sheet, token=steward)
    frame = pl.read_excel(sheet, infer_schema_length=0).with_columns(pl.lit("same").alias("verdict"))
    frame.write_excel(sheet)
    said = regclean("-w", published_register, "sample", "label", "--from", sheet, token=steward).stdout
    assert "Taken: 3. Waiting: 0. Refused: 0." in said


def test_a_decision_is_answered_by_a_second_person_without_knowing(
    regclean: Callable[..., Said],
    published_register: Path,
    steward: str,
    token_for: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("regclean.quality.second_person.ONE_IN", 1)
    first = token_for(published_register, "väinö", "steward")
    file = tmp_path / "decisions.csv"
    file.write_text("customer_no_l,customer_no_r,verdict,user\n1003,1004,same,väinö\n", encoding="utf-8")
    regclean("-w", published_register, "decide", "--from", file, token=first)
    with opened(load_workspace(published_register).ledger_url) as ledger:
        assert choose_second(ledger, NOW) == 1
        assert choose_second(ledger, NOW) == 0, "once is enough"
        assert agreement(ledger) == []
        for who, token, word, answered in (("väinö", first, "same", 0), ("sam", steward, "different", 1)):
            sheet = tmp_path / f"{who}.csv"
            if who == "väinö":
                regclean("-w", published_register, "sample", "draw", "--size", 12, "-o", sheet, token=token)
                lines = answer(sheet, lambda line, word=word: word)
                assert ("1003", "1004") in {(line["customer_no_l"], line["customer_no_r"]) for line in lines}
                assert "known" not in lines[0]
            else:
                (tmp_path / "väinö.csv").rename(sheet)
                answer(sheet, lambda line, word=word: word)
            regclean("-w", published_register, "sample", "label", "--from", sheet, token=token)
            found = agreement(ledger)
            assert sum(one.answered for one in found) == answered, "one's own second word is none"
    assert (found[0].kind, found[0].alike) == ("duplicate", 0)
    assert "decided alike on 0 of 1" in regclean("-w", published_register, "evaluate").stdout
