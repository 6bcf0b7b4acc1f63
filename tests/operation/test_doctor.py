"""The check-up finds what is wrong with a workspace, says what to do about it, and changes nothing, however broken it is."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from regclean import locks
from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.config.identity import FILE as IDENTITY
from regclean.ledger import audit, open_ledger, opened, runs
from regclean.operation import check_up, exit_code, serving

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)  # six hours after the night of `published_register`


@pytest.fixture(autouse=True)
def _in_order(published_register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else reads the inputs, and the disk has room, whatever machine this is."""
    for path in (published_register / "in").rglob("*"):
        path.chmod(0o700)
    give_room(monkeypatch, 10_000)


def give_room(monkeypatch: pytest.MonkeyPatch, free_mb: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_mb * 2**20))


def contents(root: Path) -> dict[str, str]:
    """Every file of a workspace but those that SQLite makes beside a database while it is read."""
    return {
        str(path.relative_to(root)): f"{path.stat().st_mode:o} {sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def settings(root: Path, more: str) -> None:
    path = root / "regclean.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")


def fresh_ledger(root: Path) -> None:
    lose_ledger(root)
    open_ledger(f"sqlite:///{root}/var/ledger.db").close()


def lose_ledger(root: Path) -> None:
    for path in (root / "var").glob("ledger.db*"):
        path.unlink()


def spoil(root: Path, pattern: str, text: str = "spoilt") -> None:
    for path in (root / "var").glob(pattern):
        path.write_text(text)


def newer_ledger(root: Path) -> None:
    connection = sqlite3.connect(root / "var" / "ledger.db", isolation_level=None)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def failed_night(root: Path) -> None:
    with opened(load_workspace(root).ledger_url) as ledger:
        runs.start(ledger, "2026-11-02-001", as_of=NOW.date(), now=NOW - timedelta(hours=1))
        gate = {"expectation": "fallen_count", "table": "customers", "severity": "critical", "seen": "1", "keys": []}
        runs.note(ledger, "2026-11-02-001", gates=[{"suite": "landed", "checked": 1, "failed": [gate]}])
        runs.fail(ledger, "2026-11-02-001", now=NOW - timedelta(minutes=50))


def later_entry(root: Path) -> None:
    with opened(load_workspace(root).ledger_url) as ledger, ledger.write() as connection:
        audit.append(connection, audit.Entry(NOW + timedelta(days=1), "aino", "read", "nights:x"))


def killed_schedule(root: Path) -> None:
    with serving(root / "var", "0 2 * * *", "Europe/Helsinki", NOW):
        text = (root / "var" / "schedule.json").read_text(encoding="utf-8")
    (root / "var" / "schedule.json").write_text(text, encoding="utf-8")


# harm, the check that finds it, its state, what it says, the exit code
HARMS: list[tuple[Callable[[Path], Any], str, str, str, int]] = [
    (lambda root: (root / "regclean.toml").unlink(), "configuration", "problem", "there is no regclean.toml", 1),
    (lambda root: settings(root, "[workspace"), "configuration", "problem", "cannot be read as TOML", 1),
    (lambda root: settings(root, "[nonsense]"), "configuration", "problem", "unknown key 'nonsense'", 1),
    (lambda root: (root / "in/customers.csv").unlink(), "inputs", "problem", "no file matches", 1),
    (lambda root: (root / "var/secret.key").chmod(0o644), "permissions", "problem", "rights to the key", 1),
    (lambda root: (root / "var/ledger.db").chmod(0o640), "permissions", "warning", "the folder itself keeps", 0),
    (lambda root: (root / "var").chmod(0o755), "permissions", "problem", "others can look into", 1),
    (lambda root: (root / "var/secret.key").unlink(), "key", "problem", "the workspace's key is not there", 1),
    (lambda root: spoil(root, "secret.key", "ab" * 32), "key", "problem", "this is not the key", 1),
    (lambda root: spoil(root, "secret.key", "abc"), "key", "problem", "this file holds no key", 1),
    (lambda root: spoil(root, IDENTITY), "key", "problem", "does not say which ledger", 1),
    (lose_ledger, "ledger", "problem", "the ledger is not there", 3),
    (fresh_ledger, "ledger", "problem", "this is not the ledger", 1),
    (lambda root: spoil(root, "ledger.db", "x" * 5000), "ledger", "problem", "damaged", 3),
    (newer_ledger, "migrations", "problem", "newer regclean", 1),
    (lambda root: settings(root, '[register]\ntarget = "sql"'), "register", "problem", "needs a url", 1),
    (
        lambda root: settings(root, '[register]\ntarget = "sql"\nurl = "sqlite:///gone.db"'),
        "register",
        "problem",
        "the register's database is not there",
        3,
    ),
    (
        lambda root: settings(root, '[register]\ntarget = "sql"\nurl = "postgresql+psycopg://x:y@127.0.0.1:1/none"'),
        "register",
        "problem",
        "cannot be used now",
        3,
    ),
    (lambda root: spoil(root, "models/person*.json"), "models", "problem", "", 1),
    (later_entry, "clock", "problem", "the audit log ends later", 1),
    (killed_schedule, "schedule", "problem", "its server is gone", 1),
    (lambda root: spoil(root, "warehouse/*.duckdb"), "last night", "problem", "this night's file is damaged", 3),
    (failed_night, "last night", "problem", "at the gate 'landed' by fallen_count of customers", 1),
]


def test_a_workspace_in_order_has_no_problem(published_register: Path) -> None:
    before = contents(published_register)
    with serving(published_register / "var", "0 2 * * *", "Europe/Helsinki", NOW):
        found = {check.check: check for check in check_up(published_register, NOW)}
    assert {name for name, check in found.items() if check.state != "ok"} == {"alerts", "last backup"}, found
    assert exit_code(list(found.values())) == 0
    assert "10:00 (UTC+0200) in Europe/Helsinki" in found["clock"].what
    assert contents(published_register) == before | {
        name: digest for name, digest in contents(published_register).items() if name == f"var/{locks.SCHEDULE}"
    }


@pytest.mark.parametrize(("harm", "check", "state", "says", "code"), HARMS)
def test_what_is_broken_is_found_and_left_as_it_is(
    published_register: Path, harm: Callable[[Path], Any], check: str, state: str, says: str, code: int
) -> None:
    harm(published_register)
    before = contents(published_register)
    found = check_up(published_register, NOW)
    assert (check, state) in {(one.check, one.state) for one in found if says in one.what}, found
    assert exit_code(found) == code, found
    assert all(one.remedy for one in found if one.state != "ok")
    assert contents(published_register) == before


def test_a_folder_that_cannot_be_written_is_outside(published_register: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: real(path, mode) and not mode & os.W_OK)
    found = check_up(published_register, NOW)
    assert "cannot write here" in next(one.what for one in found if one.check == "permissions")
    assert exit_code(found) == 3
    assert {one.state for one in found if one.check in ("ledger", "last night")} == {"ok"}


@pytest.mark.parametrize(("free_mb", "state", "code"), [(10, "problem", 3), (300, "warning", 0), (700, "ok", 0)])
def test_a_disk_fills(
    published_register: Path, monkeypatch: pytest.MonkeyPatch, free_mb: int, state: str, code: int
) -> None:
    give_room(monkeypatch, free_mb)
    found = check_up(published_register, NOW)
    assert next(one.state for one in found if one.check == "disk") == state
    assert exit_code(found) == code


@pytest.mark.parametrize(("hours", "state"), [(20, "ok"), (40, "warning"), (80, "problem")])
def test_a_night_grows_late(published_register: Path, hours: int, state: str) -> None:
    found = check_up(published_register, NOW + timedelta(hours=hours - 6))
    assert next(one.state for one in found if one.check == "last night") == state


def test_the_command_shows_the_same_and_ends_with_its_code(
    published_register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (published_register / "var/secret.key").unlink()
    assert run(["-w", str(published_register), "doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["state"], told["exit_code"]) == ("problem", 1)
    assert {"check", "state", "what", "where", "remedy"} <= set(told["checks"][0])
    assert run(["-w", str(published_register), "doctor"]) == 1
    shown = capsys.readouterr()
    assert "the workspace's key is not there" in shown.out
    assert "Traceback" not in shown.err + shown.out
    assert not re.search(r"\d{6}[-+A]\d{3}", shown.out)


def test_an_empty_folder_and_a_new_workspace_are_looked_at_too(tmp_path: Path) -> None:
    assert exit_code(check_up(tmp_path / "nowhere", NOW)) == 1
    assert run(["init", str(tmp_path / "new")]) == 0
    found = check_up(tmp_path / "new", NOW)
    assert exit_code(found) == 0, found
    assert not (tmp_path / "new" / "var").exists()
