"""The one door to masked values."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from regclean.accounts.permissions import User
from regclean.config import workspace_key
from regclean.review.case import models
from regclean.review.web import privacy
from regclean.review.web.api import problems
from regclean.review.web.services import Service, require

router = APIRouter(tags=["people"], responses=problems())


@router.post("/reveals", responses=problems(404))
def reveal(service: Service, user: Annotated[User, require("ids:reveal")], new: models.NewReveal) -> models.Revealed:
    """Show one masked value: the reason goes to the audit log, with who and when."""
    key = workspace_key(service.workspace.var)
    value = privacy.reveal(service.ledger, user, key, new.subject, new.field, new.reason, new.note, service.now())
    return models.Revealed(subject=new.subject, field=new.field, value=value)
