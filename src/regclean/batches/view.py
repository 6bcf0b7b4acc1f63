"""Batches as people look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from regclean.batches import store
from regclean.batches.store import Batch
from regclean.ledger import Ledger
from regclean.ledger.tables import receipts
from regclean.register import ChangeLine, Seen, SqlTarget
from regclean.sealing import masked


@dataclass(frozen=True, slots=True)
class LineView:
    """One line for the eye. `now` is the register's value, `status` how it stands there (None: nobody has looked).

    `state` is the ledger's: planned, rejected, ready, done, changed, gone, undone.
    """

    seq: int
    op: str
    table: str
    key: str
    column: str | None
    before: str | None
    after: str | None
    now: str | None
    status: str | None
    status_why: str | None
    state: str
    state_reason: str | None
    finding_id: str | None
    why: Mapping[str, Any]
    decided_by: str | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with all its lines and receipts. National ids are masked."""

    batch: Batch
    lines: tuple[LineView, ...]
    receipts: tuple[Mapping[str, Any], ...]
    withheld: int = 0  # lines that name a customer under non-disclosure


def list_batches(ledger: Ledger) -> list[Batch]:
    """Every batch, newest first."""
    with ledger.read() as reading:
        return store.summaries(reading)


def show(ledger: Ledger, batch_id: int, target: SqlTarget | None = None, *, restricted: bool = False) -> BatchView:
    """A batch line by line; with `target`, also what the register holds now.

    Lines of findings that touch a customer under non-disclosure are left out unless `restricted`. Errors: UsageError when
    there is no such batch.
    """
    with ledger.read() as reading:
        store.get(reading, batch_id)
        batch = store.summaries(reading, [batch_id])[0]
        lines = store.stored_lines(reading, batch_id)
        deciders = store.deciders(reading, batch_id)
        hidden = set() if restricted else store.protected_findings(reading, batch_id)
        query = select(receipts).where(receipts.c.batch_id == batch_id).order_by(receipts.c.receipt_id)
        kept = tuple(dict(row) for row in reading.execute(query).mappings())
    seen: dict[int, Seen] = {}
    if target is not None:
        seen = {one.seq: one for one in target.look([one.line for one in lines if one.state not in store.NOT_THERE])}
    views = tuple(
        _view(one, seen.get(one.line.seq), deciders.get(one.decision_id or 0), batch)
        for one in lines
        if one.line.finding_id not in hidden
    )
    return BatchView(batch, views, kept, withheld=len(lines) - len(views))


def _masked(text: str | None) -> str | None:
    return None if text is None else masked(text)


def _view(stored: store.StoredLine, seen: Seen | None, decided_by: str | None, batch: Batch) -> LineView:
    line: ChangeLine = stored.line
    return LineView(
        seq=line.seq,
        op=line.op,
        table=line.table,
        key=line.key,
        column=line.column,
        before=_masked(line.before),
        after=_masked(line.after),
        now=_masked(seen.now) if seen else None,
        status=seen.status if seen else None,
        status_why=seen.why if seen else None,
        state=stored.state,
        state_reason=stored.state_reason,
        finding_id=line.finding_id,
        why={name: value for name, value in stored.why.items() if name not in ("customers", "protected")},
        decided_by=decided_by,
        approved_by=batch.approved_by,
    )
