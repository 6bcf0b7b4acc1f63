"""What every page and every answer of the API stands on: the ledger, the languages, the clock, and who is asking.

A router takes `Service`, `Acting` (to call an act with) or `Annotated[User, require("findings:read")]` (to show something)
as a parameter, and answers with `page(request, "template.html", …)`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from regclean.accounts import sessions, tokens
from regclean.accounts.permissions import Permission, User
from regclean.accounts.sessions import Lifetime, Session
from regclean.acts import Context
from regclean.config import Section, Workspace
from regclean.ledger import Ledger
from regclean.review.web import slices
from regclean.review.web.i18n import OFFERS, Language, choose
from regclean.review.web.nights import OpenNight
from regclean.sealing import sealed, shown

SESSION_COOKIE = "regclean_session"
FORM_COOKIE = "regclean_form"  # ties a form to the browser before anybody has signed in
LANGUAGE_COOKIE = "regclean_language"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation: a page module lists its own in `nav`; `order` sorts them."""

    order: int
    path: str
    label: str  # marked with N_
    permission: Permission


@dataclass(frozen=True, slots=True)
class Services:
    """What the application holds while it runs."""

    workspace: Workspace
    ledger: Ledger
    languages: Mapping[str, Language]
    environments: Mapping[str, Environment]  # of templates, one for each language
    navigation: tuple[NavItem, ...]
    now: Callable[[], datetime]
    night: OpenNight
    background: ThreadPoolExecutor  # for what nobody waits for

    @property
    def settings(self) -> Section:
        """The section [review] of regclean.toml."""
        return self.workspace.config.section("review")

    @property
    def lifetime(self) -> Lifetime:
        return Lifetime(
            idle=timedelta(minutes=self.settings["session_idle_minutes"]),
            absolute=timedelta(hours=self.settings["session_hours"]),
        )


class NotSignedIn(HTTPException):
    """Nobody has signed in, or no longer: a page leads to the log-in, the API answers 401."""

    def __init__(self) -> None:
        super().__init__(401, headers={"WWW-Authenticate": "Bearer"})


def services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


Service = Annotated[Services, Depends(services)]


def current_session(request: Request, service: Service) -> Session | None:
    """The browser's session, if there is one; a request that carries a token has none."""
    request.state.session = None
    secret = request.cookies.get(cookie_name(request, SESSION_COOKIE))
    if secret is None or bearer(request) is not None:
        return None
    now = service.now()
    with service.ledger.read() as connection:
        session = sessions.find_session(connection, secret, service.lifetime, now)
    if session and now - session.seen_at > timedelta(seconds=sessions.TOUCH_SECONDS):
        # A night that is being published holds the write lock; nobody waits for it just to be seen.
        service.background.submit(sessions.touch, service.ledger, session.digest, now)
    request.state.session = session
    return session


CurrentSession = Annotated[Session | None, Depends(current_session)]


def current_user(request: Request, service: Service, session: CurrentSession) -> User:
    """Who is asking, by session or by token. Errors: NotSignedIn."""
    token = bearer(request)
    if token is not None:
        with service.ledger.read() as connection:
            user = tokens.find_user(connection, token, service.now())
    else:
        user = session.user if session else None
    if user is None:
        raise NotSignedIn
    request.state.user = user
    return user


CurrentUser = Annotated[User, Depends(current_user)]


def acting(service: Service, user: CurrentUser) -> Context:
    """Who is asking, as an act wants to know it. Errors: NotSignedIn."""
    return Context(service.workspace, service.ledger, user, service.now())


Acting = Annotated[Context, Depends(acting)]


def require(permission: Permission) -> Any:
    """A dependency that gives the user, who must have the permission to read this; an act asks for its right itself.

    Errors: 401, 403.
    """

    def check(user: CurrentUser) -> User:
        user.require(permission)
        return user

    return Depends(check)


def bearer(request: Request) -> str | None:
    """The token that the request carries; an empty one counts too, so that it never falls back to a cookie."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def cookie_name(request: Request, name: str) -> str:
    """Over https the name itself binds the cookie to this host (`__Host-`)."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def language_of(request: Request) -> Language:
    """The session's language, else the user's, the cookie's, the browser's, the workspace's."""
    service: Services = request.app.state.services
    session: Session | None = getattr(request.state, "session", None)
    chosen = (
        session.data.get("language") if session else None,
        session.user.language if session else None,
        request.cookies.get(LANGUAGE_COOKIE),
    )
    return choose(service.languages, chosen, request.headers.get("accept-language"))


def page(request: Request, template: str, status_code: int = 200, **context: Any) -> HTMLResponse:
    """Render a template in the request's language; personal pages are never cached."""
    service: Services = request.app.state.services
    language = language_of(request)
    session: Session | None = getattr(request.state, "session", None)
    user = session.user if session else None
    form_token = session.csrf_token if session else request.cookies.get(cookie_name(request, FORM_COOKIE))
    fresh = None if form_token else secrets.token_urlsafe(32)
    html = (
        service.environments[language.code]
        .get_template(template)
        .render(
            request=request,
            user=user,
            session=session,
            language=language,
            languages=service.languages,
            offers=OFFERS,
            workspace_name=service.workspace.config.section("workspace")["name"],
            navigation=[item for item in service.navigation if user and user.may(item.permission)],
            csrf_token=form_token or fresh,
            now=service.now(),
            **context,
        )
    )
    response = HTMLResponse(html, status_code=status_code)
    if fresh:
        set_cookie(request, response, FORM_COOKIE, fresh)
    return response


def set_cookie(
    request: Request,
    response: Response,
    name: str,
    value: str,
    max_age: int | None = None,
    samesite: Literal["strict", "lax"] = "strict",
) -> None:
    """A cookie for this host, out of reach of scripts and, but for "lax", of links from other sites."""
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=max_age,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite=samesite,
    )


def _shown(value: Any) -> Any:
    """The last door of a page: a sealed value is its mask."""
    return shown(value) if isinstance(value, str) and sealed(value) else value


def environment(language: Language) -> Environment:
    """Templates that speak one language. A name that is not given stops the page instead of showing nothing."""
    made = Environment(
        loader=FileSystemLoader(slices.template_folders()),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
        auto_reload=False,  # they come with the program, and a page includes a dozen
    )
    made.install_gettext_translations(language.translations, newstyle=True)  # type: ignore[attr-defined]  # by i18n
    made.filters |= {
        "date": language.date,
        "datetime": language.datetime,
        "duration": language.duration,
        "number": language.number,
        "place": language.place,
        "percent": language.percent,
    }
    return made
