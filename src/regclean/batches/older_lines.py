"""Lines of batches that a version before sealing built: their national ids are sealed where they stand.

Invariant: the register goes on knowing such a batch by the token of its plain lines, and the log by the digest of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, or_, select, update

from regclean.batches import store
from regclean.batches.lifecycle import ACTOR
from regclean.domain.register import TABLES, subject_text
from regclean.ledger import Ledger, audit
from regclean.ledger.tables import batch_changes, batches
from regclean.register import delete_text
from regclean.sealing import Seal, sealed

_SEALED = {(table.name, column.name) for table in TABLES.values() for column in table.columns if column.sealed}


def seal_older_lines(ledger: Ledger, seal: Seal, now: datetime) -> int:
    """Seal what is plain; returns how many lines were. Afterwards no block of the ledger's file holds one that was."""
    of, names = batch_changes.c, sorted({name for _, name in _SEALED})
    plain = or_(
        and_(of.after.is_not(None), of.after.not_like("%⟦%")), and_(of.before.is_not(None), of.before.not_like("%⟦%"))
    )
    rows_with_one = and_(of.op == "delete", or_(*(of.before.contains(f'"{name}":') for name in names)))
    with ledger.write() as writing:
        query = select(batch_changes).where(plain, or_(of.column.in_(names), rows_with_one))
        changed = {
            (row["batch_id"], row["seq"]): cells
            for row in writing.execute(query).mappings()
            if (cells := _closed(row, seal)) is not None
        }
        rewrite_lines(writing, changed, now)
    if changed:
        ledger.rewrite(batch_changes)
    return len(changed)


def rewrite_lines(
    writing: Connection, changed: Mapping[tuple[int, int], tuple[str | None, str | None]], now: datetime
) -> None:
    """Write lines' two texts (before, after) otherwise, by batch and place: the same values, kept in another way."""
    of = batch_changes.c
    for batch_id in sorted({batch_id for batch_id, _ in changed}):
        batch = store.get(writing, batch_id)
        noted = audit.noted_lines(writing, batch_id)
        whole = noted == audit.lines_digest(writing, batch_id)
        token = store.token(batch, store.stored_lines(writing, batch_id))
        writing.execute(update(batches).where(batches.c.batch_id == batch_id).values(token=token))
        for (one, seq), (before, after) in changed.items():
            if one == batch_id:
                line = and_(of.batch_id == batch_id, of.seq == seq)
                writing.execute(update(batch_changes).where(line).values(before=before, after=after))
        if whole:  # what somebody has changed by hand stays told
            detail = {"digest": audit.lines_digest(writing, batch_id), "before": noted}
            audit.append(
                writing, audit.Entry(now, ACTOR, "batch_seal", subject_text("batches", batch_id), detail=detail)
            )


def _closed(row: RowMapping, seal: Seal) -> tuple[str | None, str | None] | None:
    """A line's two texts under seal; None where nothing in them is plain."""
    before, after = row["before"], row["after"]
    if row["op"] == "delete":
        cells = store.change_line(row).row
        closed = {
            name: seal.closed(text) if text and (row["table"], name) in _SEALED else text
            for name, text in cells.items()
        }
        before = delete_text(closed) if closed != cells else before
    elif (row["table"], row["column"]) in _SEALED:
        before, after = (seal.closed(text) if text and not sealed(text) else text for text in (before, after))
    return None if (before, after) == (row["before"], row["after"]) else (before, after)
