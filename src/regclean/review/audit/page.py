"""The audit log, for auditors: who saw or did what, and whether the log is whole. Reading it out is logged too."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from regclean import csv_files
from regclean.accounts.permissions import User
from regclean.acts import hidden_from
from regclean.ledger.audit import Entry, append, verify
from regclean.review.audit import audit_log
from regclean.review.audit.audit_log import AuditFilter
from regclean.review.web.i18n import N_
from regclean.review.web.numbers import whole_number
from regclean.review.web.services import NavItem, Service, page, require

router = APIRouter()
nav = [NavItem(90, "/audit", N_("Audit log"), "audit:read")]
Auditor = Annotated[User, require("audit:read")]
Text = Annotated[str, Query(max_length=200)]
PAGE = 100

# What the log's codes mean, for people.
ACTIONS = {
    "answers_import": N_("took the answers of contact persons in"),
    "assign": N_("gave a case to somebody"),
    "batch_apply": N_("applied a batch"),
    "batch_approve": N_("approved a batch"),
    "batch_build": N_("built a batch"),
    "batch_contradicted": N_("saw that the register contradicts a batch"),
    "batch_files": N_("took a batch's files away"),
    "batch_export": N_("wrote a batch's files"),
    "batch_reject": N_("sent a batch back"),
    "batch_release": N_("released a batch"),
    "batch_seal": N_("sealed the national ids of an older batch"),
    "batch_undo": N_("took a batch back"),
    "comment": N_("commented"),
    "decide": N_("decided"),
    "decide_alike": N_("decided many alike at once"),
    "export_audit": N_("exported the audit log"),
    "handle": N_("worked on a case"),
    "login": N_("signed in"),
    "login_failed": N_("failed to sign in"),
    "login_refused": N_("was refused: too many failures, or disabled"),
    "logout": N_("signed out"),
    "open_customer": N_("opened a customer's card"),
    "open_restricted": N_("opened a protected case"),
    "plan_task": N_("planned a task"),
    "publish": N_("published a night"),
    "report_task": N_("told what came of a task"),
    "reveal": N_("saw a masked value"),
    "sessions_ended": N_("signed out everywhere"),
    "token_made": N_("made a token"),
    "tokens_revoked": N_("ended tokens"),
    "undo": N_("took a decision back"),
    "user_added": N_("added an account"),
    "user_disabled": N_("disabled an account"),
    "user_enabled": N_("enabled an account"),
    "user_password": N_("set a password"),
    "user_roles": N_("changed roles"),
    "verify_audit": N_("checked the audit log"),
}


@router.get("/audit")
def show(
    request: Request,
    service: Service,
    user: Auditor,
    actor: Text = "",
    action: Text = "",
    subject: Text = "",
    since: Text = "",
    until: Text = "",
    before: Text = "",
) -> Response:
    """The log, newest first, filtered."""
    chosen = _filter(actor, action, subject, since, until, before)
    zone = service.workspace.config.timezone
    with service.ledger.read() as connection:
        hidden = hidden_from(connection, user)
        rows = audit_log.read_page(connection, chosen, zone, PAGE + 1, hidden)
        actors, actions = audit_log.actors_and_actions(connection)
        entries = audit_log.size(connection)
    filters = {"actor": actor, "action": action, "subject": subject, "since": since, "until": until}
    kept = {name: value for name, value in filters.items() if value}
    return page(
        request,
        "audit.html",
        rows=rows[:PAGE],
        older=urlencode({**kept, "before": rows[PAGE - 1]["seq"]}) if len(rows) > PAGE else None,
        filters=filters,
        actors=actors,
        actions=actions,
        words=ACTIONS,
        entries=entries,
        checked=request.query_params.get("checked"),
    )


@router.post("/audit/verify")
def check(service: Service, user: Auditor) -> Response:
    """Check the chain of hashes from its first entry to its last."""
    broken = verify(service.ledger)
    with service.ledger.write() as connection:
        append(connection, Entry(service.now(), user.name, "verify_audit", "audit:", detail={"broken_at": broken}))
    return RedirectResponse(f"/audit?checked={broken or 'whole'}", 303)


@router.post("/audit/export")
def export(
    service: Service,
    user: Auditor,
    actor: Annotated[str, Form(max_length=200)] = "",
    action: Annotated[str, Form(max_length=200)] = "",
    subject: Annotated[str, Form(max_length=200)] = "",
    since: Annotated[str, Form(max_length=200)] = "",
    until: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The filtered log as a csv file, oldest first; that it was taken is the log's next entry."""
    chosen = _filter(actor, action, subject, since, until, "")
    asked = {"actor": actor, "action": action, "subject": subject, "since": since, "until": until}
    detail = {name: value for name, value in asked.items() if value}
    with service.ledger.write() as connection:
        append(connection, Entry(service.now(), user.name, "export_audit", "audit:", detail=detail))
        hidden = hidden_from(connection, user)
    config = service.workspace.config
    lines = audit_log.csv_lines(
        service.ledger, chosen, config.timezone, hidden, spreadsheet=csv_files.for_people(config)
    )
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _filter(actor: str, action: str, subject: str, since: str, until: str, before: str) -> AuditFilter:
    """What cannot be meant is left out."""
    return AuditFilter(
        actor=_plain(actor),
        action=_plain(action),
        subject=_plain(subject),
        since=_day(since),
        until=_day(until),
        before=whole_number(before),
    )


def _plain(text: str) -> str | None:
    return text.strip() if text.isprintable() and text.strip() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
