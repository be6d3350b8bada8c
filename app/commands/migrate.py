"""Brings the database up to date, for installations where the services run apart."""

from app.domain.errors import StewardError
from app.settings import Settings
from app.store.schema import upgrade


class NothingToMigrate(StewardError):
    """DATABASE_URL and DATABASE_ADMIN_URL are needed to migrate; without them `run` starts and migrates its own
    database."""


def migrate(settings: Settings) -> None:
    """Raises NothingToMigrate, SchemaError."""
    if not (settings.database and settings.database_admin):
        raise NothingToMigrate
    upgrade(settings.database_admin, settings.database)
