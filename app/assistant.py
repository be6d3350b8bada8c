"""What Steward does: hear a request, think and propose, take a decision, answer for what was left."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from app.domain.approvals import Approval, Decision, Status, expiry
from app.domain.errors import (
    AlreadySettled,
    ChatError,
    EmptyMessage,
    FileNotRead,
    LostClaim,
    MessageTooLong,
    NotAllowed,
    NotConnected,
    NothingRunning,
    NotYours,
    StewardError,
    StoreUnavailable,
)
from app.domain.ports import Invite, Kind, Request, Services, Thought
from app.domain.types import ActionId, Message, Person, PersonId, Place, Turn, TurnId, TurnStatus
from app.planning.sanitising import visible

HISTORY = 12
"""Earlier lines the model sees again: this thread and the last turns of the DM."""
FIRST_SIGN = "is reading your request…"
QUEUED = "starts on this when your last request is done…"
ELSEWHERE = "I'll answer you in our direct messages, where only you can read it."
STOPPED = "Stopped. Nothing was changed."


@dataclass(frozen=True)
class Limits:
    """How much one person may ask, and who may ask at all."""

    characters: int
    """Of one message."""
    requests: int
    """In a minute."""
    hold: timedelta = timedelta(0)
    """How long a send waits after the click, to be cancelled."""
    allowed: frozenset[str] = frozenset()
    """Slack user ids or addresses; empty means every member of the workspace."""


class Assistant:
    """The verbs of a conversation; `app.performing` has those of a worker."""

    def __init__(self, services: Services, limits: Limits, *, invite: Invite) -> None:
        self._services = services
        self._limits = limits
        self._invite = invite
        self._waking: set[asyncio.Future[None]] = set()
        self._thinking: dict[TurnId, asyncio.Task[Thought]] = {}

    # Hearing.

    async def hear(self, message: Message) -> None:
        """Take a request on and answer it, or say plainly why not."""
        try:
            await self._admit(message)
            turn, new = await self._open(message)
        except StoreUnavailable:
            raise  # whoever brought the message keeps it
        except StewardError as refusal:
            await self._services.chat.say(message.place, refusal.sentence)
            return
        if not new:
            return
        if turn.status is TurnStatus.QUEUED:
            await self._services.chat.status(turn.place, QUEUED)
            return
        await self._answer_all(turn)

    async def _admit(self, message: Message) -> Person:
        person = await self.meet(message.person, message.team, message.user)
        if message.files:
            raise FileNotRead
        if not visible(message.text).strip():
            raise EmptyMessage
        if len(message.text) > self._limits.characters:
            raise MessageTooLong(length=len(message.text), limit=self._limits.characters)
        return person

    async def meet(self, ident: PersonId, team: str, user: str) -> Person:
        """The person behind a Slack user, asked of Slack once; raises NotAllowed."""
        person = await self._services.store.people.person(ident)
        if person is None:
            person = await self._services.chat.person(team, user)
            await self._services.store.people.meet(person)
        named = {person.user, person.email.lower()} & self._limits.allowed
        if not (named if self._limits.allowed else person.member):
            raise NotAllowed
        return person

    async def _open(self, message: Message) -> tuple[Turn, bool]:
        if message.private:
            return await self._services.store.turns.open(message, limit=self._limits.requests)
        place = Place(channel=await self._services.chat.dm(message.user), thread="")
        moved = message.model_copy(update={"place": place})
        turn, new = await self._services.store.turns.open(moved, limit=self._limits.requests)
        if new:
            await self._services.chat.say(message.place, ELSEWHERE)
        return turn, new

    # Thinking.

    async def resume(self, turn: TurnId) -> None:
        """Go on with a turn that was left behind."""
        left = await self._services.store.turns.resume(turn)
        if left is None:
            return
        if left.status is TurnStatus.RUNNING:
            await self._answer_all(left)
        else:
            # Whoever ended it may have posted all or part of it before it was killed.
            await self._present(left, await self._services.store.approvals.of_turn(left), again=True)

    async def _answer_all(self, turn: Turn) -> None:
        """Answer a running turn, and then the ones that queued up behind it."""
        following: Turn | None = turn
        while following:
            await self._answer(following)
            following = await self._services.store.turns.next(turn.person, turn.place.conversation)

    async def _answer(self, turn: Turn) -> None:
        await self._services.chat.status(turn.place, FIRST_SIGN)
        unconnected = False
        try:
            thought, status = await self._think(turn), TurnStatus.ENDED
        except LostClaim:
            return
        except StewardError as failure:
            thought, status = Thought(reply=failure.sentence), TurnStatus.FAILED
            unconnected = isinstance(failure, NotConnected)
        await self._conclude(turn, thought, status)
        if unconnected:
            await self._invite(turn.person, turn.place)

    async def _think(self, turn: Turn) -> Thought:
        store = self._services.store
        person = await store.people.person(turn.person)
        if person is None:
            raise StewardError
        waiting = await store.approvals.waiting(person.id)
        request = Request(
            person=person,
            now=self._services.clock.now().astimezone(ZoneInfo(person.zone)),
            text=turn.text,
            typed=turn.typed,
            history=await store.turns.history(turn, limit=HISTORY),
            waiting=tuple(f"{a.card.title}: {a.card.summary} ({a.card.account.name})" for a in waiting),
        )

        async def watch(step: str) -> None:
            await store.turns.mine(turn)
            await self._services.chat.status(turn.place, step)

        async with self._services.desks.open(person) as desk:
            thinking = self._services.mind.think(request, desk, watch)
            return await self._interruptible(turn, asyncio.ensure_future(thinking))

    async def _interruptible(self, turn: Turn, thinking: asyncio.Task[Thought]) -> Thought:
        """Wait for a thought that "stop" may cancel; raises LostClaim then."""
        self._thinking[turn.id] = thinking
        try:
            return await thinking
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise LostClaim from None
        finally:
            del self._thinking[turn.id]

    async def _conclude(self, turn: Turn, thought: Thought, status: TurnStatus) -> None:
        now = self._services.clock.now()
        approvals = [
            Approval(
                id=action.id,
                person=turn.person,
                turn=turn.id,
                place=turn.place,
                position=position,
                action=action,
                sha256=action.sha256,
                proposed_at=now,
                expires_at=expiry(action, now),
            )
            for position, action in enumerate(thought.actions)
        ]
        reply = "\n".join((thought.reply, *thought.notes))
        if await self._services.store.turns.end(turn, status=status, reply=reply, actions=approvals):
            await self._present(turn.model_copy(update={"status": status, "reply": reply}), approvals, again=False)

    async def _present(self, turn: Turn, approvals: Sequence[Approval], *, again: bool) -> None:
        """Show the reply and the cards of a turn that has ended; with `again`, what stands in Slack already is found
        and not repeated. What Slack doesn't take now, the sweeper brings again."""
        chat, store = self._services.chat, self._services.store
        try:
            ts = await chat.say(turn.place, turn.reply, turn=turn, actions=len(approvals), again=again)
            for approval in approvals:
                if not approval.card_ts:
                    await store.approvals.shown(approval, await chat.show(approval, again=again))
        except ChatError:
            return
        await store.turns.posted(turn, ts)

    async def apologise(self, person: PersonId, place: Place) -> None:
        """After an unforeseen error: end the turn that was under way and say so."""
        failure = StewardError()
        turn = await self._services.store.turns.running(person, place.conversation)
        if turn is None:
            await self._services.chat.say(place, failure.sentence)
            return
        await self._conclude(turn, Thought(reply=failure.sentence), TurnStatus.FAILED)

    # Stopping and changing one's mind.

    async def stop(self, person: PersonId, place: Place) -> None:
        """End the running turn of a conversation, and forget the queued ones."""
        halted = await self._services.store.turns.halt(person, place.conversation)
        for turn in halted:
            if thinking := self._thinking.get(turn.id):
                thinking.cancel()
            await self._services.chat.status(turn.place, "")
        await self._services.chat.say(place, STOPPED if halted else NothingRunning().sentence)

    async def reword(self, person: PersonId, place: Place, ts: str, text: str | None) -> None:
        """A queued message was edited, or deleted (None)."""
        turn = await self._services.store.turns.reword(person, place, ts, text)
        if turn is not None and text is None:
            await self._services.chat.status(turn.place, "")

    # Deciding.

    async def decide(self, person: PersonId, action: ActionId, decision: Decision, *, click: str = "") -> None:
        """Take a person's click on a card; raises NotYours or AlreadySettled when it changed nothing."""
        approvals = self._services.store.approvals
        decided = await approvals.decide(person, action, decision, click=click, hold=self._limits.hold)
        if decided is None:
            current = await approvals.get(person, action)
            if current is None:
                raise NotYours
            await self._redraw(current)
            raise AlreadySettled(status=current.status.value)
        if decided.status in (Status.APPROVED, Status.RUNNING, Status.UNDOING):
            await self._wake(decided)
        await self._redraw(decided)

    async def _wake(self, approval: Approval) -> None:
        """Have it worked on: now, or when its hold is over. Should this process be gone then, the sweeper wakes it."""
        ident, person, bulk = str(approval.id), approval.person, approval.action.bulk
        wake = self._services.queue.wake
        if approval.not_before is None:
            await wake(Kind.ACTION, ident, person, bulk=bulk)
            return

        def due() -> None:
            task = asyncio.ensure_future(wake(Kind.ACTION, ident, person, bulk=bulk))
            self._waking.add(task)
            task.add_done_callback(self._waking.discard)

        pause = approval.not_before - self._services.clock.now()
        asyncio.get_running_loop().call_later(pause.total_seconds(), due)

    async def _redraw(self, approval: Approval) -> None:
        try:
            await self._services.chat.redraw(approval)
        except ChatError:
            return  # the sweeper finds the row whose card shows an old status
        await self._services.store.approvals.shown(approval, approval.card_ts)
