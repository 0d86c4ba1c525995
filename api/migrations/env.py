"""Runs the migrations on the connection that `api.schema` hands over: no configuration file, no offline mode."""

from alembic import context

from api.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
