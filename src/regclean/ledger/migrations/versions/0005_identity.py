"""A ledger knows which one it is, and the last night's clusters, so that the loss of a file beside it is survived."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "identity",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_identity"),
    )
    op.create_table(
        "last_clusters",
        sa.Column("customer_no", sa.Text(), nullable=False),
        sa.Column("cluster_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_no", name="pk_last_clusters"),
    )
