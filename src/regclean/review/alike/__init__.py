"""Alike cases, decided together: the groups of a queue, one as a table, and what is done with its page."""
