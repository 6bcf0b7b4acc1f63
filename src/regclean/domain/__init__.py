"""The nouns of the field: canonical tables, findings, decisions. Standard library only."""
