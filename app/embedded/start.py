"""Joins the embedded servers of a home, starting a supervisor where none runs, and leaves them again."""

import asyncio
import contextlib
import fcntl
import logging
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import EmbeddedError, NotAnswering, ServerFailed
from app.embedded.place import Place, make_place, try_lock
from app.embedded.server import Server
from app.embedded.supervisor import KINDS, START_SECONDS

JOIN_SECONDS = START_SECONDS + 60.0  # the predecessor may be stopping first
RESTART_PAUSE = 1.0  # between two supervisors, should they keep being killed
_POLL_SECONDS = 0.02


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Addresses:
    """Where the truth and the wake-up are. Exactly one of the first two is known here: of an embedded database the
    administrator's address (the migrations make the others' rights), of a configured one the application's."""

    database_admin_url: str | None
    database_url: str | None
    redis_url: str


@contextlib.asynccontextmanager
async def services(home: Path, *, database_url: str | None, redis_url: str | None) -> AsyncIterator[Addresses]:
    """Have a database and a Redis for the length of the block: the configured ones, or embedded ones under `home`.

    Any number of processes may do so at once; the servers stop when the last has left, however it left.
    Raises EmbeddedError."""
    async with contextlib.AsyncExitStack() as stack:
        admin = None if database_url else await stack.enter_async_context(_joined(home, "postgres"))
        if not redis_url:
            redis_url = await stack.enter_async_context(_joined(home, "valkey"))
        yield Addresses(database_admin_url=admin, database_url=database_url, redis_url=redis_url)


@contextlib.asynccontextmanager
async def _joined(home: Path, kind: str) -> AsyncIterator[str]:
    server = KINDS[kind](make_place(home, kind))
    users = await _join(server)
    try:
        url = await _reach(server, home, kind)
        keeper = asyncio.create_task(_keep(server, home, kind, url))
        try:
            yield url
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
    finally:
        os.close(users)


async def _join(server: Server) -> int:
    """Become a user, after a supervisor that is just stopping has finished."""
    deadline = time.monotonic() + JOIN_SECONDS
    while (users := try_lock(server.place.users_lock, fcntl.LOCK_SH)) is None:
        if time.monotonic() > deadline:
            raise ServerFailed(server=server.name, reason="an earlier run is still stopping", log=str(server.place.log))
        await asyncio.sleep(_POLL_SECONDS)
    return users


async def _reach(server: Server, home: Path, kind: str) -> str:
    """The address of the running server, starting a supervisor if there is none."""
    place, deadline = server.place, time.monotonic() + JOIN_SECONDS
    while time.monotonic() < deadline:
        lock = try_lock(place.supervisor_lock, fcntl.LOCK_EX)
        if lock is not None:
            await _launch(place, home, kind, lock)
        secret = place.read_secret()
        # Asked in a thread: a connection that is being made can't be cancelled cleanly.
        if secret is not None and place.ready.exists() and await asyncio.to_thread(server.answers, secret):
            return server.url(secret)
        await asyncio.sleep(_POLL_SECONDS)
    raise NotAnswering(server=server.name, seconds=f"{JOIN_SECONDS:.0f}", log=str(place.log))


async def _launch(place: Place, home: Path, kind: str, lock: int) -> None:
    """Start a supervisor, hand it its lock without a gap, and wait for its answer. Raises what it says."""
    try:
        place.ready.unlink(missing_ok=True)
        launcher = _spawn_supervisor(place, home, kind, lock)
    finally:
        os.close(lock)
    line = await _first_line(launcher)
    if not line:
        reason = "its supervisor ended without an answer"
        raise ServerFailed(server=KINDS[kind].name, reason=reason, log=str(place.log))
    error = EmbeddedError.from_json(line)
    if error is not None:
        raise error


def _spawn_supervisor(place: Place, home: Path, kind: str, lock: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter, this package
        [sys.executable, "-P", "-m", "app.embedded", kind, str(home.absolute()), str(lock)],
        cwd=place.folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(lock,),
    )


async def _first_line(launcher: subprocess.Popen[bytes]) -> str:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), launcher.stdout)
    try:
        return (await reader.readline()).decode()
    finally:
        transport.close()
        await asyncio.to_thread(launcher.wait)  # the supervisor has left it long ago: it ends at once


def _environment() -> dict[str, str]:
    """What a supervisor needs to import us, and none of our secrets."""
    root = Path(__file__).resolve().parents[2]
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    # The same import path as ours, whatever interpreter or environment it came from.
    search = [str(root), *(each for each in sys.path if each)]
    return kept | {"PYTHONPATH": os.pathsep.join(search), "LC_ALL": "C", "TZ": "UTC"}


async def _keep(server: Server, home: Path, kind: str, url: str) -> None:
    """Start a new supervisor should ours be killed; the servers come back at the same address."""
    while True:
        await _supervisor_gone(server.place)
        _log.warning("The supervisor of %s is gone; starting it again.", server.name)
        try:
            found = await _reach(server, home, kind)
        except (EmbeddedError, OSError) as error:
            _log.critical("%s", error)
            return
        if found != url:
            _log.critical("%s moved to another port because its own was taken; restart Steward.", server.name)
        await asyncio.sleep(RESTART_PAUSE)


async def _supervisor_gone(place: Place) -> None:
    """Wait until the pipe that the supervisor holds open has no writer any more."""
    with os.fdopen(os.open(place.alive, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0) as pipe:
        # None while a writer is there and says nothing; empty when there is none.
        if pipe.read(1) == b"":
            return
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        try:
            await reader.read()
        finally:
            transport.close()
