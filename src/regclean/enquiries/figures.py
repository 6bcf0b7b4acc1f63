"""What came of a round, in figures: by week, by channel with intervals, what was said and changed, and when all is confirmed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, func, select

from regclean.domain.register import subject_text
from regclean.enquiries import book
from regclean.enquiries.book import Enquiry
from regclean.enquiries.questions import ANSWERED
from regclean.errors import NotFoundError
from regclean.ledger.enquiry_tables import rounds
from regclean.ledger.tables import batch_changes, batches, findings
from regclean.quality import Interval, wilson

# What happens to an enquiry in a week.
EVENTS = ("sent", "reminded", "answered", "settled", "given_up", "returned")


@dataclass(frozen=True, slots=True)
class Channel:
    """How enquiries of one channel fare. `rate`: of those sent, how many answered so far; `days`: from sent to answered."""

    channel: str
    sent: int
    answered: int
    rate: Interval | None
    days: tuple[float | None, float, float | None] | None  # the median between the limits of its interval


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """One round. `weeks`: Monday -> event -> how many; `said`: what answers say -> how often; `changed`: (table, column) -> cells
    that reached the register; `cases`: state -> findings that its answers made.
    """

    round: RowMapping
    states: Counter[str]
    weeks: Mapping[date, Counter[str]]
    channels: tuple[Channel, ...]
    ways: Counter[str]
    said: Counter[str]
    cases: Counter[str] = field(default_factory=Counter)
    changed: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the open lists are confirmed, at so many letters a week: the Monday of that week, between its limits (None: never seen)."""

    lists: int
    per_week: int
    rate: Interval
    week: date
    soonest: date
    latest: date | None


def figures_of(reading: Connection, round_id: int, zone: ZoneInfo, hidden: Collection[str] = ()) -> RoundFigures:
    """The figures of a round, less the shared bins `hidden`. Errors: NotFoundError."""
    told = reading.execute(select(rounds).where(rounds.c.round_id == round_id)).mappings().first()
    if told is None:
        raise NotFoundError("there is no such round.")
    asked = [one for one in book.find(reading, round_id=round_id) if one.bin_group_no not in hidden]
    latest = {row["enquiry_id"]: row for row in book.find_answers(reading, [one.enquiry_id for one in asked])}
    heard = [row for row in latest.values() if not row["withdrawn"]]
    cases = [subject_text("bin_groups", one.bin_group_no) for one in asked]
    return RoundFigures(
        round=told,
        states=Counter(one.state for one in asked),
        weeks=_weeks(asked, zone),
        channels=tuple(_channel(name, asked) for name in sorted({one.channel for one in asked})),
        ways=Counter(row["way"] for row in heard),
        said=sum((said_in(row["told"]) for row in heard), Counter[str]()),
        cases=_cases(reading, cases),
        changed=_changed(reading, cases, told["planned_at"]),
    )


def _weeks(asked: Collection[Enquiry], zone: ZoneInfo) -> dict[date, Counter[str]]:
    weeks: dict[date, Counter[str]] = {}
    for one in asked:
        ended = one.state if one.state in EVENTS[3:] else ""
        moments = {"sent": one.sent_at, "reminded": one.reminded_at, "answered": one.answered_at, ended: one.ended_at}
        for event, at in moments.items():
            if event and at is not None:
                weeks.setdefault(monday(at.astimezone(zone).date()), Counter())[event] += 1
    return dict(sorted(weeks.items()))


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def _channel(name: str, asked: Collection[Enquiry]) -> Channel:
    sent = [one for one in asked if one.channel == name and one.sent_at is not None]
    days = [(one.answered_at - one.sent_at).days for one in sent if one.answered_at and one.sent_at]
    return Channel(name, len(sent), len(days), wilson(len(days), len(sent)), median_days(days))


def median_days(days: Sequence[int]) -> tuple[float | None, float, float | None] | None:
    """The median with its 95 % interval from order statistics; without limits where there are too few. None of nothing."""
    if not days:
        return None
    ordered, n = sorted(days), len(days)
    below, rank = 0.0, -1
    for k in range(n):  # the last rank below which the median lies with at most 2.5 %
        below += math.comb(n, k) / 2**n
        if below > 0.025:
            break
        rank = k
    if rank < 0:
        return None, median(ordered), None
    return ordered[rank], median(ordered), ordered[n - 1 - rank]


def said_in(told: Mapping[str, Any]) -> Counter[str]:
    """What an answer says, counted."""
    said = Counter(line["says"] for line in told.get("lines", {}).values())
    said["added"] = len(told.get("new", ()))
    said["ended"] = bool(told.get("ends_on"))
    said["moved"] = bool(told.get("moves"))
    said["contact"] = bool(told.get("contact"))
    said["words"] = bool(told.get("note")) + sum(map(bool, told.get("words", ())))
    return +said


def _cases(reading: Connection, cases: Sequence[str]) -> Counter[str]:
    query = (
        select(findings.c.state, func.count())
        .where(findings.c.rule.in_((*ANSWERED, "K33")), findings.c.case_key.in_(cases))
        .group_by(findings.c.state)
    )
    return Counter(dict(row._tuple() for row in reading.execute(query)))


def _changed(reading: Connection, cases: Sequence[str], since: datetime) -> dict[tuple[str, str], int]:
    query = (
        select(batch_changes.c.table, batch_changes.c.column, func.count())
        .join(findings, findings.c.finding_id == batch_changes.c.finding_id)
        .join(batches, batches.c.batch_id == batch_changes.c.batch_id)
        .where(findings.c.rule.in_(ANSWERED), findings.c.case_key.in_(cases))
        .where(batch_changes.c.state == "done", batches.c.built_at >= since)
        .group_by(batch_changes.c.table, batch_changes.c.column)
        .order_by(func.count().desc(), batch_changes.c.table, batch_changes.c.column)
    )
    return {(table, column or ""): number for table, column, number in reading.execute(query)}


def forecast(asked: Collection[Enquiry], lists: int, per_week: int, today: date) -> Forecast | None:
    """When `lists` open lists are confirmed, if answers come as they came so far; None before anything was answered or due.

    Who does not answer is asked again: a confirmed list takes 1 / rate letters. The rate is of those whose day to answer has
    passed, once there are some; before that of all that were sent, which tells too late rather than too soon.
    """
    sent = [one for one in asked if one.sent_at is not None]
    due = [one for one in sent if one.answer_by is not None and one.answer_by < today] or sent
    rate = wilson(sum(one.answered_at is not None for one in due), len(due))
    if rate is None or not rate.value or not lists:
        return None
    wait = max((one.answer_by - one.sent_at.date()).days for one in due if one.answer_by and one.sent_at) // 7

    def week(share: float) -> date:
        return monday(today) + timedelta(weeks=math.ceil(lists / (per_week * share)) - 1 + wait)

    return Forecast(lists, per_week, rate, week(rate.value), week(rate.high), week(rate.low) if rate.low > 0 else None)
