"""The nights: what was read, refused, checked and found; the full report of each is served as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from regclean.accounts.permissions import User
from regclean.ledger import runs
from regclean.ledger.runs import Run
from regclean.review.web.i18n import N_
from regclean.review.web.services import NavItem, Service, page, require

router = APIRouter()
nav = (NavItem(40, "/nights", N_("Nights"), "overview:read"),)
Reader = Annotated[User, require("overview:read")]

STEPS = {
    "load": N_("Read the files"),
    "check landed": N_("Check what was read"),
    "standardise": N_("Standardise"),
    "check standardised": N_("Check what was standardised"),
    "link customers": N_("Link customers"),
    "link members": N_("Link the lines of shared bins"),
    "check linked": N_("Check the links"),
    "find": N_("Apply the rules"),
    "assemble findings": N_("Assemble the findings"),
    "check findings": N_("Check the findings"),
    "index": N_("Prepare the search"),
    "publish": N_("Publish"),
    "bin reports": N_("Write the pages of shared bins"),
}
SUITES = {
    "landed": N_("What was read"),
    "standardised": N_("Standardised tables"),
    "linked": N_("Links"),
    "findings": N_("Findings"),
}
TABLES = {
    "customers": N_("Customers"),
    "sites": N_("Sites"),
    "site_roles": N_("Roles at sites"),
    "services": N_("Services"),
    "bin_groups": N_("Shared bins"),
    "bin_group_members": N_("Lines of shared-bin lists"),
    "evidence": N_("Signals from other sources"),
    "emptyings": N_("Emptyings"),
    "invoices": N_("Bills"),
    "buildings": N_("Buildings"),
}
MEASURES = {
    "findings": N_("Findings"),
    "quarantined": N_("Records set aside"),
    "failed_checks": N_("Checks that did not pass"),
    "duplicates_left": N_("Duplicates left"),
    "stale_customers": N_("Stale customers"),
    "bin_group_defects": N_("Shared-bin defects"),
    "field_faults": N_("Faulty fields"),
    "seconds": N_("Seconds"),
}
STATUSES = {
    "published": N_("Published"),
    "failed": N_("Stopped"),
    "running": N_("Running"),
}
# A report's own style sheet stands in it; scripts, frames and addresses elsewhere stay forbidden.
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
_REPORT = re.compile(r"(?:index|[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3,6})\.html")


@router.get("/nights")
def nights(request: Request, service: Service, user: Reader) -> Response:
    """Every night, newest first."""
    return page(
        request,
        "nights.html",
        nights=runs.history(service.ledger, limit=120),
        statuses=STATUSES,
        has_report=lambda run_id: user.may("findings:read") and _report(service, f"{run_id}.html") is not None,
    )


@router.get("/nights/{run_id}")
def night(request: Request, run_id: str, service: Service, user: Reader) -> Response:
    """One night: its steps, files, checks with failing keys, and what is new against the night before."""
    run = runs.get(service.ledger, run_id)
    if run is None:
        raise HTTPException(404)
    before = _before(service, run)
    return page(
        request,
        "night.html",
        run=run,
        before=before,
        compared=_compared(run, before),
        landed=_landed(run),
        steps=STEPS,
        suites=SUITES,
        tables=TABLES,
        statuses=STATUSES,
        has_report=user.may("findings:read") and _report(service, f"{run_id}.html") is not None,
        shows_keys=user.may("findings:read"),
    )


@router.get("/reports/{name}")
def report(name: str, service: Service, user: Annotated[User, require("findings:read")]) -> Response:
    """A night's report as it was written: it names keys of customers, so it needs the right to findings.

    Only names that the night gives to reports are looked for.
    """
    text = _report(service, name)
    if text is None:
        raise HTTPException(404)
    return HTMLResponse(text, headers={"content-security-policy": REPORT_POLICY})


def _report(service: Service, name: str) -> str | None:
    if not _REPORT.fullmatch(name):
        return None
    path = service.workspace.var / "reports" / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _before(service: Service, run: Run) -> Run | None:
    """The published night that this one followed."""
    earlier = runs.history(service.ledger, status="published", limit=1000)
    return next((other for other in earlier if other.started_at < run.started_at), None)


def _landed(run: Run) -> list[tuple[str, int, int | None]]:
    """Table, rows read, rows the night before."""
    names = [name for name in TABLES if name in run.landed or name in run.previous_landed]
    return [(name, run.landed.get(name, 0), run.previous_landed.get(name)) for name in names]


def _compared(run: Run, before: Run | None) -> list[Mapping[str, Any]]:
    """The measures of both nights, where this one has them."""
    return [
        {
            "title": title,
            "now": run.measures[name],
            "before": before.measures.get(name) if before else None,
        }
        for name, title in MEASURES.items()
        if name in run.measures
    ]
