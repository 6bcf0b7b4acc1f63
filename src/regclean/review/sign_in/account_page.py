"""One's own account: roles, language, open sessions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from regclean.accounts import sessions
from regclean.domain.register import subject_text
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import sessions as sessions_table
from regclean.review.web.i18n import N_
from regclean.review.web.services import CurrentUser, Service, page

router = APIRouter()
ROLE_NAMES = {
    "steward": N_("data steward"),
    "approver": N_("approver"),
    "clerk": N_("register clerk"),
    "admin": N_("administrator of accounts"),
    "auditor": N_("auditor"),
    "restricted": N_("right to protected customers"),
}


@router.get("/account")
def account(request: Request, service: Service, user: CurrentUser) -> Response:
    """Who I am here, and where I have signed in."""
    now = service.now()
    query = (
        select(sessions_table.c.session_digest, sessions_table.c.created_at, sessions_table.c.seen_at)
        .where(
            sessions_table.c.user == user.name,
            sessions_table.c.revoked_at.is_(None),
            sessions_table.c.expires_at > now,
            sessions_table.c.seen_at > now - service.lifetime.idle,
        )
        .order_by(sessions_table.c.created_at, sessions_table.c.session_digest)
    )
    with service.ledger.read() as connection:
        return page(request, "account.html", open_sessions=connection.execute(query).all(), roles=ROLE_NAMES)


@router.post("/account/end-sessions")
def end_sessions(service: Service, user: CurrentUser) -> Response:
    """Sign out everywhere."""
    with service.ledger.write() as connection:
        ended = sessions.revoke(connection, service.now(), user=user.name)
        entry = Entry(
            service.now(), user.name, "sessions_ended", subject_text("users", user.name), detail={"sessions": ended}
        )
        append(connection, entry)
    return RedirectResponse("/login", 303)
