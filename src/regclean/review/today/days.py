"""What a day holds, by role: read from the ledger in a few questions, and of nobody whom the reader may not know of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, distinct, func, or_, select

from regclean.accounts.permissions import User
from regclean.acts import Context, TaskCounts, visible_to
from regclean.batches import Batch
from regclean.findings import COMPLAINT
from regclean.ledger.tables import audit, batch_changes, batches, findings
from regclean.review.alike.groups import POOLS, Group
from regclean.review.case.desk import CountsCache
from regclean.review.queue import estimates, worklist
from regclean.review.queue.filters import Filters
from regclean.review.queue.worklist import BILLED_TWICE, RISES_AFTER, Row, pools_of, waiting

FIRST = 6  # cases that are named
WAITING = ("built",)
READY = ("approved",)
DOUBTFUL = ("applying", "undoing", "unknown")
LATELY = timedelta(days=30)
MOST_STUCK = 20  # that are named
MANY = 3  # so many customers that become one are unusual
LOOKS = ("open_restricted", "open_customer", "reveal")
TAKEN = ("export_audit", "batch_export", "batch_files")


@dataclass(frozen=True, slots=True)
class Pool:
    """A workpool: its cases, and how long they take."""

    name: str
    cases: int
    estimate: estimates.Estimate | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """An accepted finding that no batch takes as it is, and why, as a code."""

    finding_id: str
    label: str | None
    code: str


@dataclass(frozen=True, slots=True)
class StewardDay:
    """`why`: cases by why they are urgent. `groups`: the largest groups of alike findings."""

    staged: int
    why: Mapping[str, int]
    urgent: Sequence[Row]
    pools: Sequence[Pool]
    groups: Sequence[Group]
    tasks: TaskCounts
    accepted: int  # accepted, and in no batch yet
    stuck: Sequence[Stuck]  # of those, what no batch takes as it is


@dataclass(frozen=True, slots=True)
class Waiting:
    """A batch that waits, and what is unusual in it: code -> how many."""

    batch: Batch
    unusual: Mapping[str, int]
    own: bool  # this reader has decided lines of it: somebody else approves


@dataclass(frozen=True, slots=True)
class AuditDay:
    """`entries`: of the last day, by action; `looks` and `taken`: of the last month."""

    entries: Sequence[tuple[str, int]]
    whole: int
    checked: Mapping[str, Any] | None  # the last check of the chain
    looks: Sequence[tuple[str, int]]
    taken: Sequence[Mapping[str, Any]]


def steward_day(
    connection: Connection, context: Context, counted: CountsCache, staged: int, tasks: TaskCounts
) -> StewardDay:
    """What waits for a steward, and how long it will take."""
    user, now = context.user, context.now
    groups = [group for pool in POOLS for group in counted.groups(connection, user, pool, now)]
    folded = {pool: counted.folding(connection, context, Filters(pool=pool)).cases for pool in pools_of(user)}
    counts = counted.counts(connection, context)
    pools = [Pool(name, number, estimates.estimate(connection, name, number)) for name, number in counts.items()]
    return StewardDay(
        staged=staged,
        why=_why(connection, user, now),
        urgent=_urgent(connection, user, folded, now),
        pools=[pool for pool in pools if pool.cases],
        groups=sorted(groups, key=lambda group: -group.size)[:FIRST],
        tasks=tasks,
        accepted=accepted(connection, user),
        stuck=stuck(connection, user),
    )


def accepted(connection: Connection, user: User) -> int:
    """Accepted findings that no batch holds yet."""
    query = select(func.count()).select_from(findings).where(findings.c.state == "accepted", visible_to(user))
    return int(connection.execute(query).scalar_one())


def stuck(connection: Connection, user: User) -> list[Stuck]:
    """Accepted findings that would wait for ever: gone, changed since the decision, or left out of the last batch."""
    of = findings.c
    told = connection.execute(select(batches.c.left_out).order_by(batches.c.batch_id.desc()).limit(1)).scalar() or ()
    left_out = {one["finding_id"]: one.get("code", "") for one in told}
    changed = of.fingerprint != of.decided_fingerprint
    its = or_(~of.present, changed, of.finding_id.in_(sorted(left_out)))
    query = select(of.finding_id, of.label, of.present, changed.label("changed")).where(
        of.state == "accepted", its, visible_to(user), ~of.protected
    )
    found = []
    for row in connection.execute(query.order_by(of.state_since, of.finding_id).limit(MOST_STUCK)):
        code = "absent" if not row.present else "evidence_changed" if row.changed else left_out[row.finding_id]
        found.append(Stuck(row.finding_id, row.label, code))
    return found


def unusual(connection: Connection, batch_id: int) -> dict[str, int]:
    """What whoever approves a batch should look at first: code -> how many."""
    of = batch_changes.c
    its = and_(of.batch_id == batch_id, of.state != "rejected")
    removed = func.sum(case((of.op == "delete", 1), else_=0))
    ended = func.sum(case((and_(of.table == "customers", of.column == "status"), 1), else_=0))
    cleared = func.sum(case((and_(of.op == "update", of.after.is_(None)), 1), else_=0))
    ids = func.sum(case((of.column.in_(("national_id", "business_id", "iban")), 1), else_=0))
    row = connection.execute(select(removed, ended, cleared, ids).where(its)).one()
    merged = select(of.after, func.count().label("number")).where(its, of.op == "merge").group_by(of.after).subquery()
    many = connection.execute(select(func.count()).select_from(merged).where(merged.c.number >= MANY - 1)).scalar_one()
    found = dict(zip(("removed", "ended", "cleared", "ids"), (int(number or 0) for number in row), strict=True))
    return {code: number for code, number in {"many": int(many), **found}.items() if number}


def disagreements(connection: Connection, user: User) -> int:
    """Findings that the register contradicts."""
    query = select(func.count(distinct(findings.c.case_key))).where(
        findings.c.workpool == "conflict", waiting(), visible_to(user)
    )
    return int(connection.execute(query).scalar_one())


def audit_day(connection: Connection, now: datetime) -> AuditDay:
    """What the log says of the last day and month."""
    by_action = (
        select(audit.c.action, func.count()).group_by(audit.c.action).order_by(func.count().desc(), audit.c.action)
    )
    day = connection.execute(by_action.where(audit.c.at > now - timedelta(days=1))).all()
    looks = connection.execute(by_action.where(audit.c.at > now - LATELY, audit.c.action.in_(LOOKS))).all()
    last = select(audit.c.at, audit.c.actor, audit.c.detail).where(audit.c.action == "verify_audit")
    checked = connection.execute(last.order_by(audit.c.seq.desc()).limit(1)).mappings().first()
    taken = connection.execute(
        select(audit.c.at, audit.c.actor, audit.c.action)
        .where(audit.c.action.in_(TAKEN), audit.c.at > now - LATELY)
        .order_by(audit.c.seq.desc())
        .limit(10)
    )
    return AuditDay(
        entries=[(row[0], int(row[1])) for row in day],
        whole=int(connection.execute(select(func.count()).select_from(audit)).scalar_one()),
        checked=dict(checked) if checked else None,
        looks=[(row[0], int(row[1])) for row in looks],
        taken=[dict(row) for row in taken.mappings()],
    )


def _why(connection: Connection, user: User, now: datetime) -> dict[str, int]:
    of = findings.c
    codes = {
        "complaint": of.priority >= COMPLAINT,
        "back": of.reopened_because.is_not(None),
        "billed_twice": of.rule.in_(BILLED_TWICE),
        "error": of.severity == "error",
        "long": of.opened_at <= now - RISES_AFTER,
    }
    columns = [func.count(distinct(case((condition, of.case_key)))) for condition in codes.values()]
    row = connection.execute(select(*columns).where(waiting(), visible_to(user), of.workpool.in_(pools_of(user)))).one()
    return {code: int(number) for code, number in zip(codes, row, strict=True) if number}


def _urgent(connection: Connection, user: User, folded: Mapping[str, Collection[str]], now: datetime) -> list[Row]:
    """The first cases of all workpools together; protected ones are named in their own queue alone."""
    found = [
        row
        for pool in pools_of(user)
        if pool != "restricted"
        for row in worklist.page(connection, user, Filters(pool=pool), now=now, folded=folded[pool], limit=FIRST).rows
    ]
    return sorted(found, key=lambda row: (-row.rank, row.case_key))[:FIRST]
