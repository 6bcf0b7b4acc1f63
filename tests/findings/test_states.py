"""The state machine, row by row: what a night makes of each state."""

from __future__ import annotations

from typing import get_args

import pytest

from regclean.domain.decisions import FINDING_VERDICTS, PAIR_VERDICTS
from regclean.domain.findings import STATES, State
from regclean.findings.states import Sighting, after_decision, after_night

HERE, GONE = Sighting(present=True), Sighting(present=False)
CHANGED = Sighting(present=True, fingerprint_changed=True)
AS_REJECTED = Sighting(present=True, as_rejected=True)
EARLIER = Sighting(present=True, judges=False)
TABLE: list[tuple[State, Sighting, State, str | None]] = [
    ("open", HERE, "open", None),
    ("open", CHANGED, "open", None),
    ("open", GONE, "withdrawn", None),
    ("open", AS_REJECTED, "rejected", None),
    ("accepted", HERE, "accepted", None),
    ("accepted", CHANGED, "accepted", None),
    ("accepted", GONE, "accepted", None),
    ("accepted", Sighting(present=False, superseded=True), "withdrawn", None),
    ("in_batch", GONE, "in_batch", None),
    ("in_batch", CHANGED, "in_batch", None),
    ("in_batch", Sighting(present=False, superseded=True), "in_batch", None),
    ("applied", GONE, "verified", None),
    ("applied", HERE, "open", "contradicted"),
    ("applied", EARLIER, "applied", None),
    ("applied", Sighting(present=False, judges=False), "applied", None),
    ("verified", GONE, "verified", None),
    ("verified", HERE, "open", "returned"),
    ("rejected", AS_REJECTED, "rejected", None),
    ("rejected", CHANGED, "open", "evidence_changed"),
    ("rejected", GONE, "rejected", None),
    ("deferred", HERE, "deferred", None),
    ("deferred", CHANGED, "open", "evidence_changed"),
    ("deferred", Sighting(present=True, due=True), "open", "due"),
    ("deferred", GONE, "withdrawn", None),
    ("task", HERE, "task", None),
    ("task", CHANGED, "task", None),
    ("task", Sighting(present=True, proposes=True), "open", "evidence_changed"),
    ("task", GONE, "verified", None),
    ("withdrawn", GONE, "withdrawn", None),
    ("withdrawn", HERE, "open", "returned"),
    ("withdrawn", AS_REJECTED, "rejected", None),
]


@pytest.mark.parametrize(("before", "night", "after", "reason"), TABLE)
def test_a_night_moves_a_finding(before: State, night: Sighting, after: State, reason: str | None) -> None:
    assert after_night(before, night) == (after, reason)


def test_every_state_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(STATES) == set(get_args(State))


def test_what_is_accepted_and_changes_nothing_is_a_task() -> None:
    assert after_decision("accept", "task") == "task"
    assert after_decision("reject", "task") == "rejected"


def test_every_verdict_leads_somewhere() -> None:
    found = {verdict: after_decision(verdict) for verdict in (*PAIR_VERDICTS, *FINDING_VERDICTS)}
    assert found == {
        "same": "accepted",
        "entity": "rejected",
        "different": "rejected",
        "household": "rejected",
        "successor": "rejected",
        "unsure": "deferred",
        "accept": "accepted",
        "reject": "rejected",
        "defer": "deferred",
    }
