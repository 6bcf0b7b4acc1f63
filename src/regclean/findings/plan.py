"""What a night changes in the ledger, worked out before anything is written. Pure: rows in, rows out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from regclean.domain.findings import State
from regclean.domain.register import customers_among
from regclean.findings.edges import Decided, Edge, Pair, pairs_of
from regclean.findings.states import Reason, Sighting, after_decision, after_night
from regclean.findings.workpools import workpool

# What a night says of a finding, and what became of it: the columns of the ledger's `findings` that change.
SHOWN = (
    "severity",
    "score",
    "summary",
    "proposal",
    "fingerprint",
    "evidence_digest",
    "protected",
    "relation",
    "priority",
    "area",
    "label",
    "case_key",
    "ends_in",
)
LIFE = (
    "state",
    "state_since",
    "present",
    "opened_at",
    "decision_id",
    "decided_fingerprint",
    "rejected_fingerprint",
    "reopened_because",
    "deferred_until",
    "workpool",
    "version",
)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The night that is being published. `started_at` is before its input was read."""

    run_id: str
    as_of: date
    now: datetime
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Prior:
    """The last decision on a finding; `followed`: nobody was asked, it followed from others."""

    verdict: str
    followed: bool


@dataclass(slots=True)
class PublishingPlan:
    """The rows to write, and what to say of them."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    followed: dict[str, tuple[str, int]] = field(default_factory=dict)  # finding -> verdict, the decision behind it
    judged: dict[str, str] = field(default_factory=dict)  # applied finding -> verified | contradicted
    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def count(self, kind: str, what: str) -> None:
        self.counts.setdefault(kind, Counter())[what] += 1


def plan_night(
    tonight: Iterable[Row],
    known: Mapping[str, Row],
    edges: Iterable[Edge],
    priors: Mapping[int, Prior],
    run: RunFacts,
    *,
    settled: Iterable[tuple[str, str]] = (),
) -> PublishingPlan:
    """Work out the night.

    `tonight` has the findings of the warehouse (`SHOWN`, id, kind, rule, subjects), `known` those of the ledger by id,
    `edges` the decisions on pairs as they stand tonight, `priors` the decisions that `known` refers to. `settled`: kind and
    subjects of tonight's findings that are neither among them nor in `known`, because all of them waits as it did.
    """
    plan, found, edges, settled = PublishingPlan(), list(tonight), list(edges), list(settled)
    for kind, _ in settled:
        plan.count(kind, "still")
    lapsed = {edge.pair: edge for edge in edges if edge.lapsed}
    holding = {edge.pair: edge.decision_id for edge in edges if not edge.lapsed}
    decided = Decided(edges)
    for row in found:
        old = known.get(row["finding_id"])
        if old is None:
            plan.new.append(_new(plan, row, decided, _lapsed_decision(_customers(row), lapsed), run))
            continue
        followed = decided.follows(_customers(row))
        prior = priors.get(old["decision_id"])
        night = Sighting(
            present=True,
            fingerprint_changed=row["fingerprint"] != old["fingerprint"],
            as_rejected=_as_rejected(row, old, followed, prior),
            due=old["deferred_until"] is not None and old["deferred_until"] <= run.as_of,
            judges=old["state_since"] < run.started_at,
            proposes=row["ends_in"] == "change",
        )
        _carry_on(plan, old, row, night, prior, run, followed)
    present = {row["finding_id"] for row in found}
    gone = [old for finding_id, old in known.items() if finding_id not in present]
    together: set[Pair] = set()
    if any(old["state"] == "accepted" for old in gone):
        duplicates = [row["subjects"] for row in found if row["kind"] == "duplicate"]
        duplicates += [subjects for kind, subjects in settled if kind == "duplicate"]
        together = {pair for subjects in duplicates for pair in pairs_of(customers_of(subjects))}
    for old in gone:
        night = Sighting(
            present=False,
            as_rejected=_holds_again(old, holding),
            judges=old["state_since"] < run.started_at,
            superseded=any(pair in together for pair in pairs_of(_customers(old))),
        )
        _carry_on(plan, old, old, night, priors.get(old["decision_id"]), run)
    return plan


def plan_new(rows: Iterable[Row], decided: Decided, run: RunFacts) -> PublishingPlan:
    """The plan of findings that come to those of a night that is published already."""
    plan = PublishingPlan()
    plan.new += [_new(plan, row, decided, None, run) for row in rows]
    return plan


def _as_rejected(row: Row, old: Row, followed: tuple[str, int] | None, prior: Prior | None) -> bool:
    """Is the evidence tonight what was rejected, and does nothing that was decided since say otherwise?"""
    if row["fingerprint"] != old["rejected_fingerprint"]:
        return False
    if followed:
        return followed[0] in ("different", "entity")
    return not (prior and prior.followed)


def _holds_again(old: Row, holding: Mapping[Pair, int]) -> bool:
    """Was a finding asked again because its records had changed, and are they what was decided on once more?"""
    pairs = list(pairs_of(_customers(old))) if old["reopened_because"] == "evidence_changed" else []
    return bool(pairs) and all(holding.get(pair) == old["decision_id"] for pair in pairs)


def customers_of(subjects: str) -> list[str]:
    """Customer numbers among the subjects (JSON text) of a finding."""
    return customers_among(json.loads(subjects))


def _customers(row: Row) -> list[str]:
    """The customers that a duplicate is about; nobody for the other kinds."""
    return customers_of(row["subjects"]) if row["kind"] == "duplicate" else []


def _lapsed_decision(customers: list[str], lapsed: Mapping[Pair, Edge]) -> int | None:
    """The decision that held for these customers until their evidence changed."""
    return max((lapsed[pair].decision_id for pair in pairs_of(customers) if pair in lapsed), default=None)


def _new(plan: PublishingPlan, row: Row, decided: Decided, lapsed: int | None, run: RunFacts) -> dict[str, Any]:
    followed = decided.follows(_customers(row))
    state: State = "open"
    reopened: Reason | None = "evidence_changed" if lapsed else None
    if followed:
        plan.followed[row["finding_id"]] = followed
        state, reopened = after_decision(followed[0]), None
    plan.count(row["kind"], "reopened" if reopened else "new")
    return {
        "finding_id": row["finding_id"],
        "kind": row["kind"],
        "rule": row["rule"],
        "subjects": row["subjects"],
        **{name: row[name] for name in SHOWN},
        "state": state,
        "state_since": run.now,
        "present": True,
        "first_seen_run": run.run_id,
        "last_seen_run": run.run_id,
        "opened_at": run.now,
        "decision_id": lapsed,
        "decided_fingerprint": row["fingerprint"] if followed else None,
        "rejected_fingerprint": row["fingerprint"] if state == "rejected" else None,
        "reopened_because": reopened,
        "deferred_until": None,
        "workpool": workpool(row["kind"], row["relation"], row["protected"], state, None, reopened),
        "source": row.get("source"),
        "version": 1,
    }


def _carry_on(
    plan: PublishingPlan,
    old: Row,
    shown: Row,
    night: Sighting,
    prior: Prior | None,
    run: RunFacts,
    followed: tuple[str, int] | None = None,
) -> None:
    """Plan what becomes of one known finding."""
    state, reopened = after_night(old["state"], night)
    # Asked again, though what holds between its customers says all of it: nobody need be asked. What the register contradicted is.
    answered = followed if reopened and old["state"] in ("withdrawn", "rejected", "deferred") else None
    if answered:
        plan.followed[old["finding_id"]] = answered
        state, reopened = after_decision(answered[0]), None
    values = {name: old[name] for name in LIFE} | {name: shown[name] for name in SHOWN}
    values |= {"present": night.present, "state": state}
    if state != old["state"]:
        values["state_since"] = run.now
    if reopened:
        values |= {"opened_at": run.now, "reopened_because": reopened, "deferred_until": None}
    if state == "rejected" and night.present and (answered or old["state"] != "rejected"):
        values["rejected_fingerprint"] = shown["fingerprint"]
    if state in ("accepted", "rejected") and (answered or state != old["state"]):
        values["reopened_because"] = None
        values["decided_fingerprint"] = shown["fingerprint"] if night.present else old["decided_fingerprint"]
    if state != old["state"] or shown["fingerprint"] != old["fingerprint"]:
        values["version"] = old["version"] + 1
    if old["state"] == "applied" and state != "applied":
        plan.judged[old["finding_id"]] = "verified" if state == "verified" else "contradicted"
    values["workpool"] = workpool(
        old["kind"],
        values["relation"],
        values["protected"],
        state,
        prior.verdict if prior else None,
        values["reopened_because"],
    )
    if any(values[name] != old[name] for name in values):
        plan.changed.append({"finding_id": old["finding_id"], **values})
    what = _what(old["state"], state, reopened, present=night.present)
    if what:
        plan.count(old["kind"], what)


def _what(before: State, after: State, reopened: Reason | None, *, present: bool) -> str | None:
    if reopened:
        return "contradicted" if reopened == "contradicted" else "reopened"
    if after in ("withdrawn", "verified") and after != before:
        return after
    return "still" if present else None
