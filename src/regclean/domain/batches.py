"""The states of an update batch."""

from __future__ import annotations

from typing import Literal, get_args

BatchState = Literal["built", "approved", "rejected", "applying", "applied", "undoing", "undone", "unknown"]
BATCH_STATES: tuple[BatchState, ...] = get_args(BatchState)
# Begun in the register, and not known to have ended there: its receipt is asked before anything else is done.
IN_DOUBT: tuple[BatchState, ...] = ("applying", "undoing", "unknown")
# It holds its findings and customers: no other batch takes them.
OPEN: tuple[BatchState, ...] = ("built", "approved", *IN_DOUBT)
