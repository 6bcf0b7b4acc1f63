"""The register that approved changes go to: files for the clerk to import, or a database."""

from regclean.register.change_book import book
from regclean.register.files import OwnTable, write_files
from regclean.register.judge import Judge
from regclean.register.lines import ChangeLine, Row, Seen, Status, delete_text, inserted_rows, inverse, moved_key
from regclean.register.receipts import Receipt
from regclean.register.rows import StoredRow, needed_keys
from regclean.register.sql import SqlTarget
from regclean.register.target import open_target

__all__ = [
    "ChangeLine",
    "Judge",
    "OwnTable",
    "Receipt",
    "Row",
    "Seen",
    "SqlTarget",
    "Status",
    "StoredRow",
    "book",
    "delete_text",
    "inserted_rows",
    "inverse",
    "moved_key",
    "needed_keys",
    "open_target",
    "write_files",
]
