"""The overview: the register's health over the nights, and how the work on it does."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from regclean import acts
from regclean.accounts.permissions import User
from regclean.ledger import runs
from regclean.review.case.words import POOLS
from regclean.review.overview import charts
from regclean.review.overview.figures import AGE_LIMITS, overview
from regclean.review.overview.night_page import STEPS, SUITES
from regclean.review.web.i18n import N_
from regclean.review.web.services import Acting, NavItem, Service, page, require

router = APIRouter()
nav = (NavItem(30, "/overview", N_("Overview"), "overview:read"),)


@router.get("/overview")
def show(
    request: Request, service: Service, user: Annotated[User, require("overview:read")], acting: Acting
) -> Response:
    """Figures, backlog, handling times, last night's checks, and what a manager of customer service asks for."""
    nights = runs.history(service.ledger, limit=60)
    with service.ledger.read() as connection:
        found = overview(connection, nights, user, now=service.now(), zone=service.workspace.config.timezone)
    return page(
        request,
        "overview.html",
        view=found,
        tasks=acts.count_tasks(acting) if user.may("findings:read") else None,
        charts=charts,
        pools=POOLS,
        steps=STEPS,
        suites=SUITES,
        age_limits=AGE_LIMITS,
    )
