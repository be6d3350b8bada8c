"""What lasts, in PostgreSQL: SQLAlchemy's home."""

from app.store.store import PostgresStore

__all__ = ["PostgresStore"]
