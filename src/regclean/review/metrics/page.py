"""/healthz: the process answers. /readyz: what it stands on answers too. /metrics: figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy import text

from regclean.errors import RegcleanError
from regclean.home import warehouse_of
from regclean.ledger import runs
from regclean.review.metrics.exposition import CONTENT_TYPE, exposed
from regclean.review.metrics.figures import figures
from regclean.review.web.server_names import LOOPBACK_HOSTS, is_loopback
from regclean.review.web.services import CurrentSession, NotSignedIn, Service, current_user

router = APIRouter()
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


@router.get("/healthz")
def healthz() -> Response:
    """Lives: asks nothing of anybody else."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(service: Service) -> Response:
    """Ready: the ledger answers, and the night in force is there; 503 says which of them is away."""
    away = []
    try:
        with service.ledger.read() as connection:
            connection.execute(text("SELECT 1"))
        night = runs.last_published(service.ledger)
        if night is not None and not warehouse_of(service.workspace).found(night.run_id).is_file():
            away.append("night")
    except RegcleanError:
        away.append("ledger")
    return JSONResponse({"ready": not away, "away": away}, 503 if away else 200)


@router.get("/metrics")
def metrics(request: Request, service: Service, session: CurrentSession) -> Response:
    """Figures for whoever asks from this machine, or with a token or session that has the right `overview:read`."""
    if not _from_here(request):
        try:
            current_user(request, service, session).require("overview:read")
        except NotSignedIn as refused:  # a program asks: it is not led to the log-in
            return PlainTextResponse("A token is needed: Authorization: Bearer …\n", 401, headers=refused.headers)
    found = figures(service.ledger, service.now(), request.app.state.answers)
    return Response(exposed(found), media_type=CONTENT_TYPE)


def _from_here(request: Request) -> bool:
    """Does a program on this machine ask, and no proxy on it for somebody else?"""
    client, host = request.client, request.url.hostname or ""
    names = {name.strip("[]") for name in LOOPBACK_HOSTS}
    through = any(name in request.headers for name in FORWARDED)
    return client is not None and is_loopback(client.host) and host in names and not through
