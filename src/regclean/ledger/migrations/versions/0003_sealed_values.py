"""National ids under seal, and who is under non-disclosure: the page shows neither without right and reason."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sealed",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("subject", "field", name="pk_sealed"),
    )
    op.create_table(
        "protected_subjects",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_protected_subjects"),
    )
