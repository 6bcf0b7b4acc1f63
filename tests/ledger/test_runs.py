"""The nights as the ledger remembers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from regclean.ledger import Ledger, open_ledger, runs
from regclean.ledger.tables import runs as runs_table

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
DAY = date(2026, 11, 20)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, ledger_url: Callable[[str], str]) -> Iterator[Ledger]:
    opened = open_ledger(ledger_url(request.param))
    yield opened
    opened.close()


def publish(ledger: Ledger, run_id: str) -> None:
    with ledger.write() as connection:
        connection.execute(update(runs_table).where(runs_table.c.run_id == run_id).values(status="published"))


def test_a_night_keeps_what_it_is_told(ledger: Ledger) -> None:
    runs.start(ledger, "a", as_of=DAY, now=NOW, previous_landed={"customers": 9})
    runs.note(ledger, "a", steps=[{"step": "load", "rows": 10, "seconds": 0.5}], landed={"customers": 10})
    runs.note(ledger, "a", model_version="7")
    run = runs.get(ledger, "a")
    assert run is not None
    assert (run.status, run.as_of, run.started_at) == ("running", DAY, NOW)
    assert (run.landed, run.previous_landed, run.model_version) == ({"customers": 10}, {"customers": 9}, "7")
    assert run.steps == [{"step": "load", "rows": 10, "seconds": 0.5}]


def test_only_published_nights_count_as_the_last_one(ledger: Ledger) -> None:
    assert runs.last_published(ledger) is None
    for day, run_id in enumerate(("a", "b", "c")):
        runs.start(ledger, run_id, as_of=DAY + timedelta(days=day), now=NOW + timedelta(days=day))
    publish(ledger, "a")
    publish(ledger, "b")
    runs.fail(ledger, "c", now=NOW)
    last = runs.last_published(ledger)
    assert last is not None
    assert last.run_id == "b"
    assert [run.run_id for run in runs.history(ledger)] == ["c", "b", "a"]


def test_a_killed_night_is_swept_and_may_begin_again_a_published_one_not(ledger: Ledger) -> None:
    runs.start(ledger, "a", as_of=DAY, now=NOW)
    publish(ledger, "a")
    runs.start(ledger, "b", as_of=DAY, now=NOW)
    assert runs.sweep(ledger, now=NOW) == ["b"]
    later = NOW + timedelta(hours=1)
    for run_id in ("a", "b"):
        runs.start(ledger, run_id, as_of=DAY, now=later)
    again, kept = runs.get(ledger, "b"), runs.get(ledger, "a")
    assert again is not None
    assert kept is not None
    assert (again.status, again.started_at) == ("running", later)
    assert (kept.status, kept.started_at) == ("published", NOW)
