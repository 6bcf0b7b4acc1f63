"""Alembic's entry: it runs on the connection, and inside the transaction, that it is given."""

from alembic import context

from regclean.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
