"""Findings that end in a question to somebody: the state that accepting one gives, and what ends each finding."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

BEFORE = "state IN ('open', 'accepted', 'rejected', 'deferred', 'in_batch', 'applied', 'verified', 'withdrawn')"
AFTER = "state IN ('open', 'accepted', 'rejected', 'deferred', 'in_batch', 'applied', 'verified', 'withdrawn', 'task')"


def upgrade() -> None:
    # The next night says of each finding what ends it, and which case it is in.
    op.add_column("findings", sa.Column("ends_in", sa.String(10), nullable=False, server_default=sa.text("'change'")))
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint("ck_findings_state", "findings", type_="check")
        op.create_check_constraint("ck_findings_state", "findings", AFTER)
        return
    # As in revision 0004: the column that was added above tells every open connection to read the schema again.
    op.execute("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE name = 'findings'"),
        {"before": BEFORE, "after": AFTER},
    )
    op.execute("PRAGMA writable_schema = RESET")
