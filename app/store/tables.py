"""The tables as SQLAlchemy knows them; what makes them, and who may touch them, stands in the migrations."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

SCHEMA = "steward"
metadata = MetaData(schema=SCHEMA)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _time(name: str, *, nullable: bool = False) -> "Column[object]":
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _person() -> "Column[object]":
    return Column("person", Uuid, nullable=False)


people = Table(
    "people",
    metadata,
    Column("id", Uuid, primary_key=True),
    *map(_text, ("team", "slack_user", "name", "email", "zone", "dm")),
    Column("member", Boolean, nullable=False),
    _time("met_at"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    _person(),
    *map(_text, ("provider", "subject", "email", "name")),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("alive", Boolean, nullable=False),
    Column("sealed", LargeBinary),
    Column("key_version", Integer),
    _time("connected_at"),
    Column("chosen", Boolean, nullable=False),
    _time("ended_at", nullable=True),
    _text("notice_ts"),
    _time("notice_at", nullable=True),
)

consents = Table(
    "consents",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True),
    _person(),
    *map(_text, ("channel", "thread")),
    Column("sealed", LargeBinary, nullable=False),
    Column("key_version", Integer, nullable=False),
    _time("expires_at"),
    _time("used_at", nullable=True),
    Column("account", Uuid),
    Column("asks", ARRAY(Text), nullable=False),
    _text("card"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Uuid, primary_key=True),
    _person(),
    *map(_text, ("channel", "thread", "conversation", "ts", "text")),
    Column("private", Boolean, nullable=False),
    _text("status"),
    Column("attempt", Integer, nullable=False),
    Column("owner", BigInteger),
    *map(_text, ("reply", "reply_ts")),
    _time("asked_at"),
    _time("ended_at", nullable=True),
    _time("post_at", nullable=True),
    Column("typed", Text),
    *map(_text, ("then_what", "plan_ts")),
    Column("follows", Uuid),
    Column("about", Uuid),
    Column("question", JSON(none_as_null=True)),
    Column("chosen", Integer),
    Column("answers", Uuid),
    Column("listed", JSON, nullable=False),
    _text("errand"),
    Column("report", JSON(none_as_null=True)),
    Column("taken", ARRAY(Integer), nullable=False),
    Column("key", Text),
)

parked = Table(
    "parked",
    metadata,
    Column("turn", Uuid, primary_key=True),
    Column("account", Uuid, primary_key=True),
    _person(),
    Column("scopes", ARRAY(Text), nullable=False),
    _time("since"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _person(),
    Column("turn", Uuid, nullable=False),
    *map(_text, ("conversation", "thread", "role", "text", "ts")),
    _time("said_at"),
)

relations = Table(
    "relations",
    metadata,
    _person(),
    *map(_text, ("key", "name")),
    Column("people", JSON, nullable=False),
    _text("origin"),
    _time("since"),
)

preferences = Table(
    "preferences",
    metadata,
    _person(),
    _text("name"),
    Column("value", JSON),
    Column("before", JSON),
    _text("words"),
    _time("since"),
)

verdicts = Table(
    "verdicts",
    metadata,
    _person(),
    Column("account", Uuid, nullable=False),
    *map(_text, ("mail", "version", "category")),
    Column("priority", Integer, nullable=False),
    _text("why"),
    _time("at"),
)

tasks = Table(
    "tasks",
    metadata,
    _person(),
    _text("key"),
    Column("number", Integer, nullable=False),
    Column("account", Uuid),
    Column("found", JSON, nullable=False),
    _text("state"),
    _time("snoozed", nullable=True),
    *map(_text, ("moved", "moved_from")),
    _time("changed_at"),
)

watches = Table(
    "watches",
    metadata,
    _person(),
    Column("account", Uuid, nullable=False),
    _text("cursor"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("person", Uuid),
    Column("payload", JSON, nullable=False),
    Column("owner", BigInteger),
    _time("received_at"),
    _time("settled_at", nullable=True),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Uuid, primary_key=True),
    _person(),
    Column("turn", Uuid, nullable=False),
    *map(_text, ("channel", "thread")),
    Column("position", Integer, nullable=False),
    Column("account", Uuid, nullable=False),
    Column("payload", JSON, nullable=False),
    _text("sha256"),
    Column("needs", Integer, nullable=False),
    Column("undoable", Boolean, nullable=False),
    _text("status"),
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("owner", BigInteger),
    _time("not_before", nullable=True),
    _time("started_at", nullable=True),
    Column("confirmations", Integer, nullable=False),
    Column("clicks", ARRAY(Text), nullable=False),
    _text("note"),
    Column("receipt", JSON(none_as_null=True)),
    _text("card_ts"),
    Column("drawn", Text),
    _time("proposed_at"),
    _time("expires_at"),
    _time("decided_at", nullable=True),
    _text("reason"),
    _time("explained_at", nullable=True),
    _time("changed_at"),
    _time("redraw_at"),
    Column("plan", Uuid, nullable=False),
    Column("replaces", Uuid),
    Column("waits_for", Uuid),
    Column("reversing", Boolean, nullable=False),
    Column("bulk", Boolean, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _person(),
    Column("action", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False),
    _text("step"),
    Column("refs", JSON, nullable=False),
    _time("noted_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _time("at"),
    _person(),
    Column("action", Uuid, nullable=False),
    Column("turn", Uuid, nullable=False),
    _text("event"),
    Column("was", Text),
    _text("became"),
    Column("attempt", Integer, nullable=False),
    Column("confirmations", Integer, nullable=False),
    Column("click", Text),
    Column("account", Uuid, nullable=False),
    _text("sha256"),
    Column("number", BigInteger),
    Column("ref", Text),
    Column("evidence", Text),
    Column("hash", LargeBinary),
    Column("mac", LargeBinary),
)

chains = Table(
    "chains",
    metadata,
    Column("person", Uuid, primary_key=True),
    Column("lines", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("mac", LargeBinary),
)

paid_calls = Table(
    "paid_calls",
    metadata,
    Column("day", Date, primary_key=True),
    Column("calls", Integer, nullable=False),
)
