"""Local accounts: argon2 passwords, and a lock after too many failures.

Invariant: whoever tries a name learns nothing about it. An unknown, disabled or locked account costs the same time and
gives the same answer as a wrong password.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import insert, select, update

from regclean.accounts import sessions, tokens
from regclean.accounts.permissions import ROLES, Role, User, Way, user_of
from regclean.config import Config
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, UsageError
from regclean.ledger import Ledger
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import users

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024  # hashing more would only cost time
NO_PASSWORD = "!"  # noqa: S105  # a service account's: no password has this as its hash
UNKNOWN = "users:?"  # what was typed as a name can be a password in the wrong field: it is not kept

_hasher = PasswordHasher()
_hashing = BoundedSemaphore(4)  # each hash takes 64 MB


@dataclass(frozen=True, slots=True)
class Account:
    """A user as an administrator sees it."""

    name: str
    full_name: str | None
    roles: tuple[str, ...]
    active: bool
    locked_until: datetime | None
    signs_in_by: str  # password | organisation | nothing
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LockOut:
    """So many failures in a row lock an account for so long."""

    failures: int
    length: timedelta


def lock_out(config: Config) -> LockOut:
    """What the workspace says of failures."""
    settings = config.section("review")
    return LockOut(settings["lock_out_failures"], timedelta(minutes=settings["lock_out_minutes"]))


def add_user(
    ledger: Ledger,
    name: str,
    roles: Sequence[str],
    password: str | None,
    now: datetime,
    *,
    by: str,
    full_name: str | None = None,
    language: str | None = None,
) -> None:
    """Add an account; without a password it signs in with the organisation's account of the same name, with `NO_PASSWORD` not
    at all. Errors: UsageError for a bad name, role or password, ConflictError when the name is taken.
    """
    _check_name(name)
    kept = _checked_roles(roles)
    hashed = password if password in (None, NO_PASSWORD) else hash_password(password)
    with ledger.write() as connection:
        if connection.execute(select(users.c.user).where(users.c.user == name)).first():
            raise ConflictError(f"there is a user '{name}' already.", remedy="See: regclean user list")
        connection.execute(
            insert(users).values(
                user=name,
                full_name=full_name,
                roles=kept,
                password_hash=hashed,
                language=language,
                created_at=now,
            )
        )
        append(connection, Entry(now, by, "user_added", subject_text("users", name), detail={"roles": kept}))


def set_roles(ledger: Ledger, name: str, roles: Sequence[str], now: datetime, *, by: str) -> None:
    """Give an account other roles; they hold from the next request on. Errors: UsageError."""
    _change(ledger, name, {"roles": _checked_roles(roles)}, Entry(now, by, "user_roles", subject_text("users", name)))


def set_password(ledger: Ledger, name: str, password: str, now: datetime, *, by: str) -> None:
    """Set a new password; it unlocks the account and ends its sessions. Errors: UsageError."""
    values = {"password_hash": hash_password(password), "failed_logins": 0, "locked_until": None}
    _change(ledger, name, values, Entry(now, by, "user_password", subject_text("users", name)), ends_sessions=True)


def set_active(ledger: Ledger, name: str, active: bool, now: datetime, *, by: str) -> None:
    """Disable an account, which ends its sessions and tokens at once, or enable it again. Errors: UsageError."""
    entry = Entry(now, by, "user_enabled" if active else "user_disabled", subject_text("users", name))
    values = {"active": active, "failed_logins": 0, "locked_until": None}
    _change(ledger, name, values, entry, ends_sessions=not active)


def active_user(ledger: Ledger, name: str, by: Way) -> User:
    """The account of this name, for what acts by itself. Errors: UsageError when there is none, or it is disabled."""
    query = select(users).where(users.c.user == name, users.c.active)
    with ledger.read() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise UsageError(f"there is no active user '{name}'.", remedy="See: regclean user list")
    return user_of(row, by)


def all_users(ledger: Ledger) -> list[Account]:
    """Every account, by name."""
    with ledger.read() as connection:
        return [
            Account(
                row.user,
                row.full_name,
                tuple(row.roles),
                row.active,
                row.locked_until,
                {None: "organisation", NO_PASSWORD: "nothing"}.get(row.password_hash, "password"),
                row.created_at,
            )
            for row in connection.execute(select(users).order_by(users.c.user))
        ]


def check_password(ledger: Ledger, name: str, password: str, lock_out: LockOut, now: datetime) -> bool:
    """May this name sign in with this password now? Counts failures, locks, and writes the audit log."""
    with ledger.read() as connection:
        row = connection.execute(select(users.c.password_hash).where(users.c.user == name)).first()
    right = _verified(row.password_hash if row and row.password_hash else _nobodys_hash(), password)
    with ledger.write() as connection:
        state = connection.execute(select(users).where(users.c.user == name)).first()
        if state is None:
            append(connection, Entry(now, UNKNOWN, "login_failed", UNKNOWN))
            return False
        locked = state.locked_until is not None and state.locked_until > now
        subject = subject_text("users", name)
        if locked or not state.active or state.password_hash is None:
            append(connection, Entry(now, name, "login_refused", subject, detail={"locked": locked}))
            return False
        if right:
            values: dict[str, object] = {"failed_logins": 0, "locked_until": None}
            append(connection, Entry(now, name, "login", subject))
        else:
            failures = state.failed_logins + 1
            locks = failures >= lock_out.failures
            values = {
                "failed_logins": 0 if locks else failures,
                "locked_until": now + lock_out.length if locks else None,
            }
            append(connection, Entry(now, name, "login_failed", subject, detail={"locked": locks}))
        if right and _hasher.check_needs_rehash(state.password_hash):
            values["password_hash"] = hash_password(password, check=False)
        connection.execute(update(users).where(users.c.user == name).values(**values))
    return right


def hash_password(password: str, *, check: bool = True) -> str:
    """The argon2id hash of a password. Errors: UsageError when it is too short or too long."""
    if check and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsageError(f"a password has between {SHORTEST_PASSWORD} and {LONGEST_PASSWORD} characters.")
    with _hashing:
        return _hasher.hash(password)


def _verified(hashed: str, password: str) -> bool:
    try:
        with _hashing:
            return _hasher.verify(hashed, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """What an unknown name is checked against, so that it takes as long as a known one."""
    return _hasher.hash("nobody has this password")


def _change(
    ledger: Ledger, name: str, values: Mapping[str, object], entry: Entry, *, ends_sessions: bool = False
) -> None:
    with ledger.write() as connection:
        if connection.execute(update(users).where(users.c.user == name).values(**values)).rowcount == 0:
            raise UsageError(f"there is no user '{name}'.", remedy="See: regclean user list")
        if ends_sessions:
            sessions.revoke(connection, entry.at, user=name)
            tokens.revoke_tokens(connection, name, entry.at, by=entry.actor)
        detail = {"roles": values["roles"]} if "roles" in values else {}
        append(connection, Entry(entry.at, entry.actor, entry.action, entry.subject, detail=detail))


def _check_name(name: str) -> None:
    allowed = name and len(name) <= 80 and all(letter.isalnum() or letter in "._-@" for letter in name)
    if not allowed or name == "regclean":
        raise UsageError(
            "a user's name has up to 80 letters, digits and the signs . _ - @, and is not 'regclean'.",
        )


def _checked_roles(roles: Iterable[str]) -> list[Role]:
    given = set(roles)
    unknown = sorted(given - set(ROLES))
    if unknown or not given:
        raise UsageError(
            f"unknown role '{unknown[0]}'." if unknown else "a user needs a role.", remedy=f"Known: {', '.join(ROLES)}."
        )
    return [role for role in ROLES if role in given]
