"""The order of the turns of a conversation: one runs, the others wait for it, what nobody asked for comes last."""

from sqlalchemy import Alias, ColumnElement, Table, and_, exists, or_, tuple_

from app.domain.types import PersonId
from app.domain.types import TurnStatus as S
from app.store.tables import turns


def within(table: Table | Alias, person: PersonId, conversation: str) -> ColumnElement[bool]:
    return and_(table.c.person == person, table.c.conversation == conversation)


def unfinished(table: Table | Alias) -> ColumnElement[bool]:
    return table.c.status.in_((S.RUNNING, S.QUEUED))


def preceded() -> ColumnElement[bool]:
    """Whether a turn of the same conversation is running, or queued and older; what nobody asked for comes last."""
    other = turns.alias("other")
    place, mine = (tuple_(each.c.key.is_not(None), each.c.ts) for each in (other, turns))
    queued_before = and_(other.c.status == S.QUEUED, place < mine)
    return exists().where(
        other.c.person == turns.c.person,
        other.c.conversation == turns.c.conversation,
        or_(other.c.status == S.RUNNING, queued_before),
    )
