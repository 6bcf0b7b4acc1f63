"""The application, put together: services, guards, pages, API, static files."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from importlib import resources

from fastapi import Depends, FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from regclean import __version__
from regclean.config import Workspace
from regclean.home import open_own_ledger
from regclean.operation import logs
from regclean.review.web import api, problems, slices
from regclean.review.web.i18n import load_languages
from regclean.review.web.nights import OpenNight
from regclean.review.web.security import Guard, RateLimit, protect
from regclean.review.web.server_names import LOOPBACK_HOSTS
from regclean.review.web.services import NavItem, Services, environment, utc_now


def create_app(workspace: Workspace, *, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """The review page and the API of a workspace. Opens (and at the end closes) its ledger. Errors: LedgerError."""
    pages = slices.pages()
    languages = load_languages(workspace.config.languages, workspace.config.timezone)
    navigation: list[NavItem] = [item for module in pages for item in getattr(module, "nav", ())]
    ledger = open_own_ledger(workspace)
    logs.begin(workspace)
    services = Services(
        workspace=workspace,
        ledger=ledger,
        languages=languages,
        environments={code: environment(language) for code, language in languages.items()},
        navigation=tuple(sorted(navigation, key=lambda item: (item.order, item.path))),
        now=now,
        night=OpenNight(workspace, ledger),
        background=ThreadPoolExecutor(1, thread_name_prefix="regclean-later"),
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        services.background.shutdown(wait=True)
        services.night.close()
        services.ledger.close()

    app = FastAPI(
        title="regclean",
        version=__version__,
        lifespan=lifespan,
        description=api.DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{api.PREFIX}/openapi.json",
    )
    app.state.services = services
    app.state.answers = Counter[str]()
    app.state.log_in_limit = RateLimit(services.settings["log_ins_per_minute"])
    for module in pages:
        app.include_router(module.router, dependencies=[Depends(protect)], include_in_schema=False)
    api.install(app, protect)
    app.mount(
        "/static", StaticFiles(directory=str(resources.files("regclean.review.web").joinpath("static"))), "static"
    )
    problems.install(app)
    # The last one added is the outermost.
    app.add_middleware(Guard, crashed=problems.crashed, answers=app.state.answers)
    app.add_middleware(
        TrustedHostMiddleware, allowed_hosts=[*LOOPBACK_HOSTS, *services.settings["hosts"]], www_redirect=False
    )
    # Nobody else's word is taken on where a request comes from, not even this machine's.
    if proxies := services.settings["trusted_proxies"]:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(proxies))
    return app
