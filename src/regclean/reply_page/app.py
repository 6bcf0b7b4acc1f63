"""The reply page: a program of its own that knows sealed questions, and nothing of the register, the ledger or a night.

Invariant: nothing of a question is shown before its code; what is said of a wrong code is the same for every number. No code
is in a log, a redirect or a page of another question. The page runs no script and takes none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from regclean.domain.enquiries import AnswerError, Asked, read_told
from regclean.domain.languages import LANGUAGES, in_language
from regclean.reply_page.envelope import (
    LINK,
    NUMBER,
    TYPED,
    Opened,
    open_kept,
    open_question,
    plain,
    seal_answer,
    seal_kept,
)
from regclean.reply_page.folder import Folder
from regclean.reply_page.form import ROWS, shown, told
from regclean.reply_page.locks import Attempts
from regclean.resources import load_texts, report_template

PACKAGE = "regclean.reply_page"
LARGEST = 128 * 1024  # bytes of a form
MOST_FIELDS = 2_500
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(slots=True)
class Desk:
    """What the page works with. `sender`: the company, as it signs; `clock`: seconds; `today`: the day at the company."""

    folder: Folder
    sender: str
    languages: tuple[str, ...] = LANGUAGES
    clock: Callable[[], float] = time.monotonic
    today: Callable[[], date] = field(default=lambda: datetime.now(UTC).date())
    attempts: Attempts = field(default_factory=Attempts)


def create_app(desk: Desk) -> Starlette:
    """The page as an ASGI application; it writes no log of its own."""
    page = _Page(desk)
    app = Starlette(
        routes=[
            Route("/", page.begin),
            Route("/open", page.open, methods=["POST"]),
            Route("/answer", page.answer, methods=["POST"]),
            Route("/q/{number}/{link}", page.follow),
            Route("/privacy", page.privacy),
            Route("/accessibility", page.accessibility),
            Route("/style.css", page.style),
            Route("/healthz", page.health),
        ],
        middleware=[Middleware(_Guarded), Middleware(GZipMiddleware, minimum_size=1_000)],
        exception_handlers={404: page.nothing, 405: page.nothing, 500: page.broken},
    )
    app.state.desk = desk
    return app


class _Page:
    """The routes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def begin(self, request: Request) -> Response:
        return self._start(request)

    async def open(self, request: Request) -> Response:
        """A number and a code, typed from paper."""
        values = await _form(request)
        if values is None:
            return self._start(request, wrong="too_large", status=413)
        number, typed = plain(values.get("number", ""), NUMBER), plain(values.get("code", ""), TYPED)
        client = request.client.host if request.client else ""
        if self.desk.attempts.locked(client, number, self.desk.clock()):
            return self._start(request, wrong="locked", status=429)
        opened = await run_in_threadpool(self._opened, number, "", typed) if number and typed else None
        if opened is None:
            self.desk.attempts.wrong(client, number, self.desk.clock())
            return self._start(request, wrong="wrong", status=403)
        self.desk.attempts.right(client, number)
        return await run_in_threadpool(self._question, request, opened)

    async def follow(self, request: Request) -> Response:
        """A link, from an e-mail or a QR code."""
        number = plain(request.path_params["number"], NUMBER)
        link = plain(request.path_params["link"], LINK)
        opened = await run_in_threadpool(self._opened, number, link, "") if number and link else None
        if opened is None:
            return self._start(request, wrong="wrong", status=403)
        return await run_in_threadpool(self._question, request, opened)

    async def answer(self, request: Request) -> Response:
        """Keep a draft, send an answer, or take one back."""
        values = await _form(request)
        if values is None:
            return self._start(request, wrong="too_large", status=413)
        number, link = plain(values.get("number", ""), NUMBER), plain(values.get("link", ""), LINK)
        opened = await run_in_threadpool(self._opened, number, link, "") if number and link else None
        if opened is None:
            return self._start(request, wrong="wrong", status=403)
        return await run_in_threadpool(self._answered, request, opened, values)

    async def privacy(self, request: Request) -> Response:
        return self._show(request, "notice.html", self._language(request), what="privacy")

    async def accessibility(self, request: Request) -> Response:
        return self._show(request, "notice.html", self._language(request), what="accessibility")

    async def style(self, _request: Request) -> Response:
        return PlainTextResponse(_style(), media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})

    async def health(self, _request: Request) -> Response:
        return PlainTextResponse("ok")

    async def nothing(self, request: Request, _error: Exception) -> Response:
        return self._start(request, wrong="nothing", status=404)

    async def broken(self, _request: Request, _error: Exception) -> Response:
        return PlainTextResponse("Virhe. Fel. An error.", status_code=500, headers=HEADERS)

    def _opened(self, number: str, link: str, typed: str) -> Opened | None:
        opened = open_question(self.desk.folder.question(number), number, link=link, typed=typed)
        return None if opened is None or opened.expires < self.desk.today().isoformat() else opened

    def _kept(self, opened: Opened) -> dict[str, Any]:
        file = self.desk.folder.kept(opened.number)
        try:
            return open_kept(file, opened) if file else {}
        except ValueError:
            return {}

    def _keep(self, opened: Opened, kept: Mapping[str, Any]) -> None:
        self.desk.folder.keep(opened.number, seal_kept(opened, kept))

    def _question(self, request: Request, opened: Opened) -> Response:
        kept = self._kept(opened)
        question = Asked.of(opened.question)
        if kept.get("sent"):
            return self._receipt(request, opened, question, kept)
        return self._show_form(request, opened, question, kept.get("draft", {}))

    def _answered(self, request: Request, opened: Opened, values: dict[str, str]) -> Response:
        """What was pressed. One answer is in force until it is taken back."""
        kept, question = self._kept(opened), Asked.of(opened.question)
        pressed = values.get("do", "save")
        filled = {name: value for name, value in values.items() if value and name not in ("number", "link", "do")}
        if pressed == "withdraw" and kept.get("sent"):
            turn = int(kept.get("turn", 1)) + 1
            self._send(opened, turn, {"withdrawn": True})
            self._keep(opened, {"draft": kept["sent"], "turn": turn})
            return self._show_form(request, opened, question, kept["sent"], note="withdrawn")
        if kept.get("sent"):
            return self._receipt(request, opened, question, kept, note="once")
        turn = int(kept.get("turn", 0))
        if pressed == "more":
            filled["rows"] = str(shown(filled, question).rows + ROWS)
            return self._show_form(request, opened, question, filled)
        if pressed != "send":
            self._keep(opened, {"draft": filled, "turn": turn})
            return self._show_form(request, opened, question, filled, note="saved")
        try:
            answer = read_told(told(filled, question), question, self.desk.today())
        except AnswerError as error:
            return self._show_form(request, opened, question, filled, error=error)
        kept = {"sent": filled, "told": answer.as_data(), "on": self.desk.today().isoformat(), "turn": turn + 1}
        self._send(opened, turn + 1, {"told": answer.as_data()})
        self._keep(opened, kept)
        return self._receipt(request, opened, question, kept, note="sent")

    def _send(self, opened: Opened, turn: int, answer: Mapping[str, Any]) -> None:
        sent = {"turn": turn, "on": self.desk.today().isoformat(), **answer}
        self.desk.folder.put_answer(opened.number, seal_answer(opened, sent))

    def _show_form(
        self,
        request: Request,
        opened: Opened,
        question: Asked,
        values: Mapping[str, str],
        *,
        note: str = "",
        error: AnswerError | None = None,
    ) -> Response:
        form = shown(values, question, error)
        language = self._language(request, question)
        status = 422 if error else 200
        return self._show(
            request, "form.html", language, status=status, opened=opened, q=question, form=form, note=note
        )

    def _receipt(
        self, request: Request, opened: Opened, question: Asked, kept: Mapping[str, Any], note: str = ""
    ) -> Response:
        language = self._language(request, question)
        return self._show(request, "receipt.html", language, opened=opened, q=question, kept=kept, note=note)

    def _start(self, request: Request, *, wrong: str = "", status: int = 200) -> Response:
        return self._show(request, "start.html", self._language(request), status=status, wrong=wrong)

    def _show(self, request: Request, template: str, language: str, *, status: int = 200, **values: Any) -> Response:
        base = str(request.scope.get("root_path", ""))
        opened = values.get("opened")  # a page that was opened is opened in another language by its link
        notice = request.url.path if template == "notice.html" else f"{base}/"
        html = report_template(template, PACKAGE).render(
            t=words_of(language),
            language=language,
            languages=self.desk.languages,
            sender=self.desk.sender,
            day=lambda text: _day(text, language),
            base=base,
            here=f"{base}/q/{opened.number}/{opened.link}" if opened else notice,
            **values,
        )
        return HTMLResponse(html, status_code=status)

    def _language(self, request: Request, question: Asked | None = None) -> str:
        """As chosen on the page, else the question's, else what the browser asks for first of what there is."""
        chosen = request.query_params.get("l", "")
        if chosen in self.desk.languages:
            return chosen
        if question is not None:
            return question.language
        wished = (part[:2] for part in request.headers.get("accept-language", "").lower().split(","))
        return next((one for one in wished if one in self.desk.languages), self.desk.languages[0])


def words_of(language: str) -> Callable[[str], str]:
    """What the fields of the form are called in a language."""
    words = load_texts(PACKAGE, "texts")
    return lambda name: in_language(words[name], language)


class _Guarded:
    """The headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [
                    (name.lower().encode(), value.encode())
                    for name, value in HEADERS.items()
                    if name.lower().encode() not in there
                ]
            await send(message)

        await self.app(scope, receive, with_headers)


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of a form; None of one that is too large, which is not read to its end."""
    if "urlencoded" not in request.headers.get("content-type", ""):
        return {}
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=False, max_num_fields=MOST_FIELDS))
    except ValueError:
        return None


def _day(text: str, language: str) -> str:
    day = date.fromisoformat(text)
    return text if language == "en" else f"{day.day}.{day.month}.{day.year}"


def _style() -> str:
    return resources.files(PACKAGE).joinpath("style.css").read_text(encoding="utf-8")
