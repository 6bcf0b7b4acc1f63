"""The ledger: runs, findings, decisions and the audit log, in SQLite or PostgreSQL."""

from regclean.ledger import audit, runs, sample_tables, tables
from regclean.ledger.anchor import Anchor
from regclean.ledger.audit import Entry, append, verify
from regclean.ledger.database import (
    CHUNK,
    Ledger,
    LedgerError,
    in_chunks,
    insert_many,
    insert_missing,
    is_there,
    open_ledger,
    opened,
)

__all__ = [
    "CHUNK",
    "Anchor",
    "Entry",
    "Ledger",
    "LedgerError",
    "append",
    "audit",
    "in_chunks",
    "insert_many",
    "insert_missing",
    "is_there",
    "open_ledger",
    "opened",
    "runs",
    "sample_tables",
    "tables",
    "verify",
]
