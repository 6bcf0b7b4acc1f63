"""Batches that a version before sealing built: after a night nothing of theirs stands in clear, and all else is as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.engine import make_url

from regclean.batches import seal_older_lines, store
from regclean.domain.register import subject_text
from regclean.ledger import Entry, append, audit, open_ledger
from regclean.ledger.tables import batch_changes, batches
from regclean.register import delete_text
from regclean.sealing import Seal

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
OLD, NEW = "130590-9038", "130590-904A"
ROW = {"customer_no": "1002", "name": "Oma Onni", "national_id": OLD}
LINES = (  # op, table, key, column, before, after
    ("update", "customers", "1001", "national_id", None, NEW),
    ("update", "customers", "1001", "phone", "040 1111111", "040 2222222"),
    ("update", "customers", "1001", "national_id", OLD, None),
    ("delete", "customers", "1002", None, delete_text(ROW), None),
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_older_lines_are_sealed_and_the_register_knows_the_batch(kind: str, ledger_url: Callable[[str], str]) -> None:
    url, seal = ledger_url(kind), Seal(b"k" * 32)
    ledger = open_ledger(url)
    with ledger.write() as writing:
        row = {"state": "applied", "built_by": "aino", "built_at": NOW, "gates": [], "left_out": [], "version": 1}
        writing.execute(insert(batches), [{"batch_id": number, **row} for number in (1, 2)])
        names = ("op", "table", "key", "column", "before", "after")
        rows = [
            {"batch_id": batch, "seq": seq, "state": "done", **dict(zip(names, line, strict=True))}
            for batch in (1, 2)
            for seq, line in enumerate(LINES, 1)
        ]
        writing.execute(insert(batch_changes), rows)
        for batch in (1, 2):
            detail = {"digest": audit.lines_digest(writing, batch)}
            append(writing, Entry(NOW, "aino", "batch_build", subject_text("batches", batch), detail=detail))
        token = store.token(store.get(writing, 1), store.stored_lines(writing, 1))
        # In the second one somebody has changed a line by hand; sealing does not make that right.
        by_hand = (batch_changes.c.batch_id == 2, batch_changes.c.seq == 2)
        writing.execute(update(batch_changes).where(*by_hand).values(after="eve"))
    assert seal_older_lines(ledger, seal, NOW) == 6
    with ledger.read() as reading:
        lines = [one.line for one in store.stored_lines(reading, 1)]
        assert not any(one in f"{line.before} {line.after}" for line in lines for one in (OLD, NEW))
        opened = [line.opened(seal.opened) for line in lines]
        assert [(one.op, one.table, one.key, one.column, one.before, one.after) for one in opened] == list(LINES)
        assert store.token(store.get(reading, 1), store.stored_lines(reading, 1)) == token
        assert audit.noted_lines(reading, 1) == audit.lines_digest(reading, 1)
        assert audit.noted_lines(reading, 2) != audit.lines_digest(reading, 2)
        assert list(reading.execute(select(batches.c.batch_id).where(batches.c.token.is_not(None))).scalars()) == [1, 2]
    broken = audit.examine(ledger)
    assert broken is not None
    assert "batch 2" in broken.what
    assert seal_older_lines(ledger, seal, NOW) == 0
    if kind == "sqlite":
        path = Path(make_url(url).database or "")
        for file in (path, path.with_name(f"{path.name}-wal")):
            held = file.read_bytes() if file.exists() else b""
            assert not any(one.encode() in held for one in (OLD[:10], NEW[:10]))
    ledger.close()


def test_what_is_deleted_leaves_no_bytes_behind(ledger_url: Callable[[str], str]) -> None:
    url = ledger_url("sqlite")
    ledger = open_ledger(url)
    with ledger.write() as writing:
        append(writing, Entry(NOW, "aino", "comment", "findings:F1", detail={"text": "x"}))
        writing.exec_driver_sql("CREATE TABLE some (text TEXT)")
        writing.exec_driver_sql(f"INSERT INTO some VALUES ('{OLD}')")
    with ledger.write() as writing:
        writing.exec_driver_sql("DELETE FROM some")
    ledger.close()
    assert OLD.encode() not in Path(make_url(url).database or "").read_bytes()
