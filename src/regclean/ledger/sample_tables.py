"""What the honest numbers rest on: blind samples, what people said of them, certificates, and second opinions.

Invariant: what was drawn, and with which chance, is never changed afterwards; a label is never changed, a later one by the same
person counts instead.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from regclean.ledger.tables import metadata
from regclean.ledger.types import Json, Moment

certificates = Table(
    "certificates",
    metadata,
    Column("certificate_id", Integer, primary_key=True),
    Column(
        "band", Text, nullable=False, index=True
    ),  # "person place 0.99-1": a pattern of evidence and a range of scores
    Column("run_id", String(40), nullable=False),  # the night whose pairs it is about
    Column("model_version", String(80), nullable=False),
    Column("sources", String(64), nullable=False),  # digest of where the input comes from
    Column("population", Integer, nullable=False),  # pairs in the band
    Column("profile", Json, nullable=False),  # {levels reached: pairs}: what drift is seen by
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", String(80), nullable=False),
    Column("revoked_at", Moment),
    Column("revoked_because", String(20)),  # drift | new_model | new_input | renewed
)

samples = Table(
    "samples",
    metadata,
    Column("sample_id", Integer, primary_key=True),
    Column("certificate_id", Integer, ForeignKey("certificates.certificate_id")),  # NULL: of the whole register
    Column("run_id", String(40), nullable=False),
    Column("model_version", String(80), nullable=False),
    Column("scheme", String(20), nullable=False),  # how fine the strata are
    Column("strata", Json, nullable=False),  # [{"number", "name", "joined", "population", "drawn"}]
    Column("drawn_at", Moment, nullable=False),
    Column("drawn_by", String(80), nullable=False),
)

sample_pairs = Table(
    "sample_pairs",
    metadata,
    Column("sample_id", Integer, ForeignKey("samples.sample_id"), nullable=False),
    Column("number", Integer, nullable=False),  # the order in which people see them
    Column("customer_no_l", Text, nullable=False),
    Column("customer_no_r", Text, nullable=False),  # l < r as text
    Column("stratum", Integer),  # NULL: a known pair, mixed in to see how people err
    Column("inclusion", Float),  # the chance with which it was drawn
    Column("probability", Float),  # its score when it was drawn; never shown with it
    Column("known", String(10)),  # same | different: what is known of it from elsewhere
    PrimaryKeyConstraint("sample_id", "number"),
    CheckConstraint("customer_no_l < customer_no_r", name="ordered"),
    Index(None, "customer_no_l", "customer_no_r"),
)

labels = Table(
    "labels",
    metadata,
    Column("label_id", Integer, primary_key=True),
    Column("sample_id", Integer, ForeignKey("samples.sample_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("answer", String(10), nullable=False),  # same | different | unsure
    Column("user", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "sample_id", "number"),
)

# A decision that a second person answers too, without seeing the first one's word.
second_opinions = Table(
    "second_opinions",
    metadata,
    Column("decision_id", Integer, ForeignKey("decisions.decision_id"), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("drawn_at", Moment, nullable=False),
    Column("verdict", String(10)),
    Column("user", String(80)),
    Column("at", Moment),
)
