"""What was begun in the register is noted in the ledger until its end is known."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping

from regclean.batches import store
from regclean.domain.batches import IN_DOUBT
from regclean.errors import RegcleanError, UnavailableError, UnknownCommitError
from regclean.ledger import Ledger

Attempt = Mapping[
    str, Any
]  # act: apply | undo; token in the register; finding_id of a part; by: the try; joined: one before is in doubt


def begin(writing: Connection, row: RowMapping, act: str, token: str, finding_id: str | None = None) -> Attempt:
    """Note what is about to be begun in the register; what is in doubt already is tried again under its own token."""
    attempt: dict[str, Any] = {"act": act, "token": token, "finding_id": finding_id}
    attempt = {**(row["attempt"] or attempt), "by": secrets.token_hex(8), "joined": row["state"] in IN_DOUBT}
    store.set_state(writing, row["batch_id"], "applying" if act == "apply" else "undoing", attempt=attempt)
    return attempt


def failed(ledger: Ledger, batch_id: int, attempt: Attempt, error: RegcleanError, before: str) -> None:
    """Nothing came of it, and nothing can: the batch is as before. Otherwise it is unknown until the register is asked.

    Errors: UnknownCommitError where an earlier try of the same may have come through, and cannot be asked for now.
    """
    lost = isinstance(error, UnknownCommitError) or (isinstance(error, UnavailableError) and attempt["joined"])
    with ledger.write() as writing:
        row = store.get(writing, batch_id)
        # Somebody else may have gone on with it meanwhile: then it is theirs to end.
        if row["state"] in IN_DOUBT and row["attempt"] == attempt:
            store.set_state(writing, batch_id, "unknown" if lost else before, attempt=attempt if lost else None)
    if lost:
        raise unknown(batch_id, error) from error


def unknown(batch_id: int, error: RegcleanError) -> UnknownCommitError:
    """What is said of a batch that cannot be asked for."""
    return UnknownCommitError(
        f"it is not known whether batch {batch_id} is in the register: {error.message}",
        remedy="When its database answers again, do the same again: the receipt in the register is asked first.",
    )


def back(ledger: Ledger, batch_id: int, state: str) -> None:
    """Nothing came of it, and nothing can: the batch is as before."""
    with ledger.write() as writing:
        if store.get(writing, batch_id)["state"] in IN_DOUBT:
            store.set_state(writing, batch_id, state, attempt=None)
