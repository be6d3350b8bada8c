"""The programs that are measured: a whole house, a sandbox alone, the bare references; each a process of its own."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from app.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK = "127.0.0.1"
START_SECONDS = 120.0
"""How long anything may take to answer after its start; the cold start has a limit of its own."""
END_SECONDS = 30.0
POLL_SECONDS = 0.005
"""Fine enough for a start that takes seconds."""
Json = dict[str, Any]


class NotMeasured(Exception):
    """What should have been measured did not run; the text says why."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a house of our own: nothing of this machine's settings gets in, neither by variables nor by a
    file .env, which is looked for in the folder a program is started in."""
    names = {name.upper() for name in Settings.model_fields}
    kept = {k: v for k, v in os.environ.items() if k not in names and not k.endswith("_FILE")}
    return kept | {"PYTHONPATH": str(ROOT), "STEWARD_HOME": str(home), **more}


@contextlib.contextmanager
def folder() -> Any:
    """A folder that the database's own user may enter, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="steward-bench-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def program(*command: str, env: Mapping[str, str], cwd: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process in a session of its own, asked to end afterwards, and made to with all its children."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        limit=1 << 24,
    )
    try:
        yield process
    finally:
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    family = _family(process.pid)
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        # Whoever writes to a pipe that nobody reads would never end.
        await asyncio.wait_for(process.communicate(), END_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    for left in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            left.kill()


def _family(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


async def told(process: asyncio.subprocess.Process, what: str) -> str:
    """The first line on its standard output."""
    assert process.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        line = await process.stdout.readline()
    if not line:
        raise NotMeasured(f"{what} ended before it was ready; its standard error says why.")
    return line.decode()


@dataclass(frozen=True)
class Sandbox:
    """Stand-ins that run, and how to reach them."""

    page: str
    page_token: str
    control: str
    slack: str
    models: str
    google: str
    environment: Mapping[str, str]

    async def turn(self, session: aiohttp.ClientSession, part: str, path: str, **body: Any) -> Json:
        """Use a control endpoint of a part: slack, models or google."""
        url = f"{getattr(self, part)}/_sandbox/{path}"
        async with session.post(url, json=body, headers={"X-Sandbox-Control": self.control}) as answer:
            if answer.status != 200:
                raise NotMeasured(f"{url} answered {answer.status}: {await answer.text()}")
            return dict(await answer.json())

    async def look(self, session: aiohttp.ClientSession, part: str, path: str) -> Any:
        """Read a control endpoint."""
        url = f"{getattr(self, part)}/_sandbox/{path}"
        async with session.get(url, headers={"X-Sandbox-Control": self.control}) as answer:
            return await answer.json()


@contextlib.asynccontextmanager
async def sandbox(home: Path) -> AsyncIterator[Sandbox]:
    """The stand-ins alone."""
    home.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-m", "sandbox", "serve", "--home", str(home), "--until-stdin-closes")
    async with program(*command, env=environment(home), cwd=home) as process:
        said = json.loads(await told(process, "The sandbox"))
        reached = said["environment"]
        yield Sandbox(
            page=said["page_url"],
            page_token=said["page_token"],
            control=said["control"],
            slack=reached["SLACK_API_URL"].removesuffix("/api/"),
            models=reached["OLLAMA_HOST"],
            google=reached["GOOGLE_API_URL"],
            environment=reached,
        )


@dataclass(frozen=True)
class House:
    """A house that runs: its sandbox, and its processes by what they are."""

    sandbox: Sandbox
    home: Path
    parts: Mapping[str, psutil.Process]
    """"app", "worker now", "worker bulk", "scheduler", "supervisor", "sandbox"."""

    @property
    def settings(self) -> Settings:
        """As its app process has them."""
        given = self.parts["app"].environ()
        return Settings.load(**{n: given[n.upper()] for n in Settings.model_fields if given.get(n.upper())})


@contextlib.asynccontextmanager
async def house(home: Path, **settings: str) -> AsyncIterator[House]:
    """`python -m app run` until it answers; with settings as environment variables."""
    home.mkdir(parents=True, exist_ok=True)
    port = str(free_port())
    env = environment(home, HTTP_PORT=port, **settings)
    async with program(sys.executable, "-m", "app", "run", env=env, cwd=home) as process:
        await ready(process, int(port))
        parts = await _parts(process.pid)
        yield House(_reached(home, parts["app"]), home, parts)


async def ready(process: asyncio.subprocess.Process, port: int, *, within: float = START_SECONDS) -> None:
    """Until /ready answers 200."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(within):
        while process.returncode is None:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://{LOOPBACK}:{port}/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(POLL_SECONDS)
    raise NotMeasured("The house ended before it was ready; its standard error says why.")


NAMES = {
    "serve": "app",
    "work now": "worker now",
    "work bulk": "worker bulk",
    "schedule": "scheduler",
    "run": "run",
}


async def _parts(pid: int) -> dict[str, psutil.Process]:
    """The processes of a house by name, once they are all there."""
    async with asyncio.timeout(START_SECONDS):
        while True:
            found: dict[str, psutil.Process] = {}
            for each in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    found.setdefault(_name(each.cmdline()), each)
            if {*NAMES.values(), "sandbox"} <= found.keys():
                return found
            await asyncio.sleep(POLL_SECONDS)


def _name(command: list[str]) -> str:
    text = " ".join(command)
    module, _, arguments = text.partition(" -m app ")[::1]
    if arguments:
        return NAMES.get(arguments, "")
    return "sandbox" if " -m sandbox serve" in module else ""


def _reached(home: Path, app: psutil.Process) -> Sandbox:
    known = json.loads((home / "sandbox" / "sandbox.json").read_text())
    urls = {part: f"http://{LOOPBACK}:{port}" for part, port in known["ports"].items()}
    given = app.environ()
    names = ("SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "GOOGLE_API_URL", "OLLAMA_HOST", "MODEL")
    return Sandbox(
        page=urls["page"],
        page_token=known["page"],
        control=known["control"],
        slack=urls["slack"],
        models=urls["models"],
        google=urls["google"],
        environment={name: given[name] for name in names},
    )


@contextlib.asynccontextmanager
async def bare(
    *arguments: str, env: Mapping[str, str], cwd: Path
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A bare reference (`python -m bench.bare …`), once it says that it is ready; and what it says."""
    async with program(sys.executable, "-m", "bench.bare", *arguments, env=env, cwd=cwd) as process:
        yield process, await told(process, f"The reference {arguments[0]}")
