"""A decision that told two records apart is kept when they change: it lapses, and the two stay apart until answered."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

# Until now an edge that lapsed was merely not current. It is found again: nobody undid or replaced its decision, and
# the pair has no other word.
LAPSED = """
    UPDATE pair_decisions SET current = true, lapsed = true
    WHERE NOT current AND verdict IN ('different', 'household', 'successor') AND fingerprint IS NOT NULL
      AND decision_id = (
          SELECT max(kept.decision_id)
          FROM pair_decisions AS kept
          JOIN decisions AS d ON d.decision_id = kept.decision_id
          WHERE kept.customer_no_l = pair_decisions.customer_no_l AND kept.customer_no_r = pair_decisions.customer_no_r
            AND d.undone_at IS NULL AND d.superseded_by IS NULL
      )
      AND NOT EXISTS (
          SELECT 1 FROM pair_decisions AS other
          WHERE other.customer_no_l = pair_decisions.customer_no_l
            AND other.customer_no_r = pair_decisions.customer_no_r AND other.current
      )
"""


def upgrade() -> None:
    op.add_column("pair_decisions", sa.Column("lapsed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.get_bind().execute(sa.text(LAPSED))
