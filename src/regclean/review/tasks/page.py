"""Tasks: one's own and the team's, out to a sheet and back, and one task with whom to ask and what came of it."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from regclean import acts, rules
from regclean.accounts.permissions import User
from regclean.accounts.sessions import Session
from regclean.acts import Context, Task, TaskAnswer
from regclean.domain.languages import in_language
from regclean.domain.register import Subject
from regclean.errors import ForbiddenError, NotFoundError, ReasonNeededError, RegcleanError, UsageError
from regclean.findings.decide import Refusal
from regclean.ledger.tables import users
from regclean.review.case.fields import LABELS
from regclean.review.case.own_session import OwnSession, counts_of
from regclean.review.case.words import words
from regclean.review.tasks.contacts import address_of, contact_of
from regclean.review.tasks.words import OUTCOMES, REFUSED, STANDS, WAYS, templates
from regclean.review.web.i18n import N_
from regclean.review.web.privacy import is_opened
from regclean.review.web.services import Acting, NavItem, Service, Services, language_of, page, require
from regclean.workbook import MEDIA_TYPE, workbook

router = APIRouter()
nav = (NavItem(15, "/tasks", N_("Tasks"), "findings:read"),)
Reader = Annotated[User, require("findings:read")]
Planner = Annotated[User, require("findings:assign")]
Decider = Annotated[User, require("findings:decide")]
Text = Annotated[str, Form(max_length=500)]
Short = Annotated[str, Query(max_length=80)]
PAGE = 100
SHOWN = {"waiting": N_("All that wait"), "overdue": N_("Overdue"), "answered": N_("Answers to accept")}
SUFFIXES = (".xlsx", ".csv")
NO_SHEET = N_("Choose the sheet that was filled in: .xlsx or .csv.")
FORM = N_("Something in the form is missing or wrong.")


@router.get("/tasks")
def show_tasks(
    request: Request,
    acting: Acting,
    user: Reader,
    who: Short = "",
    show: Short = "waiting",
    rule: Short = "",
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """The list, those due first on top."""
    return _list(request, acting, who=who, show=show, rule=rule, start=start)


@router.get("/tasks/sheet.xlsx")
def sheet(acting: Acting, user: Reader, who: Short = "", rule: Short = "") -> Response:
    """The tasks as a workbook to fill in; nobody under non-disclosure is in it."""
    found = [task for task in acts.list_tasks(acting, owner=who or None) if not rule or task.rule == rule]
    content = workbook(acts.task_sheet(found, to_fill_in=True), sheet="tasks")
    return Response(
        content, media_type=MEDIA_TYPE, headers={"content-disposition": 'attachment; filename="tasks.xlsx"'}
    )


@router.post("/tasks/import")
async def take_sheet(request: Request, acting: Acting, user: Decider) -> Response:
    """Take the answers of a sheet that was filled in."""
    sent = (await request.form()).get("sheet")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return await run_in_threadpool(_take, request, acting, "", b"")
    return await run_in_threadpool(_take, request, acting, Path(sent.filename).suffix.lower(), await sent.read())


@router.post("/tasks/accept")
async def accept(request: Request, acting: Acting) -> Response:
    """Accept the answers that are ticked, as they were seen."""
    ticked = [one for one in (await request.form()).getlist("seen") if isinstance(one, str)]
    return await run_in_threadpool(_accept, request, acting, ticked[:PAGE])


@router.get("/tasks/{finding_id}")
def show_task(request: Request, finding_id: str, service: Service, session: OwnSession, acting: Acting) -> Response:
    """One task: whom to ask, what to say, and what came of it."""
    return _one(request, service, session, acting, finding_id)


@router.post("/tasks/{finding_id}/plan")
def plan(
    request: Request,
    finding_id: str,
    service: Service,
    session: OwnSession,
    acting: Acting,
    user: Planner,
    owner: Text = "",
    due: Text = "",
    way: Text = "",
) -> Response:
    """Say who does it, until when and how."""
    _check_opened(acting, session, finding_id)
    try:
        acts.plan_task(acting, finding_id, owner=owner or None, due=_day(due), way=way or None)
    except (NotFoundError, ForbiddenError):
        raise
    except (UsageError, ValueError):
        return _one(request, service, session, acting, finding_id, 422, problem=FORM)
    return RedirectResponse(f"/tasks/{finding_id}", 303)


@router.post("/tasks/{finding_id}/answer")
async def answer(
    request: Request, finding_id: str, service: Service, session: OwnSession, acting: Acting, user: Decider
) -> Response:
    """Say what came of it."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return await run_in_threadpool(_answer, request, service, session, acting, finding_id, form)


def _answer(
    request: Request, service: Services, session: Session, acting: Context, finding_id: str, form: dict[str, str]
) -> Response:
    task = acts.find_task(acting, finding_id)
    _check_opened(acting, session, finding_id)
    try:
        told = TaskAnswer(
            number=1,
            finding_id=finding_id,
            note=form.get("note", "")[:2_000] or None,
            outcome=form.get("outcome") or None,
            values={column: form.get(f"value-{column}", "") for column in task.columns},
            again_on=_day(form.get("again", "")),
        )
    except ValueError:
        return _one(request, service, session, acting, finding_id, 422, problem=FORM)
    report = acts.answer_tasks(acting, [told])
    if report.refused:
        return _one(request, service, session, acting, finding_id, 422, problem=REFUSED[report.refused[0].code])
    return RedirectResponse("/tasks?" + urlencode({"who": acting.user.name}), 303)


def _take(request: Request, acting: Context, suffix: str, content: bytes) -> Response:
    if suffix not in SUFFIXES:
        return _list(request, acting, problem=NO_SHEET)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"tasks{suffix}"
        path.write_bytes(content)
        try:
            report = acts.answer_tasks(acting, acts.read_answers(path))
        except RegcleanError as error:
            place = f"{error.row}: " if error.row else ""
            return _list(request, acting, 422, problem=f"{place}{error.message}")
    return _list(request, acting, show="answered", told=report, refused=report.refused)


def _accept(request: Request, acting: Context, seen: list[str]) -> Response:
    report = acts.accept_answers(acting, seen)
    counts_of(request).forget()
    return _list(request, acting, show="answered", accepted=report.taken, refused=report.refused)


def _list(
    request: Request,
    acting: Context,
    status: int = 200,
    *,
    who: str = "",
    show: str = "waiting",
    rule: str = "",
    start: int = 0,
    problem: str | None = None,
    told: Any = None,
    accepted: int | None = None,
    refused: Collection[Refusal] = (),
) -> Response:
    today = acting.now.astimezone(acting.workspace.config.timezone).date()
    every = acts.list_tasks(acting, restricted=True)
    of_whom = [task for task in every if not who or task.owner == who]
    show = show if show in SHOWN else "waiting"
    found = [task for task in of_whom if _belongs(task, show, today)]
    kinds: dict[str, int] = {}
    for task in found:
        kinds[task.rule] = kinds.get(task.rule, 0) + 1
    found = [task for task in found if not rule or task.rule == rule]
    return page(
        request,
        "tasks.html",
        status,
        tasks=found[start : start + PAGE],
        left=len(found),
        start=start,
        page_size=PAGE,
        counts={name: sum(_belongs(task, name, today) for task in of_whom) for name in SHOWN},
        kinds=sorted(kinds.items(), key=lambda one: (-one[1], one[0])),
        owners=sorted({task.owner for task in every if task.owner}),
        who=who,
        show=show,
        rule=rule,
        shown=SHOWN,
        problem=problem,
        told=told,
        accepted=accepted,
        refused=refused,
        **_words(request, acting, today),
    )


def _belongs(task: Task, shown: str, today: date) -> bool:
    """Is a task in this part of the list?"""
    if shown == "overdue":
        return task.overdue(today)
    return task.to_accept == (shown == "answered")


def _one(
    request: Request,
    service: Services,
    session: Session,
    acting: Context,
    finding_id: str,
    status: int = 200,
    *,
    problem: str | None = None,
) -> Response:
    task = acts.find_task(acting, finding_id)
    with service.ledger.read() as connection:
        protected = acts.is_protected(connection, finding_id)
        people = connection.execute(select(users.c.user).where(users.c.active).order_by(users.c.user)).scalars().all()
    if protected and not is_opened(session, task.subject):
        query = urlencode({"to": f"/tasks/{finding_id}"})
        return RedirectResponse(f"/restricted/{finding_id}?{query}", 303)
    try:
        contact = contact_of(service, acting, task, opened=is_opened(session, task.subject))
    except ReasonNeededError:
        return RedirectResponse(f"/customer/{Subject.parse(task.subject).key}", 303)
    language = language_of(request)
    today = acting.now.astimezone(acting.workspace.config.timezone).date()
    sender = str(service.workspace.config.section("workspace")["name"])
    return page(
        request,
        "task.html",
        status,
        task=task,
        contact=contact,
        people=people,
        texts=templates(
            task,
            contact,
            service.languages,
            sender=sender,
            first=language.code,
            place=address_of(service, acting, task),
        ),
        problem=problem,
        **_words(request, acting, today),
    )


def _words(request: Request, acting: Context, today: date) -> dict[str, Any]:
    known, code = rules.catalogue(), language_of(request).code
    return {
        **words(request),
        "today": today,
        "ways": WAYS,
        "outcomes": OUTCOMES,
        "stands": STANDS,
        "why_refused": REFUSED,
        "labels": LABELS,
        "asks_of": lambda rule: in_language(known[rule].asks, code) if rule in known and known[rule].asks else "",
        "may_decide": acting.user.may("findings:decide"),
        "may_assign": acting.user.may("findings:assign"),
    }


def _check_opened(acting: Context, session: Session, finding_id: str) -> None:
    """Errors: NotFoundError, 403 for a protected customer's task that was not opened with a reason."""
    task = acts.find_task(acting, finding_id)
    with acting.ledger.read() as connection:
        protected = acts.is_protected(connection, finding_id)
    if protected and not is_opened(session, task.subject):
        raise HTTPException(403)


def _day(text: str) -> date | None:
    """Errors: ValueError."""
    return date.fromisoformat(text) if text.strip() else None
