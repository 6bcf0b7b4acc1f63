"""Evidence without the records of its subjects, which the night holds; what decisions rested on stays whole beside it."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

CHUNK = 500
EVIDENCE = sa.table("evidence", *map(sa.column, ("finding_id", "digest", "fingerprint", "run_id", "payload")))


def upgrade() -> None:
    op.create_table(
        "seen_records",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("run_id", sa.String(40)),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_seen_records"),
    )
    op.add_column("decisions", sa.Column("seen_digest", sa.String(64)))
    op.add_column("comments", sa.Column("seen_digest", sa.String(64)))
    connection = op.get_bind()
    _keep_what_was_decided_on(connection)
    found = connection.execute(sa.text("SELECT DISTINCT finding_id FROM evidence ORDER BY finding_id")).scalars().all()
    for start in range(0, len(found), CHUNK):
        _take_records_out(connection, found[start : start + CHUNK])


def _keep_what_was_decided_on(connection: sa.Connection) -> None:
    """As it is, under the digest that it has."""
    kept = """
        INSERT INTO seen_records (digest, run_id, payload)
        SELECT digest, min(run_id), min(payload) FROM evidence
        WHERE EXISTS (
            SELECT 1 FROM decisions
            WHERE decisions.finding_id = evidence.finding_id AND decisions.evidence_digest = evidence.digest
        )
        GROUP BY digest"""
    connection.execute(sa.text(kept))
    connection.execute(
        sa.text(
            "UPDATE decisions SET seen_digest = evidence_digest "
            "WHERE evidence_digest IN (SELECT digest FROM seen_records)"
        )
    )


def _take_records_out(connection: sa.Connection, finding_ids: Sequence[str]) -> None:
    of = EVIDENCE.c.finding_id.in_(finding_ids)
    rows = connection.execute(sa.select(EVIDENCE).where(of).order_by(EVIDENCE.c.finding_id, EVIDENCE.c.digest))
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    renamed = []
    for row in rows.mappings():
        said = json.loads(row["payload"])
        said.pop("records", None)
        # As canonical JSON was written when this step was made: what the next night finds again has this very digest.
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        kept.setdefault((row["finding_id"], digest), {**row, "digest": digest, "payload": text})
        renamed.append({"its_finding": row["finding_id"], "its_digest": row["digest"], "new_digest": digest})
    connection.execute(sa.delete(EVIDENCE).where(of))
    connection.execute(sa.insert(EVIDENCE), list(kept.values()))
    for name in ("findings", "decisions"):
        table = sa.table(name, sa.column("finding_id"), sa.column("evidence_digest"))
        change = sa.update(table).where(
            table.c.finding_id == sa.bindparam("its_finding"), table.c.evidence_digest == sa.bindparam("its_digest")
        )
        connection.execute(change.values(evidence_digest=sa.bindparam("new_digest")), renamed)
