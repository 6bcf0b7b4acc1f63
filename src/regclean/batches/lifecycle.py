"""How batches move findings along, and send them back to the steward with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, case, insert, select, update

from regclean.domain.findings import State
from regclean.ledger import in_chunks
from regclean.ledger.tables import comments, findings

ACTOR = "regclean"


def move(
    connection: Connection, finding_ids: Iterable[str], before: tuple[State, ...], after: State, now: datetime
) -> int:
    """Findings in one of the states `before` take the state `after`; returns how many did."""
    moved = 0
    for some in _chunks(finding_ids):
        done = connection.execute(
            update(findings)
            .where(findings.c.finding_id.in_(some), findings.c.state.in_(before))
            .values(state=after, state_since=now, version=findings.c.version + 1)
        )
        moved += done.rowcount
    return moved


def reopen(connection: Connection, reasons: Mapping[str, str], *, because: str, user: str, now: datetime) -> None:
    """Findings go back to the steward: open, with the reason as a comment. `because`: returned | contradicted."""
    contradicted = because == "contradicted"
    for some in _chunks(reasons):
        pool = case((findings.c.protected, "restricted"), else_="conflict") if contradicted else findings.c.workpool
        connection.execute(
            update(findings)
            .where(findings.c.finding_id.in_(some))
            .values(
                state="open",
                state_since=now,
                opened_at=now,
                decided_fingerprint=None,
                reopened_because=because,
                deferred_until=None,
                workpool=pool,
                version=findings.c.version + 1,
            )
        )
    rows = [
        {"finding_id": finding_id, "user": user, "text": text, "at": now}
        for finding_id, text in sorted(reasons.items())
    ]
    if rows:
        connection.execute(insert(comments), rows)


def words(batch_id: int, code: str, detail: str = "") -> str:
    """Why a finding goes back, as a comment holds it: a code that the page says in its reader's language."""
    return f"Batch {batch_id}: {code}" + (f": {detail}" if detail else "")


def in_state(connection: Connection, finding_ids: Iterable[str], *states: State) -> set[str]:
    """Those of the findings that are in one of the states."""
    found: set[str] = set()
    for some in _chunks(finding_ids):
        query = select(findings.c.finding_id).where(findings.c.finding_id.in_(some), findings.c.state.in_(states))
        found |= set(connection.execute(query).scalars())
    return found


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
    return in_chunks(sorted(set(values)))
