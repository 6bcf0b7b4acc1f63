"""What the API tells of who is asking."""

from __future__ import annotations

from pydantic import BaseModel

from regclean.review.sign_in.permissions import Permission, Role


class Me(BaseModel):
    """Who is asking."""

    user: str
    roles: list[Role]
    permissions: list[Permission]
