"""Accounts and tokens: made and changed by an administrator; one's own password and tokens also by oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from regclean.accounts import local, tokens
from regclean.accounts.permissions import permissions_of
from regclean.acts.context import Context, act
from regclean.errors import ConflictError, ForbiddenError, SignInError, UsageError
from regclean.ledger import Ledger
from regclean.ledger.tables import sign_in_failures, users
from regclean.ledger.tables import tokens as tokens_table


def has_accounts(ledger: Ledger) -> bool:
    """Is there anybody who can sign in, or act by a token?"""
    with ledger.read() as connection:
        return connection.execute(select(users.c.user).where(users.c.active).limit(1)).first() is not None


@act(None)
def check_may_add(context: Context, roles: Sequence[str], *, signs_in_here: bool = True) -> None:
    """May an account with these roles be added? Whoever adds it need not think of a password before knowing.

    The first administrator needs nobody's right: there is nobody yet. Errors: SignInError, ForbiddenError, UsageError.
    """
    if _administrators(context):
        if context.user.by == "nobody":
            raise SignInError("accounts are made by an administrator.", remedy="Sign in with: regclean sign-in NAME")
        context.user.require("users:manage")
    elif "admin" not in roles:
        raise UsageError(
            "the first account must be an administrator's: it makes the others.",
            remedy="Make it with: regclean user add NAME --role admin",
        )
    elif not signs_in_here:
        raise UsageError("the first account must be able to sign in here: it needs a password.")


@act(None)
def add_account(
    context: Context, name: str, roles: Sequence[str], password: str | None, *, full_name: str | None = None
) -> None:
    """Add an account. `password` None: it signs in with the organisation's account of this name; `local.NO_PASSWORD`: it
    is a service account and never signs in. Errors: as `check_may_add`, and ConflictError when the name is taken.
    """
    check_may_add(context, roles, signs_in_here=password not in (None, local.NO_PASSWORD))
    local.add_user(context.ledger, name, roles, password, context.now, by=context.user.name, full_name=full_name)


@act("users:manage")
def set_roles(context: Context, name: str, roles: Sequence[str]) -> None:
    """Give an account other roles; they hold from the next request on. Errors: UsageError, ConflictError for the last
    administrator.
    """
    if "users:manage" not in permissions_of(roles):
        _check_another_administrator(context, name)
    local.set_roles(context.ledger, name, roles, context.now, by=context.user.name)


@act(None)
def set_password(context: Context, name: str, password: str) -> None:
    """Set a new password, an administrator anybody's, everybody the own one; it ends the account's sessions.

    Errors: ForbiddenError, UsageError.
    """
    _check_own_or_administrator(context, name)
    local.set_password(context.ledger, name, password, context.now, by=context.user.name)


@act("users:manage")
def set_active(context: Context, name: str, *, active: bool) -> None:
    """Disable an account, which ends its sessions and tokens at once, or enable it again. Errors: UsageError,
    ConflictError for the last administrator.
    """
    if not active:
        _check_another_administrator(context, name)
    local.set_active(context.ledger, name, active, context.now, by=context.user.name)


@act(None)
def make_token(
    context: Context, name: str, scopes: Sequence[str], *, label: str = "", expires_at: datetime | None = None
) -> str:
    """A new token, an administrator for anybody, everybody for oneself within what one may do now; returns its secret.

    Errors: ForbiddenError, UsageError when the account may not do what a scope says.
    """
    _check_own_or_administrator(context, name)
    if not context.user.may("users:manage") and (beyond := sorted(set(scopes) - context.user.permissions)):
        raise ForbiddenError(f"{name} has no right to '{beyond[0]}' now.")
    with context.ledger.write() as connection:
        return tokens.make_token(
            connection, name, label, scopes, context.now, expires_at=expires_at, by=context.user.name
        )


@act(None)
def revoke_tokens(context: Context, name: str) -> int:
    """End every token of an account; returns how many ended. Errors: ForbiddenError."""
    _check_own_or_administrator(context, name)
    with context.ledger.write() as connection:
        return tokens.revoke_tokens(connection, name, context.now, by=context.user.name)


@act("users:manage")
def list_accounts(context: Context) -> list[local.Account]:
    """Every account, by name."""
    return local.all_users(context.ledger)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that is in force, without its secret."""

    user: str
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Failures:
    """Failures to sign in to one account that no success has followed. `clients`: from how many places."""

    user: str
    failures: int
    clients: int
    last_at: datetime


@act("users:manage")
def list_tokens(context: Context) -> list[Token]:
    """Every token that is in force, by account."""
    of = tokens_table.c
    query = (
        select(of.user, of.label, of.scopes, of.created_at, of.expires_at, of.last_used_at)
        .where(of.revoked_at.is_(None), or_(of.expires_at.is_(None), of.expires_at > context.now))
        .order_by(of.user, of.created_at)
    )
    with context.ledger.read() as connection:
        return [Token(row[0], row[1], tuple(row[2]), *row[3:]) for row in connection.execute(query)]


@act("users:manage")
def list_failures(context: Context) -> list[Failures]:
    """Accounts that somebody failed to sign in to, the last first."""
    of = sign_in_failures.c
    last = func.max(of.last_at)
    query = (
        select(of.user, func.sum(of.failures), func.count(), last)
        .where(of.failures > 0)
        .group_by(of.user)
        .order_by(last.desc(), of.user)
    )
    with context.ledger.read() as connection:
        return [Failures(row[0], int(row[1]), int(row[2]), row[3]) for row in connection.execute(query)]


def _administrators(context: Context) -> set[str]:
    query = select(users.c.user, users.c.roles).where(users.c.active)
    with context.ledger.read() as connection:
        return {row.user for row in connection.execute(query) if "users:manage" in permissions_of(row.roles)}


def _check_another_administrator(context: Context, name: str) -> None:
    if _administrators(context) == {name}:
        raise ConflictError(f"'{name}' is the last administrator.", remedy="Make another one first.")


def _check_own_or_administrator(context: Context, name: str) -> None:
    if name != context.user.name:
        context.user.require("users:manage")
