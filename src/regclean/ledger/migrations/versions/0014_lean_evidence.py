"""What nobody reads of evidence goes; on SQLite the subjects of findings stand in their key's own tree alone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.drop_column("evidence", "fingerprint")
    op.drop_column("evidence", "run_id")
    if op.get_bind().dialect.name != "sqlite":
        return
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
    op.execute(
        "INSERT INTO lean_subjects (finding_id, subject) SELECT finding_id, subject FROM finding_subjects ORDER BY 1, 2"
    )
    op.drop_table("finding_subjects")
    op.rename_table("lean_subjects", "finding_subjects")
    op.create_index("ix_finding_subjects_subject", "finding_subjects", ["subject"])
