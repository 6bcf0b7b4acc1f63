"""The first screen: what the day holds for each role that whoever signed in has."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from regclean import acts
from regclean.accounts.permissions import User
from regclean.config import Config, default_config
from regclean.review.audit.page import ACTIONS
from regclean.review.batches import releases
from regclean.review.batches.words import LEFT_OUT, STATES
from regclean.review.case.own_session import OwnSession, counts_of
from regclean.review.case.staging import from_data
from regclean.review.case.words import words
from regclean.review.sign_in.account_page import ROLE_NAMES
from regclean.review.today import days
from regclean.review.web.i18n import N_
from regclean.review.web.services import Acting, NavItem, Service, page, require

router = APIRouter()
nav = (NavItem(5, "/today", N_("Today"), "overview:read"),)
Reader = Annotated[User, require("overview:read")]
WHY = {
    "complaint": N_("with an open complaint"),
    "back": N_("have come back"),
    "billed_twice": N_("billed twice"),
    "error": N_("with an error in the register"),
    "long": N_("have waited for 30 days or more"),
}
UNUSUAL = {
    "many": N_("customers made of three or more"),
    "ended": N_("customers whose status changes"),
    "removed": N_("lines removed"),
    "cleared": N_("values cleared"),
    "ids": N_("ids and account numbers changed"),
}
WAYS_IN = {
    "password": N_("password"),
    "organisation": N_("the organisation's account"),
    "nothing": N_("tokens alone"),
}
# Addresses and secrets of other systems are nobody's business on a page.
UNSAID = ("secret", "password", "url", "syslog", "copy_to", "client_id", "source")


@router.get("/today")
def show(request: Request, service: Service, session: OwnSession, user: Reader, acting: Acting) -> Response:
    """One part for each thing that this account does."""
    now = service.now()
    reads, builds = user.may("findings:read"), user.may("batches:read")
    tasks = acts.count_tasks(acting) if reads else acts.TaskCounts()
    batches = releases.all_batches(service.ledger, user) if builds else []
    with service.ledger.read() as connection:
        steward = (
            days.steward_day(connection, acting, counts_of(request), len(from_data(session.desk).items), tasks)
            if user.may("findings:decide")
            else None
        )
        built = [
            days.Waiting(batch, days.unusual(connection, batch.batch_id), user.name in batch.decided_by)
            for batch in batches
            if batch.state in days.WAITING
        ]
        auditor = days.audit_day(connection, now) if user.may("audit:read") else None
        conflicts = days.disagreements(connection, user) if reads else 0
        accepted = days.accepted(connection, user) if builds else 0
    admin = user.may("users:manage")
    return page(
        request,
        "today.html",
        steward=steward,
        tasks=tasks,
        built=built,
        ready=[batch for batch in batches if batch.state in days.READY],
        doubtful=[batch for batch in batches if batch.state in days.DOUBTFUL],
        conflicts=conflicts,
        accepted=accepted,
        auditor=auditor,
        people=acts.list_accounts(acting) if admin else [],
        tokens=acts.list_tokens(acting) if admin else [],
        failures=acts.list_failures(acting) if admin else [],
        settings=settings_in_force(service.workspace.config) if admin else [],
        oidc=bool(service.settings["oidc_issuer"]),
        why=WHY,
        why_left_out=LEFT_OUT,
        unusual=UNUSUAL,
        states=STATES,
        actions=ACTIONS,
        roles=ROLE_NAMES,
        ways_in=WAYS_IN,
        **words(request),
    )


def settings_in_force(config: Config) -> list[tuple[str, str, str]]:
    """Section, key and value of every setting that is not the default; no address or secret of another system."""
    defaults = default_config().sections
    return [
        (section, key, _plain(value))
        for section, held in sorted(config.sections.items())
        for key, value in sorted(held.items())
        if value != defaults.get(section, {}).get(key) and not any(word in key for word in UNSAID)
    ]


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "–"
    return str(value)
