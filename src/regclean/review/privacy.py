"""What a role without the right to protected customers (turvakielto) does not see: not even that there is something."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from regclean.ledger.tables import findings
from regclean.review.permissions import User


def visible_to(user: User) -> ColumnElement[bool]:
    """The condition on `findings` that every queue, count, search and answer is read under."""
    if user.may("restricted:open"):
        return true()
    return ~findings.c.protected
