"""The nouns of the field: canonical tables, findings, decisions. Standard library only."""

from regclean.domain import batches, decisions, enquiries, findings, languages, register, tasks, tombstone

__all__ = ["batches", "decisions", "enquiries", "findings", "languages", "register", "tasks", "tombstone"]
