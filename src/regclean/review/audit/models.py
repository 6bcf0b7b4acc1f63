"""What the API tells of the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class AuditEntry(BaseModel):
    """One line of the audit log."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    field: str | None
    detail: dict[str, Any]
    hash: str


class AuditPage(BaseModel):
    """Some entries, newest first, and where older ones begin (null: there are none)."""

    items: list[AuditEntry]
    next: int | None


class AuditState(BaseModel):
    """Is the chain of hashes whole? If not, `broken_at` is the first entry that is not right."""

    entries: int
    whole: bool
    broken_at: int | None
