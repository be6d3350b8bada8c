"""How a request is thought about: what is known is put together, and a model asked or a skill sent."""

import asyncio
from zoneinfo import ZoneInfo

from app.domain.errors import GrantDead, LostClaim, StewardError
from app.domain.ports import Errands, Kind, Request, Services, Thought, WaitingCard, Watch
from app.domain.types import Person, Turn, TurnId
from app.parking import Parking

HISTORY = 12
"""Earlier lines the model sees again: this thread and the last turns of the DM."""
DECIDED = 6
"""Cards decided last that the model sees again: "do the same for work", "no, the other one"."""
DEATHS = 4
"""Times a thought is begun because a connection was found to have ended: what is read before isn't the whole."""


class Thinking:
    """The thoughts this process is having, each of which can be stopped."""

    def __init__(self, services: Services, parking: Parking, errands: Errands | None) -> None:
        self._services = services
        self._parking = parking
        self._errands = errands
        self._running: dict[TurnId, asyncio.Task[Thought]] = {}

    def stop(self, turn: TurnId) -> None:
        """Give up thinking about a turn, if that is done here."""
        if running := self._running.get(turn):
            running.cancel()

    def long(self, errand: str) -> bool:
        """Whether an errand is work for a worker."""
        return self._errands is not None and self._errands.long(errand)

    async def think(self, turn: Turn, *, aside: bool) -> Thought:
        """What comes of a running turn. Raises LostClaim when it was stopped, taken over, or left to the worker of what
        takes long, because this isn't `aside`; else StewardError."""
        store = self._services.store
        person = await store.people.person(turn.person)
        if person is None:
            raise StewardError
        request = await self._request(person, turn)

        async def watch(step: str) -> None:
            await store.turns.mine(turn)
            await self._services.chat.status(turn.place, step)

        for deaths in range(DEATHS):
            try:
                thinking = asyncio.ensure_future(self._thought(turn, request, watch, aside=aside))
                thought = await self._stoppable(turn, thinking)
                break
            except GrantDead:  # it is off the desk now
                if deaths == DEATHS - 1:
                    raise
        if self.long(thought.errand):
            await self._leave(turn, thought)
        return _noted(thought, await self._parking.left_out(person.id))

    async def _request(self, person: Person, turn: Turn) -> Request:
        store = self._services.store
        preferences = await store.preferences.of(person.id)
        waiting = await store.approvals.waiting(person.id)
        rejected = await store.approvals.get(person.id, turn.about) if turn.about else None
        return Request(
            person=person,
            now=self._services.clock.now().astimezone(ZoneInfo(person.zone)),
            text=turn.text,
            turn=turn.id,
            typed=turn.typed,
            history=await store.turns.history(turn, limit=HISTORY),
            waiting=tuple(
                WaitingCard(ref=f"c{n}", action=a.action, here=a.place.thread == turn.place.thread)
                for n, a in enumerate(waiting, start=1)
            ),
            rejected=rejected.action if rejected else None,
            place=turn.place,
            ts=turn.ts,
            clicked=turn.answers is not None,
            results=await store.approvals.of_plan(person.id, turn.follows) if turn.follows else (),
            ended=await store.approvals.decided(person.id, limit=DECIDED),
            relations=await store.relations.all(person.id),
            preferences=preferences,
        )

    async def _thought(self, turn: Turn, request: Request, watch: Watch, *, aside: bool) -> Thought:
        """What a skill brings, if the turn is an errand or the model takes it for one; else what the model thinks. A
        thought that still has an errand is to be left to the worker of what takes long."""
        async with self._services.desks.open(request.person) as desk:
            thought = Thought(reply="", errand=turn.errand)
            if not thought.errand:
                thought = await self._services.mind.think(request, desk, watch)
            # The row has no place for what else is to be said of how a request was understood.
            if self.long(thought.errand) and not aside and not thought.notes:
                return thought
            if thought.errand and self._errands is not None:
                return _begun(thought, await self._errands.run(thought.errand, request, desk, watch))
            return thought

    async def _leave(self, turn: Turn, thought: Thought) -> None:
        """Have the worker of what takes long go on with a turn. Raises LostClaim: it isn't ours any more."""
        for relation in thought.trail.learned:
            await self._services.store.relations.keep(turn.person, relation)
        await self._services.store.turns.leave(turn, thought.errand)
        await self._services.queue.wake(Kind.ERRAND, str(turn.id), turn.person)
        raise LostClaim

    async def _stoppable(self, turn: Turn, thinking: asyncio.Task[Thought]) -> Thought:
        """Wait for a thought that "stop" may cancel; raises LostClaim then."""
        self._running[turn.id] = thinking
        try:
            return await thinking
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            raise LostClaim from None
        finally:
            del self._running[turn.id]


def _begun(by: Thought, done: Thought) -> Thought:
    """What a skill brought, with what was learned and has to be said of the thought that gave the request to it."""
    learned = (*by.trail.learned, *done.trail.learned)
    return _noted(done.model_copy(update={"trail": done.trail.model_copy(update={"learned": learned})}), by.notes)


def _noted(thought: Thought, left_out: tuple[str, ...]) -> Thought:
    """A thought that names what it doesn't speak for; a report is all that is shown of one, so it stands there."""
    notes, report = (*thought.notes, *left_out), thought.trail.report
    if report is None:
        return thought.model_copy(update={"notes": notes})
    noted = report.model_copy(update={"notes": (*report.notes, *notes)})
    return thought.model_copy(update={"notes": (), "trail": thought.trail.model_copy(update={"report": noted})})
