"""What the API takes and gives of update batches."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from regclean.domain.batches import BatchState
from regclean.review.web.models import FindingId, Given, Number, OneLine

Operation = Literal["update", "insert", "delete", "merge"]
Status = Literal["ready", "done", "changed", "gone", "applied", "planned", "rejected", "undone", "erased"]
Reason = Literal["wrong_customer", "wrong_value", "evidence", "ask", "other"]


class BatchSummary(BaseModel):
    """A batch as a list shows it. `decided_by` may not approve it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "batch_id": 1,
                    "state": "built",
                    "title": "November",
                    "built_by": "clerk",
                    "built_at": "2026-11-02T09:00:00Z",
                    "approved_by": None,
                    "approved_at": None,
                    "decided_by": ["aino"],
                    "findings": 2,
                    "lines_by_state": {"planned": 6},
                    "version": 1,
                }
            ]
        }
    )
    batch_id: int
    state: BatchState
    title: str | None
    built_by: str
    built_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    decided_by: list[str]
    findings: int
    lines_by_state: dict[str, int]
    version: int


class BatchList(BaseModel):
    """Batches, newest first."""

    items: list[BatchSummary]


class LeftOut(BaseModel):
    """An accepted finding that could not go into a batch, and why."""

    finding_id: FindingId
    code: str
    why: str


class NewBatch(Given):
    """What to call the batch."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "November"}]})
    title: OneLine | None = None


class BuiltBatch(BaseModel):
    """What was built; `batch` is null when nothing could go in."""

    batch: BatchSummary | None
    left_out: list[LeftOut]


class BatchLine(BaseModel):
    """One change of one cell or row. `now` is the register's value, where somebody has looked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "seq": 1,
                    "op": "update",
                    "table": "customers",
                    "key": "1003",
                    "column": "phone",
                    "before": None,
                    "after": "+358401234567",
                    "now": None,
                    "status": "ready",
                    "why": None,
                    "finding_id": "Fad50dc09ecb57e872921",
                    "decided_by": "aino",
                }
            ]
        }
    )
    seq: int
    op: Operation
    table: str
    key: str
    column: str | None
    before: str | None
    after: str | None
    now: str | None
    status: Status
    why: str | None
    finding_id: FindingId | None
    decided_by: str | None


class BatchDetail(BatchSummary):
    """A batch with its lines. `looked`: what they were compared with. `withheld`: it holds lines not shown to you."""

    left_out: list[LeftOut]
    withheld: bool
    looked: Literal["register", "extract"] | None
    statuses: dict[Status, int]
    lines: list[BatchLine]
    next: int | None


class SentBackLines(Given):
    """Lines that go back to the steward, by number, and why; `note` is needed with "other"."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"lines": [1, 2], "reason": "evidence"}]})
    lines: Annotated[list[Number], Field(min_length=1, max_length=1_000)]
    reason: Reason
    note: OneLine | None = None


class SentBack(BaseModel):
    """The findings that left the batch, and what is left of it."""

    findings: list[FindingId]
    batch: BatchSummary


class ApplyBatch(Given):
    """How to apply: `dry_run` only looks; `whole` applies all of it or nothing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"dry_run": True}, {"whole": True}]})
    dry_run: bool = False
    whole: bool = False


class UndoBatch(Given):
    """What to take back: one finding of the batch, or (null) all of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"finding_id": None}]})
    finding_id: FindingId | None = None


class LineOutcome(BaseModel):
    """How a line came out."""

    seq: int
    status: Status
    why: str | None


class AppliedBatch(BaseModel):
    """What became of it. `held` findings went back to the steward; `kept` lines were edited by others since.

    `earlier`: it had been done before, and nothing was written again.
    """

    batch_id: int
    state: BatchState
    dry_run: bool = False
    earlier: bool = False
    held: list[FindingId] = []
    kept: list[int] = []
    lines: list[LineOutcome]


class BatchFiles(BaseModel):
    """The manifest of exported files: `files` holds each one's SHA-256; `withheld` lines are in none of them."""

    batch: int
    title: str | None
    counts: dict[str, int]
    withheld: int
    built_by: str
    built_at: datetime
    decided_by: list[str]
    approved_by: str | None
    approved_at: datetime | None
    files: dict[str, str]


class Step(BaseModel):
    """Who did it, and when."""

    by: str | None
    at: datetime | None


class ReceiptLine(BaseModel):
    """How one line came out, without its values."""

    seq: int
    op: Operation
    table: str
    key: str
    column: str | None
    finding: FindingId | None
    decided_by: str | None
    status: Status


class ReceiptEntry(BaseModel):
    """One time that the batch was exported, applied or taken back."""

    target: str
    by: str
    at: datetime
    undo: bool
    detail: dict[str, Any]


class BatchReceipt(BaseModel):
    """Who did what and when, for keeping."""

    batch: int
    title: str | None
    state: BatchState
    built: Step
    decided_by: list[str]
    approved: Step
    receipts: list[ReceiptEntry]
    lines: list[ReceiptLine]
    written_at: datetime
