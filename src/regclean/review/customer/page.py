"""The customer's card. Opening it is written down, as a case's is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from regclean import acts
from regclean.accounts.permissions import User
from regclean.accounts.sessions import Session
from regclean.acts import Context
from regclean.domain.decisions import PAIR_VERDICTS
from regclean.domain.register import subject_text
from regclean.errors import NotFoundError, ReasonNeededError
from regclean.findings.decide import DecisionLine
from regclean.review.batches.words import OPERATIONS
from regclean.review.batches.words import STATES as BATCH_STATES
from regclean.review.case.own_session import OwnSession
from regclean.review.case.results import result
from regclean.review.case.staging import REASONS
from regclean.review.case.words import words
from regclean.review.customer.cards import open_card
from regclean.review.customer.unproposed import finding_about, put_side_by_side
from regclean.review.customer.words import ENDINGS, RELATIONS, STANDING, STATES, sections, values
from regclean.review.web import privacy
from regclean.review.web.i18n import N_
from regclean.review.web.services import Acting, Service, Services, language_of, page, require
from regclean.survivorship import Choices

router = APIRouter()
Reader = Annotated[User, require("findings:read")]
Decider = Annotated[User, require("findings:decide")]
Text = Annotated[str, Form(max_length=500)]
FORM = N_("Something in the form is missing or wrong.")
CHANGED = N_("What would be written has changed since this page was made. Look again.")


@router.get("/customer/{customer_no}")
def show_customer(
    request: Request, customer_no: str, service: Service, session: OwnSession, user: Reader, acting: Acting
) -> Response:
    """The card; of a customer under non-disclosure first the question why."""
    opened = privacy.is_opened(session, subject_text("customers", customer_no))
    try:
        card = open_card(service, acting, customer_no, opened=opened)
    except ReasonNeededError:
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


@router.get("/customer/{customer_no}/compare")
def show_two(
    request: Request,
    customer_no: str,
    service: Service,
    session: OwnSession,
    user: Reader,
    acting: Acting,
    other: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Two customers side by side; where a finding asks about them, its case."""
    other = other.strip()
    for number in (customer_no, other):
        try:
            acts.open_customer(acting, number, opened=privacy.is_opened(session, subject_text("customers", number)))
        except ReasonNeededError:
            return RedirectResponse(f"/customer/{number}", 303)
    with service.ledger.read() as connection:
        asked = finding_about(connection, user, customer_no, other)
    if asked is not None:
        return RedirectResponse(f"/case/{asked}", 303)
    return _two(request, service, acting, customer_no, other)


@router.post("/customer/{customer_no}/compare")
def decide_two(
    request: Request,
    customer_no: str,
    service: Service,
    session: OwnSession,
    user: Decider,
    acting: Acting,
    other: Text = "",
    verdict: Text = "",
    reject: Text = "",
    digest: Text = "",
) -> Response:
    """Decide on two customers about whom no finding asks; a batch makes one of it."""
    for number in (customer_no, other):
        _check_opened(acting, session, number)
    known = {code for code, _ in REASONS["duplicate"]}
    if verdict not in PAIR_VERDICTS or (verdict == "different" and reject not in known):
        return _two(request, service, acting, customer_no, other, 422, problem=FORM)
    merged = result(service, (customer_no, other), Choices()) if verdict == "same" else None
    if merged is not None and merged.digest != digest:
        return _two(request, service, acting, customer_no, other, 409, problem=CHANGED)
    left, right = sorted((customer_no, other))
    line = DecisionLine(
        number=1,
        verdict=verdict,
        user=acting.user.name,
        customer_no_l=left,
        customer_no_r=right,
        reason=reject if verdict == "different" else None,
        choices=(merged.recorded or None) if merged else None,
    )
    acts.decide(acting, line)
    return RedirectResponse(f"/customer/{customer_no}", 303)


def _check_opened(acting: Context, session: Session, customer_no: str) -> None:
    """Errors: NotFoundError for whom this account must not know of, 403 before a reason was given."""
    with acting.ledger.read() as connection:
        if customer_no in acts.hidden_from(connection, acting.user):
            raise NotFoundError("there is no such customer.")
        protected = acts.is_protected_customer(connection, customer_no)
    if protected and not privacy.is_opened(session, subject_text("customers", customer_no)):
        raise HTTPException(403)


def _two(
    request: Request,
    service: Services,
    acting: Context,
    one: str,
    other: str,
    status: int = 200,
    *,
    problem: str | None = None,
) -> Response:
    view = put_side_by_side(service, acting, one, other, language_of(request))
    return page(
        request,
        "two.html",
        status,
        view=view,
        one=one,
        other=other,
        problem=problem,
        reasons=REASONS["duplicate"],
        may_decide=acting.user.may("findings:decide"),
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
