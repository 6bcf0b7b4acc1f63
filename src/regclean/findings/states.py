"""The life of a finding: pure functions from one state to the next.

    open ──same, accept──▶ accepted ──▶ in_batch ──▶ applied ──gone──▶ verified
     │  └─different, reject──▶ rejected                └──still there──▶ open (contradicted)
     ├─accept, nothing to change──▶ task ──gone──▶ verified
     └─unsure, defer──▶ deferred

A night withdraws what it no longer finds and nobody has decided on; what was accepted stays until it is applied, unless
its customers have come together in another finding (the decision on each pair lives on in the edges). A rejection lasts as long as its evidence; a
finding whose evidence goes back to what was rejected is rejected again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regclean.domain.findings import State

Reason = Literal["evidence_changed", "contradicted", "returned", "due", "undone"]
DECIDABLE: frozenset[State] = frozenset({"open", "deferred", "accepted", "rejected", "task"})
_VERDICT_STATES: dict[str, State] = {
    "same": "accepted",
    "accept": "accepted",
    "different": "rejected",
    "entity": "rejected",  # there is nothing to merge
    "household": "rejected",
    "successor": "rejected",
    "reject": "rejected",
    "unsure": "deferred",
    "defer": "deferred",
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a night says of one finding that the ledger knows."""

    present: bool
    fingerprint_changed: bool = False  # against the evidence that was shown before
    as_rejected: bool = False  # its evidence is what was once rejected
    due: bool = False  # it was deferred to a day that has come
    judges: bool = True  # its input was read after the change was applied
    proposes: bool = False  # it has a change to propose
    superseded: bool = False  # it is gone, but another finding speaks of the same customers


def after_night(state: State, night: Sighting) -> tuple[State, Reason | None]:
    """The state after a published night, and why it reopened, if it did."""
    if state == "accepted" and night.superseded:
        return "withdrawn", None
    if state in ("accepted", "in_batch"):
        return state, None
    if state == "task":
        return ("task", None) if night.present and not night.proposes else _after_task(night)
    if state == "applied":
        return _after_apply(night)
    if night.as_rejected:
        return "rejected", None
    if not night.present:
        return ("withdrawn" if state in ("open", "deferred") else state), None
    if state == "rejected":
        return "open", "evidence_changed"
    if state in ("withdrawn", "verified"):
        return "open", "returned"
    if state == "deferred" and (night.fingerprint_changed or night.due):
        return "open", "evidence_changed" if night.fingerprint_changed else "due"
    return state, None


def after_decision(verdict: str, ends_in: str = "change") -> State:
    """The state that a verdict leads to. What is accepted and changes nothing is a task for somebody."""
    state = _VERDICT_STATES[verdict]
    return "task" if state == "accepted" and ends_in == "task" else state


def _after_task(night: Sighting) -> tuple[State, Reason | None]:
    """What was asked has been answered: the finding is gone, or the register knows enough now to propose a change."""
    return ("open", "evidence_changed") if night.present else ("verified", None)


def _after_apply(night: Sighting) -> tuple[State, Reason | None]:
    if not night.judges:
        return "applied", None
    return ("open", "contradicted") if night.present else ("verified", None)
