"""What nobody reads of evidence goes; on SQLite its rows, and those of subjects, stand in their keys' own trees alone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_column("evidence", "fingerprint")
        op.drop_column("evidence", "run_id")
        return
    op.create_table(
        "lean_evidence",
        sa.Column("finding_id", sa.String(21), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", "digest", name="pk_evidence"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lean_subjects",
        sa.Column("finding_id", sa.String(21), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", "subject", name="pk_finding_subjects"),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.finding_id"], name="fk_finding_subjects_finding_id", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    for lean, table, columns in (
        ("lean_evidence", "evidence", "finding_id, digest, payload"),
        ("lean_subjects", "finding_subjects", "finding_id, subject"),
    ):
        op.execute(f"INSERT INTO {lean} ({columns}) SELECT {columns} FROM {table} ORDER BY 1, 2")  # noqa: S608  # names of our own
        op.drop_table(table)
        op.rename_table(lean, table)
    op.create_index("ix_finding_subjects_subject", "finding_subjects", ["subject"])
