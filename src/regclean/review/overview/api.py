"""How much there is to do, in figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy import func, select

from regclean.accounts.permissions import User
from regclean.acts import visible_to
from regclean.ledger import runs
from regclean.ledger.tables import findings
from regclean.review.overview import models
from regclean.review.overview.touchpoints_page import found_tonight
from regclean.review.web.api import problems
from regclean.review.web.services import Service, language_of, require
from regclean.rules import at_source

router = APIRouter(tags=["overview"], responses=problems())


@router.get("/overview")
def overview(service: Service, user: Annotated[User, require("overview:read")]) -> models.Overview:
    """The last published night, and how many findings are in which state."""
    grouped = (findings.c.kind, findings.c.state, findings.c.workpool)
    query = select(*grouped, func.count()).where(visible_to(user)).group_by(*grouped).order_by(*grouped)
    with service.ledger.read() as connection:
        counts = [
            models.Count(kind=kind, state=state, workpool=workpool, findings=number)
            for kind, state, workpool, number in connection.execute(query)
        ]
    last = runs.last_published(service.ledger)
    night = None
    if last is not None:
        night = models.NightSummary(
            run_id=last.run_id,
            as_of=last.as_of,
            finished_at=last.finished_at,
            # What a night changed counts everybody: without the right, only what the ledger's own count says.
            counts=last.counts if user.may("restricted:open") else {},
            measures=last.measures,
        )
    return models.Overview(night=night, counts=counts)


@router.get("/touchpoints")
def touchpoints(
    request: Request, service: Service, _: Annotated[User, require("overview:read")]
) -> list[models.Touchpoint]:
    """Where defects are born, in the order of the chain; customers under non-disclosure are in no figure."""
    _night, found, trends = found_tonight(service)
    language = language_of(request).code
    return [
        models.Touchpoint(
            touchpoint=one.name,
            records=one.records,
            defective=one.defective,
            per_1000=one.rate.value,
            low=one.rate.low,
            high=one.rate.high,
            rules=[
                models.BrokenRule(rule=rule, findings=number, at_source=at_source(rule, language))
                for rule, number in one.rules
            ],
            trend=trends[one.name],
        )
        for one in found
        if one.rate
    ]
