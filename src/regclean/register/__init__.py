"""The register that approved changes go to: files for the clerk to import, or a database."""

from regclean.register.lines import ChangeLine, Seen, Status, delete_text, inverse, moved_key
from regclean.register.receipts import Receipt
from regclean.register.sql import SqlTarget
from regclean.register.target import open_target

__all__ = ["ChangeLine", "Receipt", "Seen", "SqlTarget", "Status", "delete_text", "inverse", "moved_key", "open_target"]
