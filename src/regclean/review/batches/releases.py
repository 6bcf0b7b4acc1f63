"""Update batches for the eye and the hand: lines grouped by customer, and the steps that a batch takes.

A line about somebody under non-disclosure is there only for those who have the right to it; nobody approves a batch that
holds lines which they cannot see.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from regclean import batches
from regclean.accounts.permissions import User
from regclean.acts import hidden_findings, visible_to
from regclean.batches import ALREADY, Batch, BatchView, LineView, Outcome
from regclean.domain.batches import OPEN
from regclean.domain.register import Subject
from regclean.errors import RegcleanError, UnavailableError, UsageError
from regclean.ledger import Ledger
from regclean.ledger.tables import batch_changes, findings
from regclean.register import SqlTarget, open_target
from regclean.review.web.services import Services
from regclean.sealing import masked

LOOKED_AT_ONCE = 500  # so many lines are compared with the register without being asked to


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line; `status` is one of `STATUSES`. National ids are masked."""

    line: LineView
    status: str
    before: str | None
    after: str | None
    now: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Everything that a batch does to one customer (or one shared bin): findings with their lines."""

    key: str
    label: str | None
    lines: tuple[SheetLine, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.line.finding_id for one in self.lines if one.line.finding_id))

    @property
    def statuses(self) -> frozenset[str]:
        return frozenset(one.status for one in self.lines)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A batch as the page shows it. `looked`: "register", "extract" (of the last night), or None.

    `withheld`: it holds lines that this user cannot see, so this user cannot approve it.
    """

    batch: Batch
    groups: tuple[Group, ...]
    tally: Mapping[str, int]
    receipts: tuple[Mapping[str, Any], ...]
    looked: str | None
    withheld: bool

    @property
    def lines(self) -> int:
        return sum(len(group.lines) for group in self.groups)


def all_batches(ledger: Ledger, user: User) -> list[Batch]:
    """Every batch, newest first; what this user cannot see is not counted."""
    with ledger.read() as connection:
        query = (
            select(
                batch_changes.c.batch_id,
                batch_changes.c.state,
                func.count(),
                func.count(batch_changes.c.finding_id.distinct()),
            )
            .join(findings, findings.c.finding_id == batch_changes.c.finding_id)
            .where(~visible_to(user))
            .group_by(batch_changes.c.batch_id, batch_changes.c.state)
        )
        hidden: dict[int, list[Any]] = {}
        for row in connection.execute(query):
            hidden.setdefault(row[0], []).append(row)
    shown = []
    for batch in batches.list_batches(ledger):
        lines = dict(batch.lines)
        for _, state, count, _ in hidden.get(batch.batch_id, ()):
            lines[state] = lines.get(state, 0) - count
        fewer = sum(row[3] for row in hidden.get(batch.batch_id, ()))
        kept = {state: count for state, count in lines.items() if count > 0}
        if kept or batch.batch_id not in hidden:
            shown.append(replace(batch, lines=kept, findings=max(batch.findings - fewer, 0)))
    return shown


def sheet(service: Services, user: User, batch_id: int, *, look: bool = False) -> Sheet:
    """A batch, compared with the register when asked to (small ones that are still open always are).

    Errors: UsageError when there is no such batch.
    """
    ledger = service.ledger
    view = batches.show(ledger, batch_id, restricted=True)
    with ledger.read() as connection:
        hidden = hidden_findings(connection, user, batch_id)
        titles = _titles(connection, {line.finding_id for line in view.lines if line.finding_id})
    lines = [line for line in view.lines if line.finding_id not in hidden]
    looks = look or (len(view.lines) <= LOOKED_AT_ONCE and view.batch.state in OPEN)
    where, seen = _looked(service, batch_id) if looks else (None, {})
    shown = [_line(line, seen) for line in lines]
    return Sheet(
        batch=_counted(view, lines),
        groups=_groups(shown, titles),
        tally=dict(Counter(one.status for one in shown)),
        receipts=view.receipts,
        looked=where,
        withheld=bool(hidden),
    )


def count_lines(ledger: Ledger, batch_id: int) -> int:
    """How many lines a batch has."""
    query = select(func.count()).select_from(batch_changes).where(batch_changes.c.batch_id == batch_id)
    with ledger.read() as connection:
        return int(connection.execute(query).scalar_one())


def visible_left_out(service: Services, user: User, left_out: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """What was left out of a batch, as far as this user may know of it."""
    wanted = [one["finding_id"] for one in left_out]
    with service.ledger.read() as connection:
        query = select(findings.c.finding_id).where(findings.c.finding_id.in_(wanted), visible_to(user))
        seen = set(connection.execute(query).scalars())
    return [one for one in left_out if one["finding_id"] in seen]


@contextmanager
def target_of(service: Services) -> Iterator[SqlTarget | None]:
    """The register's database for the length of a `with` block; None where it is updated by files."""
    target = open_target(service.workspace)
    try:
        yield target
    finally:
        if target is not None:
            target.close()


def receipt_of(view: Sheet, at: datetime) -> dict[str, Any]:
    """What was done, for keeping: who, when, and how each line came out. No value of a customer is in it."""
    batch = view.batch
    return {
        "batch": batch.batch_id,
        "title": batch.title,
        "state": batch.state,
        "built": {"by": batch.built_by, "at": batch.built_at.isoformat()},
        "decided_by": list(batch.decided_by),
        "approved": {
            "by": batch.approved_by,
            "at": batch.approved_at.isoformat() if batch.approved_at else None,
        },
        "receipts": [
            {
                "target": one["target"],
                "by": one["applied_by"],
                "at": one["applied_at"].isoformat(),
                "undo": one["undo"],
                "detail": {name: value for name, value in one["detail"].items() if name in ("lines", "files", "token")},
            }
            for one in view.receipts
        ],
        "lines": [
            {
                "seq": one.line.seq,
                "op": one.line.op,
                "table": one.line.table,
                "key": one.line.key,
                "column": one.line.column,
                "finding": one.line.finding_id,
                "decided_by": one.line.decided_by,
                "status": one.status,
            }
            for group in view.groups
            for one in group.lines
        ],
        "written_at": at.isoformat(),
    }


@dataclass(slots=True)
class Job:
    """A long apply or undo: how far it is. `refused`: whoever began it had no right to it."""

    lines: int
    done: int = 0
    error: str | None = None
    refused: RegcleanError | None = None
    outcome: Outcome | None = None
    steps: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        """Told by the register: "line 12" for each line, other names for the stages."""
        if name.startswith("line "):
            self.done += 1
        else:
            self.steps.append(name)

    @property
    def ended(self) -> bool:
        return self.error is not None or self.refused is not None or self.outcome is not None


def _looked(service: Services, batch_id: int) -> tuple[str | None, dict[int, Any]]:
    with target_of(service) as target:
        try:
            looking = target or batches.last_extract(service.workspace, service.ledger)
            found = batches.dry_run(service.ledger, looking, batch_id)
        except (OSError, UsageError, UnavailableError):
            return None, {}
    return ("register" if target else "extract"), {one.seq: one for one in found}


def _line(line: LineView, seen: Mapping[int, Any]) -> SheetLine:
    one = seen.get(line.seq)
    status = _status(line, one.status if one else None)
    return SheetLine(
        line=line,
        status=status,
        before=line.before,
        after=line.after,
        now=masked(one.now) if one and one.now else None,
        why=(one.why if one else None) or line.state_reason,
    )


def _status(line: LineView, seen: str | None) -> str:
    if line.state == "planned":
        return seen or "planned"
    if line.state == "done":
        return "done" if line.state_reason == ALREADY else "applied"
    return line.state


def _groups(lines: Sequence[SheetLine], titles: Mapping[str, tuple[str, str | None]]) -> tuple[Group, ...]:
    """Findings that concern the same customer stand together, the lines of each in their order."""
    survivors = {one.line.finding_id: one.line.after for one in lines if one.line.op == "merge" and one.line.after}

    def key(one: SheetLine) -> str:
        finding = one.line.finding_id or ""
        return survivors.get(finding) or titles.get(finding, (one.line.key, None))[0]

    made = []
    for name, members in groupby(
        sorted(lines, key=lambda one: (key(one), one.line.finding_id or "", one.line.seq)), key
    ):
        group = tuple(members)
        label = next((titles[f][1] for one in group if (f := one.line.finding_id or "") in titles), None)
        made.append(Group(name, label, group))
    return tuple(made)


# A case is called by its customer, else by its shared bin.
_TITLES = {"customers": 0, "bin_groups": 1}


def _titles(connection: Connection, finding_ids: set[str]) -> dict[str, tuple[str, str | None]]:
    """Finding -> the number of its first customer (else its first subject), and how the queue names it."""
    found: dict[str, tuple[str, str | None]] = {}
    ordered = sorted(finding_ids)
    for start in range(0, len(ordered), 500):
        query = select(findings.c.finding_id, findings.c.subjects, findings.c.label).where(
            findings.c.finding_id.in_(ordered[start : start + 500])
        )
        for row in connection.execute(query):
            about = sorted(map(Subject.parse, json.loads(row.subjects)), key=lambda one: _TITLES.get(one.table, 2))
            found[row.finding_id] = (about[0].key if about else "", row.label)
    return found


def _counted(view: BatchView, lines: Sequence[LineView]) -> Batch:
    counts = dict(sorted(Counter(line.state for line in lines).items()))
    return replace(view.batch, lines=counts, findings=len({line.finding_id for line in lines if line.finding_id}))
