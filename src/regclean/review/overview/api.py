"""How much there is to do, in figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy import func, select

from regclean.accounts.permissions import User
from regclean.acts import visible_to
from regclean.ledger import runs
from regclean.ledger.tables import findings
from regclean.review.overview import models
from regclean.review.web.api import problems
from regclean.review.web.services import Service, require

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
