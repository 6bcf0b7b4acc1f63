"""Cases: what is worked on together, comments on it, and the order that a queue reads them in."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
BATCH = 2_000


def upgrade() -> None:
    op.add_column("findings", sa.Column("case_key", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("findings", sa.Column("source", sa.String(length=80)))
    _fill()
    op.create_index("ix_findings_case_key_state", "findings", ["case_key", "state"])
    op.create_index(
        "ix_findings_queue",
        "findings",
        [
            "workpool",
            "state",
            "case_key",
            "priority",
            "opened_at",
            "deferred_until",
            "protected",
            "score",
            "finding_id",
        ],
    )
    op.create_table(
        "comments",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.String(length=21), nullable=False),
        sa.Column("user", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("comment_id", name="pk_comments"),
    )
    op.create_index("ix_comments_finding_id", "comments", ["finding_id"])


def _fill() -> None:
    """What was found before: by the same rule as what is found from now on, frozen here as it was."""
    connection = op.get_bind()
    table = sa.table(
        "findings", sa.column("finding_id"), sa.column("kind"), sa.column("subjects"), sa.column("case_key")
    )
    rows = connection.execute(sa.select(table.c.finding_id, table.c.kind, table.c.subjects)).all()
    change = (
        sa.update(table).where(table.c.finding_id == sa.bindparam("b_id")).values(case_key=sa.bindparam("b_case_key"))
    )
    values = [{"b_id": row.finding_id, "b_case_key": _case_key(*row)} for row in rows]
    for start in range(0, len(values), BATCH):
        connection.execute(change, values[start : start + BATCH])


def _case_key(finding_id: str, kind: str, subjects: str) -> str:
    if kind == "duplicate":
        return finding_id
    rows = [":".join(subject.split(":")[:2]) for subject in json.loads(subjects)]
    for table in ("bin_groups:", "customers:"):
        for row in rows:
            if row.startswith(table):
                return row
    return rows[0] if rows else finding_id
