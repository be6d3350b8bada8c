"""What the tests of the embedded servers share: a user of them as a process of its own, and looks at the outside."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis.asyncio

ROOT = Path(__file__).resolve().parents[2]

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
LEAVING_SECONDS = 30.0

# Prints its addresses or its error as one line, then uses the servers until its input ends.
PROGRAM = """
import asyncio, dataclasses, json, sys
from pathlib import Path
from app.embedded import EmbeddedError, services

async def main():
    try:
        async with services(Path(sys.argv[1]), database_url=None, redis_url=None) as addresses:
            print(json.dumps(dataclasses.asdict(addresses)), flush=True)
            await asyncio.to_thread(sys.stdin.read)
    except EmbeddedError as error:
        print(json.dumps({"error": type(error).__name__, "sentence": str(error)}), flush=True)

asyncio.run(main())
"""


@dataclass
class User:
    """A process that uses the embedded servers of a home."""

    popen: subprocess.Popen[str]

    def answer(self) -> dict[str, str]:
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        assert line, "the user ended without a word"
        answer: dict[str, str] = json.loads(line)
        return answer

    def leave(self) -> None:
        self.popen.communicate()
        assert self.popen.returncode == 0

    def kill(self) -> None:
        self.popen.kill()
        self.popen.communicate()


def start_user(home: Path, *, uid: int | None = None, path: Sequence[str] = (), prefix: Sequence[str] = ()) -> User:
    """Start a user of `home`, with `path` before the usual import path and `prefix` before the command."""
    search = os.pathsep.join([*path, str(ROOT), sysconfig.get_path("purelib")])
    return User(
        subprocess.Popen(
            [*prefix, interpreter(uid), "-W", "error", "-P", "-c", PROGRAM, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            env={"PATH": os.environ["PATH"], "PYTHONPATH": search, "HOME": "/nonexistent"},
            user=uid,
            group=uid,
            extra_groups=[] if uid is not None else None,
        )
    )


def interpreter(uid: int | None) -> str:
    """This Python, or the system's own of the same version where a normal user can't reach this one."""
    if uid is None:
        return sys.executable
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}"):
        with contextlib.suppress(OSError):
            if subprocess.run([candidate, "-c", ""], user=uid, group=uid, cwd="/", check=False).returncode == 0:
                return candidate
    pytest.skip("no interpreter of this version that a normal user may run")


@contextlib.contextmanager
def temporary_home(parent: str = "/tmp") -> Iterator[Path]:
    """A home that the servers' user can reach, unlike pytest's own folders under root."""
    home = Path(tempfile.mkdtemp(prefix="steward-embedded-", dir=parent))
    try:
        yield home
    finally:
        wait_until_gone(home)
        shutil.rmtree(home)


def wait_until_gone(home: Path) -> None:
    """Return once no process of this home is left; fail if one stays."""
    for kind in ("postgres", "valkey"):
        wait_until_stopped(home, kind)
    # A supervisor lets go of its lock just before it ends.
    _, staying = psutil.wait_procs(members(home), timeout=LEAVING_SECONDS)
    assert staying == []


def wait_until_stopped(home: Path, kind: str) -> None:
    """Return once the supervisor is gone, which holds this lock all its life."""
    lock = home / "services" / kind / "supervisor.lock"
    if lock.exists():
        with lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)


def members(home: Path) -> list[psutil.Process]:
    """Every process that lives in this home: supervisors, servers and their children."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(home) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def kill_everything(user: User, home: Path) -> None:
    """SIGKILL a user, the supervisors and the servers, none of which gets a moment to tidy up after the others."""
    user.popen.send_signal(signal.SIGSTOP)
    doomed = members(home)
    for stroke in (psutil.Process.suspend, psutil.Process.kill):
        for process in doomed:
            # A session that has just ended by itself, or a server that the kernel ended with its supervisor.
            with contextlib.suppress(psutil.NoSuchProcess):
                stroke(process)
    user.kill()
    wait_until_gone(home)


def named(home: Path, name: str) -> list[psutil.Process]:
    """The processes of one program that are the head of their kind: no backends, no forks."""
    found = {}
    for each in members(home):
        with contextlib.suppress(psutil.NoSuchProcess):
            if each.name() == name:
                found[each] = each.ppid()
    ids = {each.pid for each in found}
    return [each for each, parent in found.items() if parent not in ids]


@contextlib.contextmanager
def user_of(home: Path, **how: object) -> Iterator[User]:
    user = start_user(home, **how)  # type: ignore[arg-type]
    try:
        yield user
    finally:
        if user.popen.poll() is None:
            user.kill()


async def connect(url: str | None) -> psycopg.AsyncConnection[tuple[object, ...]]:
    assert url is not None
    return await psycopg.AsyncConnection.connect(url, autocommit=True)


async def rows(url: str | None) -> list[object]:
    async with await connect(url) as connection:
        return [row[0] for row in await (await connection.execute("SELECT n FROM kept ORDER BY n")).fetchall()]


async def keep(url: str | None, *numbers: int) -> None:
    async with await connect(url) as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int PRIMARY KEY)")
        for number in numbers:
            await connection.execute("INSERT INTO kept VALUES (%s)", [number])


async def ping(url: str) -> bool:
    async with redis.asyncio.Redis.from_url(url) as client:
        return bool(await client.ping())


def answers(url: str | None) -> bool:
    assert url is not None
    try:
        socket.create_connection(("127.0.0.1", urlsplit(url).port or 0)).close()
    except ConnectionRefusedError:
        return False
    return True
