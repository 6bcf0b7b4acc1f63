"""The customer's card. Opening it is written down, as a case's is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from regclean import acts
from regclean.accounts.permissions import User
from regclean.domain.register import subject_text
from regclean.errors import NotFoundError, UsageError
from regclean.review.batches.words import OPERATIONS
from regclean.review.batches.words import STATES as BATCH_STATES
from regclean.review.case.own_session import OwnSession
from regclean.review.case.words import words
from regclean.review.customer.cards import open_card
from regclean.review.customer.words import ENDINGS, RELATIONS, STANDING, STATES, sections, values
from regclean.review.web import privacy
from regclean.review.web.services import Acting, Service, language_of, page, require

router = APIRouter()
Reader = Annotated[User, require("findings:read")]
Text = Annotated[str, Form(max_length=500)]


@router.get("/customer/{customer_no}")
def show_customer(
    request: Request, customer_no: str, service: Service, session: OwnSession, user: Reader, acting: Acting
) -> Response:
    """The card; of a customer under non-disclosure first the question why."""
    opened = privacy.is_opened(session, subject_text("customers", customer_no))
    try:
        card = open_card(service, acting, customer_no, opened=opened)
    except NotFoundError:
        raise
    except UsageError:
        return page(request, "open_customer.html", customer_no=customer_no, reasons=privacy.REASONS)
    return page(
        request,
        "customer.html",
        card=card,
        sections=sections(card, language_of(request).gettext),
        values=values(card),
        relations=RELATIONS,
        endings=ENDINGS,
        operations=OPERATIONS,
        states=STATES,
        standing=STANDING,
        batch_states=BATCH_STATES,
        **words(request),
    )


@router.post("/customer/{customer_no}/open")
def open_customer(
    customer_no: str, session: OwnSession, acting: Acting, reason: Text = "", note: Text = ""
) -> Response:
    """Give the reason for a protected customer's card; it holds for this session."""
    acts.open_customer(acting, customer_no, reason, note)
    privacy.remember_opened(acting.ledger, session, subject_text("customers", customer_no))
    return RedirectResponse(f"/customer/{customer_no}", 303)
