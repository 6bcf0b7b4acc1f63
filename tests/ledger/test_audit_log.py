"""The audit log's chain: whole when left alone, broken at the right place when not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from regclean.ledger import Entry, Ledger, append, open_ledger, verify
from regclean.ledger.audit import end
from regclean.ledger.tables import audit, runs

NOW = datetime(2026, 11, 21, 2, 0, 0, 123456, tzinfo=UTC)
BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, ledger_url: Callable[[str], str]) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url(request.param))
    with opened.write() as connection:
        for number in range(6):
            entry = Entry(
                NOW + timedelta(minutes=number), "aino", "decide", f"findings:F{number}", detail={"n": number}
            )
            assert append(connection, entry) == number + 1
    yield opened
    opened.close()


def tamper(ledger: Ledger, statement: object) -> None:
    """What somebody with all rights to the database could do."""
    with ledger.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER IF EXISTS audit_no_update"))
            connection.execute(text("DROP TRIGGER IF EXISTS audit_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER IF EXISTS audit_append_only ON audit"))
        connection.execute(statement)  # type: ignore[call-overload]


def test_an_untouched_log_is_whole(ledger: Ledger) -> None:
    assert verify(ledger) is None


@pytest.mark.parametrize(
    "change",
    [
        {"at": NOW},
        {"actor": "eero"},
        {"action": "undo"},
        {"subject": "findings:F9"},
        {"field": "name"},
        {"detail": {"n": 99}},
        {"previous_hash": "f" * 64},
        {"hash": "f" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_is_found(ledger: Ledger, change: dict[str, object]) -> None:
    tamper(ledger, update(audit).where(audit.c.seq == 4).values(**change))
    assert verify(ledger) == 4


def test_a_missing_row_is_found(ledger: Ledger) -> None:
    tamper(ledger, delete(audit).where(audit.c.seq == 3))
    assert verify(ledger) == 3


def test_a_cut_tail_is_found_against_the_published_runs(ledger: Ledger) -> None:
    with ledger.write() as connection:
        seq, digest = end(connection)
        plain = {"as_of": date(2026, 11, 20), "status": "published", "started_at": NOW, "steps": [], "landed": {}}
        plain |= {"previous_landed": {}, "gates": [], "counts": {}, "measures": {}}
        connection.execute(insert(runs).values(run_id="r", audit_seq=seq, audit_hash=digest, **plain))
    assert verify(ledger) is None
    tamper(ledger, delete(audit).where(audit.c.seq > 4))
    assert verify(ledger) == 5


def test_the_database_itself_refuses_to_change_the_log(ledger: Ledger) -> None:
    for statement in (update(audit).values(actor="eero"), delete(audit)):
        with pytest.raises(DBAPIError, match="append-only"), ledger.write() as connection:
            connection.execute(statement)
    assert verify(ledger) is None


def test_the_log_is_written_in_write_transactions_only(ledger: Ledger) -> None:
    with ledger.read() as connection, pytest.raises(ValueError, match="write"):
        append(connection, Entry(NOW, "aino", "look", "customers:1"))


@BOTH
def test_appends_from_several_processes_keep_one_chain(kind: str, ledger_url: Callable[[str], str]) -> None:
    url = ledger_url(kind)
    open_ledger(url).close()
    code = """
import sys
from datetime import UTC, datetime
from regclean.ledger import Entry, append, open_ledger
ledger = open_ledger(sys.argv[1])
for number in range(40):
    with ledger.write() as connection:
        append(connection, Entry(datetime(2026, 11, 21, tzinfo=UTC), sys.argv[2], "look", f"customers:{number}"))
"""
    writing = [subprocess.Popen([sys.executable, "-c", code, url, f"writer-{number}"]) for number in range(4)]
    assert [process.wait(120) for process in writing] == [0, 0, 0, 0]
    ledger = open_ledger(url)
    with ledger.read() as connection:
        numbers = connection.execute(select(audit.c.seq).order_by(audit.c.seq)).scalars().all()
    assert numbers == list(range(1, 161))
    assert verify(ledger) is None
    ledger.close()
