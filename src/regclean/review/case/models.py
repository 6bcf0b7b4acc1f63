"""What the API takes and gives of findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from regclean.domain.decisions import FindingVerdict, OpenBills, PairVerdict
from regclean.domain.findings import Kind, Relation, Severity, State
from regclean.findings import Workpool
from regclean.review.web.models import FindingId, Given, Number, OneLine, Prose, Subject

LookReason = Literal["identify", "contact", "correct", "request", "other"]


class ProposedChange(BaseModel):
    """One proposed change of one cell or row: before -> after."""

    op: Literal["update", "insert", "delete", "merge"]
    table: str
    key: str
    column: str | None
    before: str | None
    after: str | None


class FindingSummary(BaseModel):
    """A finding as a list shows it. `label` is absent of a protected case."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "finding_id": "Fad50dc09ecb57e872921",
                    "kind": "duplicate",
                    "rule": "duplicate",
                    "severity": "review",
                    "subjects": ["customers:1003", "customers:1004"],
                    "score": 0.998,
                    "state": "open",
                    "version": 1,
                    "workpool": "same",
                }
            ]
        }
    )
    finding_id: FindingId
    kind: Kind
    rule: str
    severity: Severity
    subjects: list[str]
    score: float | None
    summary: str
    state: State
    state_since: datetime
    relation: Relation | None
    workpool: Workpool
    case_key: str
    priority: float
    area: str | None
    label: str | None
    assignee: str | None
    reopened_because: str | None
    opened_at: datetime
    first_seen_run: str
    last_seen_run: str
    present: bool
    protected: bool
    version: int


class FindingPage(BaseModel):
    """Some findings by id, and where the next ones begin (null: there are no more)."""

    items: list[FindingSummary]
    next: FindingId | None


class DecisionRecord(BaseModel):
    """What somebody decided, and whether it still holds."""

    decision_id: int
    verdict: PairVerdict | FindingVerdict
    user: str
    reason: str | None
    comment: str | None
    choices: dict[str, Any] | None
    decided_at: datetime
    follows_from: int | None
    superseded_by: int | None
    undone_at: datetime | None
    undone_by: str | None


class Comment(BaseModel):
    """What somebody said of a finding."""

    comment_id: int
    user: str
    text: str
    at: datetime


class FindingDetail(FindingSummary):
    """A finding with its evidence (national ids masked), its proposal, decisions and comments."""

    proposal: list[ProposedChange] | None
    evidence: dict[str, Any]
    decisions: list[DecisionRecord]
    comments: list[Comment]


class SeenEvidence(BaseModel):
    """A finding's evidence, with its records as somebody saw them. `digest`: SHA-256 of the text that was kept; null where
    nobody looked, because it followed from another decision.
    """

    digest: str | None
    run_id: str | None
    evidence: dict[str, Any]


class Choices(Given):
    """The survivor of a merge, whose value stands in a field, values given (null clears one), and whom to leave out."""

    survivor: OneLine | None = None
    sources: dict[OneLine, OneLine] = Field(
        default_factory=dict, alias="from", json_schema_extra={"additionalProperties": False}
    )
    fields: dict[OneLine, OneLine | None] = Field(
        default_factory=dict, json_schema_extra={"additionalProperties": False}
    )
    leave_out: list[OneLine] = Field(default_factory=list)
    open_bills: OpenBills | None = None


class NewDecision(Given):
    """A verdict on a finding as it was read: `expected_version` is its `version`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"verdict": "same", "expected_version": 1, "choices": {"survivor": "1003"}}]}
    )
    verdict: PairVerdict | FindingVerdict
    expected_version: Number
    reason: OneLine | None = None
    comment: Prose | None = None
    choices: Choices | None = None
    defer_until: date | None = None


class Decided(BaseModel):
    """What became of it. `repeated`: somebody had said the same already, in the decision that is named."""

    decision_id: int | None
    repeated: bool
    finding: FindingSummary


class Assignment(Given):
    """Who takes care of a case; null: nobody."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"assignee": "aino"}]})
    assignee: OneLine | None


class NewComment(Given):
    """Something to say of a finding."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Asked by phone; call back on Monday."}]})
    text: Annotated[Prose, StringConstraints(min_length=1, pattern=r"\S")]


class Look(Given):
    """Why somebody looks; it goes to the audit log. `note` is needed with "other"."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "contact"}]})
    reason: LookReason
    note: OneLine | None = None


class NewReveal(Look):
    """Which masked value to show, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"subject": "customers:1003", "field": "national_id", "reason": "identify"}]}
    )
    subject: Subject
    field: Literal["national_id"]


class Revealed(BaseModel):
    """A value that was under seal."""

    subject: str
    field: str
    value: str
