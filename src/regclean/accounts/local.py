"""Local accounts: argon2 passwords, and a growing wait for whoever fails too often.

Invariant: whoever tries a name learns nothing about it: an unknown, disabled or waiting one costs the same time and gives
the same answer as a wrong password. And nobody keeps another out: failures count for the client that made them alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import and_, delete, insert, or_, select, update

from regclean.accounts import sessions, tokens
from regclean.accounts.permissions import ROLES, Role, User, Way, user_of
from regclean.config import Config
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, UsageError
from regclean.ledger import Ledger
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import sign_in_failures, users

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024  # hashing more would only cost time
NO_PASSWORD = "!"  # noqa: S105  # a service account's: no password has this as its hash
FIRST_WAIT = timedelta(seconds=5)
REMEMBERED = timedelta(days=1)  # so long a failure is held against its client
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
    signs_in_by: str  # password | organisation | nothing
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Throttle:
    """So many failures of one client with one account are free; each further one doubles the wait, up to the longest."""

    free: int
    longest: timedelta

    def wait(self, failures: int) -> timedelta:
        """How long this client must wait after so many failures."""
        beyond = failures - self.free
        return timedelta() if beyond < 0 else min(FIRST_WAIT * 2 ** min(beyond, 20), self.longest)


def throttle_of(config: Config) -> Throttle:
    """What the workspace says of failures."""
    settings = config.section("review")
    return Throttle(settings["lock_out_failures"], timedelta(minutes=settings["lock_out_minutes"]))


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
    """Set a new password; it ends the account's sessions and every wait. Errors: UsageError."""
    values = {"password_hash": hash_password(password)}
    _change(ledger, name, values, Entry(now, by, "user_password", subject_text("users", name)), ends_sessions=True)


def set_active(ledger: Ledger, name: str, active: bool, now: datetime, *, by: str) -> None:
    """Disable an account, which ends its sessions and tokens at once, or enable it again. Errors: UsageError."""
    entry = Entry(now, by, "user_enabled" if active else "user_disabled", subject_text("users", name))
    values = {"active": active}
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
                {None: "organisation", NO_PASSWORD: "nothing"}.get(row.password_hash, "password"),
                row.created_at,
            )
            for row in connection.execute(select(users).order_by(users.c.user))
        ]


def check_password(ledger: Ledger, name: str, password: str, throttle: Throttle, now: datetime, *, client: str) -> bool:
    """May this name sign in with this password now, from this client (an address, a known device, a shell)?

    Counts failures and writes the audit log.
    """
    with ledger.read() as connection:
        row = connection.execute(select(users.c.password_hash).where(users.c.user == name)).first()
    right = _verified(row.password_hash if row and row.password_hash else _nobodys_hash(), password)
    subject, place = subject_text("users", name), sessions.digest_of(client)
    mine = and_(sign_in_failures.c.user == name, sign_in_failures.c.client == place)
    with ledger.write() as connection:
        state = connection.execute(select(users).where(users.c.user == name)).first()
        if state is None:
            append(connection, Entry(now, UNKNOWN, "login_failed", UNKNOWN))
            return False
        before = connection.execute(select(sign_in_failures).where(mine)).first()
        waits = before is not None and now < before.last_at + throttle.wait(before.failures)
        if waits or not state.active or state.password_hash is None:
            append(connection, Entry(now, name, "login_refused", subject, detail={"waits": waits}))
            return False
        connection.execute(delete(sign_in_failures).where(or_(mine, sign_in_failures.c.last_at < now - REMEMBERED)))
        if not right:
            failures = before.failures + 1 if before else 1
            connection.execute(insert(sign_in_failures).values(user=name, client=place, failures=failures, last_at=now))
            append(connection, Entry(now, name, "login_failed", subject))
            return False
        append(connection, Entry(now, name, "login", subject))
        if _hasher.check_needs_rehash(state.password_hash):
            rehashed = hash_password(password, check=False)
            connection.execute(update(users).where(users.c.user == name).values(password_hash=rehashed))
    return True


def has_password(ledger: Ledger, name: str, password: str) -> bool:
    """Is this the account's password? For what holds the workspace already: nothing is counted or logged, nobody signs in by it."""
    with ledger.read() as connection:
        hashed = connection.execute(select(users.c.password_hash).where(users.c.user == name)).scalar()
    return hashed is not None and _verified(hashed, password)


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
            connection.execute(delete(sign_in_failures).where(sign_in_failures.c.user == name))
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
