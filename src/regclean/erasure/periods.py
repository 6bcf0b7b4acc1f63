"""What is older than it may be: closed findings, what was decided on them and what that rested on.

Invariant: what stands of customers that the register still holds stays, however old; so does what is under way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy import Connection, select

from regclean.config import Workspace
from regclean.domain.register import customers_among
from regclean.domain.tombstone import TOMBSTONE
from regclean.erasure.places import CHECKS, REPORTS, Places
from regclean.erasure.requests import Request
from regclean.erasure.targets import Targets
from regclean.erasure.tombstones import ERASED
from regclean.home import warehouse_of
from regclean.ledger import Ledger, runs
from regclean.ledger.sample_tables import sample_pairs, samples
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import (
    batch_changes,
    batches,
    comments,
    decisions,
    finding_subjects,
    findings,
    pair_decisions,
    receipts,
)
from regclean.ledger.task_tables import tasks
from regclean.warehouse import rows

CLOSED = ("withdrawn", "verified", "rejected")  # of a finding that the night in force does not find
LEFT = ("open", "deferred")  # of one whose customers are gone: nobody can act on it any more
ENDED = ("applied", "undone", "rejected")  # of a batch


@dataclass(slots=True)
class Purge:
    """What was entered before the day `before` and would go."""

    before: date
    targets: Targets
    places: Places
    request: Request | None = field(default=None)


def first_kept_day(workspace: Workspace, now: datetime) -> date:
    """The day before which what was entered is too old."""
    today = now.astimezone(workspace.config.timezone).date()
    year = today.year - int(workspace.config.section("retention")["years"])
    return date(year, 2, 28) if (today.month, today.day) == (2, 29) else today.replace(year=year)


def too_old(workspace: Workspace, ledger: Ledger, reading: Connection, before: date, now: datetime) -> Purge:
    """Everything that was entered before a day and may go."""
    held = _held(workspace, ledger) | set(workspace.config.section("retention")["holds"])
    start = datetime.combine(before, time(), workspace.config.timezone).astimezone(UTC)
    found = Targets()
    customers: dict[str, set[str]] = {}
    for about in reading.execute(select(finding_subjects)):
        customers.setdefault(about.finding_id, set()).update(customers_among([about.subject]))
    of = findings.c
    over = select(of.finding_id, of.state).where(~of.present, of.state.in_((*CLOSED, *LEFT)), of.state_since < start)
    for finding_id, state in reading.execute(over):
        its = customers.get(finding_id, set())
        if not its & held and (state in CLOSED or its):
            found.findings.add(finding_id)
    known = set(reading.execute(select(of.finding_id)).scalars())
    _decisions(reading, found, known, held, start)
    _lines(workspace, reading, found, start, now)
    of_samples = select(sample_pairs).join(samples, samples.c.sample_id == sample_pairs.c.sample_id)
    for drawn in reading.execute(of_samples.where(samples.c.drawn_at < start)).mappings():
        if not {drawn["customer_no_l"], drawn["customer_no_r"]} & held and drawn["customer_no_r"] != TOMBSTONE:
            found.samples.add((drawn["sample_id"], drawn["number"]))
    found.tasks = set(reading.execute(select(tasks.c.finding_id)).scalars()) & found.findings
    return Purge(before, found, _files(workspace, start, {batch for batch, _ in found.lines}))


def _held(workspace: Workspace, ledger: Ledger) -> set[str]:
    last = runs.last_published(ledger)
    if last is None:
        return set()
    with warehouse_of(workspace).read(last.run_id) as night:
        return {number for (number,) in rows(night, "SELECT customer_no FROM customers")}


def _decisions(
    reading: Connection, found: Targets, known: Collection[str], held: Collection[str], start: datetime
) -> None:
    pairs: dict[int, list[tuple[str, str]]] = {}
    for pair in reading.execute(select(pair_decisions)):
        pairs.setdefault(pair.decision_id, []).append((pair.customer_no_l, pair.customer_no_r))
    seen: set[str] = set()
    kept: set[str] = set()
    for row in reading.execute(select(decisions)).mappings():
        its = pairs.get(row["decision_id"], [])
        stands = any(left in held and right in held for left, right in its)
        closed = row["finding_id"] in found.findings or row["finding_id"] not in known
        old = row["decided_at"] < start and closed and not stands
        digests = {row["seen_digest"]} - {None}
        if old:
            seen |= digests
            words = (row["reason"], row["comment"], row["choices"])
            if its or any(word not in (None, TOMBSTONE) for word in words):
                found.decisions.add(row["decision_id"])
                found.pairs |= {(left, right, row["decision_id"]) for left, right in its}
        else:
            kept |= digests
    for row in reading.execute(select(comments)).mappings():
        digests = {row["seen_digest"]} - {None}
        if row["finding_id"] in found.findings:
            found.comments.add(row["comment_id"])
            seen |= digests
        else:
            kept |= digests
    emptied = select(seen_records.c.digest).where(seen_records.c.payload == ERASED)
    found.seen = seen - kept - set(reading.execute(emptied).scalars())


def _lines(workspace: Workspace, reading: Connection, found: Targets, start: datetime, now: datetime) -> None:
    years = workspace.config.section("retention")["keep_by_law"]
    applied = {
        row.batch_id: row.applied_at for row in reading.execute(select(receipts).order_by(receipts.c.applied_at))
    }
    of = batch_changes.c
    query = (
        select(of.batch_id, of.seq, of.table, of.finding_id, of.decision_id)
        .join(batches, batches.c.batch_id == of.batch_id)
        .where(batches.c.state.in_(ENDED), batches.c.built_at < start, of.state != "erased")
    )
    for row in reading.execute(query):
        at = applied.get(row.batch_id)
        by_law = at is not None and row.table in years and at.year + int(years[row.table]) >= now.year
        if (row.finding_id in found.findings or row.decision_id in found.decisions) and not by_law:
            found.lines.add((row.batch_id, row.seq))


def _files(workspace: Workspace, start: datetime, batch_ids: Collection[int]) -> Places:
    var = workspace.var
    made = [*sorted((var / REPORTS).glob("*.html")), *sorted((var / CHECKS).glob("*/*"))]
    old = [path for path in made if path.stat().st_mtime < start.timestamp()]
    exports = [var / "exports" / f"batch-{number}" for number in sorted(batch_ids)]
    return Places(files=[str(path) for path in old], folders=[str(path) for path in exports if path.exists()])
