"""A group of alike findings: looked at fifty at a time, staged by page, or accepted whole by kind."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import RowMapping
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from regclean import acts, quality
from regclean.accounts import sessions
from regclean.accounts.permissions import User
from regclean.accounts.sessions import Session
from regclean.acts import Context
from regclean.errors import ConflictError
from regclean.review.alike.groups import PAGE, SURE, Group, find_group, left_of, members, sure_lines
from regclean.review.alike.tables import table_of
from regclean.review.case import staging
from regclean.review.case.own_session import OwnSession, change_staging, counts_of
from regclean.review.case.staging import MOST, Outcome, Staged, from_data
from regclean.review.case.words import words
from regclean.review.samples.page import band_in_words
from regclean.review.samples.pairs import as_shown
from regclean.review.web.i18n import N_
from regclean.review.web.numbers import LARGEST
from regclean.review.web.services import Acting, Service, Services, language_of, page, require

router = APIRouter()
Reader = Annotated[User, require("findings:read")]
Decider = Annotated[User, require("findings:decide")]
After = Annotated[str, Query(max_length=21)]
GROWN = N_("The group is not as it was when you looked. Look again.")
FULL = N_("So many decisions wait already: submit them first.")


@router.get("/alike/{group}")
def show_group(
    request: Request,
    group: str,
    service: Service,
    session: OwnSession,
    user: Reader,
    acting: Acting,
    after: After = "",
    check: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
) -> Response:
    """Fifty of a group, with what differs; `check`: the blind sample that is dealt above them."""
    return _show(request, service, session, acting, _group(service, user, group), after, check=check)


@router.post("/alike/{group}/stage")
async def stage_page(
    request: Request, group: str, service: Service, session: OwnSession, user: Decider, acting: Acting
) -> Response:
    """Stage what is ticked on a page, as one act."""
    form = await request.form()
    ticked = [value for value in form.getlist("pick") if isinstance(value, str)]
    shown = [value for value in form.getlist("shown") if isinstance(value, str)]
    return await run_in_threadpool(_stage, request, service, session, acting, group, ticked, max(shown, default=""))


@router.post("/alike/{group}/all")
def accept_all(
    request: Request,
    group: str,
    service: Service,
    session: OwnSession,
    user: Decider,
    acting: Acting,
    count: Annotated[int, Form(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Accept a whole kind, whose first page is the shown sample; as many as were said there, or nothing.

    Of pairs that join customers: those that a certificate in force covers.
    """
    found = _group(service, user, group)
    with service.ledger.read() as connection:
        rows = members(connection, user, found, without=from_data(session.desk).aside, limit=None)
    if found.joins:
        barred = acts.uncertified(acting, [row["finding_id"] for row in rows])
        rows = [row for row in rows if row["finding_id"] not in barred]
    if not (found.whole or (found.joins and rows)) or count != len(rows):
        return _show(request, service, session, acting, found, "", 409, problem=GROWN)
    report = acts.decide_alike(acting, [(row["finding_id"], row["version"]) for row in rows])
    outcome = Outcome(report.taken, report.repeated, (), (), (report.new_ids,) if report.new_ids else ())
    forget = staging.changing(lambda held: staging.forget_submitted(held, (), outcome))
    with service.ledger.write() as connection:
        sessions.change_desk(connection, acting.user.name, forget)
    counts_of(request).forget(found.pool)
    return RedirectResponse(f"/queue?{urlencode({'pool': found.pool})}", 303)


@router.post("/case/{finding_id}/lines")
def stage_lines(request: Request, finding_id: str, service: Service, session: OwnSession, acting: Acting) -> Response:
    """Stage every certain line of the shared bin that a case is about, as one act."""
    case_key = acts.consider(acting, finding_id)["case_key"]
    with service.ledger.read() as connection:
        rows = sure_lines(connection, acting.user, case_key)
    if rows and len(rows) + len(from_data(session.desk).items) <= MOST:
        _put(acting, session, rows)
    return RedirectResponse(f"/queue?{urlencode({'pool': 'bin_group'})}", 303)


def _stage(
    request: Request,
    service: Services,
    session: Session,
    acting: Context,
    group: str,
    ticked: list[str],
    last: str,
) -> Response:
    found = _group(service, acting.user, group)
    ids = [one.partition("@")[0] for one in ticked[:PAGE]]
    with service.ledger.read() as connection:
        waiting = {
            f"{row['finding_id']}@{row['version']}": row for row in members(connection, acting.user, found, only=ids)
        }
    rows = [waiting[one] for one in ticked[:PAGE] if one in waiting]
    if len(rows) != len(ticked):
        return _show(request, service, session, acting, found, "", 409, problem=GROWN)
    if len(rows) + len(from_data(session.desk).items) > MOST:
        return _show(request, service, session, acting, found, "", 409, problem=FULL)
    if acts.uncertified(acting, [row["finding_id"] for row in rows]):
        raise ConflictError("these join customers, and no certificate in force covers them.")
    if rows:
        _put(acting, session, rows)
    return RedirectResponse(f"/alike/{group}?{urlencode({'after': last})}", 303)


def _put(acting: Context, session: Session, rows: list[RowMapping]) -> None:
    name = f"{rows[0]['finding_id']}+{len(rows)}"
    items = [
        Staged(
            finding_id=row["finding_id"],
            version=row["version"],
            verdict=(verdict := acts.verdict_of(row["kind"], row["relation"])),
            reason=acts.APART if verdict == "different" else None,
            label=row["label"] or row["finding_id"],
            kind=row["kind"],
            pool=row["workpool"],
            together=name,
        )
        for row in rows
    ]
    change_staging(acting, session, lambda held: held.stage_all(items))


def _group(service: Services, user: User, code: str) -> Group:
    with service.ledger.read() as connection:
        found = find_group(connection, user, code)
    if found is None:
        raise HTTPException(404)
    return found


def _bands(acting: Context) -> list[acts.BandNow]:
    """Of the bands that joining in bulk rests on, what checks have proved and what more of them would prove."""
    return [one for one in acts.list_bands(acting) if one.pairs and quality.Band.parse(one.band).low >= SURE]


def _show(
    request: Request,
    service: Services,
    session: Session,
    acting: Context,
    group: Group,
    after: str,
    status: int = 200,
    *,
    check: int = 0,
    problem: str | None = None,
) -> Response:
    held = from_data(session.desk)
    user, may_decide = acting.user, acting.user.may("findings:decide")
    with service.ledger.read() as connection:
        found = members(connection, user, group, without=held.aside, after=after)
        left = left_of(connection, user, group, without=held.aside)
        rows = table_of(connection, user, found, service.night.look)
        every = members(connection, user, group, without=held.aside, limit=None) if group.joins and may_decide else []
    barred = acts.uncertified(acting, [row["finding_id"] for row in every]) if every else frozenset()
    dealt = acts.deal(acting, check) if check and group.joins and may_decide else None
    return page(
        request,
        "alike.html",
        status,
        group=group,
        rows=rows,
        left=left,
        first=not after,
        barred=barred & {row.finding_id for row in rows},
        covered=len(every) - len(barred),
        dealt=dealt,
        progress=dealt.progress if dealt else None,
        pair=as_shown(dealt.pair) if dealt and dealt.pair else None,
        gives=acts.figures(acting, check) if dealt else None,
        needed=float(service.workspace.config.section("linkage")["same_precision"]),
        bands=_bands(acting) if group.joins and may_decide and not after else (),
        in_words=lambda band: band_in_words(language_of(request), band),
        staged=len(held.items),
        problem=problem,
        may_decide=may_decide,
        **words(request),
    )
