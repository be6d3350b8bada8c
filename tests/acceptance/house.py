"""A house of real processes on real sockets: the stand-ins, apps, workers and the scheduler, all under control."""

import json
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import Any

import psutil
from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar, TCPConnector
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.engine import URL, make_url

from app.embedded import services
from app.store.schema import upgrade
from sandbox.playing.connecting import connect_all
from tests.acceptance.people import Person
from tests.acceptance.processes import Process
from tests.acceptance.stand_ins import Google, Models, Slack
from tests.acceptance.waiting import until

SOCKETS = 2
"""Socket Mode connections that one app opens."""
QUIET_PORTS = range(20_000, 32_000)
"""Below those of outgoing connections: Linux has them from 32,768, macOS from 49,152."""
MANY = "10000"
"""Requests a minute: the tests of one person ask more than any person does."""


@dataclass
class House:
    """Everything that runs, and the two people who live there."""

    home: Path
    session: ClientSession
    google: Google
    slack: Slack
    models: Models
    bot: AsyncWebClient
    """Steward's own token: what a bug of its own, or a thief of it, could post."""
    redis_url: str
    database_url: str
    """As the product is given it: without rights of its own."""
    database_admin_url: str
    """The same database, from the side of who may do everything."""
    apps: list[Process]
    now: Process
    bulk: Process
    scheduler: Process
    page_url: str
    page_token: str
    owners: dict[str, list[str]]
    """Whose accounts there are, by work address."""
    stories: dict[str, Any]
    """What their mails are about, by work address."""
    more: list[Process] = field(default_factory=list)
    """Further workers, where a test starts some."""
    _read: dict[str, int] = field(default_factory=dict)

    @property
    def app(self) -> Process:
        return self.apps[0]

    @property
    def processes(self) -> list[Process]:
        return [*self.apps, self.now, self.bulk, self.scheduler, *self.more]

    async def start_app(self, app: Process, **changed: str) -> None:
        """Start an app and wait until it hears."""
        before = (await self.slack.get("sockets"))["sockets"]
        app.start(**changed)

        async def hears() -> bool:
            assert app.alive, f"{app.name} ended: {''.join(app.said())}"
            return bool((await self.slack.get("sockets"))["sockets"] == before + SOCKETS)

        await until(hears, what=f"the sockets of {app.name}")

    async def kill_app(self, app: Process) -> None:
        """SIGKILL, and Slack has noticed."""
        before = (await self.slack.get("sockets"))["sockets"]
        app.kill()
        await self.slack.until_connected(before - SOCKETS)

    async def stop_app(self, app: Process) -> None:
        before = (await self.slack.get("sockets"))["sockets"]
        await app.end()
        await self.slack.until_connected(before - SOCKETS)

    @asynccontextmanager
    async def set_up(self, **changed: str) -> AsyncIterator[None]:
        """With an app that is set up otherwise, for the length of the block."""
        await self.stop_app(self.app)
        await self.start_app(self.app, **changed)
        yield
        await self.stop_app(self.app)
        await self.start_app(self.app)

    @asynccontextmanager
    async def killed_in(self, call: str, when: str, clicked: Awaitable[None]) -> AsyncIterator[None]:
        """The worker dies in this call to Google, which a click brings about; it is back after the block, and the
        answer to the call is lost."""
        await self.google.hold(call, when)
        await clicked
        await self.google.until_held()
        self.now.kill()
        yield
        await self.google.release(drop=True)
        self.now.start()

    def flush(self) -> None:
        """Empty the wake-up server, as an operator might."""
        with Redis.from_url(self.redis_url) as redis:
            redis.flushall()

    def queued(self) -> int:
        with Redis.from_url(self.redis_url) as redis:
            return int(redis.llen("rq:queue:now"))

    def tick(self, job: str, *queues: str) -> None:
        """As if a scheduler ticked once for each of these queues."""
        with Redis.from_url(self.redis_url) as redis:
            for name in queues:
                Queue(name, connection=redis, serializer=JSONSerializer).enqueue(job, result_ttl=0)

    def supervisor(self, kind: str) -> psutil.Process:
        """Who keeps the embedded server of a kind ("postgres" or "valkey") running; the server is its child."""
        command = ["app.embedded", kind, str(self.home)]
        return next(p for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [])[3:6] == command)

    def complaints(self) -> list[str]:
        """What no process foresaw, since this was last asked."""
        found = []
        for process in self.processes:
            lines = list(process.said()) if process.log.exists() else []
            new = lines[self._read.get(process.name, 0) :]
            self._read[process.name] = len(lines)
            found += [f"{process.name}: {line}{_ending(new[n:])}" for n, line in enumerate(new) if _unforeseen(line)]
        return found

    async def rest(self) -> None:
        """As on a good day: everything runs, nothing is held, every envelope acked."""
        for stand_in in (self.google, self.slack, self.models):
            await stand_in.rest()
        for process in self.processes[1:]:
            if not process.alive and process is not self.apps[-1]:
                process.start()
        if not self.app.alive:
            await self.start_app(self.app)
        if len(self.apps) > 1 and self.apps[1].alive:
            await self.stop_app(self.apps[1])
        await self.slack.until_acked()
        await self.rested()

    async def rested(self) -> None:
        """What Google was asked, and what it said of that, is more than a minute ago: a test asks for more in a minute
        than a person does in an hour, and the last of it would wait for the first to leave the minute that counts."""
        await self.google.post("minute")
        with Redis.from_url(self.redis_url) as redis, suppress(RedisError):
            forget_spent(redis)

    @property
    def first(self) -> list[str]:
        """The accounts of whoever comes first in this world."""
        return next(iter(self.owners.values()))

    @property
    def everyone(self) -> list[str]:
        """The addresses that the stories name: managers and teams."""
        found = [[story["manager"]["email"], *story["team"]["members"]] for story in self.stories.values()]
        return sorted({email for emails in found for email in emails})

    async def people(self) -> list[dict[str, Any]]:
        """The members of the workspace, as Slack knows them."""
        headers = {"X-Page-Token": self.page_token}
        async with self.session.get(f"{self.page_url}/api/state", headers=headers) as response:
            return list((await response.json())["people"])

    @asynccontextmanager
    async def visit(self, about: dict[str, Any], accounts: list[str] | None = None) -> AsyncIterator[Person]:
        """One of them, at the page for the length of the block."""
        entering = Person.entered(
            self.session, self.page_url, token=self.page_token, about=about, accounts=accounts or []
        )
        async with entering as person:
            yield person


def _unforeseen(line: str) -> bool:
    if not line.startswith("{"):
        return line.startswith("Traceback")
    said = json.loads(line)
    return said.get("level") in ("error", "critical") or said.get("event") == "unforeseen"


def _ending(lines: list[str]) -> str:
    """The last line of a traceback, which says what went wrong."""
    if lines[0].startswith("{"):
        return ""
    return " … " + next((line for line in lines[1:] if line and not line.startswith(" ")), "")


@asynccontextmanager
async def opened(*, world: int | None = None, **changed: str) -> AsyncIterator[House]:
    """A house in a home of its own, gone afterwards; with other settings than usual, or in the invented world of a
    seed, if they are given."""
    # Not below pytest's own folder: under root, the database's user may not enter that.
    home = Path(tempfile.mkdtemp(prefix="steward-house-"))
    home.chmod(0o755)
    async with AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        session = await stack.enter_async_context(
            ClientSession(
                connector=TCPConnector(limit=0),  # everybody at the page has a socket
                cookie_jar=CookieJar(unsafe=True),
                timeout=ClientTimeout(total=60),
            )
        )
        addresses = await stack.enter_async_context(services(home, database_url=None, redis_url=None))
        assert addresses.database_admin_url is not None
        login = make_url(addresses.database_admin_url).set(
            username="steward", password=secrets.token_hex(24), database="steward"
        )
        database = login.render_as_string(hide_password=False)
        upgrade(addresses.database_admin_url, database)
        told = await _sandbox(stack, home, world)
        ports = [free_port(), free_port()]
        environment = {
            **told["environment"],
            "STEWARD_HOME": str(home),
            "DATABASE_URL": database,
            "REDIS_URL": addresses.redis_url,
            "OAUTH_REDIRECT_URL": f"http://localhost:{ports[0]}/oauth/google",
            "LOG_FORMAT": "json",
            "REQUESTS_PER_MINUTE": MANY,
            "SEND_HOLD_SECONDS": "0",
            **changed,
        }
        admin = make_url(addresses.database_admin_url).set(database="steward")
        house = _house(home, session, told, environment=environment, ports=ports, admin=admin)
        for process in house.processes:
            stack.push_async_callback(process.end)
        for process in house.processes:
            if process not in house.apps:
                process.start()
        await house.slack.rest()
        await house.google.rest()
        await house.start_app(house.app)
        await _ready(session, ports[0])
        yield house


async def _sandbox(stack: AsyncExitStack, home: Path, world: int | None) -> dict[str, Any]:
    """The stand-ins, in a process of their own, and what they tell about themselves."""
    arguments = ("sandbox", "serve", "--home", str(home / "sandbox"), "--until-stdin-closes")
    if world is not None:
        arguments = (*arguments, "--random", str(world))
    sandbox = Process("sandbox", arguments, {}, home=home)
    sandbox.start()
    stack.push_async_callback(sandbox.end)
    told: dict[str, Any] = json.loads(sandbox.first_line())
    return told


def _house(
    home: Path,
    session: ClientSession,
    told: dict[str, Any],
    *,
    environment: dict[str, str],
    ports: list[int],
    admin: URL,
) -> House:
    reached, control = told["environment"], told["control"]

    def process(name: str, *arguments: str, **more: str) -> Process:
        return Process(name, ("app", *arguments), {**environment, **more}, home=home)

    return House(
        home=home,
        session=session,
        google=Google(session, reached["GOOGLE_API_URL"], control),
        slack=Slack(session, reached["SLACK_API_URL"], control),
        models=Models(session, reached["OLLAMA_HOST"], control),
        bot=AsyncWebClient(reached["SLACK_BOT_TOKEN"], base_url=reached["SLACK_API_URL"], session=session),
        redis_url=environment["REDIS_URL"],
        database_url=environment["DATABASE_URL"],
        database_admin_url=admin.render_as_string(hide_password=False),
        apps=[process(f"app-{n}", "serve", HTTP_PORT=str(port)) for n, port in enumerate(ports, start=1)],
        now=process("worker-now", "work", "now"),
        bulk=process("worker-bulk", "work", "bulk"),
        scheduler=process("scheduler", "schedule"),
        page_url=told["page_url"],
        page_token=told["page_token"],
        owners=told["owners"],
        stories=told["stories"],
    )


async def _ready(session: ClientSession, port: int) -> None:
    async def ready() -> bool:
        try:
            async with session.get(f"http://127.0.0.1:{port}/ready") as response:
                return response.status == 200
        except ClientError:
            return False

    await until(ready, what="an app that is ready")


@asynccontextmanager
async def living(house: House, *people: list[str]) -> AsyncIterator[list[Person]]:
    """People with these addresses, the work account first, at the page and with all of them connected."""
    about = {one["profile"]["email"]: one for one in await house.people()}
    async with AsyncExitStack() as stack:
        visits = [house.visit(about[emails[0]], emails) for emails in people]
        yield [await connected(await stack.enter_async_context(visit)) for visit in visits]


async def connected(person: Person) -> Person:
    """The person, with every account of theirs connected over the consent page, as their browser would."""
    async with person.page.watch(lambda _: None) as board:
        board.messages |= {message["ts"]: message for message in await person.page.past()}
        found = await connect_all(person.page, board)
    assert set(found) == set(person.accounts)
    return person


def forget_spent(redis: Redis) -> None:
    """As a minute later: Steward has asked Google for nothing, and waits for nothing."""
    for what in ("spent", "pause"):
        for key in redis.scan_iter(f"steward:*:{what}:*"):
            redis.delete(key)


def free_port() -> int:
    """A port that nobody has. It is used later, so it isn't among those that the system gives to outgoing connections
    meanwhile."""
    dice = SystemRandom()
    while True:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port := dice.choice(QUIET_PORTS)))
            return port
