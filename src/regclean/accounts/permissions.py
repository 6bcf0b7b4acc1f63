"""Who may do what: one table from roles to permissions. A token's scopes are permissions too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import RowMapping

from regclean.errors import ForbiddenError

Role = Literal["steward", "approver", "clerk", "admin", "auditor", "restricted"]
Permission = Literal[
    "overview:read",  # figures and nights; no customer
    "findings:read",
    "findings:decide",
    "findings:assign",
    "findings:second",  # the second opinion on what a steward was unsure of
    "ids:reveal",  # one national id at a time, with a reason
    "restricted:open",  # customers under non-disclosure (turvakielto), with a reason
    "batches:read",
    "batches:build",
    "batches:approve",
    "batches:apply",
    "enquiries:send",  # letters and mail to contact persons
    "models:use",  # which model links the register
    "audit:read",
    "users:manage",
    "workspace:keep",  # back it up, put it back
    "erasure:ask",  # see what an erasure would take, and ask for it
    "erasure:confirm",  # erase what another one has asked for
]

Way = Literal["session", "token", "schedule", "nobody"]

ROLES: tuple[Role, ...] = get_args(Role)
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

# An administrator of accounts sees no customer; the right to protected customers is a role of its own, held beside another.
TABLE: dict[Role, frozenset[Permission]] = {
    "steward": frozenset(
        {
            "overview:read",
            "findings:read",
            "findings:decide",
            "findings:assign",
            "enquiries:send",
            "ids:reveal",
            "batches:read",
            "batches:build",
            "erasure:ask",
        }
    ),
    "approver": frozenset(
        {
            "overview:read",
            "findings:read",
            "findings:decide",
            "findings:assign",
            "findings:second",
            "ids:reveal",
            "batches:read",
            "batches:approve",
            "models:use",
            "erasure:ask",
            "erasure:confirm",
        }
    ),
    "clerk": frozenset(
        {"overview:read", "findings:read", "enquiries:send", "batches:read", "batches:build", "batches:apply"}
    ),
    "admin": frozenset(
        {"overview:read", "models:use", "users:manage", "workspace:keep", "erasure:ask", "erasure:confirm"}
    ),
    "auditor": frozenset({"overview:read", "audit:read"}),
    "restricted": frozenset({"restricted:open"}),
}


@dataclass(frozen=True, slots=True)
class User:
    """An account that acts, and what it may do now (with a token: within its scopes). `by`: how it signed in."""

    name: str
    full_name: str | None
    roles: tuple[Role, ...]
    language: str | None
    permissions: frozenset[Permission]
    by: Way = "session"

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Errors: ForbiddenError without the permission."""
        if not self.may(permission):
            raise ForbiddenError(f"{self.name} has no right to this: it takes '{permission}'.")

    @property
    def shown_name(self) -> str:
        return self.full_name or self.name


# Whoever makes the first account: there is nobody yet who could sign in. A name with a space is no account's.
NOBODY = User("command line", None, (), None, frozenset(), "nobody")


def user_of(row: Mapping[str, Any] | RowMapping, by: Way, scopes: Iterable[str] | None = None) -> User:
    """The account of a row of `users`, by how it signed in; `scopes` limit what it may do."""
    roles = tuple(role for role in ROLES if role in row["roles"])
    allowed = permissions_of(roles)
    limited = allowed if scopes is None else allowed & set(scopes)
    return User(row["user"], row["full_name"], roles, row["language"], frozenset(limited), by)


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What these roles may do together; an unknown role may nothing."""
    return frozenset().union(*(TABLE[role] for role in ROLES if role in set(roles)))
