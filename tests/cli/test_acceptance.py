"""`regclean run --accept CHECK`: an account, one night, a line in the audit log."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from regclean.config import load_workspace
from regclean.ledger import opened
from regclean.ledger.tables import audit


def run(workspace: Path, *options: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("regclean"), "-w", workspace, "run", "--as-of", "2026-11-02", *options]
    environment = {**os.environ, **({"REGCLEAN_TOKEN": token} if token else {})}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_a_change_of_that_size_goes_through_by_an_account_and_is_logged(
    published_register: Path, token_for: Callable[..., str]
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
