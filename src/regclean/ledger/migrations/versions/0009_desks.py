"""What a person has staged is kept for the person; what open sessions hold goes there, the session used last winning."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

STAGING = "staging"


def upgrade() -> None:
    desks = op.create_table(
        "desks",
        sa.Column("user", sa.String(length=80), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["users.user"], name="fk_desks_user"),
        sa.PrimaryKeyConstraint("user", name="pk_desks"),
    )
    sessions = sa.table(
        "sessions",
        sa.column("user", sa.String),
        sa.column("seen_at", sa.DateTime(timezone=True)),
        sa.column("data", sa.Text),
    )
    kept = {}
    for user, data in op.get_bind().execute(sa.select(sessions.c.user, sessions.c.data).order_by(sessions.c.seen_at)):
        staging = json.loads(data or "{}").get(STAGING, {})
        if staging.get("items"):
            kept[user] = json.dumps({STAGING: staging})
    if kept:
        op.bulk_insert(desks, [{"user": user, "data": data} for user, data in kept.items()])
