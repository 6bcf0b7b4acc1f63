"""Taking rows and values out of the ledger, so that the history around them stays whole.

Invariant: the audit log notes whose decisions lost their words, and the digest of the lines of batches as they are then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, case, delete, select, tuple_, update

from regclean.batches import erase_lines
from regclean.domain.tombstone import TOMBSTONE
from regclean.erasure.targets import Targets, without
from regclean.ledger import enquiry_tables, in_chunks
from regclean.ledger.sample_tables import sample_pairs
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import (
    batch_changes,
    batches,
    comments,
    decisions,
    desks,
    evidence,
    finding_subjects,
    findings,
    last_clusters,
    pair_decisions,
    protected_subjects,
    runs,
    sealed,
    sessions,
)
from regclean.ledger.task_tables import tasks

ERASED = '{"erased":true}'  # evidence, and what somebody saw
TOUCHED: tuple[Table, ...] = (
    findings,
    finding_subjects,
    evidence,
    decisions,
    pair_decisions,
    comments,
    seen_records,
    batch_changes,
    batches,
    tasks,
    sample_pairs,
    sealed,
    protected_subjects,
    last_clusters,
    desks,
    sessions,
    runs,
    enquiry_tables.enquiries,
    enquiry_tables.answers,
    enquiry_tables.notices,
)


def take_out(writing: Connection, targets: Targets, hit: Callable[[str], bool], *, actor: str, now: datetime) -> None:
    """Take `targets` out, inside a write transaction; `hit`: which texts of desks, sessions and gates go."""
    of = decisions.c
    for numbers in in_chunks(sorted(targets.decisions)):
        words = {name: case((of[name].is_not(None), TOMBSTONE)) for name in ("reason", "comment")}
        gone = {**words, "choices": None, "customer_no_l": None, "customer_no_r": None}
        writing.execute(update(decisions).where(of.decision_id.in_(numbers)).values(gone))
    by_batch: dict[int, set[int]] = {}
    for batch_id, seq in targets.lines:
        by_batch.setdefault(batch_id, set()).add(seq)
    for batch_id, seqs in sorted(by_batch.items()):
        erase_lines(writing, batch_id, seqs, actor=actor, now=now)
    _finding_rows(writing, targets)
    _set(writing, seen_records, "digest", targets.seen, payload=ERASED)
    _set(writing, comments, "comment_id", targets.comments, text=TOMBSTONE)
    _set(writing, batches, "batch_id", targets.titles, title=TOMBSTONE)
    _set(writing, tasks, "finding_id", targets.tasks, answer=None)
    _set(writing, enquiry_tables.enquiries, "enquiry_id", targets.enquiries, question=None)
    _set(writing, enquiry_tables.notices, "notice_id", targets.notices, question=None, told=None)
    for table, name, keys in (
        (sealed, "subject", targets.sealed),
        (protected_subjects, "subject", targets.protected),
        (last_clusters, "customer_no", targets.clusters),
    ):
        for some in in_chunks(sorted(keys)):
            writing.execute(delete(table).where(table.c[name].in_(some)))
    for key in sorted(targets.samples):  # that it was drawn, and what was said of it, stays
        its = tuple_(sample_pairs.c.sample_id, sample_pairs.c.number) == key
        writing.execute(update(sample_pairs).where(its).values(customer_no_l="", customer_no_r=TOMBSTONE))
    for table, name, column, chosen in (
        (desks, "user", "data", targets.desks),
        (sessions, "session_digest", "data", targets.sessions),
        (runs, "run_id", "gates", targets.runs),
        (enquiry_tables.answers, "answer_id", "told", targets.answers),
    ):
        for one in sorted(chosen):
            held: Any = writing.execute(select(table.c[column]).where(table.c[name] == one)).scalar()
            writing.execute(update(table).where(table.c[name] == one).values({column: without(held, hit)}))


def _finding_rows(writing: Connection, targets: Targets) -> None:
    for left, right, decision_id in sorted(targets.pairs):
        its = (pair_decisions.c.customer_no_l == left, pair_decisions.c.customer_no_r == right)
        writing.execute(delete(pair_decisions).where(*its, pair_decisions.c.decision_id == decision_id))
    for finding_id, digest in sorted(targets.evidence):
        its = (evidence.c.finding_id == finding_id, evidence.c.digest == digest)
        writing.execute(update(evidence).where(*its).values(payload=ERASED))
    for some in in_chunks(sorted(targets.findings)):
        writing.execute(update(batch_changes).where(batch_changes.c.finding_id.in_(some)).values(finding_id=None))
        for table in (comments, tasks, evidence, finding_subjects, findings):
            writing.execute(delete(table).where(table.c.finding_id.in_(some)))


def _set(writing: Connection, table: Table, key: str, keys: set[Any], **values: Any) -> None:
    for some in in_chunks(sorted(keys)):
        writing.execute(update(table).where(table.c[key].in_(some)).values(**values))
