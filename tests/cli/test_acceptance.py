"""`regclean run --accept CHECK`: an account, one night, a line in the audit log."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from regclean.cli import run as main
from regclean.config import load_workspace
from regclean.ledger import opened
from regclean.ledger.tables import audit
from regclean.ledger.tables import findings as findings_table

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(command_here: Command) -> Command:
    def answer(workspace: Path, *options: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
        signed_in = {"REGCLEAN_TOKEN": token} if token else {}
        return command_here("-w", workspace, "run", "--as-of", "2026-11-02", *options, **signed_in)

    return answer


def test_a_change_of_that_size_goes_through_by_an_account_and_is_logged(
    run: Command, published_register: Path, token_for: Callable[..., str]
) -> None:
    (customers,) = (published_register / "in").glob("customers*.csv")
    lines = customers.read_text(encoding="utf-8").splitlines()
    customers.write_text("\n".join(lines[:9]) + "\n", encoding="utf-8")
    stopped = run(published_register)
    assert stopped.returncode == 1
    assert "--accept fallen_count" in " ".join((stopped.stdout + stopped.stderr).split())
    assert run(published_register, "--accept", "fallen_count").returncode == 2, "nobody is signed in"
    token = token_for(published_register, "pirkko", "approver")
    assert run(published_register, "--accept", "lost_key", token=token).returncode == 2, "no fault can be accepted"
    accepted = run(published_register, "--accept", "fallen_count", token=token)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    with opened(load_workspace(published_register).ledger_url) as ledger, ledger.read() as connection:
        rows = [row for row in connection.execute(select(audit)).mappings() if row["action"] == "accept_check"]
    assert [(row["actor"], row["detail"]) for row in rows] == [("pirkko", {"checks": ["fallen_count"]})]


def export(folder: Path, row: Callable[[int], str]) -> None:
    """A customers' file of sixty rows, as somebody exported it wrongly."""
    (customers,) = (folder / "in").glob("customers*.csv")
    rows = [row(number) for number in range(60)]
    customers.write_text("\n".join(["customer_no;name;phone;city", *rows]) + "\n", encoding="utf-8")


def open_findings(folder: Path) -> set[str]:
    with opened(load_workspace(folder).ledger_url) as ledger, ledger.read() as connection:
        table = findings_table
        return {row.finding_id for row in connection.execute(select(table).where(table.c.state == "open"))}


@pytest.mark.parametrize(
    ("row", "check"),
    [
        (lambda number: f"1001;Virtanen Matti;040 12345{number:02};Kuopio", "unusable_rows"),
        (lambda number: f"{3000 + number};040 12345{number:02};Virtanen Matti;Kuopio", "swapped_columns"),
    ],
)
def test_a_night_of_a_wrong_export_stops_and_withdraws_nothing(
    row: Callable[[int], str], check: str, published_register: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = open_findings(published_register)
    export(published_register, row)
    assert main(["-w", str(published_register), "run", "--as-of", "2026-11-02"]) == 1
    said = " ".join("".join(capfd.readouterr()).split())
    assert check in said
    assert "customers" in said, "where"
    assert f"--accept {check}" in said, "what to do"
    assert "Virtanen" not in said
    assert "12345" not in said
    assert before
    assert open_findings(published_register) == before


def test_a_true_change_of_that_size_goes_through_once(
    published_register: Path, token_for: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    export(published_register, lambda number: f"1001;Virtanen Matti;040 12345{number:02};Kuopio")
    command = ["-w", str(published_register), "run"]
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, "pirkko", "approver"))
    checks = ("unusable_rows", "keys_alike", "fallen_shares")
    accept = [word for name in checks for word in ("--accept", name)]
    assert main([*command, "--as-of", "2026-11-02", *accept]) == 0
    assert main([*command, "--as-of", "2026-11-03"]) == 1, "the next night asks again"


def test_a_night_that_would_withdraw_most_of_what_waits_stops_until_somebody_says_that_it_is_true(
    published_register: Path,
    token_for: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    command = ["-w", str(published_register), "run"]
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, "pirkko", "approver"))
    export(published_register, lambda number: f"{3000 + number};Suku{number} Matti;12345;Kuopio")
    once = [word for name in ("fallen_shares", "mass_withdrawal") for word in ("--accept", name)]
    assert main([*command, "--as-of", "2026-11-02", *once]) == 0
    before = open_findings(published_register)
    assert len(before) >= 60
    export(published_register, lambda number: f"{3000 + number};Suku{number} Matti;040 12345{number:02};Kuopio")
    capfd.readouterr()
    assert main([*command, "--as-of", "2026-11-03"]) == 1
    said = " ".join("".join(capfd.readouterr()).split())
    assert "mass_withdrawal failed on findings: 1 row" in said
    assert "fault of regclean" not in said
    assert open_findings(published_register) == before
    assert main([*command, "--as-of", "2026-11-03", "--accept", "mass_withdrawal"]) == 0
    assert len(open_findings(published_register) & before) < len(before) / 2
