"""The figures of the overview: how the register does, and how the work on it does.

No figure is about a person: nobody is ranked. What is under non-disclosure is in no figure of a user without the right
to it; the measures of the nights leave it out for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import quantiles
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select, true

from regclean.accounts.permissions import User
from regclean.acts import visible_to
from regclean.domain.register import Subject, subject_prefix
from regclean.findings import WORKPOOLS
from regclean.ledger.runs import Run
from regclean.ledger.tables import (
    audit,
    batch_changes,
    batches,
    decisions,
    findings,
    outcomes,
    protected_subjects,
)
from regclean.quality import FIELDS
from regclean.review.queue.worklist import HANDLING, pools_of, waiting
from regclean.review.web.i18n import N_
from regclean.yearly import DID_NOT_LAST

NIGHTS = 30
DAYS = 30  # of decisions a day
LONG = timedelta(days=90)  # over which rates are taken
SAMPLE = 5_000  # the latest handled or decided ones that a percentile is taken of
AGE_LIMITS = (7, 30, 90)  # days

# measure, title, what it counts, the measures of its interval
FIGURES = (
    ("duplicates_left", N_("Duplicates left"), N_("pairs, measured by blind samples"), True),
    ("stale_customers", N_("Stale customers"), N_("customers that look stale"), False),
    ("bin_group_defects", N_("Shared-bin defects"), N_("defects of shared bins"), False),
    ("field_faults", N_("Faulty fields"), N_("values that cannot be right"), False),
)
FIELD_LABELS = {
    "national_id": N_("National id"),
    "business_id": N_("Business id"),
    "postal_code": N_("Postal code"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "e_invoice_address": N_("E-invoice address"),
    "iban": N_("IBAN"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """One night of a series."""

    run_id: str
    as_of: date
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """A measure over the published nights, oldest first. `title` and `unit` are marked for translation."""

    name: str
    title: str
    unit: str
    points: tuple[Point, ...]

    @property
    def last(self) -> Point | None:
        return self.points[-1] if self.points else None

    @property
    def change(self) -> float | None:
        """Difference to the night before that has the measure."""
        known = [point.value for point in self.points if point.value is not None]
        last = self.last
        return known[-1] - known[-2] if last and last.value is not None and len(known) > 1 else None


@dataclass(frozen=True, slots=True)
class FieldHealth:
    """Of one field: how many customers have it, how many of the values can be used, and the nights before."""

    name: str
    title: str
    filled: float | None
    valid: float | None
    series: Series


@dataclass(frozen=True, slots=True)
class Backlog:
    """Cases that wait in a workpool, by how long they have; `ages` by `AGE_LIMITS`, the last one open-ended."""

    pool: str
    cases: int
    ages: tuple[int, ...]
    oldest: int | None  # days


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the slow end of a sample."""

    p50: timedelta
    p90: timedelta
    sample: int


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page."""

    night: Run | None
    latest: Run | None  # differs from `night` when the last one was stopped
    figures: tuple[Series, ...]
    fields: tuple[FieldHealth, ...]
    backlog: tuple[Backlog, ...]
    handling: Mapping[str, Spread]
    lead_time: Spread | None
    days: tuple[tuple[date, int], ...]
    reopened: Rate
    rolled_back: Rate
    contradicted: Rate

    @property
    def measures(self) -> Mapping[str, float]:
        return self.night.measures if self.night else {}

    @property
    def decided(self) -> int:
        return sum(count for _, count in self.days)


def overview(connection: Connection, nights: Sequence[Run], user: User, *, now: datetime, zone: ZoneInfo) -> Overview:
    """Put the figures together. `nights`: newest first, as the ledger's history gives them."""
    published = [run for run in nights if run.status == "published"][:NIGHTS]
    oldest_first = published[::-1]
    return Overview(
        night=published[0] if published else None,
        latest=next((run for run in nights if run.status != "running"), None),
        figures=tuple(_series(oldest_first, *figure) for figure in FIGURES),
        fields=_fields(oldest_first),
        backlog=backlog(connection, user, now),
        handling=handling(connection, user),
        lead_time=lead_time(connection, user, now),
        days=decisions_a_day(connection, user, now, zone),
        reopened=reopen_rate(connection, user, now),
        rolled_back=roll_back_rate(connection, user, now),
        contradicted=contradiction_rate(connection, user, now),
    )


def _series(oldest_first: Sequence[Run], name: str, title: str, unit: str, interval: bool = False) -> Series:
    def at(run: Run, end: str = "") -> float | None:
        return run.measures.get(name + end)

    points = tuple(
        Point(
            run.run_id,
            run.as_of,
            at(run),
            at(run, "_low") if interval else None,
            at(run, "_high") if interval else None,
        )
        for run in oldest_first
    )
    return Series(name, title, unit, points)


def _fields(oldest_first: Sequence[Run]) -> tuple[FieldHealth, ...]:
    last = oldest_first[-1].measures if oldest_first else {}
    return tuple(
        FieldHealth(
            name,
            FIELD_LABELS[name],
            last.get(f"filled_{name}"),
            last.get(f"valid_{name}"),
            _series(oldest_first, f"valid_{name}", FIELD_LABELS[name], ""),
        )
        for name in FIELDS
    )


def backlog(connection: Connection, user: User, now: datetime) -> tuple[Backlog, ...]:
    """What waits, by workpool and age."""
    limits = [now - timedelta(days=days) for days in AGE_LIMITS]
    # A case is as old as its oldest finding.
    cases = (
        select(findings.c.workpool, func.min(findings.c.opened_at).label("opened_at"))
        .where(waiting(), visible_to(user), findings.c.workpool.in_(pools_of(user)))
        .group_by(findings.c.workpool, findings.c.case_key)
        .subquery()
    )
    at = cases.c.opened_at
    bounds = (
        at > limits[0],
        and_(at <= limits[0], at > limits[1]),
        and_(at <= limits[1], at > limits[2]),
        at <= limits[2],
    )
    ages = [func.sum(case((bound, 1), else_=0)) for bound in bounds]
    query = select(cases.c.workpool, func.count(), func.min(cases.c.opened_at), *ages).group_by(cases.c.workpool)
    found = {row[0]: row for row in connection.execute(query)}
    return tuple(
        Backlog(
            pool,
            int(found[pool][1]) if pool in found else 0,
            tuple(int(number) for number in found[pool][3:]) if pool in found else (0,) * len(bounds),
            (now - found[pool][2]).days if pool in found else None,
        )
        for pool in WORKPOOLS
        if pool in pools_of(user)
    )


def handling(connection: Connection, user: User) -> dict[str, Spread]:
    """How long cases were looked at before they were decided, by workpool; "" is all together."""
    pools = [f"{HANDLING}{pool}" for pool in pools_of(user)]
    query = (
        select(audit.c.subject, audit.c.detail)
        .where(audit.c.action == "handle", audit.c.subject.in_(pools))
        .order_by(audit.c.seq.desc())
        .limit(SAMPLE)
    )
    seconds: dict[str, list[float]] = {}
    for subject, detail in connection.execute(query):
        if "seconds" in detail:
            seconds.setdefault(Subject.parse(subject).key, []).append(float(detail["seconds"]))
            seconds.setdefault("", []).append(float(detail["seconds"]))
    return {pool: _spread(found) for pool, found in seconds.items()}


def lead_time(connection: Connection, user: User, now: datetime) -> Spread | None:
    """From the night that first saw a finding to its first decision, over `LONG`."""
    first = (
        select(decisions.c.finding_id, func.min(decisions.c.decided_at).label("decided_at"))
        .where(decisions.c.decided_at > now - LONG, decisions.c.follows_from.is_(None))
        .group_by(decisions.c.finding_id)
        .subquery()
    )
    query = (
        select(findings.c.opened_at, first.c.decided_at)
        .join(first, first.c.finding_id == findings.c.finding_id)
        .where(visible_to(user), findings.c.reopened_because.is_(None))
        .order_by(first.c.decided_at.desc())
        .limit(SAMPLE)
    )
    waited = [(decided - opened).total_seconds() for opened, decided in connection.execute(query) if decided >= opened]
    return _spread(waited) if waited else None


def decisions_a_day(connection: Connection, user: User, now: datetime, zone: ZoneInfo) -> tuple[tuple[date, int], ...]:
    """Decisions that people took on each of the last days, today last, by the clock of the workspace."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    starts = [datetime(day.year, day.month, day.day, tzinfo=zone) for day in (*days, today + timedelta(days=1))]
    at = decisions.c.decided_at
    columns = [func.sum(case((and_(at >= begin, at < end), 1), else_=0)) for begin, end in pairwise(starts)]
    query = select(*columns).where(_counted(user), at >= starts[0])
    return tuple(zip(days, (int(number or 0) for number in connection.execute(query).one()), strict=True))


def reopen_rate(connection: Connection, user: User, now: datetime) -> Rate:
    """Decisions of `LONG` that did not last: taken back, or their finding has opened again."""
    reopened = exists().where(
        findings.c.decision_id == decisions.c.decision_id, findings.c.reopened_because.in_(DID_NOT_LAST)
    )
    lost = or_(decisions.c.undone_at.is_not(None), decisions.c.superseded_by.is_not(None), reopened)
    query = select(func.sum(case((lost, 1), else_=0)), func.count()).where(
        _counted(user), decisions.c.decided_at > now - LONG
    )
    part, whole = connection.execute(query).one()
    return Rate(int(part or 0), int(whole))


def roll_back_rate(connection: Connection, user: User, now: datetime) -> Rate:
    """Findings that reached the register in batches of `LONG` and were taken back."""
    done = batch_changes.c.state.in_(("done", "undone"))
    undone = func.count(case((batch_changes.c.state == "undone", batch_changes.c.finding_id)).distinct())
    query = (
        select(undone, func.count(batch_changes.c.finding_id.distinct()))
        .join(batches, batches.c.batch_id == batch_changes.c.batch_id)
        .join(findings, findings.c.finding_id == batch_changes.c.finding_id)
        .where(done, batches.c.state.in_(("applied", "undone")), batches.c.approved_at > now - LONG, visible_to(user))
    )
    part, whole = connection.execute(query).one()
    return Rate(int(part or 0), int(whole))


def contradiction_rate(connection: Connection, user: User, now: datetime) -> Rate:
    """Applied lines of `LONG` that a later night did not find as they were applied."""
    query = (
        select(func.sum(case((outcomes.c.outcome == "contradicted", 1), else_=0)), func.count())
        .join(
            batch_changes,
            and_(batch_changes.c.batch_id == outcomes.c.batch_id, batch_changes.c.seq == outcomes.c.seq),
        )
        .join(batches, batches.c.batch_id == outcomes.c.batch_id)
        .join(findings, findings.c.finding_id == batch_changes.c.finding_id)
        .where(batches.c.approved_at > now - LONG, visible_to(user))
    )
    part, whole = connection.execute(query).one()
    return Rate(int(part or 0), int(whole))


def _counted(user: User) -> ColumnElement[bool]:
    """A decision that a person took, on something that this user may know of."""
    own = decisions.c.follows_from.is_(None)
    if user.may("restricted:open"):
        return and_(own, true())
    seen = exists().where(findings.c.finding_id == decisions.c.finding_id, visible_to(user))
    customer = subject_prefix("customers")
    hidden = exists().where(
        protected_subjects.c.subject.in_((customer + decisions.c.customer_no_l, customer + decisions.c.customer_no_r))
    )
    return and_(own, or_(seen, and_(decisions.c.finding_id.is_(None), ~hidden)))


def _spread(seconds: Sequence[float]) -> Spread:
    if len(seconds) == 1:
        only = timedelta(seconds=seconds[0])
        return Spread(only, only, 1)
    tenths = quantiles(seconds, n=10, method="inclusive")
    return Spread(timedelta(seconds=tenths[4]), timedelta(seconds=tenths[8]), len(seconds))
