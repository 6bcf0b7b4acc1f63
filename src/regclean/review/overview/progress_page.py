"""How the work goes: what was brought up to date this year against the goal, the work by workpool, and the report to publish."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from regclean.accounts.permissions import User
from regclean.review.case.words import POOLS
from regclean.review.overview import charts
from regclean.review.web.i18n import N_
from regclean.review.web.services import Service, language_of, page, require
from regclean.yearly import report, this_year, year_of

router = APIRouter()
Reader = Annotated[User, require("overview:read")]
Asked = Annotated[int | None, Query(ge=2000, le=9999)]
KINDS = {
    "duplicate": N_("Duplicates"),
    "stale": N_("Stale"),
    "bin_group": N_("Shared bins"),
    "field": N_("Fields"),
}
GOALS = {"customers": N_("Customers"), "bins": N_("Shared bins")}


@router.get("/progress")
def show(request: Request, service: Service, _: Reader, year: Asked = None) -> Response:
    """Figures of workpools, never of people; customers under non-disclosure are in none of them."""
    now = service.now()
    found = year_of(service.workspace, service.ledger, year or this_year(service.workspace, now), now)
    return page(request, "progress.html", found=found, goals=GOALS, pools=POOLS, kinds=KINDS, charts=charts)


@router.get("/progress/report")
def download(request: Request, service: Service, _: Reader, year: Asked = None) -> Response:
    """The same as a PDF, in the language of the page."""
    now = service.now()
    found = year_of(service.workspace, service.ledger, year or this_year(service.workspace, now), now)
    content = report(service.workspace, found, language_of(request).code)
    headers = {"content-disposition": f'attachment; filename="regclean-{found.year}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
