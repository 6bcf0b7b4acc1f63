"""A night for each day, at the same hour of the company's clock; one that was missed is caught up on once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from regclean import locks
from regclean.config import load_workspace
from regclean.errors import ConflictError, UsageError
from regclean.home import own_ledger
from regclean.ledger import runs
from regclean.operation import has_begun, is_missed, serving
from regclean.operation.schedule import is_served, served
from regclean.resources import flow_module

HELSINKI = ZoneInfo("Europe/Helsinki")
DUE = datetime(2026, 11, 3, 0, tzinfo=UTC)  # two at night, in Helsinki
CHANGES = [datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, tzinfo=UTC)]
due = flow_module("due")


@pytest.mark.parametrize("change", CHANGES, ids=["back", "forward"])
@pytest.mark.parametrize("hour", range(6))
def test_there_is_one_night_a_day_at_its_local_hour_over_a_change_of_clocks(change: datetime, hour: int) -> None:
    cron, end = f"30 {hour} * * *", change + timedelta(days=2)
    seen = set()
    for hours in range(0, 48, 3):  # whenever the server computes what comes next, it comes to the same
        seen |= set(due.times(cron, HELSINKI, change + timedelta(hours=hours - 36), end))
    local = [one.astimezone(HELSINKI) for one in sorted(seen)]
    days = Counter(one.date() for one in local)
    assert set(days.values()) == {1}
    assert len(days) >= 3
    skipped = change == CHANGES[1] and hour == 3  # there is no half past three that day
    assert all((one.hour, one.minute) == (hour, 30) or (skipped and one.date() == change.date()) for one in local)


@pytest.mark.parametrize(
    ("cron", "now", "last"),
    [
        ("0 2 * * *", "2026-11-03T00:00", "2026-11-03T00:00"),
        ("0 2 * * *", "2026-11-02T23:59", "2026-11-02T00:00"),
        ("0 2 * * *", "2026-10-25T12:00", "2026-10-24T23:00"),  # summer time until four
        ("0 2 * * *", "2026-10-26T12:00", "2026-10-26T00:00"),
        ("*/5 * * * *", "2026-11-03T00:04", "2026-11-03T00:00"),
        ("0 2 1 1 *", "2026-11-03T00:00", "2026-01-01T00:00"),
        ("0 2 30 2 *", "2026-11-03T00:00", None),
    ],
)
def test_the_last_time_a_night_was_due(cron: str, now: str, last: str | None) -> None:
    found = due.last_due(cron, HELSINKI, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == (datetime.fromisoformat(last).replace(tzinfo=UTC) if last else None)


def test_what_is_no_cron_line_is_said() -> None:
    with pytest.raises(UsageError, match="is not a cron line"):
        due.schedule("at two", HELSINKI)


def test_a_night_is_missed_until_one_has_begun(published_register: Path) -> None:
    place = load_workspace(published_register)
    with own_ledger(place) as ledger:
        assert is_missed(ledger, place.var, DUE)
        assert not is_missed(ledger, place.var, datetime(2026, 11, 2, 1, tzinfo=UTC))
        runs.start(ledger, "2026-11-03-001", as_of=DUE.date(), now=DUE + timedelta(seconds=3))
        with locks.held(place.var / locks.NIGHT):
            assert has_begun(ledger, place.var, DUE)
        assert is_missed(ledger, place.var, DUE)  # it says that it runs, and nobody runs it: it was killed
        runs.fail(ledger, "2026-11-03-001", now=DUE + timedelta(minutes=1))
        assert has_begun(ledger, place.var, DUE)  # what failed is for a person to look at
        assert not is_missed(ledger, place.var, DUE)


def test_a_workspace_without_a_night_has_missed_none(small_register: Path) -> None:
    place = load_workspace(small_register)
    with own_ledger(place) as ledger:
        assert not is_missed(ledger, place.var, DUE)
        assert not has_begun(ledger, place.var, DUE)  # so its first one is not left out


def test_one_process_serves_a_schedule(tmp_path: Path) -> None:
    with serving(tmp_path, "0 2 * * *", "Europe/Helsinki", DUE):
        found = served(tmp_path)
        assert found is not None
        assert (found.cron, found.timezone, is_served(tmp_path)) == ("0 2 * * *", "Europe/Helsinki", True)
        with pytest.raises(ConflictError, match="being served already"), serving(tmp_path, "0 3 * * *", "UTC", DUE):
            pass
        assert served(tmp_path) == found
    assert (served(tmp_path), is_served(tmp_path)) == (None, False)


def test_workspaces_that_share_a_server_do_not_take_each_others_nights(tmp_path: Path) -> None:
    schedule = flow_module("schedule")
    names = [
        schedule._deployment("nightly", tmp_path / folder, due.schedule("0 2 * * *", HELSINKI)).name
        for folder in ("a", "b", "a")
    ]
    assert names[0] == names[2] != names[1]
    assert names[0].startswith("nightly")
