"""By which way a member is told where their data came from."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column(
        "member_notices", sa.Column("channel", sa.String(10), nullable=False, server_default=sa.text("'letter'"))
    )
