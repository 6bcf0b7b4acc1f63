"""The queue and the case: looking, and deciding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection, RowMapping
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from regclean import acts
from regclean.accounts.permissions import User
from regclean.accounts.sessions import Session
from regclean.acts import Context
from regclean.domain.decisions import JOINING_VERDICTS, OPEN_BILLS
from regclean.review.case import cases, own_session, staging
from regclean.review.case.ahead import read_ahead, subjects_of
from regclean.review.case.desk import case_view, chosen_column, is_merge, is_there, queue_view
from regclean.review.case.own_session import TOLD, OwnSession, change_staging, counts_of, open_case, remember_opened
from regclean.review.case.reasons import conflicts
from regclean.review.case.results import Result, read_form, result
from regclean.review.case.staging import Staged, from_data
from regclean.review.case.ways import filters_of, onward, to_case, url_of
from regclean.review.case.words import words
from regclean.review.queue import worklist
from regclean.review.queue.filters import Filters
from regclean.review.web.i18n import N_
from regclean.review.web.numbers import whole_number
from regclean.review.web.privacy import is_opened
from regclean.review.web.services import (
    Acting,
    NavItem,
    Service,
    Services,
    language_of,
    page,
    require,
)
from regclean.standardise import strike_out_ids
from regclean.survivorship import Choices

router = APIRouter()
nav = (NavItem(10, "/queue", N_("Queue"), "findings:read"),)
Reader = Annotated[User, require("findings:read")]
Decider = Annotated[User, require("findings:decide")]
Text = Annotated[str, Form(max_length=2_000)]

ASK_FOR_BILLS = N_("There are open bills: say what becomes of them.")
NO_CUSTOMER = N_("There is no customer with that number in the register.")
TOO_FEW = N_("Two records at least must stay, or nothing is merged.")


@dataclass(frozen=True, slots=True)
class Compared:
    """As much of a case as its comparison needs."""

    row: RowMapping
    comparison: cases.Comparison
    merges: bool = True


@router.get("/queue")
def show_queue(request: Request, service: Service, session: OwnSession, user: Reader, acting: Acting) -> Response:
    """The queue with its first case open."""
    with service.ledger.read() as connection:
        return _desk(request, service, session, acting, connection, filters_of(request, user), None, open_first=True)


@router.get("/case/{finding_id}")
def show_case(
    request: Request, finding_id: str, service: Service, session: OwnSession, user: Reader, acting: Acting
) -> Response:
    """One case, with the queue around it."""
    with service.ledger.read() as connection:
        return _desk(request, service, session, acting, connection, filters_of(request, user), finding_id)


@router.get("/case/{finding_id}/{step}")
def step(request: Request, finding_id: str, step: str, service: Service, user: Reader, acting: Acting) -> Response:
    """The case after or before this one in the queue."""
    if step not in ("next", "previous"):
        raise HTTPException(404)
    filters = filters_of(request, user)
    with service.ledger.read() as connection:
        acts.visible_finding(connection, user, finding_id)
        folded = counts_of(request).folding(connection, acting, filters).cases
        back = step == "previous"
        found = worklist.neighbour(connection, user, filters, finding_id, back=back, now=acting.now, folded=folded)
    return to_case(found or finding_id, filters)


@router.post("/case/{finding_id}/stage")
async def stage(request: Request, finding_id: str, service: Service, session: OwnSession, acting: Acting) -> Response:
    """Put a decision on a case among those that wait, and go on to the next case."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    # Off the event loop: a night that holds the write lock makes this one wait, and nobody else.
    return await run_in_threadpool(_stage, request, finding_id, service, session, acting, form)


@router.post("/case/{finding_id}/result")
async def show_result(
    request: Request, finding_id: str, service: Service, session: OwnSession, user: Reader
) -> Response:
    """The records of a duplicate and the result of merging them, by what is chosen now; nothing is kept."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return await run_in_threadpool(_show_result, request, finding_id, service, session, user, form)


@router.post("/case/{finding_id}/skip")
def skip(request: Request, finding_id: str, session: OwnSession, acting: Acting) -> Response:
    """Put a case aside for now."""
    acts.consider(acting, finding_id)
    kept = change_staging(acting, session, lambda held: held.skip(finding_id))
    return onward(request, acting, finding_id, kept)


@router.post("/case/{finding_id}/comment")
def comment(request: Request, finding_id: str, session: OwnSession, acting: Acting, comment: Text = "") -> Response:
    """Say something about a case, for whoever opens it next."""
    if comment.strip():
        _take_in_hand(acting, session, finding_id)
        acts.comment(acting, finding_id, comment)
    return to_case(finding_id, filters_of(request, acting.user))


@router.post("/case/{finding_id}/assign")
def assign(
    request: Request,
    finding_id: str,
    session: OwnSession,
    acting: Acting,
    assignee: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Give a case to somebody; to nobody when the name is empty."""
    _take_in_hand(acting, session, finding_id)
    acts.assign(acting, finding_id, assignee.strip() or None)
    return to_case(finding_id, filters_of(request, acting.user))


def _stage(
    request: Request, finding_id: str, service: Services, session: Session, acting: Context, form: Mapping[str, str]
) -> Response:
    now, user, filters = acting.now, acting.user, filters_of(request, acting.user)
    acts.consider(acting, finding_id)
    with service.ledger.read() as connection:
        case = open_case(connection, service, user, session, finding_id)
        reason = form.get("reject") or None
        verdict = ("different" if case.kind == "duplicate" else "reject") if reason else form.get("verdict", "")
        if verdict == "skip":
            return skip(request, finding_id, session, acting)
        chosen = read_form(case.customers, form) if verdict in JOINING_VERDICTS else None
        if chosen and verdict == "entity":  # nothing is merged: nothing survives, and no value is chosen
            chosen = Choices(None, chosen.leave_out, {}, {})
        merged = _result(service, case, chosen) if chosen and verdict == "same" else None
        kept = (merged.recorded if merged else chosen.kept()) if chosen else {}
        column = chosen_column(case) if verdict == "accept" else None
        another = form.get(f"choose.{column}", "").strip() if column else ""
        if another:
            if not is_there(connection, user, service.night.look, another):
                return _desk(
                    request, service, session, acting, connection, filters, finding_id, 422, problem=NO_CUSTOMER
                )
            kept = {"fields": {column: another}}
        bills = form.get("open_bills")
        if bills in OPEN_BILLS and verdict in ("same", "accept"):
            kept = {**kept, "open_bills": bills}
        item = Staged(
            finding_id=finding_id,
            version=whole_number(form.get("version", "")) or -1,
            verdict=verdict,
            label=case.row["label"] or finding_id,
            kind=case.kind,
            pool=case.row["workpool"],
            reason=reason,
            comment=strike_out_ids(form.get("comment", "").strip()) or None,
            choices=kept or None,
            picked=chosen.kept() if chosen else None,
            looked=from_data(session.desk).looked_at(finding_id, now),
        )
        if merged and form.get("result", merged.digest) != merged.digest:
            return _desk(
                request, service, session, acting, connection, filters, finding_id, 409, merged=merged, unseen=True
            )
        too_few = chosen is not None and len(set(case.customers) - chosen.leave_out) < 2
        problem = staging.problem_with(item) or (TOO_FEW if too_few else None)
        if verdict in ("same", "accept") and case.open_bills and "open_bills" not in kept:
            problem = problem or ASK_FOR_BILLS
        if problem:
            return _desk(request, service, session, acting, connection, filters, finding_id, 422, problem=problem)
        left_out = (item.choices or {}).get("leave_out", ())
        against = conflicts(case, verdict, left_out) if case.kind == "duplicate" and verdict != "unsure" else ()
        if against:
            return _desk(request, service, session, acting, connection, filters, finding_id, 409, against=against)
        if item.version != case.row["version"]:
            return _desk(request, service, session, acting, connection, filters, finding_id, 409, moved_on=True)
    held = change_staging(acting, session, lambda held: held.stage(item))
    return onward(request, acting, finding_id, held)


def _take_in_hand(acting: Context, session: Session, finding_id: str) -> None:
    """Errors: 403, also for a protected case that was not opened with a reason, 404."""
    acts.consider(acting, finding_id)
    with acting.ledger.read() as connection:
        own_session.may_open(connection, acting.user, session, finding_id)


def _show_result(
    request: Request, finding_id: str, service: Services, session: Session, user: User, form: Mapping[str, str]
) -> Response:
    with service.ledger.read() as connection:
        case = open_case(connection, service, user, session, finding_id)
    merged = _result(service, case, read_form(case.customers, form))
    return page(
        request,
        "_compare.html",
        view=Compared(case.row, cases.compare(case, merged)),
        only_differences=request.query_params.get("diff") == "1",
        query=urlencode(filters_of(request, user).query),
        may_reveal=user.may("ids:reveal"),
        **words(request),
    )


def _result(service: Services, case: cases.OpenCase, choices: Choices) -> Result | None:
    """What merging the case's customers would write; None for what is no merge, or is not there tonight."""
    if case.kind != "duplicate" or not case.row["present"]:
        return None
    return result(service, case.customers, choices)


def _desk(
    request: Request,
    service: Services,
    session: Session,
    acting: Context,
    connection: Connection,
    filters: Filters,
    finding_id: str | None,
    status: int = 200,
    *,
    open_first: bool = False,
    problem: str | None = None,
    against: Any = (),
    moved_on: bool = False,
    merged: Result | None = None,
    unseen: bool = False,
) -> Response:
    now, user, held = acting.now, acting.user, from_data(session.desk)
    after = request.query_params.get("after")
    left = queue_view(connection, acting, filters, held, counts_of(request), after=after)
    if open_first and after:
        finding_id = worklist.first(connection, user, filters, now=now, without=held.aside, folded=left.folding.cases)
    elif open_first:
        finding_id = left.page.rows[0].finding_id if left.page.rows else None
    view = None
    if finding_id is not None:
        row = cases.find_row(connection, user, finding_id)
        if row is None:
            raise HTTPException(404)
        if acts.is_protected(connection, finding_id) and not is_opened(session, row["case_key"]):
            return RedirectResponse(f"/restricted/{finding_id}?{urlencode({'to': f'/case/{finding_id}'})}", 303)
        if row["kind"] == "bin_group":
            service.night.look([*json.loads(row["subjects"]), *subjects_of(connection, [row["case_key"]])])
        case = cases.find(connection, user, finding_id, service.night.look)
        assert case is not None  # it was there just now, in this snapshot
        config = service.workspace.config
        staged = held.of(finding_id)
        merges = merged is not None or is_merge(case.row, staged, request.query_params.get("as"))
        kept = Choices.read(staged.picked if staged else None)
        view = case_view(
            connection,
            user,
            case,
            language_of(request),
            merged or (_result(service, case, kept) if merges else None),
            look=service.night.look,
            sender=str(config.section("workspace")["name"]),
            now=now,
            merges=merges,
        )
        if finding_id not in held.opened:
            service.background.submit(remember_opened, service, user, finding_id, now)
        read_ahead(service, left.page.rows, finding_id)
    response = page(
        request,
        "desk.html",
        status,
        left=left,
        view=view,
        staging=held,
        staged=held.of(finding_id) if finding_id else None,
        filters=filters,
        told=session.data.get(TOLD),
        problem=problem,
        against=against,
        moved_on=moved_on,
        unseen=unseen,
        only_differences=request.query_params.get("diff") == "1",
        query=urlencode(filters.query),
        may_decide=user.may("findings:decide"),
        may_assign=user.may("findings:assign"),
        may_reveal=user.may("ids:reveal"),
        **words(request),
    )
    if status != 200 and finding_id:
        # The address stays one that can be opened again.
        response.headers["HX-Push-Url"] = url_of(f"/case/{finding_id}", filters)
    return response
