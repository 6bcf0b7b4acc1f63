"""What somebody was told of: each alert goes to each place once."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, String, Table, Text

from regclean.ledger.tables import metadata
from regclean.ledger.types import Moment

alerts = Table(
    "alerts",
    metadata,
    Column("kind", String(10), nullable=False),  # failed | late | missing | conflict
    Column("subject", Text, nullable=False),  # a night, a day, a batch
    Column("place", String(16), nullable=False),  # of the address: a digest, as it may hold a password
    Column("noted_at", Moment, nullable=False),
    Column("sent_at", Moment),  # NULL: being sent, or whoever sent it was killed
    PrimaryKeyConstraint("kind", "subject", "place"),
)
