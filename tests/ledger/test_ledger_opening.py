"""Opening, migrating and locking the ledger, on both databases."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from regclean.config import Workspace, default_config
from regclean.errors import ConfigError, UnavailableError
from regclean.ledger import LedgerError, database, is_there, open_ledger
from regclean.ledger.migrations import HEAD, runner
from regclean.ledger.tables import metadata, users

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
USER = {"user": "aino", "roles": ["steward"], "created_at": NOW}
BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@BOTH
def test_migrating_from_nothing_gives_exactly_the_declared_tables(kind: str, ledger_url: Callable[[str], str]) -> None:
    ledger = open_ledger(ledger_url(kind))
    with ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    ledger.close()


def test_head_is_the_newest_step() -> None:
    assert ScriptDirectory.from_config(runner.configuration()).get_heads() == [HEAD]


@BOTH
def test_opening_again_keeps_what_is_there(kind: str, ledger_url: Callable[[str], str]) -> None:
    url = ledger_url(kind)
    ledger = open_ledger(url)
    with ledger.write() as connection:
        connection.execute(insert(users).values(**USER))
    ledger.close()
    ledger = open_ledger(url)
    with ledger.read() as connection:
        row = connection.execute(select(users)).mappings().one()
    assert (row["user"], row["roles"], row["created_at"], row["active"]) == ("aino", ["steward"], NOW, True)
    ledger.close()


@BOTH
def test_a_register_in_the_same_database_is_left_alone(kind: str, ledger_url: Callable[[str], str]) -> None:
    """Both have a table `evidence`: the ledger takes nobody's, and has a schema of its own on PostgreSQL."""
    url = ledger_url(kind)
    register = create_engine(url)
    with register.begin() as connection:
        connection.execute(text("CREATE TABLE evidence (customer_no TEXT, signal TEXT)"))
        connection.execute(text("INSERT INTO evidence VALUES ('1001', 'move')"))
    with pytest.raises(LedgerError, match="schema") as refused:
        open_ledger(url)
    assert "'evidence'" in refused.value.message
    with register.connect() as connection:
        assert inspect(connection).get_table_names() == ["evidence"]
    if kind == "postgresql":
        config = default_config(ledger={"url": url, "schema": "regclean"})
        own = Workspace(Path(), config).ledger_url
        for _ in range(2):
            ledger = open_ledger(own)
            with ledger.read() as reading:
                assert compare_metadata(MigrationContext.configure(reading), metadata) == []
            ledger.close()
        assert is_there(own)
        with register.connect() as connection:
            assert inspect(connection).get_table_names() == ["evidence"]
            assert connection.execute(text("SELECT signal FROM evidence")).scalars().all() == ["move"]
            assert "evidence" in inspect(connection).get_table_names("regclean")
    register.dispose()


@pytest.mark.parametrize("url", ["sqlite:///ledger.db", "postgresql://h/d?options=-cx%3D1"])
def test_a_schema_that_cannot_be_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="ledger"):
        assert Workspace(Path(), default_config(ledger={"url": url, "schema": "regclean"})).ledger_url
    with pytest.raises(ConfigError, match="schema"):
        assert Workspace(Path(), default_config(ledger={"url": "postgresql://h/d", "schema": "x; DROP"})).ledger_url


def test_writers_of_one_process_wait_for_each_other_and_not_for_the_file(
    ledger_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite asks for its lock again and again, whoever came first: of many who do, one may wait until it is refused."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    ledger = open_ledger(ledger_url("sqlite"))
    inside, others = Event(), []

    def write(name: str) -> None:
        with ledger.write() as connection:
            connection.execute(insert(users).values(**USER | {"user": name}))
            others.append(name)

    with ThreadPoolExecutor(4) as pool:
        with ledger.write() as connection:
            connection.execute(insert(users).values(**USER))
            waiting = [pool.submit(lambda name=name: (inside.set(), write(name))) for name in "abcd"]
            inside.wait(10)
        for one in waiting:
            one.result()
    assert sorted(others) == list("abcd")
    with ledger.write(), pytest.raises(UnavailableError, match="locked"), ledger.write():
        pass  # one who writes within a write is told, and does not wait for itself
    ledger.close()


@BOTH
def test_a_newer_ledger_is_refused_and_left_alone(kind: str, ledger_url: Callable[[str], str]) -> None:
    url = ledger_url(kind)
    ledger = open_ledger(url)
    with ledger.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match="newer regclean"):
        open_ledger(url)
    with ledger.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    ledger.close()


@pytest.mark.parametrize("url", ["", "mysql://x/y", "nonsense", "duckdb:///x"])
def test_other_databases_are_refused_with_an_example(url: str) -> None:
    with pytest.raises(LedgerError, match=r"sqlite:///var/ledger\.db"):
        open_ledger(url)


def test_an_unreachable_ledger_is_told_without_its_password() -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger("postgresql+psycopg://clerk:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)


def test_a_folder_is_not_a_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError):
        open_ledger(f"sqlite:///{tmp_path}")


@BOTH
def test_programs_that_open_a_new_ledger_at_once_all_get_it(kind: str, ledger_url: Callable[[str], str]) -> None:
    code = "import sys; from regclean.ledger import open_ledger; open_ledger(sys.argv[1]).close()"
    url = ledger_url(kind)
    opening = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(4)]
    assert [process.wait(60) for process in opening] == [0, 0, 0, 0]


def test_sqlite_is_durable_and_locks_writers_from_their_first_statement(ledger_url: Callable[[str], str]) -> None:
    url = ledger_url("sqlite")
    ledger = open_ledger(url)
    with ledger.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}
    other = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
    with ledger.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    ledger.close()


@BOTH
def test_a_reader_sees_one_moment_and_a_failed_write_leaves_nothing(
    kind: str, ledger_url: Callable[[str], str]
) -> None:
    ledger = open_ledger(ledger_url(kind))
    count = select(func.count()).select_from(users)
    with ledger.read() as reading:
        assert reading.execute(count).scalar() == 0
        with ledger.write() as writing:
            writing.execute(insert(users).values(**USER))
        assert reading.execute(count).scalar() == 0
    with ledger.read() as reading:
        assert reading.execute(count).scalar() == 1
    with pytest.raises(IntegrityError), ledger.write() as writing:
        writing.execute(insert(users), [USER | {"user": "eero"}, USER])
    with ledger.read() as reading:
        assert reading.execute(count).scalar() == 1
    ledger.close()


def test_a_time_without_a_zone_is_refused(ledger_url: Callable[[str], str]) -> None:
    ledger = open_ledger(ledger_url("sqlite"))
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without its zone"), ledger.write() as writing:
        writing.execute(insert(users).values(**USER | {"created_at": naive}))
    ledger.close()
