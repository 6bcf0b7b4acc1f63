"""The two doors: to a masked value, and to a protected case. Each asks why, and writes it down."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from regclean import acts
from regclean.accounts.permissions import User
from regclean.review.sign_in.login_page import local_path
from regclean.review.web import privacy
from regclean.review.web.services import Acting, CurrentSession, page, require

router = APIRouter()
Text = Annotated[str, Form(max_length=500)]


@router.get("/reveal")
def ask(
    request: Request,
    user: Annotated[User, require("ids:reveal")],
    subject: Annotated[str, Query(max_length=200)],
    field: Annotated[str, Query(max_length=80)],
) -> Response:
    """Ask for the reason; the value is not in the page yet."""
    return page(request, "reveal.html", subject=subject, field=field, value=None, reasons=privacy.REASONS)


@router.post("/reveal")
def reveal(
    request: Request,
    acting: Acting,
    subject: Text,
    field: Text,
    reason: Text = "",
    note: Text = "",
) -> Response:
    """Show the value, once, after writing down who saw it and why."""
    value = acts.reveal(acting, subject, field, reason, note)
    return page(request, "reveal.html", subject=subject, field=field, value=value, reasons=privacy.REASONS)


@router.get("/restricted/{finding_id}")
def ask_to_open(
    request: Request, finding_id: str, user: Annotated[User, require("restricted:open")], to: str = "/"
) -> Response:
    """Ask why a protected case is opened."""
    return page(request, "open_restricted.html", finding_id=finding_id, to=local_path(to), reasons=privacy.REASONS)


@router.post("/restricted/{finding_id}")
def open_case(
    finding_id: str,
    session: CurrentSession,
    acting: Acting,
    reason: Text = "",
    note: Text = "",
    to: Annotated[str, Form()] = "/",
) -> Response:
    """Open a protected case for this session."""
    case_key = acts.open_protected(acting, finding_id, reason, note)
    if session is not None:
        privacy.remember_opened(acting.ledger, session, case_key)
    return RedirectResponse(local_path(to), 303)
