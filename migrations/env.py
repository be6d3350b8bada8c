"""Runs the migrations on the connection that `app.store.schema.upgrade` hands over."""

from alembic import context
from sqlalchemy import Connection

from app.store.tables import SCHEMA, metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
