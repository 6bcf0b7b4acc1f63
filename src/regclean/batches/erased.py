"""Lines of batches whose values are erased: what was done stays told, with what does not.

Invariant: the register goes on knowing such a batch by its token, and the log holds the digest of the lines as they are now.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, case, update

from regclean.batches import store
from regclean.domain.register import subject_text
from regclean.domain.tombstone import TOMBSTONE
from regclean.errors import ConflictError
from regclean.ledger import audit, in_chunks
from regclean.ledger.tables import batch_changes, batches, outcomes


def erase_lines(writing: Connection, batch_id: int, seqs: Collection[int], *, actor: str, now: datetime) -> None:
    """Take the values out of lines of a batch, and note it."""
    of = batch_changes.c
    batch = store.get(writing, batch_id)
    noted = audit.noted_lines(writing, batch_id)
    whole = noted == audit.lines_digest(writing, batch_id)
    token = store.token(batch, store.stored_lines(writing, batch_id))
    writing.execute(update(batches).where(batches.c.batch_id == batch_id).values(token=token))
    for some in in_chunks(sorted(seqs)):
        gone = {name: case((of[name].is_not(None), TOMBSTONE)) for name in ("before", "after")}
        line = and_(of.batch_id == batch_id, of.seq.in_(some))
        emptied = update(batch_changes).where(line)
        writing.execute(
            emptied.values(key=TOMBSTONE, why=None, finding_id=None, state="erased", state_reason=of.state, **gone)
        )
        its = and_(outcomes.c.batch_id == batch_id, outcomes.c.seq.in_(some))
        writing.execute(update(outcomes).where(its).values(found=None))
    if whole:  # what somebody has changed by hand stays told
        detail = {"digest": audit.lines_digest(writing, batch_id), "before": noted, "lines": len(seqs)}
        audit.append(writing, audit.Entry(now, actor, "batch_erase", subject_text("batches", batch_id), detail=detail))


def check_not_erased(batch_id: int, lines: Collection[store.StoredLine]) -> None:
    """Errors: ConflictError where a line has lost its values: it can be written nowhere, and not taken back."""
    if any(one.state == "erased" for one in lines):
        raise ConflictError(f"values of batch {batch_id} were erased: it cannot be written or taken back any more.")
