"""Who serves the schedule of a workspace, and whether a night that was due has begun."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from regclean import locks
from regclean.errors import ConflictError
from regclean.ledger import Ledger, runs
from regclean.resources import write_whole

FILE = "schedule.json"


@dataclass(frozen=True, slots=True)
class Served:
    """A schedule that somebody serves: its cron line, the time zone that this is in, since when (ISO) and where."""

    cron: str
    timezone: str
    since: str
    host: str
    process: int


@contextmanager
def serving(var: Path, cron: str, timezone: str, now: datetime) -> Iterator[None]:
    """Say that this process serves the schedule, for the length of a `with` block. Errors: ConflictError when another does."""
    with locks.held(var / locks.SCHEDULE) as mine:
        if not mine:
            raise ConflictError(
                "the schedule of this workspace is being served already.", file=var, remedy="Stop the other one first."
            )
        served = Served(cron, timezone, now.isoformat(timespec="seconds"), socket.gethostname(), os.getpid())
        write_whole(var / FILE, json.dumps(asdict(served)))
        try:
            yield
        finally:  # whoever is killed leaves it: that the night is no longer served can then be told
            (var / FILE).unlink(missing_ok=True)


def served(var: Path) -> Served | None:
    """The schedule that is served, or was until its server was killed (`is_served`); None where there is none."""
    try:
        return Served(**json.loads((var / FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def is_served(var: Path) -> bool:
    """Does somebody serve it now? Errors: OSError."""
    return locks.is_held(var / locks.SCHEDULE)


def has_begun(ledger: Ledger, var: Path, due: datetime) -> bool:
    """Has a night begun since one was due? One that was killed has not: what it did is undone by the next one."""
    last = next(iter(runs.history(ledger, limit=1)), None)
    if last is None or last.started_at < due:
        return False
    return last.status != "running" or locks.is_held(var / locks.NIGHT)


def is_missed(ledger: Ledger, var: Path, due: datetime) -> bool:
    """Is a night to be caught up on? A workspace that never had one has missed none."""
    return bool(runs.history(ledger, limit=1)) and not has_begun(ledger, var, due)
