"""Sessions live in the ledger, where they can be revoked; the browser holds a random value, the ledger its digest."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from regclean.accounts.permissions import User, user_of
from regclean.ledger import Ledger
from regclean.ledger.tables import desks, sessions, users

TOUCH_SECONDS = 60  # how stale "last seen" may be: one write a minute, not one a click


@dataclass(frozen=True, slots=True)
class Session:
    """An open session.

    `data` is what the page keeps for it: language, opened protected cases. `desk` is what the page keeps for the person
    in every session: staged decisions.
    """

    digest: str
    user: User
    csrf_token: str
    seen_at: datetime
    data: Mapping[str, Any]
    desk: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts: without use, and at all."""

    idle: timedelta
    absolute: timedelta


def digest_of(secret: str) -> str:
    """What the ledger keeps of a random secret. It is long and random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_session(
    connection: Connection, user: str, lifetime: Lifetime, now: datetime, *, data: Mapping[str, Any] | None = None
) -> str:
    """Begin a session inside a write transaction; returns the cookie's value. Sessions that are over are swept."""
    secret = secrets.token_urlsafe(32)
    connection.execute(delete(sessions).where(sessions.c.expires_at < now - lifetime.absolute))
    connection.execute(
        insert(sessions).values(
            session_digest=digest_of(secret),
            user=user,
            csrf_token=secrets.token_urlsafe(32),
            created_at=now,
            seen_at=now,
            expires_at=now + lifetime.absolute,
            data=dict(data or {}),
        )
    )
    return secret


def find_session(connection: Connection, secret: str, lifetime: Lifetime, now: datetime) -> Session | None:
    """The session behind a cookie; None when it is unknown, revoked, over, or its user is no longer active."""
    query = (
        select(sessions, users.c.full_name, users.c.roles, users.c.language, desks.c.data.label("desk"))
        .join(users, users.c.user == sessions.c.user)
        .outerjoin(desks, desks.c.user == sessions.c.user)
        .where(
            sessions.c.session_digest == digest_of(secret),
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.seen_at > now - lifetime.idle,
            users.c.active,
        )
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    user = user_of(row, "session")
    return Session(row["session_digest"], user, row["csrf_token"], row["seen_at"], row["data"], row["desk"] or {})


def touch(ledger: Ledger, digest: str, now: datetime) -> None:
    """The session was used now."""
    with ledger.write() as connection:
        connection.execute(
            update(sessions).where(sessions.c.session_digest == digest, sessions.c.seen_at < now).values(seen_at=now)
        )


def change_data(connection: Connection, digest: str, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Change what a session keeps, inside a write transaction, so that two tabs do not lose each other's changes."""
    query = select(sessions.c.data).where(sessions.c.session_digest == digest)
    data: dict[str, Any] = dict(connection.execute(query).scalar() or {})
    change(data)
    connection.execute(update(sessions).where(sessions.c.session_digest == digest).values(data=data))
    return data


def change_desk(connection: Connection, user: str, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Change what is kept for a person, inside a write transaction."""
    found = connection.execute(select(desks.c.data).where(desks.c.user == user)).scalar()
    data: dict[str, Any] = dict(found or {})
    change(data)
    if found is None:
        connection.execute(insert(desks).values(user=user, data=data))
    else:
        connection.execute(update(desks).where(desks.c.user == user).values(data=data))
    return data


def revoke(connection: Connection, now: datetime, *, digest: str | None = None, user: str | None = None) -> int:
    """End one session, or all of a user, inside a write transaction; returns how many ended."""
    if (digest is None) == (user is None):
        raise ValueError("either a session or a user")
    query = update(sessions).where(sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)
    query = query.where(sessions.c.session_digest == digest if digest else sessions.c.user == user)
    return int(connection.execute(query.values(revoked_at=now)).rowcount)
