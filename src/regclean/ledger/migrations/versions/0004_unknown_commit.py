"""Batches whose end in the register is not known: being taken back, and asked to commit without an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BEFORE = "state IN ('built', 'approved', 'rejected', 'applying', 'applied', 'undone')"
AFTER = "state IN ('built', 'approved', 'rejected', 'applying', 'applied', 'undoing', 'undone', 'unknown')"


def upgrade() -> None:
    op.add_column("batches", sa.Column("attempt", sa.Text()))
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint("ck_batches_state", "batches", type_="check")
        op.create_check_constraint("ck_batches_state", "batches", AFTER)
        return
    # SQLite's own way to change a check: rebuilding the table would break the references to it. The column that was
    # added above tells every open connection to read the schema again.
    op.execute("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE name = 'batches'"),
        {"before": BEFORE, "after": AFTER},
    )
    op.execute("PRAGMA writable_schema = RESET")
