"""A ledger that each earlier step of the tables left behind is brought up to date, with all that people decided in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from regclean.ledger import audit, open_ledger
from regclean.ledger.tables import decisions, finding_subjects, findings, metadata, pair_decisions, users

KEPT = sorted((Path(__file__).parents[1] / "data" / "ledgers").glob("*.sql"))


def made(dump: Path, folder: Path) -> str:
    """The URL of a database as it was dumped."""
    database = sqlite3.connect(folder / "ledger.db")
    database.executescript(dump.read_text(encoding="utf-8"))
    database.close()
    return f"sqlite:///{folder}/ledger.db"


@pytest.mark.parametrize("dump", KEPT, ids=lambda path: path.stem)
def test_an_earlier_ledger_is_brought_up_to_date(dump: Path, tmp_path: Path) -> None:
    ledger = open_ledger(made(dump, tmp_path))
    with ledger.read() as reading:
        assert compare_metadata(MigrationContext.configure(reading, opts={"compare_type": True}), metadata) == []
        decided = reading.execute(select(decisions.c.verdict, decisions.c.user, decisions.c.reason)).all()
        assert [tuple(row) for row in decided] == [("same", "aino", "phone")]
        pair = reading.execute(select(pair_decisions)).mappings().one()
        assert (pair["customer_no_l"], pair["customer_no_r"], pair["verdict"], pair["lapsed"]) == (
            "1",
            "2",
            "same",
            False,
        )
        finding = reading.execute(select(findings)).mappings().one()
        assert (finding["state"], finding["ends_in"]) == ("accepted", "change")
        assert set(reading.execute(select(finding_subjects.c.subject)).scalars()) == {"customers:1", "customers:2"}
        assert reading.execute(select(users.c.roles)).scalar_one() == ["steward"]
    assert audit.verify(ledger) is None
    ledger.close()
