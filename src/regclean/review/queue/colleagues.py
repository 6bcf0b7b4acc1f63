"""Who else is at a case: has it open just now, or has decided it and not submitted yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from regclean.ledger.tables import desks, findings
from regclean.review.case.staging import from_data

OPEN_FOR = timedelta(minutes=15)  # after that, whoever opened it has gone on

# case_key -> (account, "staged" or "open")
AtWork = Mapping[str, tuple[tuple[str, str], ...]]


def at_work(connection: Connection, now: datetime) -> AtWork:
    """Who is at which case, everybody together. A finding that is staged is not open besides."""
    doing: dict[str, list[tuple[str, str]]] = {}
    for user, data in connection.execute(select(desks.c.user, desks.c.data).order_by(desks.c.user)):
        held = from_data(data or {})
        for finding_id in held.ids:
            doing.setdefault(finding_id, []).append((user, "staged"))
        for finding_id, opened in held.opened.items():
            age = now - datetime.fromisoformat(opened)
            if finding_id not in held.ids and timedelta(0) <= age <= OPEN_FOR:
                doing.setdefault(finding_id, []).append((user, "open"))
    found: dict[str, set[tuple[str, str]]] = {}
    query = select(findings.c.finding_id, findings.c.case_key, findings.c.state)
    for row in connection.execute(query.where(findings.c.finding_id.in_(sorted(doing)))):
        if row.state in ("open", "deferred"):
            found.setdefault(row.case_key, set()).update(doing[row.finding_id])
    return {key: tuple(sorted(some)) for key, some in found.items()}
