"""The table of tasks. Which findings are tasks stands in `findings`."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, String, Table

from regclean.ledger.tables import metadata
from regclean.ledger.types import Json, Moment

# What was planned and found out about a finding that waits as a task. A row speaks of the decision that made the task: a
# later one makes a new task, of which nothing is known yet.
tasks = Table(
    "tasks",
    metadata,
    Column("finding_id", String(21), primary_key=True),
    Column("decision_id", Integer, nullable=False),
    Column("due_on", Date),  # NULL: so many days after it was made
    Column("way", String(10)),  # NULL: the rule's
    Column("outcome", String(12)),  # answered | as_it_is | done | not_reached
    Column("answer", Json),  # {column: value}
    Column("told_by", String(80)),
    Column("told_at", Moment),
)
