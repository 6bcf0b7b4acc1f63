"""The audit log, for auditors."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter

from regclean.accounts.permissions import User
from regclean.acts import hidden_from
from regclean.ledger.audit import verify
from regclean.review.audit import audit_log, models
from regclean.review.web.api import problems
from regclean.review.web.models import Limit, Number, OneLine
from regclean.review.web.services import Service, require

router = APIRouter(tags=["audit"], responses=problems())
Auditor = Annotated[User, require("audit:read")]


@router.get("/audit")
def read_audit(
    service: Service,
    user: Auditor,
    actor: OneLine | None = None,
    action: OneLine | None = None,
    subject: OneLine | None = None,
    since: date | None = None,
    until: date | None = None,
    before: Number | None = None,
    limit: Limit = 100,
) -> models.AuditPage:
    """Who did or saw what, newest first; `before` takes the `next` of the page before."""
    chosen = audit_log.AuditFilter(actor, action, subject, since, until, before)
    with service.ledger.read() as connection:
        hidden = hidden_from(connection, user)
        rows = audit_log.read_page(connection, chosen, service.workspace.config.timezone, limit + 1, hidden)
    items = [models.AuditEntry(**{name: row[name] for name in models.AuditEntry.model_fields}) for row in rows[:limit]]
    return models.AuditPage(items=items, next=items[-1].seq if len(rows) > limit else None)


@router.get("/audit/state")
def audit_state(service: Service, user: Auditor) -> models.AuditState:
    """Is the log whole?"""
    with service.ledger.read() as connection:
        entries = audit_log.size(connection)
    broken = verify(service.ledger)
    return models.AuditState(entries=entries, whole=broken is None, broken_at=broken)
