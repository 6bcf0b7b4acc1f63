"""A full disk, a lock, a database that is away: exit code 3, and what, where and what to do; nothing is lost by it."""

from __future__ import annotations

import errno
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.errors import ConflictError, GateError, UnknownCommitError, kind_of, of_kind
from regclean.home import own_ledger
from regclean.ledger import database, open_ledger, runs
from regclean.ledger.database import LedgerAwayError, LedgerError
from regclean.night import run_night
from regclean.outside import unavailable
from regclean.review.web.app import create_app
from regclean.warehouse import DamagedNightError

FULL = Path("/dev/full")


def raised(act: Callable[[], Any]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011  # whatever it is, it is judged below
        act()
    return caught.value


def sqlite_full(folder: Path) -> None:
    engine = create_engine(f"sqlite:///{folder}/small.db")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))
        connection.execute(text("PRAGMA max_page_count = 3"))
        connection.execute(text("INSERT INTO t VALUES (zeroblob(100000))"))


def sqlite_locked(folder: Path) -> None:
    holder = sqlite3.connect(folder / "locked.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with create_engine(f"sqlite:///{folder}/locked.db", connect_args={"timeout": 0}).begin() as connection:
            connection.execute(text("CREATE TABLE t (x)"))
    finally:
        holder.close()


def sqlite_read_only(folder: Path) -> None:
    sqlite3.connect(folder / "ro.db").execute("CREATE TABLE t (x)").connection.close()
    with create_engine(f"sqlite:///file:{folder}/ro.db?mode=ro&uri=true").begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))


def not_a_database(folder: Path) -> None:
    (folder / "no.db").write_bytes(b"x" * 5_000)
    with create_engine(f"sqlite:///{folder}/no.db").begin() as connection:
        connection.execute(text("CREATE TABLE t (x)"))


def postgresql_away(_: Path) -> None:
    create_engine("postgresql+psycopg://x:y@127.0.0.1:1/none").connect()


def no_room(folder: Path) -> None:
    with FULL.open("w") as file:
        file.write("x")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (sqlite_full, "disk is full"),
        (sqlite_locked, "locked"),
        (sqlite_read_only, "cannot be written"),
        (not_a_database, "damaged"),
        (postgresql_away, "cannot be reached"),
        (no_room, "disk is full"),
        (lambda _: pl.DataFrame({"a": ["x" * 100_000]}).write_csv(FULL), "disk is full"),
        (lambda _: pl.DataFrame({"a": ["x" * 100_000]}).write_parquet(FULL), "disk is full"),
        (lambda folder: duckdb.sql(f"COPY (SELECT range FROM range(100000)) TO '{FULL}'"), "disk is full"),
        (lambda folder: folder.write_text(""), None),
    ],
)
def test_it_is_known_by_what_it_says(fault: Callable[[Path], Any], says: str | None, tmp_path: Path) -> None:
    told = unavailable(raised(lambda: fault(tmp_path)), "there")
    if says is None:
        assert told is None  # a fault of the program is not blamed on the disk
        return
    assert told is not None
    assert says in str(told)
    assert told.exit_code == 3
    assert told.remedy


def test_other_errors_stay_what_they_are() -> None:
    assert unavailable(ValueError("No space left on device")) is None
    assert unavailable(ConflictError("x")) is None
    wrapped = ValueError("x")
    wrapped.__cause__ = OSError(errno.ENOSPC, "full", "/here")
    told = unavailable(wrapped)
    assert told is not None
    assert told.file == "/here"


# Commands ---------------------------------------------------------------------------------------------------------------


def said(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 3) -> str:
    assert run([str(argument) for argument in arguments]) == code
    told = " ".join(capsys.readouterr().err.split())
    assert "unexpected" not in told
    return told


def test_a_full_disk_under_an_output(published_register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("findings", "clusters", "pairs"):
        assert "disk is full" in said(capsys, "-w", published_register, command, "-o", FULL)


def test_a_ledger_that_another_program_holds(
    published_register: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    holder = sqlite3.connect(published_register / "var" / "ledger.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    told = said(capsys, "-w", published_register, "run", "--as-of", "2026-11-02")
    assert "locked" in told
    assert "ledger.db" in told.replace(" ", "")
    holder.close()
    monkeypatch.undo()
    said(capsys, "-w", published_register, "run", "--as-of", "2026-11-02", code=0)


def test_a_ledger_that_is_away(small_register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = small_register / "regclean.toml"
    url = "postgresql+psycopg://clerk:hunter2@127.0.0.1:1/none"
    settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[ledger]\nurl = "{url}"\n', encoding="utf-8")
    for command in (["findings"], ["run"], ["batch", "list"], ["verify-audit"]):
        told = said(capsys, "-w", small_register, *command)
        assert "127.0.0.1" in told
        assert "hunter2" not in told


def test_a_source_that_is_away(small_register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = small_register / "regclean.toml"
    source = '[[source]]\ntable = "evidence"\nurl = "postgresql://x@127.0.0.1:1/none"\nquery = "SELECT 1"\n'
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n{source}", encoding="utf-8")
    assert "cannot be reached" in said(capsys, "-w", small_register, "run", "--as-of", "2026-11-02")


def limited(root: Path, size: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that may write no file larger than `size` bytes."""
    return subprocess.run(
        [sys.executable, "-c", "from regclean.cli import main; main()", "-w", root, *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


def test_a_night_that_runs_out_of_room_leaves_the_one_before_in_force(published_register: Path) -> None:
    workspace = load_workspace(published_register)
    with own_ledger(workspace) as ledger:
        before = runs.last_published(ledger)
    done = limited(published_register, 700_000, "run", "--as-of", "2026-11-02", "--full")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    with own_ledger(workspace) as ledger:
        assert runs.last_published(ledger) == before
    night = run_night(workspace, as_of=date(2026, 11, 2), now=datetime(2026, 11, 3, 2, tzinfo=UTC))
    assert night.published is not None


# The server -------------------------------------------------------------------------------------------------------------


def test_the_page_says_in_a_sentence_that_its_ledger_is_away(published_register: Path) -> None:
    app = create_app(load_workspace(published_register))
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False)
    assert client.get("/login").status_code == 200
    ledger = app.state.services.ledger
    ledger.close()
    for path in (published_register / "var").glob("ledger.db*"):
        path.unlink()
    (published_register / "var" / "ledger.db").mkdir()
    cookie = {"cookie": "regclean_session=x"}
    for path in ("/", "/api/v1/findings"):
        answer = client.get(path, headers={"accept": "text/html", **cookie})
        if answer.status_code == 401:
            answer = client.get(path, headers={"authorization": "Bearer x"})
        assert answer.status_code == 503, path
        assert str(published_register) not in answer.text
        assert "Check" in answer.text
    app.state.services.background.shutdown(wait=True)


def test_a_lost_answer_of_the_ledger_is_not_called_undone(
    ledger_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = open_ledger(ledger_url("sqlite"))
    dialect = ledger.engine.dialect
    commit = dialect.do_commit

    def lost(connection: Any) -> None:
        commit(connection)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(dialect, "do_commit", lost)
    monkeypatch.setattr(dialect, "is_disconnect", lambda *_: True)
    with pytest.raises(UnknownCommitError, match="look whether"), ledger.write():
        pass
    ledger.close()


def test_an_error_that_reaches_another_process_as_words_keeps_its_exit_code(tmp_path: Path) -> None:
    """A flow's state has a name and a message; what the command line makes of them ends with the same code."""
    for error in (LedgerAwayError("x"), LedgerError("x"), DamagedNightError(tmp_path / "n"), GateError("x")):
        again = of_kind(kind_of(error), str(error))
        assert again.exit_code == error.exit_code, type(error)
    assert kind_of(ValueError("x")) == "RegcleanError"
    assert of_kind("dict", "x").exit_code == 2
