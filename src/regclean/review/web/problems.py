"""Errors as people and programs can read them: a page for a browser, problem+json (RFC 9457) for the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from regclean.errors import ConflictError, ForbiddenError, NotFoundError, RegcleanError, UnavailableError
from regclean.outside import unavailable
from regclean.review.web.i18n import N_
from regclean.review.web.services import SESSION_COOKIE, cookie_name, language_of, page
from regclean.sealing import masked

API = "/api/"
TEXTS = {
    400: N_("This request cannot be understood."),
    401: N_("Please sign in."),
    403: N_("You have no right to this."),
    404: N_("There is nothing here."),
    405: N_("This cannot be done here."),
    409: N_("Somebody else was here first."),
    413: N_("This is too large."),
    422: N_("Something in the form is missing or wrong."),
    429: N_("Too many tries. Wait a minute."),
    503: N_("Something that this page needs is not there or full just now. What you did last may not be kept."),
    500: N_("Something went wrong here. It has been noted, and nothing was changed."),
}
STATUSES: dict[type[RegcleanError], int] = {ForbiddenError: 403, NotFoundError: 404, ConflictError: 409}
FORM_EXPIRED = N_("The form is too old or was sent from elsewhere. Go back, load the page again and repeat.")


def problem(status: int, detail: str | None = None, **more: Any) -> JSONResponse:
    """An answer of the API that says what went wrong, in English, without a personal value."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        body["detail"] = masked(detail)
    return JSONResponse(body | more, status, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error in this way."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(RegcleanError, _ours)


def crashed(request: Request, error: Exception) -> Response:
    """The answer to a crash; where something outside is why, what and what to do, but no place of this machine."""
    outside = unavailable(error)
    return _away(request, outside) if outside else _answer(request, 500, None)


def _away(request: Request, error: UnavailableError) -> Response:
    detail = " ".join(part for part in (error.message, error.remedy) if part)
    if request.url.path.startswith(API):
        return problem(503, detail)
    try:
        return _answer(request, 503, detail)
    except Exception:  # the page itself may need what is not there
        return PlainTextResponse(f"{TEXTS[503]}\n{detail}\n", 503)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 401 and not request.url.path.startswith(API):
        return _to_log_in(request)
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else None
    response = _answer(request, error.status_code, FORM_EXPIRED if detail == "form" else detail)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # Where and what is wrong, never what was given.
    errors = [{"at": [str(part) for part in item["loc"]], "problem": item["msg"]} for item in error.errors()]
    if request.url.path.startswith(API):
        return problem(422, "the request does not have the form that the description asks for", errors=errors)
    # An address that names nothing is one where nothing is.
    return _answer(request, 404 if any(item["loc"][0] == "path" for item in error.errors()) else 422, None)


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, RegcleanError)
    if isinstance(error, UnavailableError):
        return _away(request, error)
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 422)
    if status == 404:  # what is not there and what somebody must not know of are answered alike
        return _answer(request, status, None)
    # A place is a path of the server: it is for whoever sits there.
    said = f"{error.message} {error.remedy}" if error.remedy else error.message
    return _answer(request, status, said.replace(str(request.app.state.services.workspace.root.resolve()), "…"))


def _answer(request: Request, status: int, detail: str | None) -> Response:
    if request.url.path.startswith(API):
        return problem(status, detail)
    shown = language_of(request).gettext(masked(detail)) if detail else None
    return page(request, "error.html", status, status=status, text=TEXTS.get(status, TEXTS[400]), detail=shown)


def _to_log_in(request: Request) -> Response:
    """To the log-in and back; a script's request is told where that is."""
    # A form's own address shows nothing: back is the page that it stands on.
    from_page = request.headers.get("hx-current-url") or request.headers.get("referer") or "/"
    parts = urlsplit(str(request.url) if request.method == "GET" else from_page)
    asked = {"to": parts.path + (f"?{parts.query}" if parts.query else "")}
    if cookie_name(request, SESSION_COOKIE) in request.cookies:
        asked["ended"] = "1"
    target = f"/login?{urlencode(asked, safe='/')}"
    if request.headers.get("hx-request"):  # the page asks on the spot, or goes there where it cannot
        return Response(status_code=401, headers={"X-Sign-In": target})
    return RedirectResponse(target, 303)
