"""Who is asking, and the one door to masked values."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from regclean.config.secret import workspace_key
from regclean.review import privacy
from regclean.review.api import models, problems
from regclean.review.permissions import PERMISSIONS, User
from regclean.review.services import CurrentUser, Service, require

router = APIRouter(tags=["people"], responses=problems())


@router.get("/me")
def me(user: CurrentUser) -> models.Me:
    """Who the token belongs to, and what it may do."""
    allowed = [permission for permission in PERMISSIONS if user.may(permission)]
    return models.Me(user=user.name, roles=list(user.roles), permissions=allowed)


@router.post("/reveals", responses=problems(404))
def reveal(service: Service, user: Annotated[User, require("ids:reveal")], new: models.NewReveal) -> models.Revealed:
    """Show one masked value: the reason goes to the audit log, with who and when."""
    key = workspace_key(service.workspace.var)
    value = privacy.reveal(service.ledger, user, key, new.subject, new.field, new.reason, new.note, service.now())
    return models.Revealed(subject=new.subject, field=new.field, value=value)
