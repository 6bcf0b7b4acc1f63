"""Publishing a night's findings to the ledger: one transaction, in which every finding takes its next state.

Invariant: evidence is written first, in small transactions, under its own digest, where nobody looks for it yet; the
one transaction at the end makes the night visible as a whole. A kill in between leaves the night before in place, and
running the same night again repairs everything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import Connection, Select, and_, bindparam, delete, exists, insert, not_, select, update

from regclean.domain.register import subject_text
from regclean.findings.clusters import ClusterEvent, cluster_events, keep_clusters, lasting_clusters
from regclean.findings.duplicates import standing_edges
from regclean.findings.edges import Edge, current_edges
from regclean.findings.follow import follow
from regclean.findings.plan import LIFE, SHOWN, Prior, PublishingPlan, RunFacts, plan_night
from regclean.ledger import CHUNK, Ledger, audit, in_chunks, insert_many, insert_missing, runs
from regclean.ledger.tables import (
    batch_changes,
    cluster_log,
    decisions,
    evidence,
    finding_subjects,
    findings,
    outcomes,
    pair_decisions,
)
from regclean.ledger.tables import runs as runs_table
from regclean.warehouse import load_sql, registered

ACTOR = "regclean"  # who did what nobody was asked for


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a night changed: kind -> new | still | withdrawn | reopened | verified | contradicted -> findings."""

    run_id: str
    counts: dict[str, dict[str, int]]

    def total(self, what: str) -> int:
        return sum(by_what.get(what, 0) for by_what in self.counts.values())


def publish(
    ledger: Ledger,
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    as_of: date,
    now: datetime,
    *,
    previous_clusters: pl.DataFrame | None = None,
    clock: Callable[[], datetime] | None = None,
) -> PublishReport:
    """Make the findings of one night (warehouse table `findings`) the ledger's, and the run published.

    Publishing the same night again changes nothing. `previous_clusters` (cluster_id, customer_no) is last night's:
    with it, merges and splits are logged. `clock`: tells when the night has ended; without it, when it began.
    """
    tonight = connection.sql(load_sql("tonight", "regclean.findings")).pl()
    events = cluster_events(previous_clusters, connection.sql("SELECT cluster_id, customer_no FROM clusters").pl())
    lasting = lasting_clusters(connection)
    _write_evidence(ledger, connection, tonight)
    with ledger.write() as writing:
        runs.ensure(writing, run_id, as_of=as_of, now=now)
        run = RunFacts(run_id, as_of, now, _started_at(writing, run_id))
        before = current_edges(writing)
        edges = standing_edges(connection, before)
        waits, over = _settled(writing, tonight)
        moving = tonight.join(waits, on="finding_id", how="anti", maintain_order="left")
        known = _known(writing, without=pl.concat([waits, over]))
        settled = tonight.join(waits, on="finding_id", how="semi").select("kind", "subjects").iter_rows()
        plan = plan_night(moving.iter_rows(named=True), known, edges, priors(writing), run, settled=settled)
        write_last_seen(writing, [row["finding_id"] for row in plan.changed if not row["present"]])
        write_plan(writing, plan, run)
        _write_edges(writing, [edge for edge, old in zip(edges, before, strict=True) if edge.lapsed != old.lapsed])
        _log_clusters(writing, events, run_id)
        keep_clusters(writing, lasting)
        counts = {kind: dict(sorted(plan.counts[kind].items())) for kind in sorted(plan.counts)}
        _finish(writing, run, counts, clock() if clock else now)
    _sweep_evidence(ledger)
    return PublishReport(run_id, counts)


def _write_evidence(ledger: Ledger, connection: duckdb.DuckDBPyConnection, tonight: pl.DataFrame) -> None:
    names = ("finding_id", "digest")
    with ledger.read() as reading:
        kept = _frame(reading, select(*(evidence.c[name] for name in names)), dict.fromkeys(names, pl.String))
    shown = tonight.select("finding_id", digest="evidence_digest")
    with registered(connection, "missing_evidence", shown.join(kept, on=names, how="anti")):
        # Streamed: the evidence of a whole first night is more than fits beside it.
        found = connection.execute(load_sql("missing_evidence", "regclean.findings"))
        while rows := found.fetchmany(CHUNK):
            with ledger.write() as writing:
                insert_many(writing, evidence, (*names, "payload"), rows, missing=True)


def _started_at(writing: Connection, run_id: str) -> datetime:
    started_at: datetime = writing.execute(
        select(runs_table.c.started_at).where(runs_table.c.run_id == run_id)
    ).scalar_one()
    return started_at


def _settled(writing: Connection, tonight: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The findings (finding_id) of which this night has nothing new to say: one set of those that wait as they did, with
    nothing decided and all that is shown the same, and one of those that are over and were not found again.
    """
    names = ("finding_id", *SHOWN)
    untouched = and_(findings.c.decision_id.is_(None), findings.c.rejected_fingerprint.is_(None))
    waiting = and_(findings.c.present, findings.c.state == "open", untouched)
    schema = {name: tonight.schema[name] for name in names}
    old = _frame(writing, select(*(findings.c[name] for name in names)).where(waiting), schema)
    both = old.join(tonight.select(names), on="finding_id", how="inner", suffix="_tonight")
    same = [pl.col(name).eq_missing(pl.col(f"{name}_tonight")) for name in SHOWN]
    ended = and_(
        ~findings.c.present, findings.c.state.in_(("withdrawn", "verified")), findings.c.reopened_because.is_(None)
    )
    over = _frame(writing, select(findings.c.finding_id).where(ended), {"finding_id": pl.String})
    return both.filter(*same).select("finding_id"), over.join(tonight, on="finding_id", how="anti")


def _known(writing: Connection, *, without: pl.DataFrame) -> dict[str, Mapping[str, Any]]:
    ids = _frame(writing, select(findings.c.finding_id), {"finding_id": pl.String})
    wanted = ids.join(without, on="finding_id", how="anti")["finding_id"].sort().to_list()
    columns = [findings.c[name] for name in ("finding_id", "kind", "subjects", *SHOWN, *LIFE)]
    known: dict[str, Mapping[str, Any]] = {}
    for some in in_chunks(wanted):
        query = select(*columns).where(findings.c.finding_id.in_(some))
        known |= {row["finding_id"]: dict(row) for row in writing.execute(query).mappings()}
    return known


def _frame(connection: Connection, query: Select[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    """What a query finds."""
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=dict(schema), orient="row")


def priors(writing: Connection) -> dict[int, Prior]:
    """The last decisions on findings, by id."""
    query = select(decisions.c.decision_id, decisions.c.verdict, decisions.c.follows_from).where(
        decisions.c.decision_id.in_(select(findings.c.decision_id).where(findings.c.decision_id.is_not(None)))
    )
    return {row.decision_id: Prior(row.verdict, row.follows_from is not None) for row in writing.execute(query)}


def write_plan(writing: Connection, plan: PublishingPlan, run: RunFacts) -> None:
    """Write the findings that a plan adds and changes, and the decisions that follow."""
    for row in (*plan.new, *plan.changed):
        if row["finding_id"] in plan.followed:
            row["decision_id"] = follow(writing, row, *plan.followed[row["finding_id"]], run.now)
    if plan.new:
        names = tuple(plan.new[0])
        insert_many(writing, findings, names, ([row[name] for name in names] for row in plan.new))
    subjects = (
        (row["finding_id"], subject) for row in plan.new for subject in dict.fromkeys(json.loads(row["subjects"]))
    )
    insert_many(writing, finding_subjects, ("finding_id", "subject"), subjects)
    change = (
        update(findings)
        .where(findings.c.finding_id == bindparam("b_finding_id"))
        .values({name: bindparam(name) for name in (*SHOWN, *LIFE)})
    )
    for chunk in in_chunks(plan.changed):
        writing.execute(
            change,
            [{"b_finding_id": row["finding_id"]} | {name: row[name] for name in (*SHOWN, *LIFE)} for row in chunk],
        )
    _write_outcomes(writing, plan.judged, run.run_id)


def write_last_seen(writing: Connection, gone: list[str]) -> None:
    """Of what is about to go away, write down what follows until then from the night that is still in force."""
    for some in in_chunks(gone):
        its = update(findings).where(findings.c.finding_id.in_(some), findings.c.present)
        writing.execute(its.values(last_seen_run=runs.last_seen()))


def _write_edges(writing: Connection, changed: Iterable[Edge]) -> None:
    """Note which decisions hold no longer, or again."""
    for edge in changed:
        writing.execute(
            update(pair_decisions)
            .where(
                pair_decisions.c.customer_no_l == edge.pair[0],
                pair_decisions.c.customer_no_r == edge.pair[1],
                pair_decisions.c.decision_id == edge.decision_id,
            )
            .values(lapsed=edge.lapsed)
        )


def _write_outcomes(writing: Connection, judged: Mapping[str, str], run_id: str) -> None:
    for finding_ids in in_chunks(sorted(judged)):
        done = writing.execute(
            select(batch_changes.c.batch_id, batch_changes.c.seq, batch_changes.c.finding_id).where(
                batch_changes.c.finding_id.in_(finding_ids), batch_changes.c.state == "done"
            )
        ).all()
        rows = [
            {"batch_id": row.batch_id, "seq": row.seq, "run_id": run_id, "outcome": judged[row.finding_id]}
            for row in done
        ]
        insert_missing(writing, outcomes, rows)


def _log_clusters(writing: Connection, events: Iterable[ClusterEvent], run_id: str) -> None:
    writing.execute(delete(cluster_log).where(cluster_log.c.run_id == run_id))
    rows = [
        {"run_id": run_id, "event": event.event, "cluster_id": event.cluster_id, "others": list(event.others)}
        for event in events
    ]
    if rows:
        writing.execute(insert(cluster_log), rows)


def _finish(writing: Connection, run: RunFacts, counts: Mapping[str, Any], ended: datetime) -> None:
    audit.append(
        writing,
        audit.Entry(run.now, ACTOR, "publish", subject_text("runs", run.run_id), detail={"counts": dict(counts)}),
    )
    seq, digest = audit.end(writing)
    writing.execute(
        update(runs_table)
        .where(runs_table.c.run_id == run.run_id)
        .values(status="published", finished_at=ended, counts=dict(counts), audit_seq=seq, audit_hash=digest)
    )


def _sweep_evidence(ledger: Ledger) -> None:
    """Forget evidence that is neither shown now nor was decided on."""
    shown = exists().where(
        and_(findings.c.finding_id == evidence.c.finding_id, findings.c.evidence_digest == evidence.c.digest)
    )
    decided = exists().where(
        and_(decisions.c.finding_id == evidence.c.finding_id, decisions.c.evidence_digest == evidence.c.digest)
    )
    with ledger.write() as writing:
        writing.execute(delete(evidence).where(not_(shown), not_(decided)))
