"""Who looked: a reading at the command line is written down before it is shown, as a page's is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from regclean.ledger import Ledger
from regclean.ledger.audit import Entry, append

MOST_NAMED = 100  # customers that one entry names; of more it tells how many


def note_reading(
    ledger: Ledger,
    actor: str,
    command: str,
    subject: str,
    now: datetime,
    *,
    customers: Iterable[str] = (),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note that `actor` reads what a command shows of a subject, and of which customers."""
    numbers = sorted(set(customers))
    told = {"customers": numbers[:MOST_NAMED], "count": len(numbers)} if numbers else {}
    with ledger.write() as connection:
        append(connection, Entry(now, actor, "read", subject, detail={"command": command, **told, **(detail or {})}))
