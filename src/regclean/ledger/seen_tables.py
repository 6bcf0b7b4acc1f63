"""What people saw when they acted.

Invariant: it is written in the transaction of the act, named by its own digest, and never changed afterwards.
"""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text

from regclean.ledger.tables import metadata

# What a person saw when they decided, commented or gave a case to somebody: the evidence with its records, as JSON text.
seen_records = Table(
    "seen_records",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the payload
    Column("run_id", String(40)),  # the night that held the records; NULL: none could be read
    Column("payload", Text, nullable=False),
)
