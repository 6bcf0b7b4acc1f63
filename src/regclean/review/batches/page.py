"""Update batches: for approvers and clerks."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from threading import Thread
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from sqlalchemy import func, select

from regclean import acts
from regclean.accounts.permissions import User
from regclean.acts import Context, visible_to
from regclean.batches import Outcome
from regclean.errors import ForbiddenError, NotFoundError, RegcleanError
from regclean.ledger.tables import findings
from regclean.review.batches import releases, words
from regclean.review.batches.releases import Job, Sheet
from regclean.review.case.fields import CODES, LABELS, TABLE_LABELS
from regclean.review.case.words import words as in_words
from regclean.review.web.i18n import N_
from regclean.review.web.numbers import LARGEST, RowNumber
from regclean.review.web.services import Acting, NavItem, Service, Services, page, require
from regclean.workbook import MEDIA_TYPE

router = APIRouter()
nav = (NavItem(20, "/batches", N_("Batches"), "batches:read"),)
Reader = Annotated[User, require("batches:read")]
Number = Annotated[int, Field(ge=1, le=LARGEST)]
Text = Annotated[str, Form(max_length=500)]
GROUPS_A_PAGE = 100
PATIENCE = 2.0  # seconds that a browser waits before it is shown the progress instead


@router.get("/batches")
def show_batches(request: Request, service: Service, user: Reader) -> Response:
    """Every batch, newest first."""
    return _list(request, service, user)


@router.post("/batches/build")
def build(request: Request, service: Service, acting: Acting, title: Text = "") -> Response:
    """Make a batch of everything that is accepted; when nothing can go in, say why."""
    report = acts.build(acting, title=title.strip() or None)
    user = acting.user
    if report.batch_id is None:
        return _list(
            request, service, user, nothing=True, left_out=releases.visible_left_out(service, user, report.left_out)
        )
    return RedirectResponse(f"/batches/{report.batch_id}", 303)


@router.get("/batches/{batch_id}")
def show_batch(
    request: Request,
    batch_id: RowNumber,
    service: Service,
    user: Reader,
    look: bool = False,
    status: str = "",
    number: int = 1,
) -> Response:
    """One batch: before, after, the register's value now; `look` compares with the register (a dry run)."""
    job = _jobs(request).get(batch_id)
    if job is not None and not job.ended:
        return page(request, "batch_progress.html", batch_id=batch_id, job=job)
    view = _sheet(service, user, batch_id, look=look)
    groups = [group for group in view.groups if not status or status in group.statuses]
    pages = max(1, -(-len(groups) // GROUPS_A_PAGE))
    shown = min(max(number, 1), pages)
    if job is not None:  # it has ended: its outcome is told once
        _jobs(request).pop(batch_id, None)
    return page(
        request,
        "batch.html",
        sheet=view,
        batch=view.batch,
        groups=groups[(shown - 1) * GROUPS_A_PAGE : shown * GROUPS_A_PAGE],
        number=shown,
        pages=pages,
        status=status,
        author=user.name.casefold() in {name.casefold() for name in view.batch.decided_by},
        by_files=service.workspace.config.section("register")["target"] == "files",
        exported=[path.name for path in acts.exported_files(service.workspace, batch_id)],
        left_out=releases.visible_left_out(service, user, view.batch.left_out),
        told=job,
        words=words,
        said=in_words(request)["said"],
        why_left_out=words.LEFT_OUT,
        tables=TABLE_LABELS,
        labels=LABELS,
        codes=CODES,
        reasons=words.WHYS,
    )


@router.get("/batches/{batch_id}/progress")
def progress(request: Request, batch_id: RowNumber, service: Service, user: Reader) -> Response:
    """How far a long one is; when it is done, the page comes back."""
    job = _jobs(request).get(batch_id)
    if job is None or job.ended:
        return Response(headers={"HX-Redirect": f"/batches/{batch_id}"})
    return page(request, "_batch_progress.html", batch_id=batch_id, job=job)


@router.post("/batches/{batch_id}/approve")
def approve(batch_id: RowNumber, acting: Acting) -> Response:
    """The second pair of eyes says yes."""
    acts.approve(acting, batch_id)
    return _back(batch_id)


@router.post("/batches/{batch_id}/reject")
def reject(
    batch_id: RowNumber,
    acting: Acting,
    seq: Annotated[list[Number], Form()],
    reason: Text = "",
    note: Text = "",
) -> Response:
    """Lines go back to the steward, with the reason."""
    acts.send_back(acting, batch_id, seq, reason=reason, note=note)
    return _back(batch_id)


@router.post("/batches/{batch_id}/apply")
def apply(
    request: Request, batch_id: RowNumber, service: Service, acting: Acting, whole: Annotated[bool, Form()] = False
) -> Response:
    """Apply an approved batch to the register, or note that its files were imported."""
    return _run(
        request, service, acting, batch_id, lambda job: acts.apply(acting, batch_id, whole=whole, step=job.step)
    )


@router.post("/batches/{batch_id}/undo")
def undo(request: Request, batch_id: RowNumber, service: Service, acting: Acting, finding_id: Text = "") -> Response:
    """Take a batch, or one finding of it, back."""
    return _run(
        request, service, acting, batch_id, lambda job: acts.undo(acting, batch_id, finding_id or None, step=job.step)
    )


@router.post("/batches/{batch_id}/export")
def export(batch_id: RowNumber, acting: Acting) -> Response:
    """Write the files of an approved batch; they are downloaded from its page."""
    acts.export(acting, batch_id, acts.export_folder(acting.workspace, batch_id))
    return _back(batch_id)


@router.get("/batches/{batch_id}/files.zip")
def files(batch_id: RowNumber, acting: Acting) -> Response:
    """The files that were written for the clerk, together."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in acts.take_files(acting, batch_id):
            archive.write(path, path.name)
    return _download(packed.getvalue(), "application/zip", f"batch-{batch_id}.zip")


@router.get("/batches/{batch_id}/changes.xlsx")
def workbook(batch_id: RowNumber, acting: Acting) -> Response:
    """The rows as they will be, to read: what changes is coloured, and the old value stands beside it."""
    return _download(acts.take_change_book(acting, batch_id), MEDIA_TYPE, f"batch-{batch_id}.xlsx")


@router.get("/batches/{batch_id}/receipt.json")
def receipt(batch_id: RowNumber, service: Service, user: Reader) -> Response:
    """Who did what and when, line by line, without any value of a customer."""
    view = _sheet(service, user, batch_id)
    text = json.dumps(releases.receipt_of(view, service.now()), ensure_ascii=False, indent=2)
    return _download(text.encode(), "application/json", f"batch-{batch_id}-receipt.json")


def _list(request: Request, service: Services, user: User, *, nothing: bool = False, left_out: Any = ()) -> Response:
    return page(
        request,
        "batches.html",
        batches=releases.all_batches(service.ledger, user),
        states=words.STATES,
        why_left_out=words.LEFT_OUT,
        nothing=nothing,
        left_out=left_out,
        accepted=_accepted(service, user),
    )


def _accepted(service: Services, user: User) -> int:
    """Accepted findings that no batch holds yet."""
    query = select(func.count()).select_from(findings).where(findings.c.state == "accepted", visible_to(user))
    with service.ledger.read() as connection:
        return int(connection.execute(query).scalar_one())


def _sheet(service: Services, user: User, batch_id: int, *, look: bool = False) -> Sheet:
    """Errors: 404, also where all of it is about people whom this user must not know of."""
    acts.check_there(Context(service.workspace, service.ledger, user, service.now()), batch_id)
    return releases.sheet(service, user, batch_id, look=look)


def _run(
    request: Request, service: Services, acting: Context, batch_id: int, work: Callable[[Job], Outcome]
) -> Response:
    """Do it in a thread of its own; who waits too long is shown the progress. Errors: 403, 404, which come at once."""
    jobs = _jobs(request)
    running = jobs.get(batch_id)
    if running is not None and not running.ended:
        return _back(batch_id)
    job = Job(lines=releases.count_lines(service.ledger, batch_id))
    thread = Thread(target=_work, args=(job, work), name=f"regclean-batch-{batch_id}")
    thread.start()
    until = time.monotonic() + PATIENCE
    while thread.is_alive() and time.monotonic() < until:
        thread.join(0.02)
    if job.refused is not None:
        raise job.refused
    jobs[batch_id] = job
    return _back(batch_id)


def _work(job: Job, work: Callable[[Job], Outcome]) -> None:
    try:
        job.outcome = work(job)
    except (ForbiddenError, NotFoundError) as error:
        job.refused = error
    except RegcleanError as error:
        job.error = str(error)
    except Exception:
        job.error = N_("Something went wrong here. It has been noted, and nothing was changed.")
        raise


def _jobs(request: Request) -> dict[int, Job]:
    if not hasattr(request.app.state, "batch_jobs"):
        request.app.state.batch_jobs = {}
    found: dict[int, Job] = request.app.state.batch_jobs
    return found


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _back(batch_id: int) -> Response:
    return RedirectResponse(f"/batches/{batch_id}", 303)
