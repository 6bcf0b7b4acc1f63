"""What the API tells of who is asking."""

from __future__ import annotations

from pydantic import BaseModel

from regclean.accounts.permissions import Permission, Role


class Me(BaseModel):
    """Who is asking."""

    user: str
    roles: list[Role]
    permissions: list[Permission]
