"""Blind samples, their labels, certificates and second opinions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "certificates",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=False),
        sa.Column("sources", sa.String(length=64), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("revoked_at", MOMENT),
        sa.Column("revoked_because", sa.String(length=20)),
        sa.PrimaryKeyConstraint("certificate_id", name="pk_certificates"),
    )
    op.create_index("ix_certificates_band", "certificates", ["band"])
    op.create_table(
        "samples",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer()),
        sa.Column("run_id", sa.String(length=40), nullable=False),
        sa.Column("model_version", sa.String(length=80), nullable=False),
        sa.Column("scheme", sa.String(length=20), nullable=False),
        sa.Column("strata", sa.Text(), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("drawn_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["certificate_id"], ["certificates.certificate_id"], name="fk_samples_certificate_id"),
        sa.PrimaryKeyConstraint("sample_id", name="pk_samples"),
    )
    op.create_table(
        "sample_pairs",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("customer_no_l", sa.Text(), nullable=False),
        sa.Column("customer_no_r", sa.Text(), nullable=False),
        sa.Column("stratum", sa.Integer()),
        sa.Column("inclusion", sa.Float()),
        sa.Column("probability", sa.Float()),
        sa.Column("known", sa.String(length=10)),
        sa.CheckConstraint("customer_no_l < customer_no_r", name="ck_sample_pairs_ordered"),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.sample_id"], name="fk_sample_pairs_sample_id"),
        sa.PrimaryKeyConstraint("sample_id", "number", name="pk_sample_pairs"),
    )
    op.create_index("ix_sample_pairs_customer_no_l_customer_no_r", "sample_pairs", ["customer_no_l", "customer_no_r"])
    op.create_table(
        "labels",
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("user", sa.String(length=80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.sample_id"], name="fk_labels_sample_id"),
        sa.PrimaryKeyConstraint("label_id", name="pk_labels"),
    )
    op.create_index("ix_labels_sample_id_number", "labels", ["sample_id", "number"])
    op.create_table(
        "second_opinions",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("verdict", sa.String(length=10)),
        sa.Column("user", sa.String(length=80)),
        sa.Column("at", MOMENT),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.decision_id"], name="fk_second_opinions_decision_id"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_second_opinions"),
    )
