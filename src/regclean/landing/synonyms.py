"""What Finnish and Swedish registers call the canonical columns: only to suggest a mapping, never to guess one."""

from __future__ import annotations

from regclean.domain.register import TABLES

SYNONYMS = {name: column.name for table in TABLES.values() for column in table.columns for name in column.called}
