"""A PostgreSQL server for a test session, made by the product's own start-up, and an empty database for each test."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from app.embedded import services
from app.store.schema import upgrade

LOGIN = "steward_login"
PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Addresses:
    admin: str
    """Superuser: sees everything, row-level security or not."""
    app: str
    """The login user of DATABASE_URL."""


@contextmanager
def server() -> Iterator[Addresses]:
    """A server with Steward's schema in it, gone afterwards."""
    # Not below pytest's own folder: under root, the server's user may not enter that.
    home = Path(tempfile.mkdtemp(prefix="steward-test-"))
    # A thread of its own, because this may be called from within a running loop.
    with ThreadPoolExecutor(1) as thread:
        loop = asyncio.new_event_loop()
        running = services(home, database_url=None, redis_url=None)
        addresses = thread.submit(loop.run_until_complete, running.__aenter__()).result()
        try:
            assert addresses.database_admin_url is not None
            app = make_url(addresses.database_admin_url).set(username=LOGIN, password=PASSWORD)
            found = Addresses(addresses.database_admin_url, app.render_as_string(hide_password=False))
            upgrade(found.admin, found.app)
            with psycopg.connect(found.admin, autocommit=True) as connection:
                # No test pulls the plug of the machine, so none needs to wait for its disk.
                connection.execute(f"ALTER ROLE {LOGIN} SET synchronous_commit = off")
            yield found
        finally:
            thread.submit(loop.run_until_complete, running.__aexit__(None, None, None)).result()
            loop.close()
    shutil.rmtree(home, ignore_errors=True)


def empty(admin: str) -> None:
    """Take every row out of every table."""
    # DELETE, because TRUNCATE makes new files for each table and waits for the disk.
    listing = """SELECT string_agg(format('DELETE FROM steward.%I', tablename), ';') FROM pg_tables
        WHERE schemaname = 'steward' AND tablename <> 'alembic_version'"""
    with psycopg.connect(admin) as connection:
        row = connection.execute(listing).fetchone()
        assert row is not None
        connection.execute(row[0])
