"""Signing in and out, and the language of the page."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from regclean.accounts import local as accounts
from regclean.accounts import sessions
from regclean.domain.register import subject_text
from regclean.ledger.audit import Entry, append
from regclean.review.web.services import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    CurrentSession,
    Service,
    Services,
    cookie_name,
    language_of,
    page,
    set_cookie,
)

router = APIRouter()
YEAR = 365 * 24 * 3600


@router.get("/")
def home(service: Service, session: CurrentSession) -> Response:
    """The first page that the user may see."""
    if session is None:
        return RedirectResponse("/login", 303)
    items = (item.path for item in service.navigation if session.user.may(item.permission))
    return RedirectResponse(next(items, "/account"), 303)


@router.get("/login")
def form(request: Request, service: Service, session: CurrentSession, to: str = "/") -> Response:
    """The log-in page."""
    if session is not None:
        return RedirectResponse(local_path(to), 303)
    return page(request, "login.html", to=local_path(to), failed=False, oidc=bool(service.settings["oidc_issuer"]))


@router.post("/login")
def log_in(
    request: Request,
    service: Service,
    user: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = "",
    to: Annotated[str, Form()] = "/",
) -> Response:
    """Check name and password and begin a session."""
    now = service.now()
    limit_tries(request, service, user)
    lock_out = accounts.LockOut(
        service.settings["lock_out_failures"], timedelta(minutes=service.settings["lock_out_minutes"])
    )
    if not accounts.check_password(service.ledger, user, password, lock_out, now):
        return page(
            request, "login.html", 401, to=local_path(to), failed=True, oidc=bool(service.settings["oidc_issuer"])
        )
    response = RedirectResponse(local_path(to), 303)
    set_cookie(request, response, SESSION_COOKIE, new_session(request, service, user))
    return response


def limit_tries(request: Request, service: Services, user: str | None = None) -> None:
    """So many tries a minute from one address, and for one name. Errors: 429."""
    limit, now = request.app.state.log_in_limit, service.now()
    address = request.client.host if request.client else ""
    if not limit.allows(f"from {address}", now) or (user is not None and not limit.allows(f"as {user}", now)):
        raise HTTPException(429, headers={"Retry-After": "60"})


def new_session(request: Request, service: Services, user: str) -> str:
    """A new session for somebody whose identity is proven; the one that the browser had ends. Returns the cookie."""
    old = request.cookies.get(cookie_name(request, SESSION_COOKIE))
    with service.ledger.write() as connection:
        if old:
            sessions.revoke(connection, service.now(), digest=sessions.digest_of(old))
        return sessions.open_session(connection, user, service.lifetime, service.now())


@router.post("/logout")
def log_out(request: Request, service: Service, session: CurrentSession) -> Response:
    """End the session."""
    if session is not None:
        with service.ledger.write() as connection:
            sessions.revoke(connection, service.now(), digest=session.digest)
            append(
                connection, Entry(service.now(), session.user.name, "logout", subject_text("users", session.user.name))
            )
    response = RedirectResponse("/login", 303)
    response.delete_cookie(cookie_name(request, SESSION_COOKIE), path="/")
    return response


@router.post("/language/{code}")
def set_language(
    request: Request, code: str, service: Service, session: CurrentSession, to: Annotated[str, Form()] = "/"
) -> Response:
    """Speak another language, from now on and at the next log-in from this browser."""
    if code not in service.languages:
        raise HTTPException(404)
    response = RedirectResponse(local_path(to), 303)
    set_cookie(request, response, LANGUAGE_COOKIE, code, max_age=YEAR)
    if session is not None and language_of(request).code != code:
        with service.ledger.write() as connection:
            sessions.change_data(connection, session.digest, lambda data: data.update(language=code))
    return response


def local_path(to: str) -> str:
    """A path of this page; anything that could lead elsewhere becomes the home page."""
    parts = urlsplit(to)
    safe = to.startswith("/") and not to.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return to if safe and to.isprintable() and "\\" not in to else "/"
