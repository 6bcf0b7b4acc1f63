"""Erasing one customer: what would go, what stands against it, doing it, and doing it again after a restore.

Invariant: the ledger goes first, in one transaction that also notes the nights and files that are to go; what a kill leaves
undone of those, `finish` takes up: the next erasure and the next night call it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from regclean import locks
from regclean.config import Workspace, workspace_key
from regclean.domain.batches import OPEN
from regclean.domain.register import subject_text
from regclean.erasure import places as where
from regclean.erasure.marks import Marks, values_of_records
from regclean.erasure.periods import Purge, first_kept_day, too_old
from regclean.erasure.requests import VERBS, Request, check_confirmer, done, pending, request_of, unfinished
from regclean.erasure.targets import Targets, hits, told_of
from regclean.erasure.told import Erased, tell_backups
from regclean.erasure.tombstones import TOUCHED, take_out
from regclean.errors import ConflictError, NotFoundError, UnavailableError
from regclean.home import warehouse_of
from regclean.ledger import Ledger, append, in_chunks, runs
from regclean.ledger.audit import Entry
from regclean.ledger.erasure_tables import erasures
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import batch_changes, batches, findings, receipts
from regclean.sealing import Seal

UNDER_WAY = ("accepted", "in_batch", "applied", "task")  # of a finding: something is still to come of it
MANY = 500  # decisions in one entry of the audit log


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a customer is not erased."""

    because: str  # register | open | law | hold
    what: str
    remedy: str


@dataclass(slots=True)
class Plan:
    """What would go. `counts`: table of the ledger -> rows; `marks` hold personal values and are shown to nobody."""

    customer_no: str
    marks: Marks
    targets: Targets
    places: where.Places
    hindrances: list[Hindrance] = field(default_factory=list)
    request: Request | None = None

    @property
    def is_empty(self) -> bool:
        counts = self.targets.counts().keys() - {"audit"}
        return not (counts or self.places.nights or self.places.files or self.hindrances)


def look(workspace: Workspace, ledger: Ledger, customer_no: str, now: datetime) -> Plan:
    """What an erasure of the customer would take, and what stands against it. Changes nothing.

    Errors: NotFoundError when nothing is known of the customer.
    """
    with ledger.read() as reading:
        plan = _plan(workspace, ledger, reading, customer_no)
        plan.hindrances = [
            *_held(workspace, ledger, customer_no),
            *_open(reading, plan),
            *_by_law(workspace, reading, plan, now),
        ]
        plan.request = pending(reading, "customer", customer_no)
    if plan.is_empty and plan.request is None:  # an account of the same person may have taken all there was
        raise NotFoundError(f"nothing is known of a customer {customer_no}.", remedy="Write a customer's number.")
    return plan


def confirm(workspace: Workspace, ledger: Ledger, customer_no: str, *, user: str, now: datetime) -> Plan:
    """Erase what another account has asked for. Errors: ConflictError with what stands against it, NotFoundError."""
    with _no_night(workspace):
        finish(workspace, ledger, now)
        with ledger.read() as reading:
            check_confirmer(pending(reading, "customer", customer_no), user)
        plan = look(workspace, ledger, customer_no, now)
        check_free(plan)
        with ledger.write() as writing:
            request = check_confirmer(pending(writing, "customer", customer_no), user)
            plan.targets = told_of(writing, plan.marks)
            _erase(writing, plan.targets, plan.places, request, _hit(plan), user=user, now=now)
        finish(workspace, ledger, now)
    return plan


def check_free(plan: Plan) -> None:
    """Errors: ConflictError where something stands against it."""
    for one in plan.hindrances:
        raise ConflictError(f"{one.what} Nothing was changed.", remedy=one.remedy)


def replay(workspace: Workspace, ledger: Ledger, erased: Sequence[Erased], *, user: str, now: datetime) -> list[Erased]:
    """Erase anew, in a workspace that is being restored, what was erased since its backup; returns what was.

    The night in force of then may hold them: its file goes, and the next night goes on from the ledger.
    """
    with ledger.read() as reading:
        known = {(one.kind, one.subject, one.confirmed_at) for one in done(reading)}
    fresh = [one for one in erased if (one.kind, one.subject, datetime.fromisoformat(one.at)) not in known]
    people = [one for one in fresh if one.kind == "customer"]
    also = {one.subject for one in people}
    with ledger.read() as reading:  # of all before any goes: accounts of one person are told by each other's values
        plans = [_plan(workspace, ledger, reading, one.subject, also) for one in people]
    for one in (one for one in fresh if one.kind == "period"):
        with ledger.read() as reading:
            old = too_old(workspace, ledger, reading, date.fromisoformat(one.subject), now)
        with ledger.write() as writing:
            request = _asked_before(writing, one)
            at = datetime.fromisoformat(one.at)
            _erase(writing, old.targets, old.places, request, _none, user=one.confirmed_by, now=at, noted=(user, now))
    for one, plan in zip(people, plans, strict=True):
        at = datetime.fromisoformat(one.at)
        with suppress(UnavailableError):  # a backup without a night
            if (last := runs.last_published(ledger)) and _rows_in_force(workspace, ledger, one.subject):
                plan.places.nights.append(last.run_id)
        with ledger.write() as writing:
            request = _asked_before(writing, one)
            plan.targets = told_of(writing, plan.marks)
            who = one.confirmed_by
            _erase(writing, plan.targets, plan.places, request, _hit(plan), user=who, now=at, noted=(user, now))
    finish(workspace, ledger, now)
    return fresh


def _asked_before(writing: Connection, one: Erased) -> Request:
    """The request of an erasure that is repeated."""
    values = {name: getattr(one, name) for name in ("kind", "subject", "reason", "asked_by")}
    at = datetime.fromisoformat(one.at)
    made = writing.execute(insert(erasures).values(**values, asked_at=at, detail={}).returning(erasures))
    return request_of(made.mappings().one())


def look_at_period(workspace: Workspace, ledger: Ledger, now: datetime) -> Purge:
    """What a purge would take, of the day that is asked for, else of today. Changes nothing."""
    with ledger.read() as reading:
        asked = pending(reading, "period")
        before = date.fromisoformat(asked.subject) if asked else first_kept_day(workspace, now)
        found = too_old(workspace, ledger, reading, before, now)
        found.request = asked
    return found


def purge(workspace: Workspace, ledger: Ledger, *, user: str, now: datetime) -> Purge:
    """Take out what is too old, as another account has asked. Errors: ConflictError."""
    with _no_night(workspace):
        finish(workspace, ledger, now)
        with ledger.write() as writing:
            request = check_confirmer(pending(writing, "period"), user)
            found = too_old(workspace, ledger, writing, date.fromisoformat(request.subject), now)
            _erase(writing, found.targets, found.places, request, _none, user=user, now=now)
        finish(workspace, ledger, now)
    return found


def _hit(plan: Plan) -> Callable[[str], bool]:
    return hits(plan.marks, plan.targets.findings)


def _none(_: str) -> bool:
    return False


def finish(workspace: Workspace, ledger: Ledger, now: datetime) -> list[str]:
    """Do what is left of erasures that are out of the ledger; returns the backups that could not be told."""
    with ledger.read() as reading:
        left = unfinished(reading)
    if not left:
        return []
    for one in left:
        where.remove(workspace, where.Places(**one.detail["places"]))
    whole = ledger.rewrite(*TOUCHED)
    away = tell_backups(workspace, ledger)
    if whole:
        with ledger.write() as writing:
            for one in left:  # where it stood is of no use any more, and a file's name may tell of the person
                its = update(erasures).where(erasures.c.erasure_id == one.erasure_id)
                writing.execute(its.values(finished_at=now, detail={"counts": one.detail["counts"]}))
    return away


def _plan(
    workspace: Workspace, ledger: Ledger, reading: Connection, customer_no: str, also: Collection[str] = ()
) -> Plan:
    last = runs.last_published(ledger)
    in_force = last.run_id if last else None
    nights, values = where.nights_with(workspace, customer_no, in_force)
    subject, seal = subject_text("customers", customer_no), Seal(workspace_key(workspace.var))
    seen = select(seen_records.c.payload).where(seen_records.c.payload.contains(f'"{subject}":', autoescape=True))
    for payload in reading.execute(seen).scalars():
        values |= values_of_records([(json.loads(payload).get("records") or {}).get(subject)], seal)
    marks = where.marks_of(workspace, customer_no, values, in_force, also)
    targets = told_of(reading, marks)
    found = where.find(workspace, reading, marks, {batch for batch, _ in targets.lines}, nights)
    return Plan(customer_no, marks, targets, found)


def _rows_in_force(workspace: Workspace, ledger: Ledger, customer_no: str) -> dict[str, int]:
    last = runs.last_published(ledger)
    if last is None:
        return {}
    with warehouse_of(workspace).read(last.run_id) as night:
        return where.rows_about(night, customer_no)


def _held(workspace: Workspace, ledger: Ledger, customer_no: str) -> Iterator[Hindrance]:
    """What the register holds is the register's to erase."""
    if held := _rows_in_force(workspace, ledger, customer_no):
        told = ", ".join(f"{table} {count}" for table, count in held.items())
        remedy = "Erase it in the register first, and run a night on what is left."
        yield Hindrance("register", f"the register still holds customer {customer_no} ({told}).", remedy)
    if customer_no in workspace.config.section("retention")["holds"]:
        remedy = "Take it out of [retention] holds when the matter is closed."
        yield Hindrance("hold", f"customer {customer_no} stands in [retention] holds.", remedy)


def _open(reading: Connection, plan: Plan) -> Iterator[Hindrance]:
    ids = sorted(plan.targets.findings)
    waiting = 0
    for some in in_chunks(ids):
        its = (findings.c.finding_id.in_(some), findings.c.state.in_(UNDER_WAY))
        waiting += int(reading.execute(select(func.count()).where(*its)).scalar_one())
    if waiting:
        remedy = "Apply or take back the batches and answer the tasks, then run a night."
        yield Hindrance("open", f"{waiting} findings about the customer are under way.", remedy)
    touched = sorted({batch_id for batch_id, _ in plan.targets.lines})
    query = select(batches.c.batch_id).where(batches.c.batch_id.in_(touched), batches.c.state.in_(OPEN))
    if numbers := list(reading.execute(query).scalars()):
        remedy = "Apply or take back the batch first."
        yield Hindrance("open", f"batch {numbers[0]} with lines about the customer is not finished.", remedy)


def _by_law(workspace: Workspace, reading: Connection, plan: Plan, now: datetime) -> Iterator[Hindrance]:
    """Changes of what the law says to keep, for so many years after the end of the year in which they were applied."""
    years: dict[str, Any] = workspace.config.section("retention")["keep_by_law"]
    of = batch_changes.c
    query = (
        select(of.batch_id, of.seq, of.table, func.max(receipts.c.applied_at))
        .join(receipts, receipts.c.batch_id == of.batch_id)
        .where(of.table.in_(sorted(years)), of.state == "done")
        .group_by(of.batch_id, of.seq, of.table)
    )
    for batch_id, seq, table, at in reading.execute(query):
        until = date(at.year + int(years[table]), 12, 31)
        if (batch_id, seq) in plan.targets.lines and now.date() <= until:
            what = f"batch {batch_id} changed {table} of the customer: the law says to keep that until {until}."
            yield Hindrance("law", what, "[retention] keep_by_law says for how many years.")


def _erase(
    writing: Connection,
    targets: Targets,
    places: where.Places,
    request: Request,
    hit: Callable[[str], bool],
    *,
    user: str,
    now: datetime,
    noted: tuple[str, datetime] | None = None,
) -> None:
    """Take it out of the ledger, and note what is still to go. `noted`: who repeats it in a restore, and when."""
    actor, at = noted or (user, now)
    take_out(writing, targets, hit, actor=actor, now=at)
    counts = targets.counts()
    its = update(erasures).where(erasures.c.erasure_id == request.erasure_id)
    detail = {"counts": counts, "places": asdict(places)}
    writing.execute(its.values(confirmed_by=user, confirmed_at=now, detail=detail))
    told = {"asked_by": request.asked_by, "counts": counts, "nights": len(places.nights)}
    note_erased(writing, VERBS[request.kind], request.about, told, targets.decisions, actor=actor, now=at)


def note_erased(
    writing: Connection,
    action: str,
    about: str,
    detail: dict[str, Any],
    decisions: set[int],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Note in the audit log what went, and which decisions have lost their words."""
    numbers = sorted(decisions)
    for start in range(0, max(len(numbers), 1), MANY):
        told = {**detail, "decisions": numbers[start : start + MANY]}
        append(writing, Entry(now, actor, action, about, detail=told))


@contextmanager
def _no_night(workspace: Workspace) -> Iterator[None]:
    """No night runs meanwhile. Errors: ConflictError when one does."""
    path: Path = workspace.var / locks.NIGHT
    with locks.held(path) as mine:
        if not mine:
            raise ConflictError("a night is running.", file=path, remedy="Wait until it has ended.")
        yield
