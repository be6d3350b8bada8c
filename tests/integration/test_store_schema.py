"""Making the schema: many at once, by an administrator who is no superuser, and only for a user without powers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from app.store.schema import SchemaError, conninfo, upgrade
from app.store.tables import SCHEMA, metadata
from tests.postgres import Addresses


@pytest.fixture
def elsewhere(postgres_server: Addresses) -> Iterator[Addresses]:
    """The same server, a database that doesn't exist yet."""
    name = f"fresh_{uuid4().hex}"
    admin = make_url(postgres_server.admin)
    app = make_url(postgres_server.app).set(database=name)
    yield Addresses(admin.render_as_string(hide_password=False), app.render_as_string(hide_password=False))
    with psycopg.connect(postgres_server.admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def test_the_tables_are_as_sqlalchemy_knows_them(postgres_server: Addresses) -> None:
    engine = create_engine(make_url(postgres_server.admin).set(drivername="postgresql+psycopg"))

    def compared(obj: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        # Indexes, keys and defaults are the migrations' own business.
        return kind in ("table", "column") and name != "alembic_version"

    options = {"include_schemas": True, "include_object": compared, "compare_server_default": False}
    options["include_name"] = lambda name, kind, parents: kind != "schema" or name == SCHEMA
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_many_may_upgrade_at_once_and_again(elsewhere: Addresses) -> None:
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(upgrade, elsewhere.admin, elsewhere.app) for _ in range(4)]:
            done.result()
    upgrade(elsewhere.admin, elsewhere.app)
    with psycopg.connect(elsewhere.app, options="-c role=steward_app") as connection:
        assert connection.execute("SELECT count(*) FROM steward.approvals").fetchone() == (0,)


def test_an_administrator_who_may_only_create_roles_is_enough(postgres_server: Addresses) -> None:
    name = f"limited_{uuid4().hex}"
    with psycopg.connect(postgres_server.admin, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'only-for-tests'")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
        # On a server of its own it makes these roles itself, and so may lend them.
        for role in ("steward_owner", "steward_app", "steward_ingest", "steward_relay"):
            connection.execute(f"GRANT {role} TO {name} WITH ADMIN OPTION")
        admin = make_url(postgres_server.admin).set(username=name, password="only-for-tests", database=name)
        app = admin.set(username=f"{name}_app", password='it\'s "quoted"')
        try:
            upgrade(admin.render_as_string(hide_password=False), app.render_as_string(hide_password=False))
            with psycopg.connect(conninfo(app), autocommit=True) as login:
                login.execute("SET ROLE steward_app")
                assert login.execute("SELECT count(*) FROM steward.turns").fetchone() == (0,)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"DROP OWNED BY {name}_app, {name}")
            connection.execute(f"DROP ROLE IF EXISTS {name}_app")
            connection.execute(f"DROP ROLE {name}")


def test_a_login_user_with_powers_of_its_own_is_refused(postgres_server: Addresses) -> None:
    name = f"mighty_{uuid4().hex}"
    app = make_url(postgres_server.app).set(username=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres_server.admin, autocommit=True) as connection:
        try:
            for power in ("SUPERUSER", "NOSUPERUSER BYPASSRLS", "NOSUPERUSER NOBYPASSRLS IN ROLE steward_owner"):
                connection.execute(f"CREATE ROLE {name} LOGIN {power}")
                with pytest.raises(SchemaError, match="may not be"):
                    upgrade(postgres_server.admin, app)
                connection.execute(f"DROP ROLE {name}")
        finally:
            connection.execute(f"DROP ROLE IF EXISTS {name}")
    with pytest.raises(SchemaError, match="another user"):
        upgrade(postgres_server.admin, postgres_server.admin)


def test_a_server_that_cannot_be_reached_is_named_plainly(postgres_server: Addresses) -> None:
    wrong = make_url(postgres_server.admin).set(password="wrong").render_as_string(hide_password=False)
    with pytest.raises(SchemaError, match="password authentication failed"):
        upgrade(wrong, postgres_server.app)
