"""Who may do what: one table from roles to permissions. A token's scopes are permissions too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

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
    "audit:read",
    "users:manage",
]

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
            "ids:reveal",
            "batches:read",
            "batches:build",
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
        }
    ),
    "clerk": frozenset({"overview:read", "findings:read", "batches:read", "batches:build", "batches:apply"}),
    "admin": frozenset({"overview:read", "users:manage"}),
    "auditor": frozenset({"overview:read", "audit:read"}),
    "restricted": frozenset({"restricted:open"}),
}


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who has signed in, and what that person may do now (with a token: within its scopes)."""

    name: str
    full_name: str | None
    roles: tuple[Role, ...]
    language: str | None
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def shown_name(self) -> str:
        return self.full_name or self.name


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What these roles may do together; an unknown role may nothing."""
    return frozenset().union(*(TABLE[role] for role in ROLES if role in set(roles)))
