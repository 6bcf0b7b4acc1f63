"""When nights are due: a cron line in the workspace's time zone, as Prefect reads it.

A local time that a clock change leaves out comes an hour earlier that night, one that comes twice is the first of the two:
there is one night for each day.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from prefect.schedules import Cron, Schedule
from prefect.server.schemas.schedules import CronSchedule

from regclean.errors import UsageError

# Looked back over one after the other: Prefect gives no more than a thousand times, of a line that comes every minute too.
WINDOWS = (timedelta(hours=3), timedelta(days=2), timedelta(days=40), timedelta(days=400))


def schedule(cron: str, zone: ZoneInfo) -> Schedule:
    """What a deployment takes. Errors: UsageError when `cron` is no cron line."""
    try:
        return Cron(cron, timezone=zone.key)
    except ValueError:
        raise UsageError(
            f"'{cron}' is not a cron line.",
            remedy='Minute, hour, day, month, weekday: "0 2 * * *" is each night at two.',
        ) from None


def times(cron: str, zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """When nights are due from `start` to `end`, in UTC."""
    line = CronSchedule(cron=cron, timezone=zone.key)
    try:
        found = asyncio.run(line.get_dates(n=1_000, start=start, end=end))
    except ValueError:  # the 30th of February never comes
        return []
    return sorted({one.astimezone(UTC) for one in found if start <= one <= end})


def last_due(cron: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the last night until `now` was due, in UTC; None of a line that has not come for a year."""
    for window in WINDOWS:
        if found := times(cron, zone, now - window, now):
            return found[-1]
    return None
