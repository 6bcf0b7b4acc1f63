"""What waits to be submitted: shown, taken back, put back, and sent; and what was sent, taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from regclean import acts
from regclean.accounts import sessions
from regclean.accounts.permissions import User
from regclean.review.case import staging
from regclean.review.case.own_session import TOLD, OwnSession, change_staging, counts_of
from regclean.review.case.staging import Staging, from_data
from regclean.review.case.ways import filters_of, onward, to_case, to_queue, url_of
from regclean.review.case.words import words
from regclean.review.web.numbers import RowNumber
from regclean.review.web.services import Acting, Service, page, require

router = APIRouter()
Decider = Annotated[User, require("findings:decide")]


@router.get("/staged")
def show_staged(request: Request, service: Service, session: OwnSession, user: Decider) -> Response:
    """Everything that waits to be submitted."""
    return page(
        request, "staged.html", staging=from_data(session.desk), filters=filters_of(request, user), **words(request)
    )


@router.post("/staged/undo")
def undo_staged(request: Request, session: OwnSession, acting: Acting) -> Response:
    """Take back the last staged decision; when nothing is staged, the last submitted one that stands."""
    held = change_staging(acting, session, lambda held: held)  # the act asks for the right
    filters = filters_of(request, acting.user)
    if held.items:
        change_staging(acting, session, Staging.undo)
        return to_case(held.items[-1].finding_id, filters)
    with acting.ledger.read() as connection:
        last = staging.last_standing(connection, held, acting.user)
    if last is not None:
        act = held.undone_with(last)
        finding_id = acts.undo_decision(acting, last) if len(act) == 1 else None
        if len(act) > 1:
            acts.undo_alike(acting, act)
        change_staging(acting, session, lambda held: held.forget_from(act[0]))
        counts_of(request).forget()
        return to_case(finding_id, filters) if finding_id else to_queue(filters)
    return to_queue(filters)


@router.post("/staged/redo")
def redo_staged(request: Request, session: OwnSession, acting: Acting) -> Response:
    """Put back what was taken back."""
    held = change_staging(acting, session, Staging.redo)
    if not held.items:
        return to_queue(filters_of(request, acting.user))
    return onward(request, acting, held.items[-1].finding_id, held)


@router.post("/staged/return")
def return_skipped(request: Request, session: OwnSession, acting: Acting) -> Response:
    """Take the skipped cases back into the queue."""
    change_staging(acting, session, Staging.unskip)
    return to_queue(filters_of(request, acting.user))


@router.post("/staged/{finding_id}/remove")
def remove_staged(request: Request, finding_id: str, session: OwnSession, acting: Acting) -> Response:
    """Take back one staged decision."""
    change_staging(acting, session, lambda held: held.remove(finding_id))
    return RedirectResponse(url_of("/staged", filters_of(request, acting.user)), 303)


@router.post("/staged/submit")
def submit(request: Request, service: Service, session: OwnSession, acting: Acting) -> Response:
    """Record everything that is staged."""
    items = from_data(session.desk).items
    outcome = staging.submit(acting, items)
    refused = [
        {"finding_id": item.finding_id, "label": item.label, "verdict": item.verdict, "code": why.code}
        for item, why in outcome.refused
    ]

    told = {"taken": outcome.taken, "repeated": outcome.repeated, "refused": refused}
    forget = staging.changing(lambda held: staging.forget_submitted(held, items, outcome))
    with service.ledger.write() as connection:
        sessions.change_desk(connection, session.user.name, forget)
        sessions.change_data(connection, session.digest, lambda data: data.update({TOLD: told}))
    counts_of(request).forget(*{item.pool for item in items})
    return to_queue(filters_of(request, acting.user))


@router.post("/decisions/{decision_id}/undo")
def undo_submitted(
    request: Request,
    decision_id: RowNumber,
    acting: Acting,
    finding_id: Annotated[str, Form(max_length=21)] = "",
) -> Response:
    """Take one's own submitted decision back, with all that followed from it."""
    acts.undo_decision(acting, decision_id)
    counts_of(request).forget()
    filters = filters_of(request, acting.user)
    return to_case(finding_id, filters) if finding_id else to_queue(filters)
