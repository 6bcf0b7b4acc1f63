"""Search, for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from regclean.accounts.permissions import User
from regclean.acts import Context
from regclean.review.search import finding, models
from regclean.review.web.api import problems
from regclean.review.web.models import OneLine
from regclean.review.web.services import Acting, Service, Services, require

router = APIRouter(tags=["customers"], responses=problems())
Reader = Annotated[User, require("findings:read")]


@router.get("/search")
def search(service: Service, user: Reader, acting: Acting, q: OneLine) -> models.SearchAnswer:
    """Customers, sites, shared bins, findings and batches that begin as `q` does. An address is written into many logs:
    send what is personal with POST.
    """
    return _answer(service, acting, q)


@router.post("/search")
def search_quietly(service: Service, user: Reader, acting: Acting, asked: models.Question) -> models.SearchAnswer:
    """The same, with the question in the body."""
    return _answer(service, acting, asked.q)


def _answer(service: Services, acting: Context, text: str) -> models.SearchAnswer:
    names = models.FoundSubject.model_fields
    return models.SearchAnswer(
        items=[
            models.FoundSubject(**{name: getattr(one, name) for name in names})
            for one in finding.find(service, acting, text)
        ]
    )
