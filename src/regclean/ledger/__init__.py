"""The ledger: runs, findings, decisions and the audit log, in SQLite or PostgreSQL."""

from regclean.ledger import (
    alert_tables,
    audit,
    enquiry_tables,
    erasure_tables,
    runs,
    sample_tables,
    seen_tables,
    tables,
    task_tables,
)
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
from regclean.ledger.glance import Tables, is_whole, look_at, tables_of
from regclean.ledger.tables import metadata

__all__ = [
    "CHUNK",
    "Anchor",
    "Entry",
    "Ledger",
    "LedgerError",
    "Tables",
    "alert_tables",
    "append",
    "audit",
    "enquiry_tables",
    "erasure_tables",
    "in_chunks",
    "insert_many",
    "insert_missing",
    "is_there",
    "is_whole",
    "look_at",
    "metadata",
    "open_ledger",
    "opened",
    "runs",
    "sample_tables",
    "seen_tables",
    "tables",
    "tables_of",
    "task_tables",
    "verify",
]
