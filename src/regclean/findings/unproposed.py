"""Pairs that nobody proposed and a person decided to be the same: each group of them becomes an accepted finding.

The next night would find them too; a batch need not wait for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

import duckdb
from sqlalchemy import Connection, select

from regclean.domain.findings import canonical_json
from regclean.domain.register import subject_text
from regclean.findings.assemble import frozen_rows
from regclean.findings.duplicates import decided_duplicates
from regclean.findings.edges import Decided, DecidedGraph, Edge, current_edges, pairs_of
from regclean.findings.hidden import ever_hidden
from regclean.findings.plan import RunFacts, customers_of, plan_new
from regclean.findings.publishing import write_plan
from regclean.ledger import Ledger, insert_missing
from regclean.ledger.runs import Run
from regclean.ledger.tables import decisions, evidence, findings


def propose_decided(
    ledger: Ledger, connection: duckdb.DuckDBPyConnection, run: Run, now: datetime, *, language: str
) -> int:
    """Make a finding of each group that was decided without one; returns how many. Another time it makes none.

    `connection`: the night in force, read-only. Whom the night does not hold, what an earlier merge settled, and pairs that a
    finding of the night asks about are left as they are.
    """
    with ledger.read() as reading:
        edges = current_edges(reading)
        groups = _unproposed(reading, edges)
    duplicates = decided_duplicates(connection, groups, edges, language)
    if not duplicates:
        return 0
    rows = frozen_rows(connection, duplicates, ever_hidden(ledger))
    for row in rows:
        row["evidence_digest"] = hashlib.sha256(row["evidence"].encode()).hexdigest()
    facts = RunFacts(run.run_id, run.as_of, now, now)
    with ledger.write() as writing:
        payloads = [
            {
                "finding_id": row["finding_id"],
                "digest": row["evidence_digest"],
                "payload": row["evidence"],
            }
            for row in rows
        ]
        insert_missing(writing, evidence, payloads)
        write_plan(writing, plan_new(rows, Decided(edges), facts), facts)
    return len(rows)


def _unproposed(reading: Connection, edges: Iterable[Edge]) -> list[list[str]]:
    """The groups of customers that were joined by decisions on bare pairs alone, and about which no finding asks."""
    bare = select(decisions.c.decision_id).where(decisions.c.finding_id.is_(None), decisions.c.verdict == "same")
    deciding = set(reading.execute(bare).scalars())
    joined = [edge for edge in edges if edge.decision_id in deciding and edge.verdict == "same" and not edge.lapsed]
    if not joined:
        return []
    graph = DecidedGraph((*edge.pair, edge.verdict) for edge in joined)
    groups = sorted({tuple(sorted(graph.group(edge.pair[0]))) for edge in joined})
    subjects = {canonical_json([subject_text("customers", one) for one in group]): group for group in groups}
    known = select(findings.c.subjects, findings.c.present).where(findings.c.kind == "duplicate")
    asked: set[tuple[str, str]] = set()
    for row in reading.execute(known):
        subjects.pop(row.subjects, None)
        if row.present:
            asked |= set(pairs_of(customers_of(row.subjects)))
    return [list(group) for group in subjects.values() if asked.isdisjoint(pairs_of(group))]
