"""The audit log as an auditor reads it: filtered, page by page, and as a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, Select, desc, false, func, select

from regclean import csv_files
from regclean.domain.findings import canonical_json
from regclean.ledger import Ledger
from regclean.ledger.tables import audit

COLUMNS = ("seq", "at", "actor", "action", "subject", "field", "detail", "previous_hash", "hash")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What of the log to read; `since` and `until` are days of the workspace's time zone, both included."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: date | None = None
    until: date | None = None
    before: int | None = None  # entries older than this number


def read_page(
    connection: Connection, chosen: AuditFilter, zone: ZoneInfo, limit: int, hidden: Collection[str]
) -> list[Mapping[str, Any]]:
    """Entries, newest first; of those that name a customer of `hidden` only who and when. None where one is asked for."""
    query = _query(chosen, zone, hidden).order_by(desc(audit.c.seq)).limit(limit)
    return list(_withheld(connection.execute(query).mappings(), hidden))


def _withheld(rows: Iterable[RowMapping], hidden: Collection[str]) -> Iterator[Mapping[str, Any]]:
    """The entries; one that names a customer of `hidden`, as who was looked at, keeps to itself whom and what it says."""
    for row in rows:
        yield {**row, "subject": "", "detail": {}} if _names(row, hidden) else dict(row)


def _names(row: RowMapping, hidden: Collection[str]) -> bool:
    return _tells_of(f"{row['subject']} {canonical_json(row['detail'])}", hidden)


def _tells_of(text: str, hidden: Collection[str]) -> bool:
    return not set(re.split(r"[^\w.-]+", text)).isdisjoint(hidden)


def actors_and_actions(connection: Connection) -> tuple[list[str], list[str]]:
    """What there is to filter by, sorted."""
    actors = connection.execute(select(audit.c.actor).distinct()).scalars()
    actions = connection.execute(select(audit.c.action).distinct()).scalars()
    return sorted(actors), sorted(actions)


def size(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(audit)).scalar_one())


def csv_lines(
    ledger: Ledger, chosen: AuditFilter, zone: ZoneInfo, hidden: Collection[str], *, spreadsheet: bool = False
) -> Iterator[str]:
    """The chosen entries as lines of a csv file, oldest first, in the columns of `COLUMNS`."""
    with ledger.read() as connection:
        query = _query(chosen, zone, hidden).order_by(audit.c.seq).execution_options(yield_per=2_000)
        rows = map(_cells, _withheld(connection.execute(query).mappings(), hidden))
        yield from csv_files.lines(chain([COLUMNS], rows), spreadsheet=spreadsheet)


def _cells(row: Mapping[str, Any]) -> tuple[object, ...]:
    told = {
        **row,
        "at": row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        "detail": canonical_json(row["detail"]),
    }
    return tuple(told[name] for name in COLUMNS)


def _query(chosen: AuditFilter, zone: ZoneInfo, hidden: Collection[str]) -> Select[tuple[object, ...]]:
    query = select(audit)
    if chosen.subject and _tells_of(chosen.subject, hidden):
        return query.where(false())
    for name in ("actor", "action", "subject"):
        value = getattr(chosen, name)
        if value:
            query = query.where(audit.c[name] == value)
    if chosen.since is not None:
        query = query.where(audit.c.at >= _midnight(chosen.since, zone))
    if chosen.until is not None:
        query = query.where(audit.c.at < _midnight(chosen.until, zone) + timedelta(days=1))
    if chosen.before is not None:
        query = query.where(audit.c.seq < chosen.before)
    return query


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins; days that no log can hold are moved to where every database can count."""
    return datetime.combine(min(max(day, date(1970, 1, 2)), date(2200, 1, 1)), time(), zone)
