"""The review page and its API: where people decide. Writes the ledger alone; of the warehouse it reads the night in force.

Its face is its server, which is imported when it is asked for: it brings the whole page with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regclean.review.web.server import DEFAULT_PORT, serve

__all__ = ["DEFAULT_PORT", "serve"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from regclean.review.web import server

    return getattr(server, name)
