"""Where nothing is collected from: buildings and sites in use, by area, and the list that goes to the authority."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from regclean import findings
from regclean.accounts.permissions import User
from regclean.review.case.words import words
from regclean.review.web.i18n import N_
from regclean.review.web.services import Service, page, require
from regclean.workbook import MEDIA_TYPE, workbook

router = APIRouter()
Reader = Annotated[User, require("findings:read")]
Area = Annotated[str, Query(max_length=10, pattern=r"^\d*$")]
PAGE = 100
# Why a place is on the list.
REASONS = {"nobody": N_("no customer is known"), "no_bin": N_("a customer, but no bin")}


def _found(service: Service, area: str) -> pl.DataFrame:
    with service.night.read() as (_, night):
        return findings.missing(night, service.ledger, area=area or None)


@router.get("/missing")
def show(
    request: Request,
    service: Service,
    _: Reader,
    area: Area = "",
    start: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """By municipality how many, and of one area each; nobody under non-disclosure is among them."""
    found = _found(service, area)
    towns = pl.col("city").drop_nulls().mode().sort().first()
    grouped = found.group_by("municipality_code").agg(towns.alias("town"), pl.len().alias("number"))
    return page(
        request,
        "missing.html",
        area=area,
        areas=grouped.sort("number", "municipality_code", descending=[True, False]).rows(),
        lines=found.slice(start, PAGE).to_dicts(),
        left=found.height,
        start=start,
        page_size=PAGE,
        reasons=REASONS,
        **words(request),
    )


@router.get("/missing/list.xlsx")
def sheet(service: Service, _: Reader, area: Area = "") -> Response:
    """The same as a workbook, to be sent on."""
    content = workbook(_found(service, area), sheet="missing")
    # A header is Latin alone.
    name = "-".join(("missing", *filter(None, [area if area.isascii() and area.isalnum() else ""])))
    headers = {"content-disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)
