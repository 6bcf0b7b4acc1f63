"""The states of an update batch."""

from __future__ import annotations

from typing import Literal, get_args

BatchState = Literal["built", "approved", "rejected", "applying", "applied", "undoing", "undone", "unknown"]
BATCH_STATES: tuple[BatchState, ...] = get_args(BatchState)
# An attempt in the register whose end is not known: the register is asked for its receipt before anything else is done.
IN_DOUBT: tuple[BatchState, ...] = ("applying", "undoing", "unknown")
# A batch in one of these states keeps its findings and customers from other batches.
OPEN: tuple[BatchState, ...] = ("built", "approved", *IN_DOUBT)
