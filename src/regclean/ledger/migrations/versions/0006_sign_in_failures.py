"""Failures to sign in count for the client that made them, no longer against the account."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("user", sa.String(length=80), nullable=False),
        sa.Column("client", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.user"], name="fk_sign_in_failures_user"),
        sa.PrimaryKeyConstraint("user", "client", name="pk_sign_in_failures"),
    )
    op.drop_column("users", "failed_logins")
    op.drop_column("users", "locked_until")
