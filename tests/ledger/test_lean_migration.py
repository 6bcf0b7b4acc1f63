"""Evidence and subjects are the same after what nobody reads has gone, and take less room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url

from regclean.ledger import open_ledger
from regclean.ledger.migrations import runner
from regclean.ledger.tables import evidence, finding_subjects

FINDING = (
    "INSERT INTO findings (finding_id, kind, rule, severity, subjects, summary, state, state_since, fingerprint, evidence_digest, "
    "protected, present, first_seen_run, last_seen_run, opened_at, workpool, priority, version) VALUES (:id, 'field', 'F01', "
    "'error', '[]', 'x', 'open', :at, 'f', :digest, false, true, 'r', 'r', :at, 'field', 1, 1)"
)


def rows_of(ledger: Any) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    with ledger.read() as connection:
        one, other = (
            sorted(tuple(row) for row in connection.execute(select(table))) for table in (evidence, finding_subjects)
        )
    return one, other


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_evidence_and_subjects_stay(kind: str, ledger_url: Callable[[str], str]) -> None:
    url = ledger_url(kind)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg") if kind == "postgresql" else url)
    at = "2026-11-01T02:00:00+00:00" if kind == "postgresql" else "2026-11-01 02:00:00.000000"
    ids = [f"F{number:020}" for number in range(500)]
    with engine.begin() as connection:
        command.upgrade(runner.configuration(connection), "0013")
        for one in ids:
            connection.execute(text(FINDING), {"id": one, "at": at, "digest": one.lower() * 3})
            connection.execute(
                text("INSERT INTO evidence VALUES (:id, :digest, :digest, 'r', :payload)"),
                {"id": one, "digest": one.lower() * 3, "payload": '{"basis":{"name":"Mäki"}}'},
            )
            connection.execute(
                text("INSERT INTO finding_subjects VALUES (:id, :subject)"), {"id": one, "subject": f"customers:{one}"}
            )
    engine.dispose()
    before = Path(str(make_url(url).database)).stat().st_size if kind == "sqlite" else 0

    ledger = open_ledger(url)
    try:
        kept, subjects = rows_of(ledger)
        assert kept == [(one, one.lower() * 3, '{"basis":{"name":"Mäki"}}') for one in ids]
        assert subjects == [(one, f"customers:{one}") for one in ids]
        with ledger.write() as connection:  # a subject goes with its finding, as before
            connection.execute(text("DELETE FROM findings WHERE finding_id = :id"), {"id": ids[0]})
        assert rows_of(ledger)[1] == subjects[1:]
    finally:
        ledger.close()
    if kind == "sqlite":
        assert Path(str(make_url(url).database)).stat().st_size < before
