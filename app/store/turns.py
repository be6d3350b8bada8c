"""Turns: one running per conversation, in Slack's order, each ended once together with its actions."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.approvals import Approval
from app.domain.asking import Listed
from app.domain.errors import LostClaim, Overtaken, TooManyRequests
from app.domain.memory import Trail
from app.domain.ports import NO_TRAIL, Clock
from app.domain.types import (
    CHOICE,
    CODE,
    PERSON,
    STEWARD,
    Message,
    Person,
    PersonId,
    Place,
    Turn,
    TurnId,
    TurnStatus,
    Utterance,
)
from app.planning.asking import learned
from app.store import conversation as said
from app.store import errands, questions, steps
from app.store.approvals import fields_of
from app.store.database import Database, storable
from app.store.ordering import preceded, unfinished, within
from app.store.ownership import Ownership
from app.store.relations import kept
from app.store.tables import turns

MINUTE = timedelta(minutes=1)
POST_AGAIN = timedelta(seconds=10)
"""When a reply that Slack didn't take is first posted again."""
UNDER_WAY = timedelta(minutes=2)
"""How long a reply and its cards may be under way before somebody else posts them: each call to Slack is given up after
ten seconds (integrations/slack/chat.py), and there are few of them. Whose process died is replaced at once."""
BLANK = {"reply": "", "reply_ts": "", "then_what": "", "plan_ts": "", "listed": [], "errand": "", "taken": []}
"""What a turn has none of when it begins."""
FOLLOWING = "+"
"""In the ts of a turn that no message opened: it comes after the one it follows, and no message can have it."""
PLAIN = (
    *("id", "person", "ts", "text", "status", "attempt", "reply", "asked_at", "typed", "plan_ts", "about"),
    *("answers", "follows", "reply_ts", "errand", "taken"),
)
"""Fields of a turn that are columns as they are."""
S = TurnStatus


class PostgresTurns:
    """Serves `app.domain.ports.Turns`. Every method may raise StoreUnavailable; times are the clock's, aware."""

    def __init__(self, database: Database, ownership: Ownership, clock: Clock) -> None:
        self._database = database
        self._ownership = ownership
        self._clock = clock

    # Beginning.

    async def open(self, message: Message, *, limit: int) -> tuple[Turn, bool]:
        """Keep a request once; running when its conversation is free, else queued. Raises TooManyRequests."""
        now, owner = self._clock.now(), await self._ownership.held()
        async with self._database.transaction(message.person, alone=True) as connection:
            before = await self._before(connection, message, now=now, limit=limit)
            if isinstance(before, Turn):
                return before, False
            start = (
                {"status": S.QUEUED, "attempt": 0} if before else {"status": S.RUNNING, "attempt": 1, "owner": owner}
            )
            fields = {
                "id": uuid4(),
                "person": message.person,
                "conversation": message.place.conversation,
                "ts": message.ts,
                "text": storable(message.text),
                "private": message.private,
                "about": message.about,
                "asked_at": now,
            }
            fields |= BLANK | start | message.place.model_dump() | {"errand": message.errand}
            new = insert(turns).values(fields).returning(turns)
            turn = _turn((await connection.execute(new)).mappings().one())
            await said.keep(connection, turn, PERSON, turn.text, at=now)
        return turn, True

    async def _before(self, connection: AsyncConnection, message: Message, *, now: datetime, limit: int) -> Turn | bool:
        """The turn of this very message, if it was opened before; else whether its conversation is busy."""
        same = and_(turns.c.channel == message.place.channel, turns.c.ts == message.ts)
        if known := (await connection.execute(select(turns).where(same))).mappings().one_or_none():
            return _turn(known)
        asked = and_(turns.c.person == message.person, turns.c.follows.is_(None))
        recent = and_(asked, turns.c.asked_at > now - MINUTE)
        first = or_(turns.c.status == S.RUNNING, and_(turns.c.status == S.QUEUED, turns.c.key.is_(None)))
        busy = exists().where(within(turns, message.person, message.place.conversation), first)
        count, oldest, busy_now = (
            await connection.execute(
                select(
                    select(func.count()).select_from(turns).where(recent).scalar_subquery(),
                    select(func.min(turns.c.asked_at)).where(recent).scalar_subquery(),
                    busy,
                )
            )
        ).one()
        if count >= limit:
            raise TooManyRequests(limit=limit, seconds=1 + int((oldest + MINUTE - now).total_seconds()))
        return bool(busy_now)

    async def resume(self, turn: TurnId) -> Turn | None:
        """Take over what was left: a running turn, a queued one that is next, or an ended one to be posted."""
        async with self._database.statement() as connection:
            person: PersonId | None = await connection.scalar(select(func.steward.whose_turn(turn)))
        if person is None:
            return None
        now, abandoned = self._clock.now(), ~func.steward.held(turns.c.owner)
        unposted = and_(turns.c.status.in_((S.ENDED, S.FAILED)), turns.c.reply != "", turns.c.reply_ts == "")
        left = or_(
            and_(turns.c.status == S.RUNNING, abandoned),
            and_(turns.c.status == S.QUEUED, ~preceded()),
            and_(unposted, or_(abandoned, turns.c.post_at <= now)),
        )
        post_at = case((unposted, now + UNDER_WAY))
        return await self._take(person, and_(turns.c.id == turn, left), post_at=post_at)

    async def next(self, person: PersonId, conversation: str) -> Turn | None:
        """Start the oldest queued request of a conversation; None when a turn is running or none waits."""
        asked = and_(within(turns, person, conversation), turns.c.key.is_(None))
        first = and_(asked, turns.c.status == S.QUEUED, ~preceded())
        return await self._take(person, first)

    async def _take(self, person: PersonId, which: ColumnElement[bool], **more: Any) -> Turn | None:
        owner = await self._ownership.held()
        taken = (
            update(turns)
            .where(which)
            .values(
                owner=owner,
                status=case((turns.c.status == S.QUEUED, S.RUNNING), else_=turns.c.status),
                attempt=turns.c.attempt + case((unfinished(turns), 1), else_=0),
                **more,
            )
        )
        async with self._database.transaction(person, alone=True) as connection:
            row = (await connection.execute(taken.returning(turns))).mappings().one_or_none()
        return _turn(row) if row else None

    # Going on.

    async def running(self, person: PersonId, conversation: str) -> Turn | None:
        """The turn of a conversation that this process works on."""
        mine = and_(within(turns, person, conversation), turns.c.status == S.RUNNING, self._mine())
        async with self._database.transaction(person) as connection:
            row = (await connection.execute(select(turns).where(mine))).mappings().one_or_none()
        return _turn(row) if row else None

    async def leave(self, turn: Turn, errand: str) -> None:
        """Leave a running turn to whoever resumes it, with the errand that it came to. Raises LostClaim."""
        left = update(turns).where(self._claimed(turn)).values(owner=None, errand=storable(errand))
        async with self._database.transaction(turn.person, alone=True) as connection:
            if await connection.scalar(left.returning(turns.c.id)) is None:
                raise LostClaim

    async def mine(self, turn: Turn) -> None:
        """Raises LostClaim when the turn was stopped or taken over, or our number is lost."""
        async with self._database.transaction(turn.person) as connection:
            if await connection.scalar(select(turns.c.id).where(self._claimed(turn))) is None:
                raise LostClaim

    def _claimed(self, turn: Turn) -> ColumnElement[bool]:
        attempt = and_(turns.c.id == turn.id, turns.c.status == S.RUNNING, turns.c.attempt == turn.attempt)
        return and_(attempt, self._mine())

    def _mine(self) -> ColumnElement[bool]:
        # Both: the row may have been given away, and our lock may be gone without our knowing yet.
        return and_(turns.c.owner == self._ownership.number, func.steward.held(turns.c.owner))

    # Ending.

    async def end(
        self, turn: Turn, *, status: TurnStatus, reply: str, actions: Sequence[Approval], trail: Trail = NO_TRAIL
    ) -> bool:
        """End it once, with all it leaves behind, in one transaction; False when someone else did or may. Raises
        Overtaken, and does nothing, when a card that one of its actions is to replace was decided meanwhile."""
        now, words = self._clock.now(), storable(reply)
        try:
            claimed = self._claimed(turn)
        except LostClaim:
            return False
        fields = {"status": status, "reply": words, "ended_at": now, "post_at": now + UNDER_WAY}
        ended = update(turns).where(claimed).values(fields | questions.fields_of(trail) | errands.fields_of(trail))
        async with self._database.transaction(turn.person) as connection:
            if await connection.scalar(ended.returning(turns.c.id)) is None:
                return False
            replaced = [action.replaces for action in actions if action.replaces]
            if not await steps.replace(connection, turn.person, replaced, [fields_of(a) for a in actions], now=now):
                raise Overtaken
            if trail.then and actions:
                # Its own plan, or the one in which its only actions have taken a place.
                plan = min((action.plan for action in actions), key=lambda plan: plan != turn.id)
                going_on = update(turns).where(turns.c.id == plan, turns.c.person == turn.person)
                await connection.execute(going_on.values(then_what=storable(trail.then)))
            for relation in trail.learned:
                await connection.execute(kept(turn.person, relation))
            if words:
                asked = trail.question.under(words) if trail.question else words
                shown = f"{asked}\n\n{trail.report.worded()}" if trail.report else asked
                await said.keep(connection, turn, STEWARD, storable(shown), at=now)
        return True

    async def choose(self, person: PersonId, turn: TurnId, option: int) -> Turn | None:
        """Take one option of a question, once, and open the turn that it asks for, queued. None when there is no such
        option, one was taken already, or the person has gone on in the thread."""
        now = self._clock.now()
        async with self._database.transaction(person, alone=True) as connection:
            row = (await connection.execute(questions.taken(person, turn, option))).mappings().one_or_none()
            if row is None:
                return None
            asking = _turn(row)
            assert asking.question is not None
            fields = self._opening(asking, asking.place, asking.question.answer) | {"answers": turn}
            opened = _turn((await connection.execute(insert(turns).values(fields).returning(turns))).mappings().one())
            if relation := learned(asking.question, now):
                await connection.execute(kept(person, relation))
            await said.keep(connection, opened, CHOICE, opened.text, at=now)
        return opened

    async def take_up(self, person: PersonId, turn: TurnId, offer: int) -> Turn | None:
        """Take up an offer of a report, once, and open the turn that sees to it, queued. None when there is no such
        offer, or it was taken up already."""
        async with self._database.transaction(person, alone=True) as connection:
            reported = select(turns.c.report).where(turns.c.id == turn, turns.c.person == person)
            offered = errands.offer_of(await connection.scalar(reported), offer)
            if offered is None:
                return None
            row = (await connection.execute(errands.taken(person, turn, offer))).mappings().one_or_none()
            if row is None:
                return None
            before = _turn(row)
            fields = self._opening(before, before.place, offered.label)
            fields |= {"errand": storable(offered.errand), "typed": ""}
            opened = _turn((await connection.execute(insert(turns).values(fields).returning(turns))).mappings().one())
            # Not the person's choice: a label may repeat what strangers wrote.
            await said.keep(connection, opened, CODE, opened.text, at=self._clock.now())
        return opened

    async def begin(self, person: Person, errand: str, *, text: str, key: str) -> Turn | None:
        """Open a turn that nobody asked for, queued in the person's direct messages; None when one with a line of this
        key was begun before."""
        place = Place(channel=person.dm, thread="")
        first = Turn(id=TurnId(uuid4()), person=person.id, place=place, ts="", text="", asked_at=self._clock.now())
        fields = self._opening(first, place, text) | {"errand": storable(errand), "key": key, "typed": ""}
        async with self._database.transaction(person.id, alone=True) as connection:
            if (await connection.execute(errands.begun(person.id, key.splitlines()))).first():
                return None
            row = (await connection.execute(insert(turns).values(fields).returning(turns))).mappings().one()
        return _turn(row)

    async def begun(self, person: PersonId, keys: Collection[str]) -> frozenset[str]:
        """Those of some keys, each of one line, with which a turn was begun."""
        async with self._database.transaction(person) as connection:
            return frozenset(await connection.scalars(errands.begun(person, keys)))

    def _opening(self, before: Turn, place: Place, text: str) -> dict[str, Any]:
        """The row of a turn that no message opens: it comes after another, and waits until that one is over."""
        now, ident = self._clock.now(), uuid4()
        return {
            "id": ident,
            "person": before.person,
            "conversation": place.conversation,
            "ts": ts_after(before.ts, now, ident),
            "text": storable(text),
            "status": S.QUEUED,
            "attempt": 0,
            "asked_at": now,
            "private": True,
            **BLANK,
            **place.model_dump(),
        }

    async def halt(self, person: PersonId, conversation: str) -> tuple[Turn, ...]:
        """Stop the running turn of a conversation and cancel the queued ones, in Slack's order."""
        stopped = (
            update(turns)
            .where(within(turns, person, conversation), unfinished(turns))
            .values(
                status=case((turns.c.status == S.RUNNING, S.STOPPED), else_=S.CANCELLED),
                owner=None,
                ended_at=self._clock.now(),
            )
        )
        async with self._database.transaction(person, alone=True) as connection:
            rows = (await connection.execute(stopped.returning(turns))).mappings().all()
        return tuple(sorted(map(_turn, rows), key=lambda turn: turn.ts))

    async def reword(self, person: PersonId, place: Place, ts: str, text: str | None) -> Turn | None:
        """Replace the text of a queued message, or cancel it (None); the turn it touched."""
        change = {"status": S.CANCELLED, "ended_at": self._clock.now()} if text is None else {"text": storable(text)}
        same = and_(turns.c.person == person, turns.c.channel == place.channel, turns.c.ts == ts)
        queued = and_(same, turns.c.status == S.QUEUED)
        async with self._database.transaction(person, alone=True) as connection:
            changed = update(turns).where(queued).values(change).returning(turns)
            row = (await connection.execute(changed)).mappings().one_or_none()
            if row and text is not None:
                await said.reword(connection, _turn(row))
        return _turn(row) if row else None

    async def history(self, turn: Turn, *, limit: int) -> tuple[Utterance, ...]:
        """What was said before it: this thread and the last turns of the DM, oldest first, at most `limit` lines."""
        async with self._database.transaction(turn.person) as connection:
            return await said.before(connection, turn, limit=limit)

    # Plans.

    async def get(self, person: PersonId, turn: TurnId) -> Turn | None:
        async with self._database.transaction(person) as connection:
            found = await connection.execute(select(turns).where(turns.c.id == turn, turns.c.person == person))
            row = found.mappings().one_or_none()
        return _turn(row) if row else None

    async def planned(self, turn: Turn, ts: str) -> None:
        """The message that shows its actions together stands in Slack."""
        async with self._database.transaction(turn.person) as connection:
            await connection.execute(update(turns).where(turns.c.id == turn.id).values(plan_ts=ts))

    async def follow(self, turn: Turn, *, place: Place, text: str) -> Turn | None:
        """Open the turn that goes on with what a settled plan has brought, queued; None when it isn't settled, brought
        nothing, has nothing left to do, or was followed already."""
        now = self._clock.now()
        own = and_(turns.c.id == turn.id, turns.c.person == turn.person)
        followed = update(turns).where(own, steps.ready()).values(then_what="").returning(turns.c.private)
        async with self._database.transaction(turn.person, alone=True) as connection:
            private = await connection.scalar(followed)
            if private is None:
                return None
            more = {"typed": turn.words, "private": private, "follows": turn.id}
            new = insert(turns).values(self._opening(turn, place, text) | more).returning(turns)
            opened = _turn((await connection.execute(new)).mappings().one())
            await said.keep(connection, opened, CODE, opened.text, at=now)
        return opened

    async def put_off(self, turn: Turn) -> None:
        """Slack didn't take its reply: it is posted again, after an ever longer time."""
        now = self._clock.now()
        again = now + func.greatest(POST_AGAIN, now - turns.c.ended_at)
        unposted = and_(turns.c.id == turn.id, turns.c.reply_ts == "")
        async with self._database.transaction(turn.person) as connection:
            await connection.execute(update(turns).where(unposted).values(post_at=again))

    async def posted(self, turn: Turn, ts: str) -> None:
        """Its reply stands in Slack."""
        async with self._database.transaction(turn.person) as connection:
            await connection.execute(update(turns).where(turns.c.id == turn.id).values(reply_ts=ts))
            await said.posted(connection, turn, ts)


def _turn(row: RowMapping) -> Turn:
    place = Place(channel=row["channel"], thread=row["thread"])
    return Turn(
        place=place,
        then=row["then_what"],
        question=questions.question_of(row),
        report=errands.report_of(row),
        listed=tuple(Listed(**each) for each in row["listed"]),
        **{name: row[name] for name in PLAIN},
    )


def ts_after(ts: str, now: datetime, ident: UUID) -> str:
    """The ts of a turn that no message opened and that comes after the one with this ts."""
    return f"{max(f'{now.timestamp():.6f}', ts)}{FOLLOWING}{ident.hex[:8]}"
