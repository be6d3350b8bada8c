"""The whole house on one machine: whatever isn't configured is started, supervised, and ended together."""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import aiohttp

from app.commands.children import Child, kept
from app.commands.models import trouble
from app.domain.errors import StewardError
from app.embedded import Addresses, services
from app.settings import ANTHROPIC, Settings, kept_secret
from app.store.schema import login, upgrade
from integrations.queue import BULK, NOW

LOGIN = "steward"
"""The login user of an embedded database; its rights are those of the roles it may switch to."""
READY_SECONDS = 60.0
"""How long the app may take to answer, cold imports included."""
POLL = 0.05
LOOPBACK = "127.0.0.1"


class ChildFailed(StewardError):
    """{said}"""


class PortTaken(StewardError):
    """Port {port} is taken by another program. Choose a free one: {name}=… (Google's redirect address follows
    HTTP_PORT)."""


class NoModel(StewardError):
    """{trouble} Or leave MODEL out to use the sandbox's planner."""


class NotReady(StewardError):
    """Steward did not answer within {seconds:.0f} s after its start. The log above says more; nothing was changed."""


@dataclass(frozen=True)
class Own:
    """Another world than the sandbox's usual one: one's own mail and calendar, or an invented one by its seed."""

    mailbox: Path | None = None
    calendar: Path | None = None
    me: str = ""
    world: str = ""

    def arguments(self) -> list[str]:
        """As the sandbox takes them."""
        own = (("--mailbox", self.mailbox), ("--calendar", self.calendar), ("--me", self.me))
        named = (*own, ("--random", self.world))
        return [str(part) for name, value in named if value for part in (name, value)]


@dataclass(frozen=True)
class Running:
    """A house that runs: how to reach its page, if it has one."""

    page: str = ""
    page_url: str = ""
    page_token: str = ""
    control: str = ""
    notes: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    joined: bool = False
    """True when it ran before and belongs to another command."""


@contextlib.asynccontextmanager
async def house(settings: Settings, own: Own) -> AsyncIterator[Running]:
    """Everything Steward needs on this machine, for the length of the block; joins a house that runs already.

    Raises StewardError, EmbeddedError, SchemaError."""
    settings.home.mkdir(parents=True, exist_ok=True)
    told = settings.home / "house.json"
    with (settings.home / "house.lock").open("w") as lock:
        while not _locked(lock):
            if found := _read(told):
                yield found
                return
            await asyncio.sleep(POLL)  # it is just starting, or just stopping
        told.unlink(missing_ok=True)
        async with _started(settings, own) as running:
            _write(told, running)
            try:
                yield running
            finally:
                told.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def _started(settings: Settings, own: Own) -> AsyncIterator[Running]:
    await _check(settings)
    async with contextlib.AsyncExitStack() as stack:
        # The stand-ins need nothing of what follows: they start beside it.
        sandbox = None if settings.connected_to_slack else await _sandbox(stack, settings, own)
        addresses = await stack.enter_async_context(
            services(settings.home, database_url=settings.database or None, redis_url=settings.redis or None)
        )
        environment = {"STEWARD_HOME": str(settings.home), **await addressed(settings, addresses)}
        running = await _reached(sandbox, settings, environment) if sandbox else Running(environment=environment)
        environment = {**running.environment, **_http(settings)}
        module = (sys.executable, "-m", "app")
        app = Child("The app", (*module, "serve"), environment)
        workers = [Child(f"The worker {q}", (*module, "work", q), environment) for q in queues(settings)]
        scheduler = Child("The scheduler", (*module, "schedule"), environment)
        process = await app.start()
        stack.push_async_callback(app.end)
        await _ready(process, environment)
        # Only now: loading what they need takes as long as the app's own start, and on a small machine from its share.
        await stack.enter_async_context(kept([app, *workers, scheduler]))
        yield Running(**{**running.__dict__, "environment": environment})


def queues(settings: Settings) -> tuple[str, ...]:
    """The queue of each worker that runs here."""
    return NOW, *[BULK] * settings.bulk_workers


async def addressed(settings: Settings, addresses: Addresses) -> dict[str, str]:
    """The database brought up to date, and the addresses the processes are given."""
    admin = addresses.database_admin_url or settings.database_admin or None
    url = addresses.database_url
    if url is None:
        password = kept_secret(settings.home / "database-password", lambda: secrets.token_bytes(24)).hex()
        url = login(admin or "", user=LOGIN, password=password)
    if admin:
        await asyncio.to_thread(upgrade, admin, url)
    return {"DATABASE_URL": url, "REDIS_URL": addresses.redis_url}


async def _check(settings: Settings) -> None:
    """What was asked for by name and can't be had is said before anything starts. Raises PortTaken, NoModel."""
    for name, port in (("HTTP_PORT", settings.http_port), ("PAGE_PORT", settings.page_port)):
        if name.lower() in settings.model_fields_set and port and not _free(port):
            raise PortTaken(port=port, name=name)
    for model in settings.models if _chosen(settings) else ():
        if found := await trouble(model, settings):
            raise NoModel(trouble=found)


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _http(settings: Settings) -> dict[str, str]:
    """The port of the app's HTTP server: as configured, else the usual one if it is free."""
    if "http_port" in settings.model_fields_set:
        return {}
    if _free(settings.http_port):
        return {"HTTP_PORT": str(settings.http_port)}
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return {"HTTP_PORT": str(probe.getsockname()[1])}


async def _sandbox(stack: contextlib.AsyncExitStack, settings: Settings, own: Own) -> Child:
    """The stand-ins, started as a process of their own."""
    child = Child(
        "The sandbox",
        (
            *(sys.executable, "-m", "sandbox", "serve", "--home", str(settings.home / "sandbox")),
            *("--page-port", str(settings.page_port), "--until-stdin-closes", *own.arguments()),
            *(("--banner", banner(settings)) if _chosen(settings) else ()),
        ),
        {},
    )
    await child.start(tell=True)
    stack.push_async_callback(child.end)
    return child


async def _reached(sandbox: Child, settings: Settings, environment: Mapping[str, str]) -> Running:
    """What the stand-ins tell once they answer: where the product finds "Slack" and "Google"."""
    process = sandbox.process
    assert process is not None
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        await process.wait()
        raise ChildFailed(said="")  # it has said why on standard error
    told: dict[str, Any] = json.loads(line)
    reached = {
        k: v for k, v in told["environment"].items() if not (_chosen(settings) and k in ("MODEL", "OLLAMA_HOST"))
    }
    return Running(
        page=told["page"],
        page_url=told["page_url"],
        page_token=told["page_token"],
        control=told["control"],
        notes=tuple(told["notes"]),
        environment={**environment, **reached},
    )


def _chosen(settings: Settings) -> bool:
    """Whether a real model was asked for; a host that merely runs is not a reason."""
    return "model" in settings.model_fields_set


def banner(settings: Settings) -> str:
    """Which model answers in the sandbox, where the text goes, and how far that may be paid for."""
    first, *others = (f"{model.name} at {model.place}" for model in settings.models)
    told = [f"Answers come from {first}.", *(f"When it can't, {other} answers." for other in others)]
    if any(model.provider == ANTHROPIC for model in settings.models):
        told.append(f"At most {settings.paid_calls_per_day:,} paid calls a day.")
    return " ".join(told)


async def _ready(process: asyncio.subprocess.Process, environment: Mapping[str, str]) -> None:
    """Wait until the app answers; a child that ends before has said why on standard error."""
    url = f"http://{LOOPBACK}:{environment.get('HTTP_PORT') or os.environ['HTTP_PORT']}/ready"
    async with aiohttp.ClientSession() as session, asyncio.timeout(READY_SECONDS):
        try:
            while process.returncode is None:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(url) as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(POLL)
        except TimeoutError as late:
            raise NotReady(seconds=READY_SECONDS) from late
    raise ChildFailed(said="")  # it has said why on standard error


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> Running | None:
    """The house that runs; None while it is starting or stopping."""
    try:
        told: dict[str, Any] = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return Running(**{**told, "notes": tuple(told["notes"]), "joined": True})


def _write(path: Path, running: Running) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps({k: v for k, v in running.__dict__.items() if k != "environment"}))


async def run(settings: Settings, own: Own) -> int:
    """`python -m app run`: until a signal."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with house(settings, own) as running:
        for line in _welcome(settings, running):
            print(line, flush=True)
        if not running.joined:
            await stop.wait()
    return 0


def _welcome(settings: Settings, running: Running) -> list[str]:
    if not running.page:
        return ["Steward is running in your Slack workspace. Stop it with Ctrl-C."]
    return [
        "",
        f"  Steward is {'already ' if running.joined else ''}running. Open this page and write to it:",
        "",
        f"    {running.page}",
        "",
        *(f"  {note}" for note in running.notes),
        f"  Everything is kept in {settings.home}.{'' if running.joined else ' Stop with Ctrl-C.'}",
        "",
    ]
