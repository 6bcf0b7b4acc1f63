"""The night after: does the new extract hold what was applied?

Publishing has judged each applied finding by whether it is still found. Here its cells are compared as well: a finding
that is gone for another reason than the batch is contradicted all the same. Batches that went out as files are
recognised in the extract once the clerk has imported them; until then they wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
from sqlalchemy import Connection, select, update

from regclean.batches import lifecycle, store
from regclean.batches.last_extract import look_at
from regclean.batches.store import StoredLine
from regclean.domain.findings import digest
from regclean.domain.register import NEW, TABLES, subject_text
from regclean.ledger import Ledger, audit, insert_missing, runs
from regclean.ledger.tables import batches, findings, outcomes, receipts
from regclean.register import ChangeLine, Seen
from regclean.standardise import (
    UnknownCodeError,
    UnreadableDateError,
    UnreadableNumberError,
    clean_text,
    read_boolean,
    read_code,
    read_date,
    read_decimal,
)


@dataclass(frozen=True, slots=True)
class Verified:
    """How many findings the extract confirmed and contradicted beyond what publishing had said."""

    verified: int
    contradicted: int


def verify(
    ledger: Ledger, connection: duckdb.DuckDBPyConnection, *, run_id: str, as_of: date, now: datetime
) -> Verified:
    """Compare a night that was just published (`connection`: its database) with what had been applied before it began."""
    run = runs.get(ledger, run_id)
    if run is None:
        return Verified(0, 0)
    with ledger.read() as reading:
        judged = _judged_tonight(reading, run_id)
        waiting = _waiting(reading, run.started_at)
    seen = {
        batch_id: {one.seq: one for one in look_at(connection, as_of, [stored.line for stored in lines])}
        for batch_id, lines in {**judged, **waiting}.items()
    }
    counts = [0, 0]
    with ledger.write() as writing:
        for batch_id, lines in judged.items():
            counts[1] += _contradict(writing, batch_id, lines, seen[batch_id], run_id, as_of, now)
        for batch_id, lines in waiting.items():
            verified, contradicted = _recognise(writing, batch_id, lines, seen[batch_id], run_id, as_of, now)
            counts = [counts[0] + verified, counts[1] + contradicted]
    return Verified(*counts)


def _judged_tonight(connection: Connection, run_id: str) -> dict[int, list[StoredLine]]:
    """Lines of findings that publishing has just called verified."""
    query = select(outcomes.c.batch_id, outcomes.c.seq).where(
        outcomes.c.run_id == run_id, outcomes.c.outcome == "verified"
    )
    seqs: dict[int, set[int]] = {}
    for row in connection.execute(query):
        seqs.setdefault(row.batch_id, set()).add(row.seq)
    return {
        batch_id: [one for one in store.stored_lines(connection, batch_id) if one.line.seq in its]
        for batch_id, its in sorted(seqs.items())
    }


def _waiting(connection: Connection, started_at: datetime) -> dict[int, list[StoredLine]]:
    """Lines of batches that went out as files before the night began."""
    query = (
        select(batches.c.batch_id)
        .join(receipts, receipts.c.batch_id == batches.c.batch_id)
        .where(batches.c.state == "applying", receipts.c.target == "files", receipts.c.applied_at < started_at)
        .distinct()
        .order_by(batches.c.batch_id)
    )
    return {
        batch_id: [one for one in store.stored_lines(connection, batch_id) if one.state == "planned"]
        for batch_id in connection.execute(query).scalars()
    }


def _contradict(
    writing: Connection,
    batch_id: int,
    lines: Iterable[StoredLine],
    seen: Mapping[int, Seen],
    run_id: str,
    as_of: date,
    now: datetime,
) -> int:
    lines = list(lines)
    merged = _merged(lines)
    wrong: dict[str, list[ChangeLine]] = {}
    for stored in lines:
        line, one = stored.line, seen[stored.line.seq]
        if line.finding_id and not _holds(line, one, merged, as_of):
            wrong.setdefault(line.finding_id, []).append(line)
            writing.execute(
                update(outcomes)
                .where(outcomes.c.batch_id == batch_id, outcomes.c.seq == line.seq, outcomes.c.run_id == run_id)
                .values(outcome="contradicted", found=digest(one.now))
            )
    back = lifecycle.in_state(writing, wrong, "verified")
    _reopen(writing, batch_id, {finding: wrong[finding] for finding in back}, now)
    return len(back)


def _recognise(
    writing: Connection,
    batch_id: int,
    lines: list[StoredLine],
    seen: Mapping[int, Seen],
    run_id: str,
    as_of: date,
    now: datetime,
) -> tuple[int, int]:
    """Which findings of an exported batch the extract shows as imported."""
    merged = _merged(lines)
    by_finding: dict[str, list[ChangeLine]] = {}
    for stored in lines:
        by_finding.setdefault(stored.line.finding_id or "", []).append(stored.line)
    query = select(findings.c.finding_id).where(findings.c.finding_id.in_(list(by_finding)), findings.c.present)
    present = set(writing.execute(query).scalars())
    verified: list[str] = []
    contradicted: dict[str, list[ChangeLine]] = {}
    waits = False
    for finding, its in sorted(by_finding.items()):
        missing = [line for line in its if not _holds(line, seen[line.seq], merged, as_of)]
        if not missing and finding not in present:
            verified.append(finding)
        elif not missing or any(seen[line.seq].status in ("changed", "gone") for line in missing):
            contradicted[finding] = missing or its
        else:
            waits = True
    for outcome, some in (("verified", verified), ("contradicted", list(contradicted))):
        done = [line for finding in some for line in by_finding[finding]]
        store.set_lines(writing, batch_id, [line.seq for line in done], "done")
        rows = [{"batch_id": batch_id, "seq": line.seq, "run_id": run_id, "outcome": outcome} for line in done]
        insert_missing(writing, outcomes, rows)
    lifecycle.move(writing, verified, ("in_batch",), "verified", now)
    _reopen(writing, batch_id, contradicted, now)
    if not waits:
        store.set_state(writing, batch_id, "applied")
    return len(verified), len(contradicted)


def _reopen(writing: Connection, batch_id: int, wrong: Mapping[str, list[ChangeLine]], now: datetime) -> None:
    reasons = {}
    for finding, lines in wrong.items():
        places = "; ".join(" ".join(part for part in (one.table, one.key, one.column) if part) for one in lines)
        reasons[finding] = lifecycle.words(batch_id, "contradicted", places)
    if reasons:
        lifecycle.reopen(writing, reasons, because="contradicted", user=lifecycle.ACTOR, now=now)
        detail = {"findings": sorted(reasons)}
        audit.append(
            writing,
            audit.Entry(now, lifecycle.ACTOR, "batch_contradicted", subject_text("batches", batch_id), detail=detail),
        )


def _merged(lines: Iterable[StoredLine]) -> set[str]:
    return {one.line.key for one in lines if one.line.op == "merge"}


def _holds(line: ChangeLine, seen: Seen, merged: set[str], as_of: date) -> bool:
    """Does the extract hold what the line wrote? What it cannot show is believed: a pointer, a number to be given."""
    if line.op == "merge" or NEW in line.key or (line.after or "").startswith(NEW):
        return True
    if seen.status == "done":
        return True
    if seen.status == "gone":
        return line.table == "customers" and line.key in merged  # many extracts leave ended customers out
    if line.op != "update" or line.column is None or line.after is None or seen.now is None:
        return False
    return bool(_meaning(line, line.after, as_of) == _meaning(line, seen.now, as_of))


def _meaning(line: ChangeLine, text: str, as_of: date) -> Any:
    """A value without its spelling, for registers that write a day or a word in their own way."""
    column = line.column or ""
    kind = TABLES[line.table].by_name[column].type
    try:
        if kind == "date":
            return read_date(text, as_of=as_of)
        if kind == "code":
            return read_code(text, column)
        if kind == "boolean":
            return read_boolean(text)
        if kind in ("decimal", "integer"):
            return read_decimal(text)
    except (UnreadableDateError, UnreadableNumberError, UnknownCodeError):
        pass
    return clean_text(text).casefold()
