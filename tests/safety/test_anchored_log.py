"""Whoever changes the ledger by hand is noticed: the log's end is held outside and signed, and it covers what it tells of."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from regclean import batches
from regclean.config import load_workspace
from regclean.errors import ConflictError
from regclean.findings.decide import record
from regclean.findings.decision_file import DecisionLine
from regclean.home import own_ledger
from regclean.ledger import Anchor, Entry, append, audit, tables
from regclean.register import SqlTarget
from regclean.warehouse import Warehouse

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def kept(published_register: Path) -> Path:
    """A workspace in which one finding was decided and put into a batch, and things were seen since the night."""
    settings = published_register / "regclean.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[audit]\ncopy_to = "outside.log"\n', encoding="utf-8")
    workspace = load_workspace(published_register)
    with own_ledger(workspace) as ledger:
        with ledger.read() as reading:
            found = reading.exec_driver_sql(
                "SELECT finding_id FROM findings WHERE kind = 'duplicate' AND relation = 'same' AND NOT protected"
            ).scalars()
            lines = [DecisionLine(n, "same", "aino", finding_id=one) for n, one in enumerate(found)]
        assert record(ledger, lines, NOW).taken
        with Warehouse(workspace.var / "warehouse").read("2026-11-01-001") as night:
            assert batches.build(ledger, night, workspace.config, as_of=NOW.date(), user="clerk", now=NOW).batch_id == 1
        batches.approve(ledger, 1, user="dan", now=NOW)
        with ledger.write() as writing:
            append(writing, Entry(NOW, "eve", "reveal", "customers:1001"))
    return published_register


def by_hand(root: Path, *statements: str) -> None:
    ledger = sqlite3.connect(root / "var" / "ledger.db")
    for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        ledger.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        ledger.execute(statement)
    ledger.commit()
    ledger.close()


def examined(root: Path) -> audit.Broken | None:
    with own_ledger(load_workspace(root)) as ledger:
        return audit.examine(ledger)


def recomputed(root: Path) -> None:
    """The last entry tells another story, with a hash that fits."""
    ledger = sqlite3.connect(root / "var" / "ledger.db")
    seq = ledger.execute("SELECT max(seq) FROM audit").fetchone()[0]
    ledger.close()
    by_hand(root, f"UPDATE audit SET actor = 'nobody' WHERE seq = {seq}")
    with own_ledger(load_workspace(root)) as opened, opened.read() as reading:
        row = dict(reading.execute(select(tables.audit).where(tables.audit.c.seq == seq)).mappings().one())
    by_hand(root, f"UPDATE audit SET hash = '{audit._hash(row)}' WHERE seq = {seq}")


def test_an_honest_log_is_whole(kept: Path) -> None:
    assert examined(kept) is None
    assert (kept / "outside.log").read_text(encoding="ascii").count("\n") >= 3


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda root: by_hand(root, "DELETE FROM audit WHERE action = 'reveal'"), "cut off"),
        (recomputed, "computed anew"),
        (lambda root: by_hand(root, "UPDATE decisions SET verdict = 'reject' WHERE decision_id = 1"), "decision 1"),
        (lambda root: by_hand(root, "UPDATE decisions SET user = 'eve' WHERE decision_id = 1"), "decision 1"),
        (lambda root: by_hand(root, "UPDATE batch_changes SET after = 'x' WHERE seq = 1"), "batch 1"),
        (lambda root: by_hand(root, "DELETE FROM batch_changes WHERE seq = 1"), "batch 1"),
        (lambda root: (root / "var" / "audit.anchor").write_text('{"seq": 1, "hash": "x", "mac": "y"}'), "altered"),
        (lambda root: (root / "outside.log").write_text("nothing"), "altered"),
    ],
)
def test_what_was_changed_by_hand_is_noticed_and_named(kept: Path, harm: Callable[[Path], Any], says: str) -> None:
    harm(kept)
    broken = examined(kept)
    assert broken is not None
    assert says in broken.what


def test_a_cut_tail_shows_by_the_copy_alone(kept: Path) -> None:
    by_hand(kept, "DELETE FROM audit WHERE action = 'reveal'")
    (kept / "var" / "audit.anchor").unlink()
    broken = examined(kept)
    assert broken is not None
    assert "cut off" in broken.what


def test_lines_that_were_changed_after_building_are_not_applied(kept: Path, tmp_path: Path) -> None:
    by_hand(kept, "UPDATE batch_changes SET after = 'x' WHERE seq = 1")
    target = SqlTarget(f"sqlite:///{tmp_path}/register.db")
    with own_ledger(load_workspace(kept)) as ledger, pytest.raises(ConflictError, match="not those that were built"):
        batches.apply(ledger, target, 1, user="dan", now=NOW)
    target.close()


def test_what_holds_personal_data_is_its_owners_alone(kept: Path) -> None:
    for path in (kept / "var", kept / "var" / "ledger.db", *(kept / "var" / "warehouse").glob("*.duckdb")):
        path.chmod(0o755)
    assert examined(kept) is None
    for path in (kept / "var").rglob("*"):
        if "reports" not in path.parts and "models" not in path.parts:
            assert not path.stat().st_mode & 0o077, path


def test_each_end_is_told_to_a_log_host_and_one_that_is_away_stops_nobody(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
        host.bind(("127.0.0.1", 0))
        host.settimeout(10)
        Anchor(tmp_path / "a", b"k" * 32, syslog=f"127.0.0.1:{host.getsockname()[1]}").hold(7, "e" * 64)
        told = host.recv(2_000).decode()
    assert "regclean audit" in told
    assert '"seq": 7' in told
    for away in (str(tmp_path / "no-socket"), "127.0.0.1:99999", "x"):
        anchor = Anchor(tmp_path / "b", b"k" * 32, syslog=away)
        anchor.hold(8, "f" * 64)
        assert anchor.held() == (8, "f" * 64)
