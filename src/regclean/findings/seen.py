"""What a person saw when they acted: a finding's evidence with the records of its subjects, kept for good.

Invariant: it is written in the transaction of the act, named by its own digest, and never changed. Until somebody acts,
records stand in the night alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlalchemy import Connection, RowMapping, select, union_all

from regclean.domain.findings import canonical_json
from regclean.domain.register import row_subject
from regclean.errors import InputError, UnavailableError
from regclean.findings.records import subject_records
from regclean.ledger import insert_missing
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import comments, decisions, evidence


@dataclass(frozen=True, slots=True)
class AtHand:
    """The records of some subjects (`table:key` -> JSON text) as a night has them. `run_id`: None where none can be read."""

    run_id: str | None = None
    records: Mapping[str, str] = field(default_factory=dict)


Look = Callable[[Iterable[str]], AtHand]  # takes subjects, also fields of them
Read = Callable[[str | None], AbstractContextManager[duckdb.DuckDBPyConnection]]  # as `Warehouse.read`


def look(read: Read, run_id: str | None, subjects: Iterable[str]) -> AtHand:
    """The records that a published night holds. Without the night's file, or with a damaged one, none are at hand."""
    wanted = {row_subject(subject) for subject in subjects}
    try:
        with read(run_id) as night:
            return AtHand(run_id, subject_records(night, wanted) if wanted else {})
    except (InputError, UnavailableError, duckdb.Error):
        return AtHand()


def with_records(said: str, subjects: Iterable[str], records: Mapping[str, str]) -> str:
    """Evidence (JSON text of an object) with the records of its subjects, those that are there, as its last member."""
    about = dict.fromkeys(row_subject(subject) for subject in subjects)
    shown = ",".join(f"{canonical_json(subject)}:{records[subject]}" for subject in about if subject in records)
    return f'{said[:-1]}{"," if len(said) > 2 else ""}"records":{{{shown}}}}}'


def read_evidence(connection: Connection, finding_id: str, digest: str | None) -> str:
    """What the night found, without records, as JSON text; an empty object where it is not known any more."""
    query = select(evidence.c.payload).where(evidence.c.finding_id == finding_id, evidence.c.digest == digest)
    return connection.execute(query).scalar() or "{}"


def keep_seen(
    connection: Connection, finding: RowMapping | None, subjects: Iterable[str], at_hand: AtHand
) -> str | None:
    """Keep what is seen of a finding now, or of a pair without one; returns its digest. None: there is nothing to see."""
    said = read_evidence(connection, finding["finding_id"], finding["evidence_digest"]) if finding is not None else "{}"
    payload = with_records(said, subjects, at_hand.records)
    if finding is None and not at_hand.records:
        return None
    digest = hashlib.sha256(payload.encode()).hexdigest()
    insert_missing(connection, seen_records, [{"digest": digest, "run_id": at_hand.run_id, "payload": payload}])
    return digest


@dataclass(frozen=True, slots=True)
class Seen:
    """What a decision rested on. `digest`: None where nobody looked; then it is what the night found, without records."""

    digest: str | None
    run_id: str | None
    payload: str


def seen_by(connection: Connection, decision: RowMapping) -> Seen:
    """What stood before whoever took a decision, byte for byte."""
    query = select(seen_records).where(seen_records.c.digest == decision["seen_digest"])
    row = connection.execute(query).mappings().first()
    if row is not None:
        return Seen(**row)
    return Seen(None, None, read_evidence(connection, decision["finding_id"], decision["evidence_digest"]))


def read_seen(connection: Connection, digest: str | None) -> dict[str, Any]:
    """What somebody saw; empty when nothing was kept under the digest."""
    text = connection.execute(select(seen_records.c.payload).where(seen_records.c.digest == digest)).scalar()
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def last_seen_of(connection: Connection, finding_id: str) -> dict[str, Any]:
    """What was seen of a finding by whoever decided or said something about it last."""
    acts = union_all(
        *(
            select(table.c.seen_digest, at.label("at")).where(
                table.c.finding_id == finding_id, table.c.seen_digest.is_not(None)
            )
            for table, at in ((decisions, decisions.c.decided_at), (comments, comments.c.at))
        )
    ).subquery()
    digest = connection.execute(select(acts.c.seen_digest).order_by(acts.c.at.desc()).limit(1)).scalar()
    return read_seen(connection, digest)
