"""The command line as its user has it: real files, exit codes and plain errors."""

from __future__ import annotations

import csv
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from sqlalchemy import select

from regclean.cli.app import workspace_first
from regclean.config import load_workspace
from regclean.domain.decisions import FINDING_VERDICTS, PAIR_VERDICTS
from regclean.errors import RegcleanError
from regclean.findings.decision_file import CHOICES, COLUMNS, OPTIONAL
from regclean.ledger import opened
from regclean.ledger.tables import audit

cli_app = importlib.import_module("regclean.cli.app")  # `regclean.cli.app` is the application of that name
FINDINGS = [
    "finding_id",
    "kind",
    "rule",
    "severity",
    "subjects",
    "score",
    "summary",
    "proposal",
    "state",
    "first_seen_run",
    "last_seen_run",
    "case_key",
    "ends_in",
]


Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def regclean(command_here: Command) -> Command:
    def answer(*arguments: object, code: int = 0, token: str | None = None) -> subprocess.CompletedProcess[str]:
        done = command_here(*arguments, **({"REGCLEAN_TOKEN": token} if token else {}))
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done

    return answer


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_outputs_have_the_contract_columns_and_content(regclean: Command, published_register: Path) -> None:
    pairs = read(regclean("pairs", "-w", published_register).stdout)
    assert list(pairs[0]) == ["customer_no_l", "customer_no_r", "match_probability", "match_weight", "relation"]
    assert all(pair["customer_no_l"] < pair["customer_no_r"] for pair in pairs)
    clusters = read(regclean("-w", published_register, "clusters").stdout)
    assert list(clusters[0]) == ["cluster_id", "customer_no"]
    assert len({line["customer_no"] for line in clusters}) == len(clusters) == 15  # and one under non-disclosure
    links = read(regclean("-w", published_register, "member-links").stdout)
    assert list(links[0]) == ["bin_group_no", "member_no", "customer_no", "match_probability", "customer_no_given"]
    assert {(line["bin_group_no"], line["member_no"]) for line in links} == {
        ("K1", "1"),
        ("K1", "2"),
        ("K2", "1"),
        ("K2", "2"),
    }
    assert next(line for line in links if (line["bin_group_no"], line["member_no"]) == ("K2", "2"))["customer_no"] == ""
    findings = read(regclean("-w", published_register, "findings").stdout)
    assert list(findings[0]) == FINDINGS
    assert {line["rule"] for line in read(regclean("-w", published_register, "findings", "--rule", "K02").stdout)} == {
        "K02"
    }
    assert {
        line["kind"] for line in read(regclean("-w", published_register, "findings", "--kind", "stale").stdout)
    } == {"stale"}


def test_a_night_is_looked_into_and_every_reading_is_written_down(
    regclean: Command, published_register: Path, tmp_path: Path
) -> None:
    why = regclean("-w", published_register, "explain", "1003", "1004").stdout
    assert "A night compares them." in why
    assert "identity" in why
    assert (
        json.loads(regclean("-w", published_register, "explain", "1003", "1004", "--json").stdout)["relation"] == "same"
    )
    assert "no customer 1014" in regclean("-w", published_register, "explain", "1001", "1014", code=2).stderr
    assert "Matti Virtanen" in regclean("-w", published_register, "show", "1003").stdout
    assert (
        json.loads(regclean("-w", published_register, "show", "1003", "--json").stdout)["subject"] == "customers:1003"
    )
    question = "SELECT customer_no, name FROM customers WHERE customer_no IN ('1003', '1014')"
    assert "Matti Virtanen" in regclean("-w", published_register, "sql", question).stdout
    regclean("-w", published_register, "sql", question, "-o", tmp_path / "a.xlsx")
    assert pl.read_excel(tmp_path / "a.xlsx").rows() == [("1003", "Matti Virtanen")]
    assert "customer_no VARCHAR" in regclean("-w", published_register, "sql").stdout
    regclean("-w", published_register, "sql", "DROP TABLE customers", code=2)
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.read() as connection:
        readings = [row for row in connection.execute(select(audit)).mappings() if row["action"] == "read"]
    assert [row["detail"]["command"] for row in readings] == ["explain", "explain", "show", "show", "sql", "sql"]
    assert all(row["actor"].startswith("shell:") for row in readings)
    assert readings[-1]["detail"]["customers"] == ["1003"]


def test_an_error_is_shown_whole_only_when_asked_for_and_only_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(args: list[str]) -> None:
        raise RegcleanError("the rule K99 could not be run.") from ValueError("Virtanen")

    monkeypatch.setattr(cli_app, "_command", lambda: broken)
    for debug, terminal, shown in ((True, True, True), (True, False, False), (False, True, False)):
        monkeypatch.setattr(cli_app._Chosen, "debug", debug)
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal)
        assert cli_app.run([]) == 2
        assert ("Virtanen" in capsys.readouterr().err) is shown


def test_findings_in_every_format_say_the_same(regclean: Command, published_register: Path, tmp_path: Path) -> None:
    for form in ("csv", "jsonl", "parquet"):
        regclean("-w", published_register, "findings", "--format", form, "-o", tmp_path / f"f.{form}")
    table = pl.read_parquet(tmp_path / "f.parquet")
    lines = [json.loads(line) for line in (tmp_path / "f.jsonl").read_text(encoding="utf-8").splitlines()]
    assert table.columns == FINDINGS
    assert [line["finding_id"] for line in lines] == table["finding_id"].to_list()
    assert [line["finding_id"] for line in read((tmp_path / "f.csv").read_text(encoding="utf-8"))] == table[
        "finding_id"
    ].to_list()


def test_figures_are_listed_only_when_asked_for(regclean: Command, published_register: Path) -> None:
    plain = read(regclean("-w", published_register, "findings").stdout)
    (night,) = (published_register / "var" / "warehouse").glob("*.duckdb")
    with duckdb.connect(night) as connection:  # a night that counts one thing
        connection.execute(
            "INSERT INTO findings SELECT * REPLACE ('F1' AS finding_id, 'F02' AS rule, 'figure' AS ends_in, false AS protected) "
            "FROM findings LIMIT 1"
        )
    whole = read(regclean("-w", published_register, "findings", "--figures").stdout)
    figures = [line for line in whole if line["ends_in"] == "figure"]
    assert "F1" in {figure["finding_id"] for figure in figures}
    for figure in figures:
        assert (figure["state"], figure["first_seen_run"], figure["last_seen_run"]) == ("open", night.stem, night.stem)
    assert read(regclean("-w", published_register, "findings").stdout) == plain
    assert [line for line in whole if line not in figures] == plain
    assert {line["ends_in"] for line in plain} <= {"change", "task"}
    assert read(regclean("-w", published_register, "findings", "--figures", "--state", "accepted").stdout) == []


def test_decisions_are_kept_and_bad_lines_are_named(
    regclean: Command, published_register: Path, tmp_path: Path, token_for: Callable[..., str]
) -> None:
    findings = read(regclean("-w", published_register, "findings", "--kind", "duplicate").stdout)
    twins = next(line for line in findings if '"customers:1001"' in line["subjects"])
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(
        "finding_id,customer_no_l,customer_no_r,verdict,user,reason,choices\n"
        f"{twins['finding_id']},,,same,aino,,\n"
        "F-none,,,same,aino,,\n"
        ",1006,1007,different,aino,father and son,\n",
        encoding="utf-8",
    )
    token = token_for(published_register, "aino", "steward")
    said = regclean("-w", published_register, "decide", "--from", decisions, code=1, token=token)
    assert "line 3" in said.stdout
    states = {line["finding_id"]: line["state"] for line in read(regclean("-w", published_register, "findings").stdout)}
    assert states[twins["finding_id"]] == "accepted"
    regclean("-w", published_register, "run", "--as-of", "2026-11-02")
    clusters = {
        line["customer_no"]: line["cluster_id"] for line in read(regclean("-w", published_register, "clusters").stdout)
    }
    assert clusters["1001"] == clusters["1002"]
    assert clusters["1006"] != clusters["1007"]
    assert "whole" in regclean("-w", published_register, "verify-audit").stdout


def test_the_help_of_decide_names_every_column_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli_app.run(["decide", "--help"]) == 0
    words = set(re.findall(r"\w+", capsys.readouterr().out))
    assert {*COLUMNS, *OPTIONAL, *CHOICES, *PAIR_VERDICTS, *FINDING_VERDICTS} <= words


def test_evaluate_judges_against_a_truth_file(regclean: Command, published_register: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text(
        "customer_no,cluster_id\n" + "".join(f"{number},{number - number % 2}\n" for number in range(1001, 1017)),
        encoding="utf-8",
    )
    said = regclean("-w", published_register, "evaluate", "--truth", truth).stdout
    assert "precision" in said
    assert "recall" in said
    document = json.loads(regclean("-w", published_register, "evaluate", "--truth", truth, "--json").stdout)
    assert document["published"]["precision"]["value"] <= 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["run"], 2, "regclean init"),
        (["run", "--as-of", "1.11.2026"], 2, "regclean init"),
        (["frobnicate"], 2, "No such command"),
        (["findings", "--kind", "odd"], 2, "odd"),
    ],
)
def test_bad_usage_exits_with_two(
    regclean: Command, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    done = regclean("-w", tmp_path, *arguments, code=code)
    assert said in " ".join((done.stdout + done.stderr).split())


def test_init_then_run_says_what_is_missing(regclean: Command, tmp_path: Path) -> None:
    regclean("init", tmp_path / "w")
    assert "[[source]]" in regclean("-w", tmp_path / "w", "run", code=2).stderr
    regclean("init", tmp_path / "w", code=2)


def test_an_unmapped_column_stops_the_run_by_name(regclean: Command, small_register: Path) -> None:
    path = small_register / "in/customers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("postal_code", "posta_code", 1), encoding="utf-8")
    said = " ".join(regclean("-w", small_register, "run", "--as-of", "2026-11-01", code=2).stderr.split())
    assert "posta_code" in said
    assert "postal_code" in said
    assert "customers.csv" in said


def test_the_workspace_option_may_stand_anywhere() -> None:
    assert workspace_first(["run", "-w", "x", "--full"]) == ["-w", "x", "run", "--full"]
    assert workspace_first(["run", "--workspace=x"]) == ["--workspace=x", "run"]
    assert workspace_first(["run", "--", "-w"]) == ["run", "--", "-w"]
