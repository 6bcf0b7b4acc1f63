"""Update batches: built, approved, sent back, applied, taken back. A line that the token may not see is in no answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from sqlalchemy import select
from starlette.exceptions import HTTPException

from regclean import acts, batches
from regclean.accounts.permissions import User
from regclean.acts import Context
from regclean.batches import Outcome
from regclean.errors import ConflictError
from regclean.ledger.tables import batch_changes
from regclean.review.batches import releases
from regclean.review.batches.models import (
    AppliedBatch,
    ApplyBatch,
    BatchDetail,
    BatchFiles,
    BatchLine,
    BatchList,
    BatchReceipt,
    BatchSummary,
    BuiltBatch,
    LeftOut,
    LineOutcome,
    NewBatch,
    SentBack,
    SentBackLines,
    UndoBatch,
)
from regclean.review.batches.releases import Sheet
from regclean.review.web.api import problems
from regclean.review.web.models import Limit, Number
from regclean.review.web.services import Acting, Service, Services, require

router = APIRouter(tags=["batches"], responses=problems())
Reader = Annotated[User, require("batches:read")]
Clerk = Annotated[User, require("batches:apply")]
NOTHING: dict[int | str, dict[str, Any]] = {200: {"model": BuiltBatch, "description": "Nothing could go in."}}
BatchId = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]


@router.get("/batches")
def list_batches(service: Service, user: Reader) -> BatchList:
    """Every batch, newest first; lines that the token may not see are not counted."""
    return BatchList(items=[_summary(batch) for batch in releases.all_batches(service.ledger, user)])


@router.post("/batches", status_code=201, responses=NOTHING | problems(409))
def build_batch(service: Service, acting: Acting, new: NewBatch, response: Response) -> BuiltBatch:
    """Make a batch of everything that is accepted; what could not go in is told with its reason."""
    report, user = acts.build(acting, title=(new.title or "").strip() or None), acting.user
    made = [batch for batch in releases.all_batches(service.ledger, user) if batch.batch_id == report.batch_id]
    if not made:
        response.status_code = 200
    left_out = _left_out(service, user, report.left_out)
    return BuiltBatch(batch=_summary(made[0]) if made else None, left_out=left_out)


@router.get("/batches/{batch_id}", responses=problems())
def get_batch(
    service: Service,
    acting: Acting,
    user: Reader,
    batch_id: BatchId,
    look: bool = False,
    after: Number | None = None,
    limit: Limit = 100,
) -> BatchDetail:
    """A batch with its lines by number; `look` compares them with the register as it stands now.

    `after` takes the `next` of the page before. National ids are masked.
    """
    acts.check_there(acting, batch_id)
    sheet = releases.sheet(service, user, batch_id, look=look)
    lines = [line for line in _lines(sheet) if line.seq > (after or 0)]
    shown = lines[:limit]
    return BatchDetail.model_validate(
        _summary(sheet.batch).model_dump()
        | {
            "left_out": _left_out(service, user, sheet.batch.left_out),
            "withheld": sheet.withheld,
            "looked": sheet.looked,
            "statuses": sheet.tally,
            "lines": shown,
            "next": shown[-1].seq if len(lines) > limit else None,
        }
    )


@router.post("/batches/{batch_id}/approve", responses=problems(409))
def approve_batch(service: Service, acting: Acting, batch_id: BatchId) -> BatchSummary:
    """The second pair of eyes says yes. 409 when this user decided any of it, or may not see all of it."""
    acts.approve(acting, batch_id)
    return _one(service, acting.user, batch_id)


@router.post("/batches/{batch_id}/reject", responses=problems(409))
def reject_lines(service: Service, acting: Acting, batch_id: BatchId, back: SentBackLines) -> SentBack:
    """Send lines back with a reason: their findings leave the batch whole, and reopen."""
    gone = acts.send_back(acting, batch_id, back.lines, reason=back.reason, note=back.note or "")
    return SentBack(findings=gone, batch=_one(service, acting.user, batch_id))


@router.post("/batches/{batch_id}/apply", responses=problems(409))
def apply_batch(service: Service, acting: Acting, batch_id: BatchId, how: ApplyBatch) -> AppliedBatch:
    """Apply an approved batch to the register, or note that its files were imported; again gives the same end.

    `dry_run` writes nothing and says how every line stands. With `whole`, nothing is applied unless all of it can be.
    """
    if how.dry_run:
        return _dry_run(service, acting, batch_id)
    return _outcome(service, acting.user, acts.apply(acting, batch_id, whole=how.whole))


@router.post("/batches/{batch_id}/undo", responses=problems(409))
def undo_batch(service: Service, acting: Acting, batch_id: BatchId, what: UndoBatch) -> AppliedBatch:
    """Take a batch, or one finding of it, back. What others have edited since is kept, and listed in `kept`."""
    return _outcome(service, acting.user, acts.undo(acting, batch_id, what.finding_id))


@router.post("/batches/{batch_id}/export", responses=problems(409))
def export_batch(acting: Acting, batch_id: BatchId) -> BatchFiles:
    """Write the files of an approved batch, and give their manifest; lines of protected customers are in no file."""
    acts.export(acting, batch_id, acts.export_folder(acting.workspace, batch_id))
    return _manifest(acting, batch_id)


@router.get("/batches/{batch_id}/manifest", responses=problems())
def get_manifest(acting: Acting, _: Clerk, batch_id: BatchId) -> BatchFiles:
    """What was exported: counts, who decided and approved, and each file's SHA-256. 404 before the first export."""
    acts.check_there(acting, batch_id)
    return _manifest(acting, batch_id)


@router.get("/batches/{batch_id}/receipt", responses=problems())
def get_receipt(service: Service, acting: Acting, user: Reader, batch_id: BatchId) -> BatchReceipt:
    """Who did what and when, line by line, without any value of a customer."""
    acts.check_there(acting, batch_id)
    sheet = releases.sheet(service, user, batch_id)
    return BatchReceipt.model_validate(releases.receipt_of(sheet, service.now()))


def _one(service: Services, user: User, batch_id: int) -> BatchSummary:
    return next(_summary(one) for one in releases.all_batches(service.ledger, user) if one.batch_id == batch_id)


def _summary(batch: batches.Batch) -> BatchSummary:
    return BatchSummary(
        **{name: getattr(batch, name) for name in BatchSummary.model_fields if name != "lines_by_state"},
        lines_by_state=dict(batch.lines),
    )


def _lines(sheet: Sheet) -> list[BatchLine]:
    found = sorted((one for group in sheet.groups for one in group.lines), key=lambda one: one.line.seq)
    of_line = ("seq", "op", "table", "key", "column", "finding_id", "decided_by")
    of_sheet = ("before", "after", "now", "status", "why")
    return [
        BatchLine.model_validate(
            {name: getattr(one.line, name) for name in of_line} | {name: getattr(one, name) for name in of_sheet}
        )
        for one in found
    ]


def _left_out(service: Services, user: User, left_out: Iterable[Any]) -> list[LeftOut]:
    return [LeftOut(**one) for one in releases.visible_left_out(service, user, list(left_out))]


def _dry_run(service: Services, acting: Context, batch_id: int) -> AppliedBatch:
    acting.user.require("batches:apply")
    acts.check_there(acting, batch_id)
    sheet = releases.sheet(service, acting.user, batch_id, look=True)
    if sheet.looked is None:
        raise ConflictError("the register cannot be read now, nor its last extract.")
    lines = [
        LineOutcome(seq=one.seq, status=one.status, why=one.why) for one in _lines(sheet) if one.status != "rejected"
    ]
    return AppliedBatch.model_validate(
        {"batch_id": batch_id, "state": sheet.batch.state, "dry_run": True, "lines": lines}
    )


def _outcome(service: Services, user: User, outcome: Outcome) -> AppliedBatch:
    with service.ledger.read() as connection:
        hidden = acts.hidden_findings(connection, user, outcome.batch_id)
        query = select(batch_changes.c.seq, batch_changes.c.finding_id).where(
            batch_changes.c.batch_id == outcome.batch_id
        )
        seen = {row.seq for row in connection.execute(query) if row.finding_id not in hidden}
    return AppliedBatch.model_validate(
        {
            "batch_id": outcome.batch_id,
            "state": outcome.state,
            "earlier": outcome.earlier,
            "held": sorted(outcome.held - hidden),
            "kept": [seq for seq in outcome.kept if seq in seen],
            "lines": [
                LineOutcome(seq=one.seq, status=one.status, why=one.why) for one in outcome.seen if one.seq in seen
            ],
        }
    )


def _manifest(acting: Context, batch_id: int) -> BatchFiles:
    path = acts.export_folder(acting.workspace, batch_id) / "manifest.json"
    if not path.is_file():
        raise HTTPException(404)
    return BatchFiles.model_validate_json(path.read_text(encoding="utf-8"))
