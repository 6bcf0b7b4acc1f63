"""The whole journey: register, night, decisions from a file, batch, approval, apply, night. And taken back again."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regclean.cli.demo_register import make_demo

SMALL = Path(__file__).parents[1] / "data" / "small"


TOKENS: dict[str, str] = {}


Command = Callable[..., str]


@pytest.fixture(scope="module")
def regclean(command_here: Callable[..., subprocess.CompletedProcess[str]]) -> Command:
    def answer(workspace: Path, *arguments: str, expect: int = 0, by: str | None = None) -> str:
        signed_in = {"REGCLEAN_TOKEN": TOKENS[by]} if by else {}
        done = command_here("-w", workspace, *arguments, COLUMNS="250", **signed_in)
        assert done.returncode == expect, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return answer


def found(regclean: Command, workspace: Path) -> dict[str, dict[str, str]]:
    regclean(workspace, "findings", "-o", str(workspace / "found.csv"))
    with (workspace / "found.csv").open(encoding="utf-8", newline="") as handle:
        return {row["finding_id"]: row for row in csv.DictReader(handle)}


def register(workspace: Path) -> dict[str, list[Any]]:
    connection = sqlite3.connect(workspace / "register.db")
    names = ("customers", "sites", "site_roles", "services", "bin_groups", "bin_group_members", "evidence")
    rows = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
    connection.close()
    return rows


def decide_all_proposed(regclean: Command, workspace: Path, rows: dict[str, dict[str, str]]) -> set[str]:
    proposed = {key: row for key, row in rows.items() if row["proposal"] and row["state"] == "open"}
    with (workspace / "decisions.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["finding_id", "verdict", "user", "reason", "choices"])
        for key, row in proposed.items():
            writer.writerow([key, "same" if row["kind"] == "duplicate" else "accept", "aino", "checked", ""])
    regclean(workspace, "decide", "--from", str(workspace / "decisions.csv"), by="aino")
    return set(proposed)


@pytest.fixture(scope="module")
def applied(
    regclean: Command, tmp_path_factory: pytest.TempPathFactory, token_for: Callable[..., str]
) -> tuple[Path, dict[str, list[Any]], set[str]]:
    """A register on which every proposal was accepted and applied, what it was before, and the findings."""
    workspace = tmp_path_factory.mktemp("journey") / "demo"
    make_demo(workspace, fixture=SMALL)
    TOKENS["aino"] = token_for(workspace, "aino", "steward", "approver")
    TOKENS["dan"] = token_for(workspace, "dan", "approver", "clerk")
    regclean(workspace, "run", "--as-of", "2026-11-01")
    before = register(workspace)
    decided = decide_all_proposed(regclean, workspace, found(regclean, workspace))
    regclean(workspace, "batch", "build", by="aino")
    assert register(workspace) == before
    return workspace, before, decided


def test_the_night_after_verifies_every_applied_finding(
    regclean: Command,
    applied: tuple[Path, dict[str, list[Any]], set[str]],
) -> None:
    workspace, before, decided = applied
    known = set(found(regclean, workspace))
    assert "aino has decided" in regclean(workspace, "batch", "approve", "1", by="aino", expect=1)
    regclean(workspace, "batch", "approve", "1", by="dan")
    out = regclean(workspace, "batch", "apply", "1", "--dry-run")
    assert "0 already done, 0 changed since, 0 gone" in out
    assert register(workspace) == before
    regclean(workspace, "batch", "apply", "1", by="dan")
    once = register(workspace)
    assert once != before
    regclean(workspace, "batch", "apply", "1", by="dan")
    assert register(workspace) == once

    in_batch = {key for key, row in found(regclean, workspace).items() if row["state"] == "applied"}
    assert in_batch
    assert in_batch <= decided
    regclean(workspace, "run", "--as-of", "2026-11-02")
    after = found(regclean, workspace)
    assert {after[key]["state"] for key in in_batch} == {"verified"}
    assert set(after) == known
    assert len(once["customers"]) >= len(before["customers"])

    regclean(workspace, "batch", "export", "1", "-o", str(workspace / "out"), by="dan")
    manifest = json.loads((workspace / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["decided_by"] == ["aino"]
    assert manifest["approved_by"] == "dan"
    regclean(workspace, "batch", "undo", "1", by="dan")
    assert register(workspace) == before
    assert "whole" in regclean(workspace, "verify-audit")
