"""Rounds of enquiries in figures; a shared bin's whole story, with an answer typed in from paper or the telephone."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from regclean import acts
from regclean.accounts.permissions import User
from regclean.acts import Context
from regclean.domain.enquiries import AnswerError, read_told
from regclean.enquiries import EVENTS, Enquiry, notices
from regclean.errors import NotFoundError, UsageError
from regclean.reply_page import shown, told, words_of
from regclean.review.case.fields import LABELS, TABLE_LABELS
from regclean.review.case.words import words
from regclean.review.customer.words import STATES as FINDING_STATES
from regclean.review.enquiries import words as own
from regclean.review.web.i18n import N_
from regclean.review.web.numbers import RowNumber
from regclean.review.web.services import Acting, NavItem, language_of, page, require

router = APIRouter()
nav = (NavItem(17, "/enquiries", N_("Enquiries"), "findings:read"),)
Reader = Annotated[User, require("findings:read")]
Key = Annotated[str, Query(max_length=80)]
PAGE = 100
NO_NIGHT = N_("No night has been published yet.")


@router.get("/enquiries")
def show_rounds(request: Request, acting: Acting, user: Reader) -> Response:
    """What was asked, what is to come, and which members are told."""
    try:
        found = acts.look_at_rounds(acting)
    except UsageError:
        return page(request, "rounds.html", found=None, problem=NO_NIGHT, own=own)
    today = acting.now.astimezone(acting.workspace.config.timezone).date()
    told = Counter((one.state, one.why_not or "") for one in found.notices)
    late = sum(one.state == "due" and one.late(today) for one in found.notices)
    left = acts.files_left(acting)
    return page(
        request, "rounds.html", found=found, problem="", own=own, told=sorted(told.items()), late=late, left=left
    )


@router.get("/enquiries/{round_id}")
def show_round(
    request: Request,
    round_id: RowNumber,
    acting: Acting,
    user: Reader,
    state: Key = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """One round: its figures, and its enquiries."""
    figures, asked = acts.look_at_round(acting, round_id)
    chosen = [one for one in asked if not state or one.state == state]
    return page(
        request,
        "round.html",
        files=acts.files_left(acting),
        figures=figures,
        enquiries=chosen[start : start + PAGE],
        left=len(chosen),
        start=start,
        page_size=PAGE,
        state=state,
        own=own,
        events=EVENTS,
        tables=TABLE_LABELS,
        labels=LABELS,
        finding_states=FINDING_STATES,
    )


@router.get("/bin")
def show_bin(request: Request, acting: Acting, user: Reader, number: Key) -> Response:
    """A shared bin's story, and the form for an answer where one is asked for."""
    return _bin(request, acting, number)


@router.post("/bin/answer")
async def type_answer(request: Request, acting: Acting, user: Annotated[User, require("enquiries:send")]) -> Response:
    """Take an answer that came by telephone or on paper; it is read as those of the reply page are."""
    values = {name: value for name, value in (await request.form()).items() if isinstance(value, str) and value}
    return await run_in_threadpool(_typed, request, acting, values)


@router.post("/bin/mark")
def mark(
    acting: Acting,
    number: Annotated[str, Form(max_length=80)],
    enquiry: Annotated[int, Form(ge=1, le=2**31)],
    state: Annotated[str, Form(max_length=20)],
) -> Response:
    """Say that a letter came back, that an enquiry is given up, or that it is not so."""
    acts.mark_enquiry(acting, enquiry, state)
    return _back_to(number)


@router.post("/bin/notice")
def mark_notice(
    acting: Acting,
    number: Annotated[str, Form(max_length=80)],
    notice: Annotated[int, Form(ge=1, le=2**31)],
    state: Annotated[str, Form(max_length=20)],
) -> Response:
    """Say that a member objects, that the letter came back, or that it is not so."""
    acts.mark_notice(acting, notice, state)
    return _back_to(number)


def _back_to(number: str) -> Response:
    return RedirectResponse("/bin?" + urlencode({"number": number}), 303)


def _typed(request: Request, acting: Context, values: dict[str, str]) -> Response:
    number = values.pop("group", "")
    one = _answerable(acts.look_at_bin(acting, number).asked)
    if one is None or one.question is None:
        raise NotFoundError("this shared bin has not been asked.")
    if values.get("do") == "more":
        values["rows"] = str(shown(values, one.question).rows + 2)
        return _bin(request, acting, number, values=values)
    day = acting.now.astimezone(acting.workspace.config.timezone).date()
    try:
        acts.type_answer(acting, one.enquiry_id, read_told(told(values, one.question), one.question, day))
    except AnswerError as error:
        return _bin(request, acting, number, values=values, error=error, status=422)
    return _back_to(number)


def _bin(
    request: Request,
    acting: Context,
    number: str,
    *,
    values: dict[str, str] | None = None,
    error: AnswerError | None = None,
    status: int = 200,
) -> Response:
    story = acts.look_at_bin(acting, number)
    one = _answerable(story.asked)
    code = language_of(request).code
    more: dict[str, Any] = {}
    if one is not None and one.question is not None and acting.user.may("enquiries:send"):
        more = {"form": shown(values or {}, one.question, error), "t": words_of(code)}
    return page(
        request,
        "bin.html",
        status,
        story=story,
        one=one,
        marks=acts.marks_of(one) if one and acting.user.may("enquiries:send") else (),
        own=own,
        told=[(row, notices.marks_of(row) if acting.user.may("enquiries:send") else ()) for row in story.told],
        typing=values is not None,
        **({"form": None} | more),
        **words(request),
    )


def _answerable(asked: tuple[Enquiry, ...]) -> Enquiry | None:
    """The newest enquiry that asked something."""
    return next((one for one in asked if one.question is not None), None)
