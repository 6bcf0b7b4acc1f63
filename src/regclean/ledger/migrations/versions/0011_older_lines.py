"""Batches whose lines were sealed after they were built: what the register goes on knowing them by."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("batches", sa.Column("token", sa.String(64)))
