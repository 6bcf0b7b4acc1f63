"""A customer, for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException

from regclean.accounts.permissions import User
from regclean.errors import ReasonNeededError
from regclean.review.case.models import Look
from regclean.review.customer import models
from regclean.review.customer.cards import Card, open_card
from regclean.review.web.api import problems
from regclean.review.web.services import Acting, Service, require

router = APIRouter(tags=["customers"], responses=problems())
Reader = Annotated[User, require("findings:read")]
CustomerNo = Annotated[str, Path(max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["1003"])]
# Sections of `inspection` whose names are no names of fields.
TITLES = {"relations": "link pairs", "bin_lines": "link lines", "decided_pairs": "decided pairs"}


@router.get("/customers/{customer_no}")
def get_customer(service: Service, user: Reader, acting: Acting, customer_no: CustomerNo) -> models.Customer:
    """A customer's card; reading it is in the audit log. A protected one is opened with a reason instead (POST …/open)."""
    try:
        return _told(open_card(service, acting, customer_no))
    except ReasonNeededError as error:
        raise HTTPException(403, "this customer is protected: open it with a reason") from error


@router.post("/customers/{customer_no}/open")
def open_customer(
    service: Service, user: Reader, acting: Acting, customer_no: CustomerNo, look: Look
) -> models.Customer:
    """Open a protected customer: the reason goes to the audit log, with who and when."""
    return _told(open_card(service, acting, customer_no, reason=look.reason, note=look.note))


def _told(card: Card) -> models.Customer:
    told = set(models.Customer.model_fields) - {"customer_no", "source", "protected", "coming"}
    return models.Customer(
        customer_no=card.customer_no,
        source=card.subject.source,
        protected=card.protected,
        coming=[models.Coming(**asdict(one)) for one in card.coming],
        **{name: [dict(line) for line in card.lines(TITLES.get(name, name))] for name in told},
    )
