"""A ledger in which the evidence still held records: what was decided on stays byte for byte, the rest gives its space back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, insert, select, table, text
from sqlalchemy import column as plain
from sqlalchemy.engine import make_url

from regclean.ledger import open_ledger
from regclean.ledger.migrations import runner
from regclean.ledger.seen_tables import seen_records
from regclean.ledger.tables import decisions, evidence, findings

MANY = 400


def digest_of(payload: str) -> str:
    return hashlib.sha256(payload.encode()).hexdigest()


def frozen(number: int, name: str) -> str:
    """Evidence as it was written until then: canonical, and the records as its last member."""
    said = json.dumps(
        {"basis": {"n": number, "street": "Mäkitie"}, "pairs": []}, ensure_ascii=False, separators=(",", ":")
    )
    record = json.dumps({"raw": {"name": name, "text": "x" * 3000}}, separators=(",", ":"))
    return f'{said[:-1]},"records":{{"customers:{number}":{record}}}}}'


def slim(number: int) -> str:
    found = json.loads(frozen(number, ""))
    del found["records"]
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fill(connection: Connection) -> None:
    command.upgrade(runner.configuration(connection), "0012")
    at = "2026-11-01T02:00:00+00:00" if connection.dialect.name == "postgresql" else "2026-11-01 02:00:00.000000"
    rows = []
    for number in range(MANY):
        rows.append((f"F{number:020}", frozen(number, "now")))
        connection.execute(
            text(
                "INSERT INTO findings (finding_id, kind, rule, severity, subjects, summary, state, state_since, "
                "fingerprint, evidence_digest, protected, present, first_seen_run, last_seen_run, opened_at, workpool, "
                "priority, version) VALUES (:id, 'field', 'F01', 'error', '[]', 'x', 'open', :at, 'f', :digest, "
                "false, true, 'r', 'r', :at, 'field', 1, 1)"
            ),
            {"id": rows[-1][0], "digest": digest_of(rows[-1][1]), "at": at},
        )
    rows.append(("F" + "0" * 20, frozen(0, "then")))  # what was decided on, before a record changed
    of = table("evidence", *map(plain, ("finding_id", "digest", "fingerprint", "run_id", "payload")))
    named = ("finding_id", "digest", "fingerprint", "run_id", "payload")
    values = [dict(zip(named, (one, digest_of(payload), "f", "r1", payload), strict=True)) for one, payload in rows]
    connection.execute(insert(of), values)
    connection.execute(
        text(
            'INSERT INTO decisions (decision_id, finding_id, verdict, "user", evidence_digest, decided_at) '
            "VALUES (1, :id, 'reject', 'aino', :digest, :at)"
        ),
        {"id": rows[-1][0], "digest": digest_of(rows[-1][1]), "at": at},
    )


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_records_leave_the_evidence_and_what_was_decided_on_stays(kind: str, ledger_url: Callable[[str], str]) -> None:
    url = ledger_url(kind)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg") if kind == "postgresql" else url)
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    before = Path(str(make_url(url).database)).stat().st_size if kind == "sqlite" else None

    ledger = open_ledger(url)
    with ledger.read() as connection:
        decision: Any = connection.execute(select(decisions)).mappings().one()
        seen = connection.execute(select(seen_records)).mappings().all()
        found = {row.finding_id: row.evidence_digest for row in connection.execute(select(findings))}
        payloads = {(row.finding_id, row.digest): row.payload for row in connection.execute(select(evidence))}
    ledger.close()
    then = frozen(0, "then")
    assert [(one["digest"], one["payload"], one["run_id"]) for one in seen] == [(digest_of(then), then, "r1")]
    assert decision["seen_digest"] == digest_of(then)
    # What the next night finds again has the very digest that stands there now: it writes nothing.
    assert payloads == {(f"F{n:020}", digest_of(slim(n))): slim(n) for n in range(MANY)}
    assert found == dict(payloads.keys())
    assert decision["evidence_digest"] == found["F" + "0" * 20]
    if before is not None:
        assert Path(str(make_url(url).database)).stat().st_size < before / 2
