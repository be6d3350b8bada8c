"""What Steward does: hear a request, think and propose, take a decision, answer for what was left."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from app.aftermath import Aftermath
from app.domain.approvals import Approval, Decision, Status, granted, proposal, successor
from app.domain.errors import (
    AllSettled,
    AlreadySettled,
    CardDeleted,
    ChatError,
    EmptyMessage,
    FileNotRead,
    LostClaim,
    MessageTooLong,
    NotAllowed,
    NotConnected,
    NothingRunning,
    NotYours,
    OfferTaken,
    Overtaken,
    QuestionOver,
    ScopeMissing,
    StewardError,
    StoreUnavailable,
)
from app.domain.ports import Errands, Invite, Kind, Services, Thought
from app.domain.types import ActionId, Message, Person, PersonId, Place, Turn, TurnId, TurnStatus
from app.expiring import expiring
from app.parking import Parking
from app.planning.provenance import named, plain
from app.planning.sanitising import visible
from app.thinking import Thinking

FIRST_SIGN = "is reading your request…"
AWAY = 0.5
"""Seconds before what the store interrupted is tried again."""
BUSY = "is waiting for a worker that is free…"
PATIENCE = timedelta(seconds=5)
"""After which somebody who waits for a worker is told what for: one that is free takes a second."""
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

    def __init__(self, services: Services, limits: Limits, *, invite: Invite, errands: Errands | None = None) -> None:
        self._services = services
        self._limits = limits
        self._parking = Parking(services, invite=invite)
        self._aftermath = Aftermath(services)
        self._waking: set[asyncio.Future[None]] = set()
        self._thinking = Thinking(services, self._parking, errands)

    # Hearing.

    async def hear(self, message: Message) -> None:
        """Take a request on and answer it, or say plainly why not."""
        try:
            await self._admit(message)
            turn, new = await self._open(await self.named(message))
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

    async def named(self, message: Message) -> Message:
        """The message with those it mentions called by name and address: whoever is mentioned is meant exactly. What
        they call themselves would stand among the person's own words: what isn't plainly a name is left out."""
        text = message.text
        for user in message.mentions:
            with suppress(ChatError):  # the mention stays as it is
                who = named(await self._services.chat.called(message.team, user))
                meant = (who.shown if who.email else who.name) if plain(who.name) else who.email
                text = text.replace(f"@{user}", meant or f"@{user}")
        return message.model_copy(update={"text": text})

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

    async def left_aside(self, person: PersonId, turn: TurnId) -> bool:
        """Whether a turn is left to the worker of what takes long, who is woken again then."""
        left = await self._services.store.turns.get(person, turn)
        if left is None or left.status is not TurnStatus.RUNNING or not self._thinking.long(left.errand):
            return False
        if self._services.clock.now() - left.asked_at > PATIENCE:
            await self._services.chat.status(left.place, BUSY)
        await self._services.queue.wake(Kind.ERRAND, str(turn), person)
        return True

    async def resume(self, turn: TurnId, *, aside: bool = False) -> None:
        """Go on with a turn that was left behind; `aside` is where what takes long may take its time."""
        left = await self._services.store.turns.resume(turn)
        if left is None:
            return
        if left.status is TurnStatus.RUNNING:
            await self._answer_all(left, aside=aside)
        else:
            # Whoever ended it may have posted all or part of it before it was killed.
            await self._present(left, await self._services.store.approvals.of_turn(left), again=True)

    async def _answer_all(self, turn: Turn, *, aside: bool = False) -> None:
        """Answer a running turn, and then the ones that queued up behind it."""
        following: Turn | None = turn
        while following:
            await self._answer(following, aside=aside)
            following = await self._services.store.turns.next(turn.person, turn.place.conversation)

    async def _answer(self, turn: Turn, *, aside: bool) -> None:
        await self._services.chat.status(turn.place, FIRST_SIGN)
        failed: StewardError | None = None
        try:
            thought, status = await self._thought(turn, aside=aside), TurnStatus.ENDED
        except LostClaim:
            return
        except StewardError as failure:
            failed, parked = failure, await self._parking.park(turn, failure)
            thought, status = Thought(reply=parked or failure.sentence), TurnStatus.FAILED
        else:
            await self._parking.forget(turn)
        await self._conclude(turn, thought, status)
        if isinstance(failed, NotConnected | ScopeMissing):
            await self._parking.show_way(turn, failed)

    async def _thought(self, turn: Turn, *, aside: bool) -> Thought:
        """Think until there is an answer: thinking changes nothing, so it may be done again when the store was away."""
        while True:
            try:
                return await self._thinking.think(turn, aside=aside)
            except StoreUnavailable:
                await asyncio.sleep(AWAY)

    async def _conclude(self, turn: Turn, thought: Thought, status: TurnStatus) -> None:
        while True:  # until nobody decides a card in the very moment in which it would be replaced
            approvals = await self._proposed(turn, thought)
            beside = sum(approval.replaces is not None for approval in approvals) < len(thought.replaces)
            reply = "\n".join((thought.reply, *thought.notes, *([Overtaken().sentence] if beside else [])))
            with suppress(Overtaken):
                end = self._services.store.turns.end
                ended = await end(turn, status=status, reply=reply, actions=approvals, trail=thought.trail)
                break
        if ended:
            trail = thought.trail
            answered = {
                "status": status,
                "reply": reply,
                "then": trail.then if approvals else "",
                "question": trail.question,
                "listed": trail.listed,
                "report": trail.report,
            }
            await self._present(turn.model_copy(update=answered), approvals, again=False)

    async def _proposed(self, turn: Turn, thought: Thought) -> list[Approval]:
        """The rows of a thought's actions; one that replaces a card which is still undecided takes its step, and so
        does the only one that comes of a reason why a card was rejected."""
        now, approvals = self._services.clock.now(), list[Approval]()
        until = await expiring(self._services, turn.person) if thought.actions else now
        rejected = await self._services.store.approvals.get(turn.person, turn.about) if turn.about else None
        step = {"plan": rejected.plan, "position": rejected.position} if rejected and len(thought.actions) == 1 else {}
        for position, action in enumerate(thought.actions):
            ident = thought.replaces.get(action.id)
            old = await self._services.store.approvals.get(turn.person, ident) if ident else None
            if old is not None and old.status is Status.PROPOSED:
                here = {"turn": turn.id, "place": turn.place}
                approvals.append(successor(old, action, now, until=until).model_copy(update=here))
            else:
                new = proposal(turn, action, position, now, until=until).model_copy(update=step)
                approvals.append(granted(new) if thought.granted else new)
        return approvals

    async def _present(self, turn: Turn, approvals: Sequence[Approval], *, again: bool) -> None:
        """Show the reply and the cards of a turn that has ended; with `again`, what stands in Slack already is found
        and not repeated. What Slack doesn't take now, the sweeper brings again."""
        chat, store = self._services.chat, self._services.store
        try:
            ts = await chat.say(turn.place, turn.reply, turn=turn, actions=len(approvals), again=again)
            await self._aftermath.present(turn, approvals, again=again)
        except ChatError:
            await store.turns.put_off(turn)
            return
        await store.turns.posted(turn, ts)
        if turn.question:  # a click may have come before its message was known
            await self._close_question(turn.person, turn.id, unless_open=True)

    async def apologise(self, person: PersonId, place: Place) -> None:
        """After an unforeseen error: end the turn that was under way and say so."""
        failure = StewardError()
        turn = await self._services.store.turns.running(person, place.conversation)
        if turn is None:
            await self._services.chat.say(place, failure.sentence)
            return
        await self._conclude(turn, Thought(reply=failure.sentence), TurnStatus.FAILED)

    # Being answered.

    async def choose(self, person: PersonId, turn: TurnId, option: int) -> None:
        """Take a click on one of a question's options as the person's own words, and go on with it. Raises NotYours, or
        QuestionOver when it was answered otherwise."""
        turns = self._services.store.turns
        opened = await turns.choose(person, turn, option)
        asked = await self._close_question(person, turn)
        if opened is None:
            if asked is None or asked.question is None:
                raise NotYours
            if asked.question.chosen != option:
                raise QuestionOver
            return
        await self._begin(opened)

    async def take_up(self, person: PersonId, turn: TurnId, offer: int) -> None:
        """Take a click on one of the offers under a report, and see to it. Raises NotYours, or OfferTaken when that was
        done before."""
        turns = self._services.store.turns
        opened = await turns.take_up(person, turn, offer)
        reported = await turns.get(person, turn)
        if reported is None or reported.report is None or not 0 <= offer < len(reported.report.all_offers):
            raise NotYours
        with suppress(ChatError):  # its button stays, and a second click says so
            await self._services.chat.answered(reported)
        if opened is None:
            raise OfferTaken
        await self._begin(opened)

    async def _begin(self, opened: Turn) -> None:
        """Answer a turn that was opened queued, when it is its turn and the sweeper hasn't seen to it."""
        turns = self._services.store.turns
        if following := await turns.next(opened.person, opened.place.conversation):
            await self._answer_all(following)
            return
        now = await turns.get(opened.person, opened.id)
        if now is not None and now.status is TurnStatus.QUEUED:
            await self._services.chat.status(opened.place, QUEUED)

    async def _close_question(self, person: PersonId, turn: TurnId, *, unless_open: bool = False) -> Turn | None:
        """Take the buttons from a question that was answered; lost when Slack doesn't take it."""
        asked = await self._services.store.turns.get(person, turn)
        if asked is None or asked.question is None or not asked.reply_ts:
            return asked
        if asked.question.answer or not unless_open:
            with suppress(ChatError):
                await self._services.chat.answered(asked)
        return asked

    # Stopping and changing one's mind.

    async def stop(self, person: PersonId, place: Place) -> None:
        """End the running turn of a conversation, and forget the queued ones."""
        halted = await self._services.store.turns.halt(person, place.conversation)
        for turn in halted:
            self._thinking.stop(turn.id)
            await self._services.chat.status(turn.place, "")
        await self._services.chat.say(place, STOPPED if halted else NothingRunning().sentence)

    async def reword(self, person: PersonId, place: Place, ts: str, text: str | None) -> None:
        """A queued message was edited, or deleted (None)."""
        turn = await self._services.store.turns.reword(person, place, ts, text)
        if turn is not None and text is None:
            await self._services.chat.status(turn.place, "")

    # Deciding.

    async def decide(self, person: PersonId, action: ActionId, decision: Decision, *, click: str = "") -> None:
        """Take a person's click on a card; raises NotYours, AlreadySettled or CardDeleted when it changed nothing."""
        approvals = self._services.store.approvals
        decided = await approvals.decide(person, action, decision, click=click, hold=self._limits.hold)
        if decided is None:
            current = await approvals.get(person, action)
            if current is None:
                raise CardDeleted if await approvals.forgotten(person, action) else NotYours
            await self._aftermath.show(current)
            raise AlreadySettled(status=current.status.value)
        if decided.status in (Status.APPROVED, Status.RUNNING, Status.UNDOING):
            await self._wake(decided)
        await self._aftermath.moved(decided)

    async def decide_all(
        self, person: PersonId, turn: TurnId, decision: Decision, *, shown: Collection[ActionId]
    ) -> int:
        """Take one click for all undecided steps of a plan that were shown; how many it moved. Raises NotYours, or
        AllSettled when it moved none."""
        approvals = self._services.store.approvals
        decided = await approvals.decide_all(person, turn, decision, shown=shown, hold=self._limits.hold)
        if not decided:
            if not await approvals.of_plan(person, turn):
                raise NotYours
            await self._aftermath.redraw(person, turn)
            raise AllSettled
        if decision is Decision.APPROVE:
            await self._wake(decided[0])
        await self._aftermath.moved(*decided)
        return len(decided)

    async def go_on(self, person: PersonId, turn: TurnId) -> None:
        """Begin what was to follow a turn whose actions are settled, or which waited for an account, if nobody has yet;
        say so when it waited in vain."""
        await self._aftermath.go_on(person, turn)
        if (let_go := await self._parking.go_on(person, turn)) is not None:
            await self._present(let_go, (), again=False)

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
