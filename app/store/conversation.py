"""What was said in a conversation, by the person and by Steward."""

from datetime import datetime

from sqlalchemy import and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.asking import Listed
from app.domain.types import PERSON, STEWARD, Turn, TurnStatus, Utterance
from app.store.tables import messages, turns


async def keep(connection: AsyncConnection, turn: Turn, role: str, text: str, *, at: datetime) -> None:
    """Keep a line of a turn; a reply gets its own ts when it stands in Slack."""
    line = {
        "person": turn.person,
        "turn": turn.id,
        "conversation": turn.place.conversation,
        "thread": turn.place.thread,
        "role": role,
        "text": text,
        "ts": turn.ts,
        "said_at": at,
    }
    await connection.execute(insert(messages).values(line))


async def reword(connection: AsyncConnection, turn: Turn) -> None:
    """The person edited what they asked."""
    line = and_(messages.c.turn == turn.id, messages.c.role == PERSON)
    await connection.execute(update(messages).where(line).values(text=turn.text))


async def posted(connection: AsyncConnection, turn: Turn, ts: str) -> None:
    """Steward's line of a turn stands in Slack."""
    line = and_(messages.c.turn == turn.id, messages.c.role == STEWARD)
    await connection.execute(update(messages).where(line).values(ts=ts))


async def before(connection: AsyncConnection, turn: Turn, *, limit: int) -> tuple[Utterance, ...]:
    """At most `limit` lines of earlier turns, oldest first; those of the same thread go before the rest of the DM."""
    here = and_(messages.c.conversation == turn.place.conversation, messages.c.thread == turn.place.thread)
    heard = turns.c.status.not_in((TurnStatus.QUEUED, TurnStatus.CANCELLED))
    newest = (
        select(messages.c.role, messages.c.text, messages.c.said_at, turns.c.ts, messages.c.id, turns.c.listed)
        .join_from(messages, turns, messages.c.turn == turns.c.id)
        .where(messages.c.person == turn.person, messages.c.conversation == turn.place.conversation)
        .where(turns.c.ts < turn.ts, heard)
        .order_by(here.desc(), turns.c.ts.desc(), messages.c.id.desc())
        .limit(limit)
    )
    lines = (await connection.execute(newest)).all()
    in_order = sorted(lines, key=lambda line: (line.ts, line.id))
    return tuple(
        Utterance(
            role=line.role,
            text=line.text,
            at=line.said_at,
            listed=tuple(Listed(**each) for each in line.listed) if line.role == STEWARD else (),
        )
        for line in in_order
    )
