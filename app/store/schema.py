"""Makes the roles, the schema and its tables, however many processes start at once.

The login user of DATABASE_URL has no rights; each connection acts as one role lent to it from its first moment, and
RESET ROLE comes back to that role. What this keeps out: a query that forgot its WHERE, a part that reaches for tables
of another's, a payload rewritten after approval, a deleted or forged line of the audit. What it can't keep out: someone
who runs SQL of their own choice as the login user can switch between the lent roles and name any person in
`steward.person`. Envelopes belong to people too but arrive before anyone is known, so the app has no right to their
table at all: it takes and settles one at a time, by Slack's key, through functions.
"""

from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url

from app.store.tables import SCHEMA

OWNER = "steward_owner"
APP = "steward_app"
INGEST = "steward_ingest"
RELAY = "steward_relay"
LENT = (APP, INGEST, RELAY)
"""Roles that the login user may switch to; the owner's is not among them."""
MIGRATIONS = Path(__file__).parents[2] / "migrations"
LOCK = -1
"""Of upgrades; owners of rows hold positive numbers."""
OLDEST_SERVER = 160000
"""PostgreSQL 16: the first that grants a role without inheriting its rights."""


LOOK_SECONDS = 5
"""How long a server may take to let us in."""


class SchemaError(Exception):
    """The database can't be prepared, in words for whoever runs Steward."""


def conninfo(url: str | URL) -> str:
    """An address as psycopg takes it, whether or not it names SQLAlchemy's driver."""
    parsed = make_url(url)
    options = {name: value if isinstance(value, str) else ",".join(value) for name, value in parsed.query.items()}
    return make_conninfo("", **parsed.translate_connect_args(database="dbname", username="user"), **options)


def login(server: str, *, user: str, password: str) -> str:
    """The address of a user's own database, named after them, on the server of another address."""
    return make_url(server).set(username=user, password=password, database=user).render_as_string(hide_password=False)


async def look(url: str) -> tuple[int, bool]:
    """The server's major version, and whether it has Steward's tables. Raises SchemaError when it can't be reached."""
    try:
        async with await psycopg.AsyncConnection.connect(conninfo(url), connect_timeout=LOOK_SECONDS) as connection:
            found = await connection.execute("SELECT to_regclass('steward.approvals') IS NOT NULL")
            row = await found.fetchone()
            return connection.info.server_version // 10_000, row == (True,)
    except psycopg.Error as refused:
        raise SchemaError(str(refused).splitlines()[0] if str(refused) else type(refused).__name__) from refused


def upgrade(admin_url: str, app_url: str) -> None:
    """Bring the database of `app_url` up to date as `admin_url`, who may create roles (and the database, if it is
    missing). Safe to run from several processes at once, and again. Raises SchemaError."""
    admin, app = make_url(admin_url), make_url(app_url)
    if not app.username or not app.database:
        raise SchemaError("DATABASE_URL must name a user and a database.")
    if app.username == admin.username:
        raise SchemaError("DATABASE_URL must name another user than DATABASE_ADMIN_URL, one without rights of its own.")
    try:
        with psycopg.connect(conninfo(admin_url), autocommit=True) as connection:
            if connection.info.server_version < OLDEST_SERVER:
                raise SchemaError("Steward needs PostgreSQL 16 or newer.")
            # Held until the connection closes; locks are per database, and every upgrade starts from the same one.
            connection.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            _make_roles(connection, app)
            _make_database(connection, app.database)
            _make_tables(admin.set(database=app.database), app.username)
    except psycopg.Error as refused:
        raise SchemaError(f"The database refused: {refused}") from refused


def _make_roles(connection: psycopg.Connection, app: URL) -> None:
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
    for role in (OWNER, *LENT):
        if role not in known:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    user = sql.Identifier(app.username or "")
    if app.username not in known:
        # Hashed here, so that no server log can hold the password.
        secret = connection.pgconn.encrypt_password(
            (app.password or "").encode(), (app.username or "").encode(), b"scram-sha-256"
        ).decode()
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT PASSWORD {}").format(user, sql.Literal(secret)))
    for role in LENT:
        lend = sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE")
        connection.execute(lend.format(sql.Identifier(role), user))
    _refuse_powers(connection, app.username or "")
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE").format(sql.Identifier(OWNER)))


def _refuse_powers(connection: psycopg.Connection, user: str) -> None:
    """A login user that can become more than the lent roles would make row-level security a decoration."""
    powers = connection.execute(
        "SELECT rolsuper OR rolbypassrls OR pg_has_role(rolname, %s, 'MEMBER') FROM pg_roles WHERE rolname = %s",
        (OWNER, user),
    ).fetchone()
    if powers != (False,):
        raise SchemaError(f'The user "{user}" of DATABASE_URL may not be a superuser, bypass RLS or own the tables.')


def _make_database(connection: psycopg.Connection, name: str) -> None:
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _make_tables(admin: URL, user: str) -> None:
    # Imported here: no running process but the one that migrates needs it.
    from alembic import command
    from alembic.config import Config

    with psycopg.connect(conninfo(admin), autocommit=True) as connection:
        make = sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}")
        connection.execute(make.format(sql.Identifier(SCHEMA), sql.Identifier(OWNER)))
        lend = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
        connection.execute(lend.format(sql.Identifier(admin.database or ""), sql.Identifier(user)))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    engine = create_engine(
        admin.set(drivername="postgresql+psycopg"),
        connect_args={"options": f"-c role={OWNER} -c client_min_messages=warning"},
    )
    try:
        with engine.begin() as migrating:
            config.attributes["connection"] = migrating
            command.upgrade(config, "head")
    finally:
        engine.dispose()
