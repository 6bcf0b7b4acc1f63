"""The second pair of eyes: approving a batch, and sending lines back to the steward."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from regclean.batches import lifecycle, store
from regclean.domain.findings import digest
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, UsageError
from regclean.ledger import Ledger, audit


def approve(ledger: Ledger, batch_id: int, *, user: str, now: datetime) -> None:
    """Approve a built batch. Errors: ConflictError when it is not waiting for it, or `user` decided any of it."""
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        if row["state"] == "approved" and row["approved_by"] == user:
            return
        store.require(row, ("built",), "approved")
        authors = set(store.deciders(writing, batch_id).values())
        if user.casefold() in {author.casefold() for author in authors}:
            raise ConflictError(
                f"{user} has decided lines of batch {batch_id}; a person other than every author must approve it."
            )
        store.set_state(writing, batch_id, "approved", approved_by=user, approved_at=now)
        audit.append(writing, audit.Entry(now, user, "batch_approve", subject_text("batches", batch_id)))


def reject_lines(
    ledger: Ledger, batch_id: int, seqs: Iterable[int], *, reason: str, user: str, now: datetime
) -> list[str]:
    """Send lines back: their findings leave the batch whole and reopen with the reason. Returns the findings.

    A batch of which nothing is left is rejected; one that was approved must be approved again. Errors: UsageError
    without a reason or for a line that is not in the batch, ConflictError when it is being applied or was.
    """
    wanted = set(seqs)
    if not reason.strip():
        raise UsageError("a rejection needs a reason.")
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        store.require(row, ("built", "approved"), "changed")
        lines = store.stored_lines(writing, batch_id)
        unknown = sorted(wanted - {one.line.seq for one in lines})
        if unknown or not wanted:
            raise UsageError(f"batch {batch_id} has no line {unknown[0] if unknown else ''}.".replace(" .", "."))
        found = {one.line.finding_id for one in lines if one.line.seq in wanted and one.state == "planned"} - {None}
        back = sorted(finding for finding in found if finding is not None)
        if not back:
            return []
        store.set_lines(
            writing, batch_id, [o.line.seq for o in lines if o.line.finding_id in found], "rejected", reason
        )
        text = lifecycle.words(batch_id, reason)
        lifecycle.reopen(writing, dict.fromkeys(back, text), because="returned", user=user, now=now)
        left = any(one.state == "planned" and one.line.finding_id not in found for one in lines)
        store.set_state(writing, batch_id, "built" if left else "rejected", approved_by=None, approved_at=None)
        detail = {"findings": back, "reason_digest": digest(reason)}
        audit.append(writing, audit.Entry(now, user, "batch_reject", subject_text("batches", batch_id), detail=detail))
    return back
