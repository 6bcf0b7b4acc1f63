"""Enquiries: rounds, whom they ask, what was answered, and which members were told."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

MOMENT = sa.DateTime(timezone=True)
STATES = "'planned', 'sent', 'reminded', 'answered', 'settled', 'given_up', 'returned'"


def upgrade() -> None:
    op.create_table(
        "enquiry_rounds",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("planned_by", sa.String(80), nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("per_week", sa.Integer(), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_enquiry_rounds"),
    )
    op.create_table(
        "enquiries",
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("bin_group_no", sa.Text(), nullable=False),
        sa.Column("weight", sa.String(10), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("question", sa.Text()),
        sa.Column("answer_by", sa.Date()),
        sa.Column("written_at", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("reminded_at", MOMENT),
        sa.Column("answered_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_enquiries_state"),
        sa.ForeignKeyConstraint(["round_id"], ["enquiry_rounds.round_id"], name="fk_enquiries_round_id"),
        sa.PrimaryKeyConstraint("enquiry_id", name="pk_enquiries"),
    )
    op.create_index("ix_enquiries_round_id", "enquiries", ["round_id"])
    op.create_index("ix_enquiries_bin_group_no_state", "enquiries", ["bin_group_no", "state"])
    op.create_table(
        "enquiry_answers",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("enquiry_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("said_by", sa.Text()),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("taken_by", sa.String(80), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiries.enquiry_id"], name="fk_enquiry_answers_enquiry_id"),
        sa.PrimaryKeyConstraint("answer_id", name="pk_enquiry_answers"),
        sa.UniqueConstraint("digest", name="uq_enquiry_answers_digest"),
    )
    op.create_index("ix_enquiry_answers_enquiry_id", "enquiry_answers", ["enquiry_id"])
    op.create_table(
        "member_notices",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("bin_group_no", sa.Text(), nullable=False),
        sa.Column("member_no", sa.Text(), nullable=False),
        sa.Column("person_digest", sa.String(64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why_not", sa.String(20)),
        sa.Column("question", sa.Text()),
        sa.Column("written_at", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("objected_at", MOMENT),
        sa.Column("told", sa.Text()),
        sa.PrimaryKeyConstraint("notice_id", name="pk_member_notices"),
        sa.UniqueConstraint(
            "bin_group_no", "member_no", "person_digest", name="uq_member_notices_bin_group_no_member_no_person_digest"
        ),
    )
    op.create_index("ix_member_notices_state_due_on", "member_notices", ["state", "due_on"])
