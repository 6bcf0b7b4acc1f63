"""The audit log, for auditors."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter

from regclean.ledger.audit import verify
from regclean.review import audit_log
from regclean.review.api import models, problems
from regclean.review.permissions import User
from regclean.review.services import Service, require

router = APIRouter(tags=["audit"], responses=problems())
Auditor = Annotated[User, require("audit:read")]


@router.get("/audit")
def read_audit(
    service: Service,
    user: Auditor,
    actor: models.Line | None = None,
    action: models.Line | None = None,
    subject: models.Line | None = None,
    since: date | None = None,
    until: date | None = None,
    before: models.Number | None = None,
    limit: models.Limit = 100,
) -> models.AuditPage:
    """Who did or saw what, newest first; `before` takes the `next` of the page before."""
    chosen = audit_log.AuditFilter(actor, action, subject, since, until, before)
    with service.ledger.read() as connection:
        rows = audit_log.read_page(connection, chosen, service.workspace.config.timezone, limit + 1)
    items = [models.AuditEntry(**{name: row[name] for name in models.AuditEntry.model_fields}) for row in rows[:limit]]
    return models.AuditPage(items=items, next=items[-1].seq if len(rows) > limit else None)


@router.get("/audit/state")
def audit_state(service: Service, user: Auditor) -> models.AuditState:
    """Is the log whole?"""
    with service.ledger.read() as connection:
        entries = audit_log.size(connection)
    broken = verify(service.ledger)
    return models.AuditState(entries=entries, whole=broken is None, broken_at=broken)
