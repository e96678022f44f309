"""Alembic's entry: it runs on the connection that idp.store.migrate hands over."""

from alembic import context

from idp.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
