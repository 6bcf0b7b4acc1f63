"""The two doors: to a masked value, and to a protected case. Each asks why, and writes it down."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from regclean.accounts.permissions import User
from regclean.config import workspace_key
from regclean.review.sign_in.login_page import local_path
from regclean.review.web import privacy
from regclean.review.web.services import CurrentSession, Service, page, require

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
    service: Service,
    user: Annotated[User, require("ids:reveal")],
    subject: Text,
    field: Text,
    reason: Text = "",
    note: Text = "",
) -> Response:
    """Show the value, once, after writing down who saw it and why."""
    key = workspace_key(service.workspace.var)
    value = privacy.reveal(service.ledger, user, key, subject, field, reason, note, service.now())
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
    service: Service,
    session: CurrentSession,
    user: Annotated[User, require("restricted:open")],
    reason: Text = "",
    note: Text = "",
    to: Annotated[str, Form()] = "/",
) -> Response:
    """Open a protected case for this session."""
    privacy.open_protected(service.ledger, user, session, finding_id, reason, note, service.now())
    return RedirectResponse(local_path(to), 303)
