"""The ledger: runs, findings, decisions and the audit log, in SQLite or PostgreSQL."""

from regclean.ledger.audit import Entry, append, verify
from regclean.ledger.database import Ledger, LedgerError, open_ledger, opened

__all__ = ["Entry", "Ledger", "LedgerError", "append", "open_ledger", "opened", "verify"]
