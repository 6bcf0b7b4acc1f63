"""Signing in with the organisation's accounts, where that is configured."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from regclean.config import derived_key, workspace_key
from regclean.review.sign_in import oidc
from regclean.review.sign_in.login_page import limit_tries, local_path, new_session, remember_device
from regclean.review.web.i18n import N_
from regclean.review.web.services import SESSION_COOKIE, Service, Services, cookie_name, page, set_cookie

router = APIRouter()
COOKIE = "regclean_oidc"
NOT_COMPLETED = N_("The sign-in was not completed. Begin again.")
NOBODY = N_("Nobody with this account may use the page. Ask the administrator of accounts.")
NO_ANSWER = N_("The organisation's sign-in does not answer. Try again in a while.")


@router.get("/oidc/start")
def start(request: Request, service: Service, to: Annotated[str, Query(max_length=2_000)] = "/") -> Response:
    """Send the browser to the issuer."""
    _configured(service)
    limit_tries(request, service)
    attempt = oidc.new_attempt(local_path(to))
    try:
        issuer = oidc.discover(service.settings["oidc_issuer"])
    except oidc.OidcError:
        return _failed(request, 502, NO_ANSWER)
    response = RedirectResponse(oidc.authorization_url(issuer, service.settings, attempt, _callback(request)), 303)
    # Lax: the way back comes from another site.
    kept = oidc.sealed_attempt(attempt, _key(service))
    set_cookie(request, response, COOKIE, kept, max_age=oidc.SECONDS_TO_SIGN_IN, samesite="lax")
    return response


@router.get("/oidc/callback")
def callback(
    request: Request,
    service: Service,
    code: Annotated[str, Query(max_length=4_000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The browser comes back with a code: find out who it is, and begin a session."""
    _configured(service)
    limit_tries(request, service)
    attempt = oidc.opened_attempt(request.cookies.get(cookie_name(request, COOKIE), ""), _key(service))
    if attempt is None or not code or not oidc.same(attempt.state, state):
        return _failed(request, 400, NOT_COMPLETED)
    now = service.now()
    try:
        issuer = oidc.discover(service.settings["oidc_issuer"])
        subject, name = oidc.identify(issuer, service.settings, attempt, code, _callback(request), now)
    except oidc.OidcError:
        return _failed(request, 502, NO_ANSWER)
    if not oidc.admit(service.ledger, issuer.issuer, subject, name, now):
        return _failed(request, 403, NOBODY)
    secret = new_session(request, service, name)
    # A redirect would still count as coming from the issuer, and the strict cookie would stay behind: a page goes on.
    response = page(request, "signed_in.html", to=attempt.to)
    response.delete_cookie(cookie_name(request, COOKIE), path="/")
    set_cookie(request, response, SESSION_COOKIE, secret)
    remember_device(request, response, service, name)
    return response


def _configured(service: Services) -> None:
    if not service.settings["oidc_issuer"]:
        raise HTTPException(404)


def _callback(request: Request) -> str:
    return str(request.url.replace(path="/oidc/callback", query="", fragment=""))


def _key(service: Services) -> bytes:
    return derived_key(workspace_key(service.workspace.var), "oidc")


def _failed(request: Request, status: int, text: str) -> Response:
    return page(request, "error.html", status, status=status, text=text, detail=None)
