"""What the pages of the desk share: the session of whoever is at it, with what waits there, and the counts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from regclean.accounts import sessions
from regclean.accounts.permissions import User
from regclean.accounts.sessions import Session
from regclean.acts import Context, arrange, is_protected
from regclean.review.case import cases
from regclean.review.case.desk import CountsCache
from regclean.review.case.staging import Staging, changing, from_data
from regclean.review.web.privacy import is_opened
from regclean.review.web.services import CurrentSession, NotSignedIn, Services

TOLD = "told"


def own_session(session: CurrentSession) -> Session:
    if session is None:
        raise NotSignedIn
    return session


OwnSession = Annotated[Session, Depends(own_session)]


def remember_opened(service: Services, user: User, finding_id: str, now: Any) -> None:
    with service.ledger.write() as connection:
        sessions.change_desk(connection, user.name, changing(lambda held: held.open(finding_id, now)))


def change_staging(acting: Context, session: Session, change: Any) -> Staging:
    held = from_data(arrange(acting, changing(change)))
    if TOLD in session.data:
        with acting.ledger.write() as connection:
            sessions.change_data(connection, session.digest, lambda data: data.pop(TOLD, None))
    return held


def open_case(
    connection: Connection, service: Services, user: User, session: Session, finding_id: str
) -> cases.OpenCase:
    """The case, if this user may see it and has opened it. Errors: 404, 403."""
    may_open(connection, user, session, finding_id)
    case = cases.find(connection, user, finding_id, service.night.look)
    if case is None:
        raise HTTPException(404)
    return case


def may_open(connection: Connection, user: User, session: Session, finding_id: str) -> None:
    """Errors: 404 for a case that this user may not see, 403 for a protected one that was not opened."""
    row = cases.find_row(connection, user, finding_id)
    if row is None:
        raise HTTPException(404)
    if is_protected(connection, finding_id) and not is_opened(session, row["case_key"]):
        raise HTTPException(403)


def counts_of(request: Request) -> CountsCache:
    if not hasattr(request.app.state, "counts"):
        request.app.state.counts = CountsCache()
    found: CountsCache = request.app.state.counts
    return found
