"""What was planned and found out about a finding that waits as a task."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("finding_id", sa.String(length=21), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("way", sa.String(length=10), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("told_by", sa.String(length=80), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("finding_id", name="pk_tasks"),
    )
