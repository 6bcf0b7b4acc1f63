"""Which queue a finding waits in."""

from __future__ import annotations

from typing import Literal, get_args

Workpool = Literal["same", "related", "stale", "bin_group", "field", "conflict", "second", "restricted"]
WORKPOOLS: tuple[Workpool, ...] = get_args(Workpool)


def workpool(
    kind: str, relation: str | None, protected: bool, state: str, verdict: str | None, reopened_because: str | None
) -> str:
    """Protected ones are restricted whatever else they are; what a steward was unsure of waits for a second person."""
    if protected:
        return "restricted"
    if state == "deferred" and verdict == "unsure":
        return "second"
    if reopened_because == "contradicted":
        return "conflict"
    if kind == "duplicate":
        return "same" if relation in ("same", "unsure", None) else "related"
    return kind
