"""Where the matrix is played: a house with many workers and many people, and what the harness does to both."""

import asyncio
import base64
import signal
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random
from uuid import uuid4

import psutil

from app.domain.types import AccountId, PersonId, person_id
from app.domain.types import Person as Known
from app.store import PostgresStore
from bench.chaos.deed import Deed, Whose
from bench.chaos.deeds import DEEDS
from bench.chaos.gates import Gates
from bench.chaos.judging import APPROVE, Judge, Trial
from bench.chaos.matrix import PERFORM, UNDO, Cell
from sandbox.playing.blocks import buttons
from sandbox.playing.errors import PlayError
from tests.acceptance.house import SOCKETS, House
from tests.acceptance.people import Card, Json, Person
from tests.acceptance.processes import Process
from tests.acceptance.waiting import until

ANSWER_SECONDS = 90.0
"""After which a message counts as unanswered, and an action as lost: recovery takes far less."""
UNDISTURBED = {kind: Cell(PERFORM, kind, "undisturbed") for kind in DEEDS}
"""What is only done to be undone."""
MANY = 1_000_000
"""Of what is no limit here."""
MODEL_SLOTS = 64
"""So that everybody's requests can be held at once."""
CLICKS_LOST = 3
"""How often a person clicks again when Slack tells them that the click got no answer."""


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(eq=False)
class Lane:
    """One of the many people, who has one thing going on at a time."""

    person: Person
    whose: Whose
    stock: list[tuple[str, Deed, Card]] = field(default_factory=list)
    """Cards that could be approved, or undone, and haven't been yet."""

    def spare(self, decision: str, kind: str) -> tuple[Deed, Card] | None:
        """One of them, taken out."""
        for entry in self.stock:
            wanted, deed, card = entry
            if wanted == decision and deed.kind == kind:
                self.stock.remove(entry)
                return deed, card
        return None


@dataclass
class Stage:
    """A house in which everything is under control."""

    house: House
    gates: Gates
    lanes: Sequence[Lane]
    judge: Judge
    dice: Random
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of every app that is started."""
    standing: dict[str, Json] = field(default_factory=dict)
    """What fails at Google from wave to wave, by method."""
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def workers(self) -> list[Process]:
        return [self.house.now, *self.house.more]

    # What people do.

    def new(self, lane: Lane, kind: str) -> Deed:
        return DEEDS[kind](lane.whose)

    async def proposed(self, lane: Lane, kind: str) -> tuple[Deed, Card]:
        """A deed of this kind and its card, which waits for a decision."""
        if spare := lane.spare(APPROVE, kind):
            return spare
        deed = self.new(lane, kind)
        await self.script(deed)
        answer = await lane.person.ask(deed.ask, seconds=ANSWER_SECONDS)
        assert answer.cards, f"no card for {deed.mark} Steward says: {answer.words}"
        return deed, self.known(deed, answer.card)

    async def performed(self, lane: Lane, kind: str) -> tuple[Deed, Card]:
        """A deed of this kind that is done, and its card."""
        if spare := lane.spare(UNDO, kind):
            return spare
        deed, card = await self.proposed(lane, kind)
        await self.click(lane, card, APPROVE)
        await lane.person.until_shows(card, "done", seconds=ANSWER_SECONDS)
        await self.read_journal()
        self.judge.take(Trial(UNDISTURBED[kind], deed, APPROVE, "done"))
        return deed, lane.person.now(card)

    def known(self, deed: Deed, card: Card) -> Card:
        """Remember what the action is called."""
        deed.action = card.id
        return card

    async def script(self, deed: Deed) -> str:
        """Have the model propose it, however often it is asked; the tool it uses."""
        call = await deed.prepared(self.house.google)
        turns = [call, {"content": "A card is ready."}]
        await self.house.models.post("script", turns=turns, match=deed.ask, lasting=True)
        return str(call["tool_calls"][0]["name"])

    async def click(self, lane: Lane, card: Card, decision: str) -> None:
        """Click as a person does: when the card offers it, and again when Slack says that nobody answered, unless the
        card has changed."""
        with suppress(AssertionError):
            offered = partial(self._offers, lane, card, decision)
            await lane.person.screen.until(offered, what=f"the button for {decision}", seconds=ANSWER_SECONDS)
        for _ in range(CLICKS_LOST):
            if not self._offers(lane, card, decision):
                break
            try:
                await lane.person.click(lane.person.now(card), decision)
                break
            except PlayError:
                await self.house.slack.until_connected(SOCKETS)

    @staticmethod
    def _offers(lane: Lane, card: Card, decision: str) -> bool:
        return offers(lane.person.now(card), decision)

    # What happens to the processes.

    def kill_jobs(self) -> None:
        """As by the kernel when memory runs out: the work, not the workers."""
        for worker in filter(lambda each: each.alive, self.workers):
            for job in worker.children:
                with suppress(psutil.NoSuchProcess):
                    job.kill()

    def kill_worker(self) -> None:
        """One with its work, and the others' work: so many workers aren't started at once on a small machine."""
        self.dice.choice(self.workers).kill()
        self.kill_jobs()

    def start_workers(self) -> None:
        for worker in self.workers:
            if not worker.alive:
                worker.start()

    async def start_app(self) -> None:
        await self.house.start_app(self.house.app, **self.settings)

    async def restart_app(self) -> None:
        """SIGKILL, and a new one, as whoever supervises it would start."""
        await self.house.kill_app(self.house.app)
        await self.start_app()

    async def power_cut(self) -> None:
        """Every process of the product is killed at once, and started again."""
        for worker in self.workers:
            worker.kill()
        self.house.scheduler.kill()
        self.house.bulk.kill()
        await self.house.kill_app(self.house.app)
        self.house.scheduler.start()
        self.house.bulk.start()
        self.start_workers()
        await self.start_app()

    def server(self, kind: str) -> psutil.Process:
        """The embedded server of a kind."""
        return self.house.supervisor(kind).children()[0]

    async def shake(self, kind: str, number: signal.Signals) -> None:
        """Send a signal to an embedded server and wait until its supervisor has another one."""
        before = self.server(kind)
        before.send_signal(number)

        async def another() -> bool:
            with suppress(psutil.NoSuchProcess, StopIteration, IndexError):
                return self.server(kind).pid != before.pid
            return False

        await until(another, what=f"another {kind}")

    async def rest(self) -> None:
        """Everything runs again and nothing is held; what went wrong that nobody foresaw is kept."""
        await self.gates.open_all()
        for worker in self.workers:
            for each in (psutil.Process(worker.pid), *worker.children) if worker.alive else ():
                with suppress(psutil.NoSuchProcess):
                    each.resume()
        house = self.house
        await house.google.rest(concurrency=0, sends_per_day=MANY, fail_next=self.standing)
        await house.slack.rest()
        await house.models.rest(slots=MODEL_SLOTS)
        for process in (house.bulk, house.scheduler, *self.workers):
            if not process.alive:
                process.start()
        if not house.app.alive:
            await self.start_app()
        await house.slack.until_acked()
        await self.read_journal()
        self.judge.broken += [f"unforeseen: {complaint}" for complaint in self.house.complaints()]

    async def read_journal(self) -> None:
        """What Google has committed since it was last read."""
        async with self._reading:
            self.judge.journal.add(await self.house.google.commits(self.judge.journal.last))

    async def rows(self) -> dict[str, str]:
        """Every action's status, as its row says."""
        return dict(await self.gates.rows("SELECT id::text, status FROM steward.approvals"))


def offers(card: Card, decision: str) -> bool:
    return any(button.action_id == f"decide:{decision}" for button in buttons(card.message))


@asynccontextmanager
async def peopled(house: House, owners: Sequence[Person], count: int) -> AsyncIterator[list[Lane]]:
    """So many more people at the page, each with the accounts of one of the owners."""
    secret = base64.b64decode((house.home / "encryption-key").read_bytes())
    store = await PostgresStore.open(house.database_url, key=secret, clock=_Clock())
    async with AsyncExitStack() as stack:
        try:
            living = [owners[n % len(owners)] for n in range(count)]
            team = (await house.people())[0]["team_id"]
            for owner in owners:
                await _undisturbed(store, person_id(team, owner.user))
            joining = [(owner, await _joined(house, store, owner)) for owner in living]
        finally:
            await store.close()
        lanes = []
        for owner, about in joining:
            person = await stack.enter_async_context(house.visit(about, owner.accounts))
            lanes.append(Lane(person, Whose(owner.accounts[0], owner.accounts[1], owner.zone)))
        yield lanes


async def _joined(house: House, store: PostgresStore, owner: Person) -> Json:
    """Someone new, known to the product, whose accounts are the owner's."""
    name = uuid4().hex[:12]
    about: Json = await house.slack.post(
        "people", name=name, real_name=f"Person {name[:4]}", email=f"{name}@larkspur.example", tz=owner.zone
    )
    team = about["team_id"]
    async with house.visit(about) as visitor:
        dm = visitor.dm
    facts = {"user": about["id"], "name": about["real_name"], "email": about["profile"]["email"], "zone": about["tz"]}
    known = Known(id=person_id(team, about["id"]), team=team, dm=dm, member=True, **facts)
    await store.people.meet(known)
    for account in await store.grants.accounts(person_id(team, owner.user)):
        # Another user to Google: what it allows one user at once is not what this is about.
        own = account.model_copy(update={"id": AccountId(uuid4()), "person": known.id, "subject": uuid4().hex})
        await store.grants.keep(own, await store.grants.tokens(account))
    await _undisturbed(store, known.id)
    return about


async def _undisturbed(store: PostgresStore, person: PersonId) -> None:
    """Nothing comes by itself: a morning's digest would stand between the steps of what is watched."""
    await store.preferences.state(person, "digest", None, words="no digest")


@asynccontextmanager
async def many_workers(house: House, count: int) -> AsyncIterator[None]:
    """So many workers in all for what people wait for."""
    house.more += [house.now.twin(f"worker-now-{n}") for n in range(2, count + 1)]
    try:
        for worker in house.more:
            worker.start()
        yield
    finally:
        await end_workers(house)


async def end_workers(house: House) -> None:
    """All but the one that every house has."""
    await asyncio.gather(*(worker.end() for worker in house.more))
    house.more.clear()


async def gathered(*work: Awaitable[object]) -> None:
    """All of it, to the end, and then the first failure."""
    found = await asyncio.gather(*work, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException):
            raise each
