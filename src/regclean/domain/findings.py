"""Findings and their proposals: what the rules and the linkage say, and what a steward decides on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["duplicate", "stale", "bin_group", "field"]
Severity = Literal["error", "review", "info"]
State = Literal["open", "accepted", "rejected", "deferred", "in_batch", "applied", "verified", "withdrawn", "task"]
# What ends a finding: a change to the register, a question to somebody, or nothing that anybody does.
Ending = Literal["change", "task", "figure"]
Operation = Literal["update", "insert", "delete", "merge"]
Relation = Literal["same", "household", "successor", "related", "unsure"]

KINDS: tuple[Kind, ...] = get_args(Kind)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
STATES: tuple[State, ...] = get_args(State)
ENDINGS: tuple[Ending, ...] = get_args(Ending)
RELATIONS: tuple[Relation, ...] = get_args(Relation)


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def canonical_json(value: Any) -> str:
    """The one spelling of a JSON value: sorted keys, no blanks, real letters. Equal values give equal bytes."""
    return _canonical.encode(value)


def digest(value: Any) -> str:
    """Hex SHA-256 of the canonical JSON of `value`."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Change:
    """One proposed change of one cell or row of the register: before -> after.

    `merge` moves everything of `key` to the customer `after`; `insert` has no before, `delete` no after.
    """

    op: Operation
    table: str
    key: str
    column: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect, named by its subjects, with the evidence it rests on.

    The id is stable while the finding is about the same subjects; the fingerprint changes only when the evidence
    that it rests on changes (never with a run id or a score), so that a rejection lasts just as long.
    """

    kind: Kind
    rule: str
    severity: Severity
    subjects: tuple[str, ...]
    summary: str
    evidence: dict[str, Any]
    score: float | None = None
    proposal: tuple[Change, ...] | None = None
    ends_in: Ending = "change"

    @property
    def finding_id(self) -> str:
        return "F" + digest([self.kind, self.rule, sorted(self.subjects)])[:20]

    @property
    def fingerprint(self) -> str:
        return digest([self.evidence.get("basis", self.evidence), self.proposal_data])

    @property
    def proposal_data(self) -> list[dict[str, str | None]] | None:
        if self.proposal is None:
            return None
        return [
            {
                "op": change.op,
                "table": change.table,
                "key": change.key,
                "column": change.column,
                "before": change.before,
                "after": change.after,
            }
            for change in self.proposal
        ]
