"""Tokens of the API: shown once, kept as a digest, limited to scopes, revocable."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from regclean.accounts.permissions import PERMISSIONS, User, permissions_of, user_of
from regclean.accounts.sessions import digest_of
from regclean.domain.register import subject_text
from regclean.errors import UsageError
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import tokens, users

PREFIX = "rgc_"  # so that a leaked token is recognised as one


def make_token(
    connection: Connection,
    user: str,
    label: str,
    scopes: Sequence[str],
    now: datetime,
    *,
    expires_at: datetime | None = None,
    by: str,
) -> str:
    """A new token, inside a write transaction; only its digest is kept.

    Errors: UsageError when the user is unknown or may not do what a scope says.
    """
    row = connection.execute(select(users.c.roles).where(users.c.user == user, users.c.active)).first()
    if row is None:
        raise UsageError(f"there is no active user '{user}'.", remedy="See: regclean user list")
    unknown = sorted(set(scopes) - set(PERMISSIONS))
    if unknown or not scopes:
        raise UsageError(
            f"unknown scope '{unknown[0]}'." if unknown else "a token needs a scope.",
            remedy=f"Known: {', '.join(PERMISSIONS)}.",
        )
    beyond = sorted(set(scopes) - permissions_of(row.roles))
    if beyond:
        raise UsageError(f"the roles of '{user}' do not include '{beyond[0]}'.")
    secret = PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        insert(tokens).values(
            token_digest=digest_of(secret),
            user=user,
            label=label,
            scopes=sorted(set(scopes)),
            created_at=now,
            expires_at=expires_at,
        )
    )
    append(
        connection, Entry(now, by, "token_made", subject_text("users", user), detail={"scopes": sorted(set(scopes))})
    )
    return secret


def find_user(connection: Connection, secret: str, now: datetime) -> User | None:
    """The user behind a token, within its scopes; None when it is unknown, revoked, expired or the user is not active."""
    query = (
        select(tokens.c.scopes, users)
        .join(users, users.c.user == tokens.c.user)
        .where(
            tokens.c.token_digest == digest_of(secret),
            tokens.c.revoked_at.is_(None),
            or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now),
            users.c.active,
        )
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return user_of(row, "token", row["scopes"])


def revoke_tokens(connection: Connection, user: str, now: datetime, *, by: str) -> int:
    """End every token of a user, inside a write transaction; returns how many ended."""
    query = update(tokens).where(tokens.c.user == user, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
    ended = int(connection.execute(query).rowcount)
    if ended:
        append(connection, Entry(now, by, "tokens_revoked", subject_text("users", user), detail={"tokens": ended}))
    return ended
