"""Who is asking."""

from __future__ import annotations

from fastapi import APIRouter

from regclean.accounts.permissions import PERMISSIONS
from regclean.review.sign_in import models
from regclean.review.web.api import problems
from regclean.review.web.services import CurrentUser

router = APIRouter(tags=["people"], responses=problems())


@router.get("/me")
def me(user: CurrentUser) -> models.Me:
    """Who the token belongs to, and what it may do."""
    allowed = [permission for permission in PERMISSIONS if user.may(permission)]
    return models.Me(user=user.name, roles=list(user.roles), permissions=allowed)
