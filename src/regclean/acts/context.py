"""Who acts, where and when; and the door of every act: the right to it.

Invariant: an act asks for its right before it looks at anything, and for the object that it is about before it writes.
Whoever may not know of an object is told that it is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from regclean.accounts.permissions import Permission, User
from regclean.config import Workspace
from regclean.ledger import Ledger

Rest = ParamSpec("Rest")
Answer = TypeVar("Answer")

# Every act with the right that it takes; None: the act looks for itself whom it is about.
ACTS: dict[str, Permission | None] = {}


@dataclass(frozen=True, slots=True)
class Context:
    """An account that acts now (UTC) on a workspace with an open ledger."""

    workspace: Workspace
    ledger: Ledger
    user: User
    now: datetime


def act(
    needs: Permission | None,
) -> Callable[[Callable[Concatenate[Context, Rest], Answer]], Callable[Concatenate[Context, Rest], Answer]]:
    """Make a function an act: whoever lacks the right is refused (ForbiddenError) before it begins."""

    def door(body: Callable[Concatenate[Context, Rest], Answer]) -> Callable[Concatenate[Context, Rest], Answer]:
        @wraps(body)
        def acting(context: Context, /, *args: Rest.args, **more: Rest.kwargs) -> Answer:
            if needs is not None:
                context.user.require(needs)
            return body(context, *args, **more)

        ACTS[body.__name__] = needs
        return acting

    return door
