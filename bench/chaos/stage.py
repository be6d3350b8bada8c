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
from bench.chaos.waking import Waker
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
BOTH_APPS = 0.25
"""Share of the kills of an app that take the other one along."""
LONG_WORKERS = 4
"""For what takes long; more is never done at once of it."""
LOOK_EVERY = 0.2
"""Seconds between two looks at apps that are being started."""
JOINING = 10
"""People who join at the same time."""


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

    def has(self, decision: str, kind: str) -> bool:
        return any(wanted == decision and deed.kind == kind for wanted, deed, _ in self.stock)

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
    waker: Waker
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of every app that is started."""
    standing: dict[str, Json] = field(default_factory=dict)
    """What fails at Google from wave to wave, by method."""
    apps: list[Process] = field(default_factory=list)
    """Those that shall run; Slack gives each its share, unless one is to be killed."""
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _starting: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.apps = [self.house.app]

    @property
    def workers(self) -> list[Process]:
        return [self.house.now, self.house.bulk, *self.house.more]

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
                await self.house.slack.until_heard()

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

    async def all_apps(self) -> None:
        """As many app processes as the house has, side by side."""
        self.apps = [*self.house.apps]
        await self.start_apps()

    async def one_app(self) -> None:
        await self.start_apps()
        for app in self.apps[1:]:
            await self.house.stop_app(app)
        self.apps = [self.house.app]

    async def start_apps(self) -> None:
        """Start those that don't run, and wait until all of them hear."""
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start_apps())
        await asyncio.shield(self._starting)

    async def _start_apps(self) -> None:
        """As whoever supervises them: one that ends because the database is away is started once more."""

        async def all_hear() -> bool:
            for app in self.apps:
                if not app.alive:
                    app.start(**self.settings)
            return await self.house.slack.sockets() == SOCKETS * len(self.apps)

        await until(all_hear, what="apps that hear", every=LOOK_EVERY)

    async def settle(self) -> None:
        """Wait for apps no longer that are still being started."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)

    async def victims(self) -> list[Process]:
        """Which app to kill: one, which hears everything from now on while the other waits, or now and then both."""
        await self.start_apps()
        if len(self.apps) == 1 or self.dice.random() < BOTH_APPS:
            return [*self.apps]
        victim = self.dice.choice(self.apps)
        links = psutil.Process(victim.pid).net_connections()
        ports = [link.laddr.port for link in links if link.status == psutil.CONN_ESTABLISHED]
        await self.house.slack.turn(favoured_ports=ports)
        return [victim]

    async def kill_apps(self, victims: Sequence[Process]) -> None:
        """SIGKILL; once Slack has noticed, whoever supervises them begins to start new ones."""
        for app in victims:
            app.kill()
        await self.house.slack.until_connected(SOCKETS * sum(app.alive for app in self.apps))
        self._starting = asyncio.create_task(self._start_apps())

    async def restart_app(self) -> None:
        """Kill one, or now and then both, and wait for the new ones."""
        await self.kill_apps(await self.victims())
        await self.start_apps()

    async def power_cut(self) -> None:
        """Every process of the product is killed at once, and started again."""
        await self.start_apps()
        for worker in self.workers:
            worker.kill()
        self.house.scheduler.kill()
        await self.kill_apps(self.apps)
        self.house.scheduler.start()
        self.start_workers()
        await self.start_apps()

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
        for process in (house.scheduler, *self.workers):
            if not process.alive:
                process.start()
        if not all(app.alive for app in self.apps):
            await self.start_apps()
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


async def opened_store(house: House) -> PostgresStore:
    """The product's own store, with its key; to be closed."""
    secret = base64.b64decode((house.home / "encryption-key").read_bytes())
    return await PostgresStore.open(house.database_url, key=secret, clock=_Clock())


@asynccontextmanager
async def waking(house: House) -> AsyncIterator[Waker]:
    """A waker for this house."""
    store = await opened_store(house)
    waker = Waker(store, house.redis_url)
    try:
        yield waker
    finally:
        waker.close()
        await store.close()


@asynccontextmanager
async def peopled(house: House, owners: Sequence[Person], count: int) -> AsyncIterator[list[Lane]]:
    """So many more people at the page, each with the accounts of one of the owners."""
    store = await opened_store(house)
    async with AsyncExitStack() as stack:
        try:
            living = [owners[n % len(owners)] for n in range(count)]
            team = (await house.people())[0]["team_id"]
            for owner in owners:
                await _undisturbed(store, person_id(team, owner.user))
            doors = asyncio.Semaphore(JOINING)
            joining = zip(living, await asyncio.gather(*(_joined(house, store, o, doors) for o in living)), strict=True)
        finally:
            await store.close()
        lanes = []
        for owner, about in joining:
            person = await stack.enter_async_context(house.visit(about, owner.accounts))
            lanes.append(Lane(person, Whose(owner.accounts[0], owner.accounts[1], owner.zone)))
        yield lanes


async def _joined(house: House, store: PostgresStore, owner: Person, doors: asyncio.Semaphore) -> Json:
    """Someone new, known to the product, whose accounts are the owner's; when there is room at the doors."""
    async with doors:
        return await _known(house, store, owner)


async def _known(house: House, store: PostgresStore, owner: Person) -> Json:
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
async def many_workers(house: House, count: int, *, long: int) -> AsyncIterator[None]:
    """So many workers in all for what people wait for, and so many for what takes long."""
    house.more += [house.now.twin(f"worker-now-{n}") for n in range(2, count + 1)]
    house.more += [house.bulk.twin(f"worker-bulk-{n}") for n in range(2, long + 1)]
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
