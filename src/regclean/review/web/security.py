"""What guards every answer: headers, forms that only our own pages can send, and errors that tell nothing."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter, deque
from collections.abc import Callable, MutableMapping
from datetime import datetime, timedelta
from hmac import compare_digest
from http import HTTPStatus
from threading import Lock
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regclean.operation import logs
from regclean.outside import place_of
from regclean.review.web.services import FORM_COOKIE, SESSION_COOKIE, CurrentSession, NotSignedIn, bearer, cookie_name

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf_token"
WITHOUT_SESSION = ("/login", "/logout", "/language/")  # forms that ask for no session
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with no-referrer, browsers would hide where our own forms come from
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
LONGEST_BODY = 1_000_000  # bytes; the largest form or decision is far smaller
REQUEST_ID = "x-request-id"
_REQUEST_ID = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)  # nothing that could be somebody's id
_log = logging.getLogger("regclean.review")


class Guard:
    """Sets the headers of every answer, refuses what another site sends, and turns a crash into a plain answer.

    The log of a crash names its place only: an exception's message can quote a personal value.
    """

    def __init__(self, app: ASGIApp, crashed: Callable[[Request, Exception], Any], answers: Counter[str]) -> None:
        """`answers`: counts what is answered, by class of the status ("2xx")."""
        self.app = app
        self.crashed = crashed
        self.answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        status = 500
        begun = perf_counter()
        request = Request(scope)
        said = request.headers.get(REQUEST_ID, "")
        request_id = said if _REQUEST_ID.fullmatch(said) else uuid4().hex

        async def guarded_send(message: Message) -> None:
            nonlocal started, status
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
                self.answers[f"{status // 100}xx"] += 1
                _set_headers(scope, message)
            await send(message)

        with logs.about(request_id=request_id):
            try:
                if (
                    "\0" in request.url.path or "%00" in request.url.query
                ):  # no name or number holds it, and databases refuse it
                    await Refusal(404)(scope, receive, guarded_send)
                elif not from_our_own_page(request):
                    await Refusal(403)(scope, receive, guarded_send)
                elif not _is_length(length := request.headers.get("content-length", "0")):
                    await Refusal(400)(scope, receive, guarded_send)
                elif int(length) > LONGEST_BODY:
                    await Refusal(413)(scope, receive, guarded_send)
                else:
                    await self.app(scope, _bounded(receive), guarded_send)
            except Exception as error:  # the last line of defence: no traceback reaches a browser or a log
                place = place_of(error)
                _log.error("%s at %s", type(error).__name__, place)
                if started:
                    raise RuntimeError("an answer broke off") from None
                await self.crashed(request, error)(scope, receive, guarded_send)
            route = getattr(scope.get("route"), "path", "none")  # not its address: that can name a customer
            took = round(perf_counter() - begun, 4)
            logs.event("request", method=request.method, route=route, status=status, seconds=took)


def _is_length(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 30


def _bounded(receive: Receive) -> Receive:
    """Reads no more than the longest body, also when the request does not say how long it is."""
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > LONGEST_BODY:
            raise HTTPException(413)
        return message

    return bounded


class Refusal:
    """A bare answer without a page; a program is told as the API's description says."""

    def __init__(self, status: int) -> None:
        self.status = status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, headers = b"", []
        if scope["path"].startswith("/api/"):
            title = HTTPStatus(self.status).phrase
            body = json.dumps({"type": "about:blank", "title": title, "status": self.status}).encode()
            headers = [(b"content-type", b"application/problem+json")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _set_headers(scope: Scope, message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if scope["path"].startswith("/static/"):
        headers.setdefault("cache-control", "no-cache")  # asked again each time, answered 304
    else:
        headers.setdefault("cache-control", "no-store")
    if scope["scheme"] == "https":
        headers.setdefault("strict-transport-security", "max-age=31536000")


def from_our_own_page(request: Request) -> bool:
    """Browsers say where a form or script came from; if they do, it must be from here."""
    if request.method in SAFE_METHODS:
        return True
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def protect(request: Request, session: CurrentSession) -> None:
    """Every unsafe request carries the token of its session, in a form field or a header (CSRF).

    Errors: 403; NotSignedIn where the browser's session has ended, so that whoever worked in it is asked to sign in.

    A request with a bearer token needs none: no other site can make a browser send one.
    """
    if request.method in SAFE_METHODS or bearer(request) is not None:
        return
    if session is None and request.url.path.startswith("/api/"):
        return  # there is nobody to act as: the answer is 401
    ended = session is None and request.cookies.get(cookie_name(request, SESSION_COOKIE))
    if ended and not request.url.path.startswith(WITHOUT_SESSION):
        raise NotSignedIn
    expected = session.csrf_token if session else request.cookies.get(cookie_name(request, FORM_COOKIE))
    given = request.headers.get(CSRF_HEADER)
    if "form" in request.headers.get("content-type", ""):
        form = await request.form()
        if any("\0" in value for value in form.values() if isinstance(value, str)):
            raise HTTPException(422)
        field = form.get(CSRF_FIELD)
        given = field if given is None and isinstance(field, str) else given
    if not expected or not given or not compare_digest(expected.encode(), given.encode()):
        raise HTTPException(403, "form")


class RateLimit:
    """At most so many tries a minute for one key, in this process. Keys that have gone quiet are forgotten."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._tries: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def allows(self, key: str, now: datetime) -> bool:
        since = now - timedelta(minutes=1)
        with self._lock:
            if len(self._tries) > 10_000:
                self._tries = {kept: tries for kept, tries in self._tries.items() if tries and tries[-1] > since}
            tries = self._tries.setdefault(key, deque())
            while tries and tries[0] <= since:
                tries.popleft()
            if len(tries) >= self.per_minute:
                return False
            tries.append(now)
            return True
