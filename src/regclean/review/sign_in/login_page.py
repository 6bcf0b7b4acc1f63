"""Signing in and out, and the language of the page."""

from __future__ import annotations

import hashlib
import secrets
from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.exceptions import HTTPException

from regclean.accounts import local as accounts
from regclean.accounts import sessions
from regclean.config import derived_key, workspace_key
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
DEVICE_COOKIE = "regclean_device"


@router.get("/")
def home(service: Service, session: CurrentSession) -> Response:
    """The first page that the user may see."""
    if session is None:
        return RedirectResponse("/login", 303)
    items = (item.path for item in service.navigation if session.user.may(item.permission))
    return RedirectResponse(next(items, "/account"), 303)


@router.get("/login")
def form(request: Request, service: Service, session: CurrentSession, to: str = "/", ended: str = "") -> Response:
    """The log-in page."""
    if session is not None:
        return RedirectResponse(local_path(to), 303)
    return _form(request, service, to, ended=bool(ended))


@router.post("/login")
def log_in(
    request: Request,
    service: Service,
    user: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=accounts.LONGEST_PASSWORD)] = "",
    to: Annotated[str, Form()] = "/",
) -> Response:
    """Check name and password and begin a session."""
    client = limit_tries(request, service, user)
    throttle = accounts.throttle_of(service.workspace.config)
    if not accounts.check_password(service.ledger, user, password, throttle, service.now(), client=client):
        return _form(request, service, to, failed=True)
    response = RedirectResponse(local_path(to), 303)
    set_cookie(request, response, SESSION_COOKIE, new_session(request, service, user))
    remember_device(request, response, service, user)
    return response


def _form(request: Request, service: Services, to: str, *, failed: bool = False, ended: bool = False) -> Response:
    oidc = bool(service.settings["oidc_issuer"])
    status = 401 if failed else 200
    return page(request, "login.html", status, to=local_path(to), failed=failed, ended=ended, oidc=oidc)


def limit_tries(request: Request, service: Services, user: str | None = None) -> str:
    """So many tries a minute of one client; returns who that is. Errors: 429."""
    client = client_of(request, service, user)
    if not request.app.state.log_in_limit.allows(client, service.now()):
        raise HTTPException(429, headers={"Retry-After": "60"})
    return client


def client_of(request: Request, service: Services, user: str | None = None) -> str:
    """Who tries: the device from which this user has signed in before, else the network address.

    So whoever shares an address with somebody who guesses is not kept out by that.
    """
    if user is not None and (device := _devices(service).known(request, user)):
        return f"device {device}"
    address = request.client.host if request.client else ""
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"address {address}"
    # One customer of a provider has a whole network of the newer addresses.
    return f"address {ip_network((parsed, 64), strict=False) if parsed.version == 6 else parsed}"


def remember_device(request: Request, response: Response, service: Services, user: str) -> None:
    """Mark the browser as one from which the user has signed in."""
    known = _devices(service)
    if known.known(request, user) is None:
        set_cookie(request, response, DEVICE_COOKIE, known.new(user), max_age=YEAR)


class _Devices:
    """Signed marks of browsers, each for one user."""

    def __init__(self, key: bytes) -> None:
        self._marks = URLSafeSerializer(key, salt="device", signer_kwargs={"digest_method": hashlib.sha256})

    def new(self, user: str) -> str:
        return str(self._marks.dumps([user, secrets.token_urlsafe(16)]))

    def known(self, request: Request, user: str) -> str | None:
        try:
            owner, device = self._marks.loads(request.cookies.get(cookie_name(request, DEVICE_COOKIE), ""))
        except (BadSignature, ValueError, TypeError):
            return None
        return str(device) if owner == user else None


def _devices(service: Services) -> _Devices:
    return _Devices(derived_key(workspace_key(service.workspace.var), "device"))


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
