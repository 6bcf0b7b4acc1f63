"""Where defects are born: by the place where a record was made, with what is broken most there and what to change."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from regclean.accounts.permissions import User
from regclean.ledger import runs
from regclean.ledger.runs import Run
from regclean.quality import Born, born, protected_customers
from regclean.review.case.words import words
from regclean.review.overview import charts
from regclean.review.overview.figures import NIGHTS
from regclean.review.web.i18n import N_
from regclean.review.web.services import Service, Services, language_of, page, require
from regclean.rules import at_source

router = APIRouter()
MOST_RULES = 3
TOUCHPOINTS = {
    "web": N_("Web page"),
    "seller": N_("Seller, customer service"),
    "delivery": N_("Delivery"),
    "pickup": N_("Pickup, driver"),
    "billing": N_("Billing"),
    "feedback": N_("Feedback"),
    "list": N_("Contact persons' lists"),
    "authority": N_("Authorities"),
    "migration": N_("Migration from an older system"),
    "unknown": N_("Not told"),
}


def found_tonight(service: Services) -> tuple[Run, list[Born], dict[str, list[float | None]]]:
    """The night in force, where its defects were born, and the rate of each touchpoint over the nights, oldest first.

    Figures alone; customers under non-disclosure are in none of them.
    """
    protected = protected_customers(service.ledger)
    chosen = service.workspace.config.section("touchpoints")
    with service.night.read() as (run, night):
        found = born(night, chosen, protected=protected)
    nights = runs.published(service.ledger, limit=NIGHTS)[::-1]
    trends = {one.name: [night.measures.get(f"born_{one.name}") for night in nights] for one in found}
    return run, found, trends


@router.get("/touchpoints")
def show(request: Request, service: Service, _: Annotated[User, require("overview:read")]) -> Response:
    """By touchpoint, and of each the rules that are broken most there."""
    run, found, trends = found_tonight(service)
    language = language_of(request).code
    return page(
        request,
        "touchpoints.html",
        night=run,
        found=found,
        names=TOUCHPOINTS,
        trends=trends,
        advice=lambda rule: at_source(rule, language),
        most_rules=MOST_RULES,
        charts=charts,
        title_of=words(request)["title_of"],
    )
