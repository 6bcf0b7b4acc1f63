"""What waits for a steward, in the order of what it costs to let it wait.

One row is one case: a cluster of customers, everything about one shared bin, or everything of a kind about one
customer. Pages are keyed by the last row seen, so that a long queue costs no more than a short one.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    FromClause,
    RowMapping,
    Select,
    String,
    and_,
    case,
    cast,
    distinct,
    exists,
    func,
    literal,
    or_,
    select,
)

from regclean.accounts.permissions import User
from regclean.acts import visible_to
from regclean.domain.register import subject_prefix
from regclean.findings import COMPLAINT, WORKPOOLS, WRONG_BILL
from regclean.ledger.tables import decisions, findings
from regclean.review.alike.groups import Folding
from regclean.review.queue.filters import Filters
from regclean.review.web.numbers import real_number

PAGE = 40
RISES_AFTER = timedelta(days=30)
RISE = 6.0  # what has waited so long comes before everything but an open complaint
AGES = (7, 30, 90)  # days
SECOND_LOOK = ("second", "restricted")  # workpools where a deferred finding waits, for a second person
HANDLING = subject_prefix("handling")
BILLED_TWICE = ("K23",)


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the queue. `others`: how many more findings wait in the same case."""

    finding_id: str
    case_key: str
    kind: str
    rule: str
    severity: str
    label: str | None
    area: str | None
    score: float | None
    relation: str | None
    assignee: str | None
    opened_at: datetime
    reopened_because: str | None
    workpool: str
    rank: float
    priority: float
    subjects: str  # JSON
    members: int
    others: int = 0

    def why_now(self, now: datetime) -> tuple[str, int]:
        """Why it stands where it does, by its code, and the days that it has waited."""
        days = max((now - self.opened_at).days, 0)
        if self.priority >= WRONG_BILL:
            return "wrong_bill", days
        if self.priority >= COMPLAINT:
            return "complaint", days
        if self.reopened_because:
            return "back", days
        if self.rule in BILLED_TWICE:
            return "billed_twice", days
        if days >= RISES_AFTER.days:
            return "waited", days
        if self.severity == "error":
            return "error", days
        return ("waited", days) if days else ("new", days)

    @property
    def cursor(self) -> str:
        return f"{self.rank!r}~{self.case_key}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and where the next ones begin."""

    rows: tuple[Row, ...]
    following: str | None = None


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What the filters can be set to, in one workpool."""

    areas: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    assignees: tuple[str, ...] = field(default=())


def waiting(table: FromClause = findings) -> ColumnElement[bool]:
    """Does it wait for somebody? What a steward was unsure of waits for a second person."""
    of = table.c
    second = and_(of.state == "deferred", of.workpool.in_(SECOND_LOOK), of.deferred_until.is_(None))
    return or_(of.state == "open", second)


def _waiting_in(pool: str, table: FromClause = findings) -> ColumnElement[bool]:
    """`waiting` in one workpool. Only what a second person looks at can be deferred and wait; elsewhere what is open
    stands together in the index.
    """
    return waiting(table) if pool in SECOND_LOOK else table.c.state == "open"


def counts(connection: Connection, user: User, folded: Mapping[str, Folding] | None = None) -> dict[str, int]:
    """Rows that wait, by workpool: cases, and groups that are `folded` into one. What the user may not see is not counted."""
    query = (
        select(findings.c.workpool, func.count(distinct(findings.c.case_key)))
        .where(waiting(), visible_to(user), findings.c.workpool.in_(pools_of(user)))
        .group_by(findings.c.workpool)
    )
    found = {row[0]: int(row[1]) for row in connection.execute(query)}
    for pool, its in (folded or {}).items():
        # What is folded was counted a while ago: colleagues may have decided some of it since.
        found[pool] = max(found.get(pool, 0) - len(its.cases), 0) + len(its.groups)
    return {pool: found.get(pool, 0) for pool in pools_of(user)}


def count(connection: Connection, user: User, filters: Filters, *, now: datetime) -> int:
    """Cases that wait behind these filters."""
    query = select(func.count(distinct(findings.c.case_key))).where(_chosen(findings, user, filters, now))
    return int(connection.execute(query).scalar_one())


def pools_of(user: User) -> tuple[str, ...]:
    """The workpools that this user has."""
    hidden = set()
    if not user.may("restricted:open"):
        hidden.add("restricted")
    if not user.may("findings:second"):
        hidden.add("second")
    return tuple(pool for pool in WORKPOOLS if pool not in hidden)


def page(
    connection: Connection,
    user: User,
    filters: Filters,
    *,
    now: datetime,
    after: str | None = None,
    without: Collection[str] = (),
    folded: Collection[str] = (),
    limit: int = PAGE,
) -> Page:
    """The next rows after a cursor, most urgent first. `without`: findings that are staged or put aside; `folded`: the keys
    of cases that are no rows of their own.
    """
    keys = _cases(connection, user, filters, now, read_cursor(after), without, folded, limit + 1)
    rows = _rows_of(connection, user, filters, now, [key for key, _ in keys[:limit]], without)
    return Page(tuple(rows), rows[-1].cursor if rows and len(keys) > limit else None)


def first(
    connection: Connection,
    user: User,
    filters: Filters,
    *,
    now: datetime,
    without: Collection[str] = (),
    folded: Collection[str] = (),
    after: RowMapping | Mapping[str, Any] | None = None,
) -> str | None:
    """The finding to decide next: the first behind `after` (a finding's row), else the first of all."""
    cursor = None
    if after is not None:
        sibling = _next_in_case(connection, user, filters, after, now, without)
        if sibling:
            return sibling
        cursor = _cursor_of(connection, filters, now, after["case_key"])
    found = page(connection, user, filters, now=now, after=cursor, without=without, folded=folded, limit=1).rows
    if not found and cursor:
        found = page(connection, user, filters, now=now, without=without, folded=folded, limit=1).rows
    return found[0].finding_id if found else None


def neighbour(
    connection: Connection,
    user: User,
    filters: Filters,
    finding_id: str,
    *,
    back: bool,
    now: datetime,
    folded: Collection[str] = (),
) -> str | None:
    """The case before or after this one in the queue, decided or not."""
    key = connection.execute(select(findings.c.case_key).where(findings.c.finding_id == finding_id)).scalar()
    cursor = read_cursor(_cursor_of(connection, filters, now, key)) if key is not None else None
    if cursor is None:
        return None
    keys = _cases(connection, user, filters, now, cursor, (), folded, 1, back=back)
    rows = _rows_of(connection, user, filters, now, [key for key, _ in keys], ())
    return rows[0].finding_id if rows else None


def read_cursor(text: str | None) -> tuple[float, str] | None:
    """A cursor's two parts, a rank and a case's key; None when it is not one."""
    rank, _, key = (text or "").partition("~")
    value = real_number(rank)
    return (value, key) if key and value is not None else None


def choices(connection: Connection, user: User, pool: str) -> FilterChoices:
    """What can be filtered by in a workpool, from what waits in it."""
    of = findings.c
    query: Select[Any] = (
        select(of.area, of.rule, of.source, of.assignee)
        .where(of.workpool == pool, _waiting_in(pool), visible_to(user))
        .distinct()
    )
    found = connection.execute(query).all()  # one reading: what waits is long, what it differs in is short
    areas, rules, sources, assignees = (tuple(sorted({row[number] for row in found} - {None})) for number in range(4))
    return FilterChoices(areas, rules, sources, assignees)


def _chosen(table: FromClause, user: User, filters: Filters, now: datetime) -> ColumnElement[bool]:
    of = table.c
    conditions = [of.workpool == filters.pool, _waiting_in(filters.pool, table)]
    if table is findings:
        conditions.append(visible_to(user))
        if filters.pool == "second":
            conditions.append(~_own_doubt(user))
    for name in ("area", "rule", "source"):
        if value := getattr(filters, name):
            conditions.append(of[name] == value)
    if filters.assignee:
        conditions.append(of.assignee.is_(None) if filters.assignee == "-" else of.assignee == filters.assignee)
    if filters.age:
        conditions.append(of.opened_at <= now - timedelta(days=filters.age))
    return and_(*conditions)


def sifted(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition to be tried on the few rows that a key finds; a planner must not start from its broad indexes."""
    return case((condition, literal(1)), else_=literal(0)) == 1


def _own_doubt(user: User) -> ColumnElement[bool]:
    """Was it this user who was unsure? Then the second person is somebody else."""
    return exists().where(decisions.c.decision_id == findings.c.decision_id, decisions.c.user == user.name)


def _rank(table: FromClause, sort: str, now: datetime) -> ColumnElement[float]:
    of = table.c
    if sort == "oldest":
        # Ids rise with nothing; the day it was opened is enough, and the same on every database as a text.
        return -_age_order(of.opened_at)
    if sort == "uncertainty":
        return cast(1.0 - 2.0 * func.abs(func.coalesce(of.score, 0.5) - 0.5), Float)
    return of.priority + case((of.opened_at <= now - RISES_AFTER, literal(RISE)), else_=literal(0.0))


def _age_order(opened_at: ColumnElement[Any]) -> ColumnElement[float]:
    return cast(func.replace(func.replace(func.substr(cast(opened_at, String), 1, 10), "-", ""), " ", ""), Float)


def _cases(
    connection: Connection,
    user: User,
    filters: Filters,
    now: datetime,
    cursor: tuple[float, str] | None,
    without: Collection[str],
    folded: Collection[str],
    limit: int,
    *,
    back: bool = False,
) -> list[tuple[str, float]]:
    """Keys and ranks of the next cases after a cursor (before it, when going back)."""
    rank: ColumnElement[float] = _rank(findings, filters.sort, now)
    chosen = [_chosen(findings, user, filters, now)]
    if without:
        chosen.append(findings.c.finding_id.not_in(sorted(without)))
    highest = func.max(rank)
    key = findings.c.case_key
    query = select(key, highest)
    beyond: ColumnElement[bool] | None = None
    if cursor and back:
        beyond = or_(highest > cursor[0], and_(highest == cursor[0], key < cursor[1]))
    elif cursor:
        beyond = or_(highest < cursor[0], and_(highest == cursor[0], key > cursor[1]))
    query = query.where(*chosen).group_by(key)
    query = query if beyond is None else query.having(beyond)
    order = (highest.asc(), key.desc()) if back else (highest.desc(), key)
    # The folded are passed over here: thousands of keys are too many for a statement.
    found = connection.execute(query.order_by(*order).limit(limit + len(folded)))
    return list(islice(((row[0], row[1]) for row in found if row[0] not in folded), limit))


def _rows_of(
    connection: Connection,
    user: User,
    filters: Filters,
    now: datetime,
    keys: Sequence[str],
    without: Collection[str],
) -> list[Row]:
    """For each case the finding that stands for it, and how many more there are."""
    if not keys:
        return []
    rank = _rank(findings, filters.sort, now)
    query = select(findings, rank.label("rank")).where(
        findings.c.case_key.in_(keys), sifted(_chosen(findings, user, filters, now))
    )
    by_key: dict[str, list[RowMapping]] = {key: [] for key in keys}
    left_out = set(without)
    for row in connection.execute(query).mappings():
        if row["finding_id"] not in left_out:
            by_key[row["case_key"]].append(row)
    found = []
    for rows in by_key.values():
        if rows:
            best = min(rows, key=lambda row: (-row["rank"], row["finding_id"]))
            found.append(_row(best, len(rows) - 1))
    return found


def _cursor_of(connection: Connection, filters: Filters, now: datetime, key: str) -> str | None:
    """Where a case stands, or stood, in the queue."""
    highest = func.max(_rank(findings, filters.sort, now))
    query = select(highest).where(findings.c.case_key == key, func.coalesce(findings.c.workpool, "") == filters.pool)
    value = connection.execute(query).scalar()
    if value is None:
        value = connection.execute(select(highest).where(findings.c.case_key == key)).scalar()
    return None if value is None else f"{value!r}~{key}"


def _next_in_case(
    connection: Connection,
    user: User,
    filters: Filters,
    row: RowMapping | Mapping[str, Any],
    now: datetime,
    without: Collection[str],
) -> str | None:
    """The next waiting finding of the same case: a shared bin is finished before the next one begins."""
    query = (
        select(findings.c.finding_id)
        .where(
            findings.c.case_key == row["case_key"],
            sifted(_chosen(findings, user, filters, now)),
            findings.c.finding_id.not_in(sorted({*without, row["finding_id"]})),
        )
        .order_by(_rank(findings, filters.sort, now).desc(), findings.c.finding_id)
        .limit(1)
    )
    found: str | None = connection.execute(query).scalar()
    return found


def _row(row: RowMapping, others: int) -> Row:
    names = (name for name in Row.__dataclass_fields__ if name not in ("members", "others"))
    members = len(json.loads(row["subjects"])) if row["kind"] == "duplicate" else 0
    return Row(**{name: row[name] for name in names}, members=members, others=others)
