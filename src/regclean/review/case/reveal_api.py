"""The one door to masked values."""

from __future__ import annotations

from fastapi import APIRouter

from regclean import acts
from regclean.review.case import models
from regclean.review.web.api import problems
from regclean.review.web.services import Acting

router = APIRouter(tags=["people"], responses=problems())


@router.post("/reveals", responses=problems())
def reveal(acting: Acting, new: models.NewReveal) -> models.Revealed:
    """Show one masked value: the reason goes to the audit log, with who and when."""
    value = acts.reveal(acting, new.subject, new.field, new.reason, new.note)
    return models.Revealed(subject=new.subject, field=new.field, value=value)
