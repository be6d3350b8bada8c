"""Turns in memory."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from app.domain.approvals import Approval
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
from tests.fakes.rows import AGAIN, UNDER_WAY, Disk, TurnRow

S = TurnStatus
UNFINISHED = (S.RUNNING, S.QUEUED)
SAME = ("text", "typed", "about", "follows", "errand", "answers")
"""What a request that is opened anew keeps."""


class MemoryTurns:
    def __init__(self, disk: Disk, owner: int, clock: Clock) -> None:
        self._disk = disk
        self._owner = owner
        self._clock = clock

    async def open(self, message: Message, *, limit: int) -> tuple[Turn, bool]:
        now = self._clock.now()
        for row in self._disk.turns.values():
            if (row.turn.place.channel, row.turn.ts) == (message.place.channel, message.ts):
                return row.turn, False
        recent = [
            row.turn.asked_at
            for row in self._disk.turns.values()
            if row.turn.person == message.person
            and row.turn.asked_at > now - timedelta(minutes=1)
            and row.follows is None
        ]
        if len(recent) >= limit:
            left = min(recent) + timedelta(minutes=1) - now
            raise TooManyRequests(limit=limit, seconds=1 + int(left.total_seconds()))
        rows = self._disk.conversation(message.person, message.place.conversation)
        busy = any(r.turn.status is S.RUNNING or (r.turn.status is S.QUEUED and not r.key) for r in rows)
        turn = Turn(
            id=TurnId(uuid4()),
            status=S.QUEUED if busy else S.RUNNING,
            attempt=0 if busy else 1,
            asked_at=now,
            errand=message.errand,
            person=message.person,
            place=message.place,
            ts=message.ts,
            text=message.text,
            about=message.about,
        )
        self._disk.turns[turn.id] = TurnRow(turn, owner=None if busy else self._owner)
        return turn, True

    async def resume(self, turn: TurnId) -> Turn | None:
        row, now = self._disk.turns.get(turn), self._clock.now()
        if row is None or not self._disk.unfinished(row, now):
            return None
        if row.ended_at is not None:
            row.owner, row.post_at = self._owner, now + UNDER_WAY
            return row.turn
        return self._start(row)

    async def next(self, person: PersonId, conversation: str) -> Turn | None:
        row = self._disk.first_queued(person, conversation)
        return self._start(row) if row and not row.key else None

    def _start(self, row: TurnRow) -> Turn:
        row.owner = self._owner
        return _change(row, status=S.RUNNING, attempt=row.turn.attempt + 1)

    async def running(self, person: PersonId, conversation: str) -> Turn | None:
        rows = self._disk.conversation(person, conversation)
        mine = (r.turn for r in rows if r.turn.status is S.RUNNING and r.owner == self._owner)
        return next(mine, None) if self._disk.held(self._owner) else None

    async def leave(self, turn: Turn, errand: str) -> None:
        if not self._claimed(turn):
            raise LostClaim
        row = self._disk.turns[turn.id]
        row.owner = None
        _change(row, errand=errand)

    async def mine(self, turn: Turn) -> None:
        if not self._claimed(turn):
            raise LostClaim

    def _claimed(self, turn: Turn) -> bool:
        row = self._disk.turns[turn.id]
        same = row.turn.status is S.RUNNING and row.turn.attempt == turn.attempt and row.owner == self._owner
        return same and self._disk.held(self._owner)

    async def end(
        self, turn: Turn, *, status: TurnStatus, reply: str, actions: Sequence[Approval], trail: Trail = NO_TRAIL
    ) -> bool:
        if not self._claimed(turn):
            return False
        row, now = self._disk.turns[turn.id], self._clock.now()
        replaced = [action.replaces for action in actions if action.replaces]
        if not self._disk.replace(turn.person, replaced, actions, now):
            raise Overtaken
        _change(row, status=status, reply=reply, question=trail.question, listed=trail.listed, report=trail.report)
        row.ended_at, row.post_at = now, now + UNDER_WAY
        for relation in trail.learned:
            self._disk.learn(turn.person, relation)
        if trail.then and actions:
            plan = min((action.plan for action in actions), key=lambda plan: plan != turn.id)
            _change(self._disk.turns[plan], then=trail.then)
        return True

    async def choose(self, person: PersonId, turn: TurnId, option: int) -> Turn | None:
        row, now = self._disk.turns.get(turn), self._clock.now()
        if row is None or row.turn.person != person or row.turn.question is None or self._gone_on(row):
            return None
        question = row.turn.question
        if question.chosen is not None or not 0 <= option < len(question.options):
            return None
        chosen = question.model_copy(update={"chosen": option})
        _change(row, question=chosen)
        if relation := learned(chosen, now):
            self._disk.learn(person, relation)
        opened = self._opened(row.turn, row.turn.place, text=chosen.answer, answers=turn)
        self._disk.turns[opened.id] = TurnRow(opened)
        return opened

    async def take_up(self, person: PersonId, turn: TurnId, offer: int) -> Turn | None:
        row = self._disk.turns.get(turn)
        if row is None or row.turn.person != person or row.turn.report is None or offer in row.turn.taken:
            return None
        if not 0 <= offer < len(row.turn.report.all_offers):
            return None
        taken = row.turn.report.all_offers[offer]
        _change(row, taken=(*row.turn.taken, offer))
        opened = self._opened(row.turn, row.turn.place, errand=taken.errand, text=taken.label, typed="")
        self._disk.turns[opened.id] = TurnRow(opened)
        return opened

    async def begin(self, person: Person, errand: str, *, text: str, key: str) -> Turn | None:
        if await self.begun(person.id, key.splitlines()):
            return None
        place = Place(channel=person.dm, thread="")
        first = Turn(id=TurnId(uuid4()), person=person.id, place=place, ts="", text="", asked_at=self._clock.now())
        opened = self._opened(first, place, text=text, errand=errand, typed="")
        self._disk.turns[opened.id] = TurnRow(opened, key=key)
        return opened

    async def begun(self, person: PersonId, keys: Collection[str]) -> frozenset[str]:
        own = [row.key for row in self._disk.turns.values() if row.turn.person == person and row.key]
        return frozenset(line for key in own for line in key.splitlines() if line in keys)

    def _gone_on(self, row: TurnRow) -> bool:
        place, ts = row.turn.place, row.turn.ts
        others = (other.turn for other in self._disk.turns.values() if other.turn.person == row.turn.person)
        return any(o.place == place and o.ts > ts and o.status is not S.CANCELLED for o in others)

    def _opened(self, before: Turn, place: Place, **more: Any) -> Turn:
        now = self._clock.now()
        ident = uuid4()
        ts = f"{max(f'{now.timestamp():.6f}', before.ts)}+{ident.hex[:8]}"
        return Turn(id=TurnId(ident), person=before.person, place=place, ts=ts, asked_at=now, **more)

    def reopen(self, turn: Turn) -> Turn:
        """The same request once more, queued."""
        opened = self._opened(turn, turn.place, **{n: getattr(turn, n) for n in SAME})
        self._disk.turns[opened.id] = TurnRow(opened)
        return opened

    def closed(self, turn: Turn, reply: str) -> Turn:
        """A turn that has ended with this reply to an earlier one, ours to post."""
        said = {"text": turn.text, "typed": turn.typed, "status": S.ENDED, "attempt": 1, "reply": reply}
        opened, now = self._opened(turn, turn.place, **said), self._clock.now()
        opened = opened.model_copy(update={"asked_at": turn.asked_at})
        self._disk.turns[opened.id] = TurnRow(opened, owner=self._owner, ended_at=now, post_at=now + UNDER_WAY)
        return opened

    async def get(self, person: PersonId, turn: TurnId) -> Turn | None:
        row = self._disk.turns.get(turn)
        return row.turn if row and row.turn.person == person else None

    async def planned(self, turn: Turn, ts: str) -> None:
        _change(self._disk.turns[turn.id], plan_ts=ts)

    async def follow(self, turn: Turn, *, place: Place, text: str) -> Turn | None:
        row = self._disk.turns[turn.id]
        if row.turn.person != turn.person or not self._disk.ready(row):
            return None
        _change(row, then="")
        opened = self._opened(turn, place, text=text, typed=turn.words, follows=turn.id)
        self._disk.turns[opened.id] = TurnRow(opened, follows=turn.id)
        return opened

    async def halt(self, person: PersonId, conversation: str) -> tuple[Turn, ...]:
        halted = [r for r in self._disk.conversation(person, conversation) if r.turn.status in UNFINISHED]
        for row in halted:
            _change(row, status=S.STOPPED if row.turn.status is S.RUNNING else S.CANCELLED)
            row.owner, row.ended_at = None, self._clock.now()
        return tuple(row.turn for row in halted)

    async def reword(self, person: PersonId, place: Place, ts: str, text: str | None) -> Turn | None:
        for row in self._disk.turns.values():
            same = (row.turn.person, row.turn.place.channel, row.turn.ts) == (person, place.channel, ts)
            if same and row.turn.status is S.QUEUED:
                return _change(row, status=S.CANCELLED) if text is None else _change(row, text=text)
        return None

    async def history(self, turn: Turn, *, limit: int) -> tuple[Utterance, ...]:
        rows = self._disk.conversation(turn.person, turn.place.conversation)
        lines: list[tuple[bool, str, int, Utterance]] = []
        for row in rows:
            if row.turn.ts >= turn.ts or row.turn.status in (S.QUEUED, S.CANCELLED):
                continue
            here = row.turn.place.thread == turn.place.thread
            role = CHOICE if row.turn.answers else PERSON if row.turn.typed is None else CODE
            if not row.key:
                lines.append((here, row.turn.ts, 0, Utterance(role=role, text=row.turn.text, at=row.turn.asked_at)))
            if row.turn.reply and row.ended_at:
                question = row.turn.question
                text = question.under(row.turn.reply) if question else row.turn.reply
                text = f"{text}\n\n{row.turn.report.worded()}" if row.turn.report else text
                reply = Utterance(role=STEWARD, text=text, at=row.ended_at, listed=row.turn.listed)
                lines.append((here, row.turn.ts, 1, reply))
        newest = sorted(lines, key=lambda line: line[:3], reverse=True)[:limit]
        return tuple(line[3] for line in sorted(newest, key=lambda line: line[1:3]))

    async def put_off(self, turn: Turn) -> None:
        row, now = self._disk.turns[turn.id], self._clock.now()
        if row.ended_at is not None:
            row.post_at = now + max(AGAIN, now - row.ended_at)

    async def posted(self, turn: Turn, ts: str) -> None:
        self._disk.turns[turn.id].reply_ts = ts
        _change(self._disk.turns[turn.id], reply_ts=ts)


def _change(row: TurnRow, **fields: Any) -> Turn:
    row.turn = row.turn.model_copy(update=fields)
    return row.turn
