"""The register that approved changes go to: files for the clerk to import, or a database."""

from regclean.register.keys import CUSTOMER_COLUMNS, KEY_COLUMNS, REPEATABLE, clean_key, key_parts, row_key
from regclean.register.lines import Line, Seen, Status, delete_text, inverse, moved_key
from regclean.register.sql import Receipt, SqlTarget
from regclean.register.target import open_target

__all__ = [
    "CUSTOMER_COLUMNS",
    "KEY_COLUMNS",
    "REPEATABLE",
    "Line",
    "Receipt",
    "Seen",
    "SqlTarget",
    "Status",
    "clean_key",
    "delete_text",
    "inverse",
    "key_parts",
    "moved_key",
    "open_target",
    "row_key",
]
