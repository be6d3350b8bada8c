"""Steward over fakes: Ann's Slack, mailbox and calendar, and processes that may die."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.assistant import Assistant, Limits
from app.domain.actions import Action
from app.domain.approvals import Approval, Decision, Status
from app.domain.desk import Desk
from app.domain.grants import Invitation
from app.domain.permissions import READING
from app.domain.ports import Kind, Request, Thought, Watch
from app.domain.types import AccountId, ActionId, MailText, Message, PersonId, Place, TurnId
from app.editing import Editor
from app.performing import BACKOFF, BREAKS, Performer
from integrations.queue import ASIDE
from tests.fakes import Disk, FakeHouse, MemoryCalendar, MemoryMailbox, MemoryStore
from tests.samples import ANN, BOB, WORK, account, message
from tests.unit.desk_world import mail

LIMITS = Limits(characters=1_000, requests=100)


class AtWork:
    """One process of Steward, and everything around it."""

    def __init__(self, *mails: MailText, limits: Limits = LIMITS) -> None:
        self.outside = FakeHouse()
        self.clock, self.chat, self.mind = self.outside.clock, self.outside.chat, self.outside.mind
        self.chat.people = {(p.team, p.user): p for p in (ANN, BOB)}
        mine = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
        self.mailbox = MemoryMailbox(mine, self.clock, *mails)
        self.calendar = MemoryCalendar(mine)
        self.outside.desks.place(self.mailbox, self.calendar)
        self.outside.queue.free = self.errand
        self.disk, self.limits = Disk(), limits
        self.store = self.restart()

    def restart(self) -> MemoryStore:
        """Go on in another process; the one before is dead."""
        if hasattr(self, "store"):
            self.store.die()
        self.store = MemoryStore(self.clock, self.disk)
        services = self.outside.services(self.store)
        self.assistant = Assistant(services, self.limits, invite=self._invite)
        self.editor = Editor(services, hear=self.assistant.hear)
        self.performer = Performer(services)
        return self.store

    async def _invite(self, person: PersonId, place: Place, needs: object = None) -> None:
        await self.chat.invite(place, Invitation(url="https://consent.example", asks=READING))

    @property
    def said(self) -> list[str]:
        return [line.text for line in self.chat.lines]

    async def propose(self, action: Action) -> Approval:
        self.mind.will(Thought(reply="A card is ready.", actions=(action,)))
        await self.assistant.hear(message())
        return self.card(action)

    async def approve(self, action: Action) -> None:
        """As many clicks as it takes."""
        for click in range((await self.propose(action)).needs):
            await self.assistant.decide(ANN.id, action.id, Decision.APPROVE, click=str(click))

    async def errand(self, turn: str) -> None:
        """The worker of what takes long looks at a turn."""
        await self.assistant.resume(TurnId(UUID(turn)), aside=True)

    async def work(self) -> None:
        """A worker looks once at everything it was woken for."""
        woken, self.outside.queue.woken = self.outside.queue.woken, []
        for kind, ident, person in woken:
            assert person is not None
            if kind is Kind.ACTION:
                await self.performer.perform(person, ActionId(UUID(ident)))
                continue
            if kind in ASIDE:
                await self.errand(ident)
            elif not await self.assistant.left_aside(person, TurnId(UUID(ident))):
                await self.assistant.resume(TurnId(UUID(ident)))
            await self.assistant.go_on(person, TurnId(UUID(ident)))

    async def sweep(self, after: float = 0) -> None:
        """Time passes, the sweeper wakes what is due, and a worker looks at it."""
        self.clock.advance(timedelta(seconds=after))
        for row in await self.store.waiting():
            await self.outside.queue.wake(row.kind, row.id, row.person)
        await self.work()

    def card(self, action: Action) -> Approval:
        return self.chat.cards[action.id].shows

    def status(self, action: Action) -> Status:
        return self.disk.approvals[action.id].approval.status

    def note(self, action: Action) -> str:
        return self.disk.approvals[action.id].approval.note


class Thinking:
    """A thought that takes until it is let go, so that something may happen meanwhile."""

    def __init__(self, reply: str = "Done thinking.") -> None:
        self.reply = reply
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.watch: Watch | None = None

    async def __call__(self, request: Request, desk: Desk, watch: Watch) -> Thought:
        self.watch = watch
        self.begun.set()
        await self.may_end.wait()
        await watch("is almost there…")
        return Thought(reply=self.reply)


async def hear_while_thinking(at: AtWork, thinking: Thinking, first: Message) -> "asyncio.Task[None]":
    """A request that is being thought about."""
    at.mind.will(thinking)
    task = asyncio.create_task(at.assistant.hear(first))
    await thinking.begun.wait()
    return task


def at_work() -> AtWork:
    return AtWork(mail("m1"), mail("m2", thread="t2"))


async def inbox(at: AtWork, *ids: str) -> set[str]:
    return set(await at.mailbox.having("INBOX", ids or ("m1", "m2")))


def always(at: AtWork, method: str, why: Exception) -> Any:
    """From now on this call of the mailbox fails; returns what takes it back."""
    kept = getattr(at.mailbox, method)

    async def failing(*_: Any, **__: Any) -> Any:
        raise why

    setattr(at.mailbox, method, failing)
    return lambda: setattr(at.mailbox, method, kept)


async def exhaust(at: AtWork, action: Action) -> int:
    """Sweep until it is settled one way or another; the attempts it took."""
    for _ in range(2 * BREAKS):
        if at.status(action) not in (Status.APPROVED, Status.RUNNING, Status.UNDOING):
            break
        await at.sweep(after=BACKOFF[-1])
    return at.disk.approvals[action.id].tries


async def inbox_of(at: AtWork) -> set[str]:
    return {m.id for m in await at.mailbox.read(["m1", "m2"]) if "INBOX" in m.labels}
