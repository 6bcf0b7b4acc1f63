"""A year of work in figures: from the ledger alone, by week and by workpool.

Invariant: no figure is about a person who works here, and nobody under non-disclosure is in one.

Brought up to date is a customer (a party: all its accounts together) or a shared bin of which a change reached the register, which
somebody found right as it is, or whose contact person's answer is settled. Each counts once a year, in its first week.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from regclean.config import Workspace
from regclean.domain.register import Subject, subject_prefix, subject_text
from regclean.errors import UsageError
from regclean.findings import WORKPOOLS, about_protected
from regclean.ledger import Ledger, runs
from regclean.ledger.enquiry_tables import enquiries
from regclean.ledger.tables import audit, batch_changes, decisions, findings, protected_subjects, receipts
from regclean.quality import Agreement, Interval, agreement, wilson

CUSTOMERS, BINS = "customers", "bins"
TEAMS = tuple(pool for pool in WORKPOOLS if pool != "restricted")
# What the overview shows of the register, first and last night of the year.
HEALTH = (
    "duplicates_left",
    "stale_customers",
    "bin_group_defects",
    "field_faults",
    "complaints_per_1000",
    "returned_mail",
    "reachable",
)
# Why a decided finding has opened again, where that speaks against the decision.
DID_NOT_LAST = ("evidence_changed", "contradicted", "returned", "undone")
EARLIEST = 2000  # no ledger is older
SECONDS_A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Goal:
    """How many were brought up to date in the year, of how many that should be, and how many by today at an even pace."""

    name: str  # customers | bins
    done: int
    goal: int
    due: int


@dataclass(frozen=True, slots=True)
class Week:
    """What was brought up to date from a Monday on; the first and the last week of a year may be short."""

    monday: date
    customers: int
    bins: int


@dataclass(frozen=True, slots=True)
class Team:
    """The work of one workpool. `waits`, `oldest_days`: now; the others over the year. Times are medians, None without any."""

    pool: str
    waits: int
    oldest_days: int | None
    decided: int
    handling_seconds: float | None
    lead_days: float | None  # from the night that found it to the register
    reopened: Interval | None  # decisions that did not last
    rolled_back: Interval | None  # findings that were taken back from the register


@dataclass(frozen=True, slots=True)
class Year:
    """`until`: the last day that is counted; `health`: measure -> (first, last night of the year)."""

    year: int
    until: date
    goals: tuple[Goal, ...]
    weeks: tuple[Week, ...]
    teams: tuple[Team, ...]
    agreement: tuple[Agreement, ...]
    health: Mapping[str, tuple[float, float]]


def this_year(workspace: Workspace, now: datetime) -> int:
    """The year by the workspace's clock."""
    return now.astimezone(workspace.config.timezone).year


def year_of(workspace: Workspace, ledger: Ledger, year: int, now: datetime) -> Year:
    """The figures of a year, up to now. Errors: UsageError for a year that has not begun, or none at all."""
    if not EARLIEST <= year <= this_year(workspace, now):
        raise UsageError(
            f"there are no figures of the year {year}.", remedy=f"Known: {EARLIEST} to {this_year(workspace, now)}."
        )
    goals = workspace.config.section("goals")
    return count_year(
        ledger,
        year,
        goals={name: int(goals[name]) for name in (CUSTOMERS, BINS)},
        zone=workspace.config.timezone,
        now=now,
    )


def count_year(ledger: Ledger, year: int, *, goals: Mapping[str, int], zone: ZoneInfo, now: datetime) -> Year:
    """The figures of a year, up to now. `goals`: customers and bins of a whole year; `zone`: whose days are days."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    until = max(first, min(last, now.astimezone(zone).date()))
    begin, end = _start(first, zone), _start(last + timedelta(days=1), zone)
    with ledger.read() as connection:
        done = _brought_up_to_date(connection, begin, end, zone)
        teams = _teams(connection, begin, end, now)
    whole, passed = (last - first).days + 1, (until - first).days + 1
    return Year(
        year=year,
        until=until,
        goals=tuple(
            Goal(name, len(done[name]), goals[name], round(goals[name] * passed / whole)) for name in (CUSTOMERS, BINS)
        ),
        weeks=_weeks(done, first, until),
        teams=teams,
        agreement=tuple(agreement(ledger)),
        health=_health(ledger, first, last),
    )


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _public() -> ColumnElement[bool]:
    return and_(~findings.c.protected, findings.c.finding_id.not_in(about_protected()))


def _brought_up_to_date(
    connection: Connection, begin: datetime, end: datetime, zone: ZoneInfo
) -> dict[str, dict[str, date]]:
    """customers, bins -> each with the first day on which it was."""
    changed = (
        select(findings.c.case_key, receipts.c.applied_at)
        .join(batch_changes, batch_changes.c.finding_id == findings.c.finding_id)
        .join(receipts, and_(receipts.c.batch_id == batch_changes.c.batch_id, ~receipts.c.undo))
        .where(
            _public(),
            batch_changes.c.state == "done",
            receipts.c.applied_at >= begin,
            receipts.c.applied_at < end,
        )
        .distinct()
    )
    right = (
        select(findings.c.case_key, decisions.c.decided_at)
        .join(decisions, decisions.c.finding_id == findings.c.finding_id)
        .where(
            _public(),
            _lasts(),
            decisions.c.verdict == "reject",
            decisions.c.decided_at >= begin,
            decisions.c.decided_at < end,
        )
    )
    hidden = select(protected_subjects.c.subject)
    settled = select(enquiries.c.bin_group_no, enquiries.c.ended_at).where(
        enquiries.c.state == "settled",
        enquiries.c.ended_at >= begin,
        enquiries.c.ended_at < end,
        (subject_prefix("bin_groups") + enquiries.c.bin_group_no).not_in(hidden),
    )
    found = [*connection.execute(changed), *connection.execute(right)]
    found += [(subject_text("bin_groups", number), at) for number, at in connection.execute(settled)]
    days: dict[str, dict[str, date]] = {CUSTOMERS: {}, BINS: {}}
    for case_key, at in found:
        table = Subject.parse(case_key).table if case_key else ""
        name = {"customers": CUSTOMERS, "clusters": CUSTOMERS, "bin_groups": BINS}.get(table)
        if name:
            day = at.astimezone(zone).date()
            days[name][case_key] = min(day, days[name].get(case_key, day))
    return days


def _lasts() -> ColumnElement[bool]:
    return and_(decisions.c.undone_at.is_(None), decisions.c.superseded_by.is_(None))


def _weeks(done: Mapping[str, Mapping[str, date]], first: date, until: date) -> tuple[Week, ...]:
    monday = first - timedelta(days=first.weekday())
    mondays = [monday + timedelta(weeks=n) for n in range((until - monday).days // 7 + 1)]
    counts = {name: dict.fromkeys(mondays, 0) for name in done}
    for name, days in done.items():
        for day in days.values():
            week = day - timedelta(days=day.weekday())
            counts[name][week] = counts[name].get(week, 0) + 1
    return tuple(Week(week, counts[CUSTOMERS][week], counts[BINS][week]) for week in mondays)


def _teams(connection: Connection, begin: datetime, end: datetime, now: datetime) -> tuple[Team, ...]:
    # What somebody was unsure of waits for a second person; what is deferred to a day does not wait.
    second_look = and_(findings.c.state == "deferred", findings.c.deferred_until.is_(None))
    waiting = (
        select(findings.c.workpool, func.count(findings.c.case_key.distinct()), func.min(findings.c.opened_at))
        .where(_public(), or_(findings.c.state.in_(("open", "task")), second_look))
        .group_by(findings.c.workpool)
    )
    waits = {pool: (int(number), oldest) for pool, number, oldest in connection.execute(waiting)}
    handled = select(audit.c.subject, audit.c.detail).where(
        audit.c.action == "handle", audit.c.at >= begin, audit.c.at < end
    )
    looked: dict[str, list[float]] = {}
    for subject, detail in connection.execute(handled):
        if "seconds" in detail:
            looked.setdefault(Subject.parse(subject).key, []).append(float(detail["seconds"]))
    reopened = and_(
        findings.c.decision_id == decisions.c.decision_id,
        func.coalesce(findings.c.reopened_because, "").in_(DID_NOT_LAST),
    )
    decided = (
        select(findings.c.workpool, and_(_lasts(), ~reopened))
        .join(findings, findings.c.finding_id == decisions.c.finding_id)
        .where(
            _public(),
            decisions.c.follows_from.is_(None),
            decisions.c.decided_at >= begin,
            decisions.c.decided_at < end,
        )
    )
    lasted: dict[str, list[bool]] = {}
    for pool, lasts in connection.execute(decided):
        lasted.setdefault(pool, []).append(bool(lasts))
    applied = (
        select(
            findings.c.workpool,
            findings.c.finding_id,
            findings.c.opened_at,
            receipts.c.applied_at,
            batch_changes.c.state,
        )
        .join(batch_changes, batch_changes.c.finding_id == findings.c.finding_id)
        .join(receipts, and_(receipts.c.batch_id == batch_changes.c.batch_id, ~receipts.c.undo))
        .where(
            _public(),
            batch_changes.c.state.in_(("done", "undone")),
            receipts.c.applied_at >= begin,
            receipts.c.applied_at < end,
        )
    )
    leads: dict[str, dict[str, float]] = {}
    back: dict[str, set[str]] = {}
    for pool, finding_id, opened_at, applied_at, state in connection.execute(applied):
        days = max((applied_at - opened_at).total_seconds() / SECONDS_A_DAY, 0.0)
        of_pool = leads.setdefault(pool, {})
        of_pool[finding_id] = min(days, of_pool.get(finding_id, days))
        if state == "undone":
            back.setdefault(pool, set()).add(finding_id)
    return tuple(
        Team(
            pool=pool,
            waits=waits.get(pool, (0, None))[0],
            oldest_days=(now - waits[pool][1]).days if pool in waits else None,
            decided=len(lasted.get(pool, ())),
            handling_seconds=_median(looked.get(pool, ())),
            lead_days=_median(leads.get(pool, {}).values()),
            reopened=_share(lasted.get(pool, ()).count(False) if pool in lasted else 0, len(lasted.get(pool, ()))),
            rolled_back=_share(len(back.get(pool, ())), len(leads.get(pool, ()))),
        )
        for pool in TEAMS
    )


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return median(found) if found else None


def _share(part: int, whole: int) -> Interval | None:
    return wilson(part, whole) if whole else None


def _health(ledger: Ledger, first: date, last: date) -> dict[str, tuple[float, float]]:
    nights: Sequence[runs.Run] = [run for run in runs.published(ledger, limit=800) if first <= run.as_of <= last][::-1]
    found = {}
    for name in HEALTH:
        values = [run.measures[name] for run in nights if name in run.measures]
        if values:
            found[name] = (values[0], values[-1])
    return found
