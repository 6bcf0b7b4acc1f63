"""What is asked to be erased, and what has been: a restore repeats the erasures that its backup does not know.

Invariant: whoever confirms is not who asked; a row is never taken out.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text

from regclean.ledger.tables import metadata
from regclean.ledger.types import Json, Moment

erasures = Table(
    "erasures",
    metadata,
    Column("erasure_id", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),  # customer: one person's data; period: what is older than it may be
    Column("subject", Text, nullable=False),  # the customer's number; the day before which it was entered
    Column("reason", String(20), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("withdrawn_by", String(80)),
    Column("withdrawn_at", Moment),
    Column("confirmed_by", String(80)),
    Column("confirmed_at", Moment),  # the ledger holds nothing of it any more
    Column("finished_at", Moment),  # nor do files, freed blocks and the lists beside backups
    Column("detail", Json, nullable=False),  # counts, nights and files that go
    CheckConstraint("kind IN ('customer', 'period')", name="kind"),
    CheckConstraint("confirmed_by IS NULL OR confirmed_by <> asked_by", name="two_people"),
    Index(None, "kind", "subject"),
)
