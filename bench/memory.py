"""What each process weighs when idle, what a waiting turn adds, and how long its imports take."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil

from bench import people
from bench.inbox import inbox
from bench.measuring import Row, Table
from bench.programs import (
    ROOT,
    START_SECONDS,
    House,
    Json,
    NotMeasured,
    Sandbox,
    bare,
    environment,
    folder,
    house,
    told,
)

TURNS = 100
SLOTS = TURNS + 1
WARMING = 5
"""Requests answered before, so that what is made once per process is made."""
PROCESS_MB, TURN_KB = 220, 300
REQUEST = "What's on my calendar tomorrow?"
MODEL = "/api/chat"
ENTRIES = {
    "app": ("app.commands.serve", "app.agent.agent", "integrations.models.ollama"),
    "worker": ("app.commands.work", "jobs.perform", "jobs.think", "app.agent.agent", "integrations.models.ollama"),
    "scheduler": ("app.commands.schedule",),
}
"""What the code of each process comes to."""
OURS = ("app", "handlers", "integrations", "jobs", "bench", "migrations", "__main__", "__mp_main__")
TIMEOUT = aiohttp.ClientTimeout(total=START_SECONDS)


async def measure() -> Sequence[Table]:
    """Idle processes beside bare imports, waiting turns beside bare calls of the model."""
    with folder() as base:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, _house(session, base) as (product, users):
            idle = await _idle(product, base)
            waiting = await _waiting(session, product, users)
            calls = await _bare_calls(session, product.sandbox, base)
    turns = Table(
        f"What a turn adds to the app process while {TURNS} wait for the model",
        f"{TURNS} bare ChatOllama calls of one process that wait for the same server",
        (f"{TURNS} people asked and the model answers none of them yet; proportional set size, after minus before.",),
        [Row("memory per waiting turn", "KB", waiting, calls, at_most=TURN_KB)],
    )
    return [idle, turns]


@asynccontextmanager
async def _house(session: aiohttp.ClientSession, base: Path) -> AsyncIterator[tuple[House, list[str]]]:
    async with house(base / "product", LOG_LEVEL="ERROR") as product:
        await product.sandbox.turn(session, "slack", "switches", rate_limits="off")
        await product.sandbox.turn(session, "google", "switches", quota=0, calendar_quota=0, concurrency=0)
        await product.sandbox.turn(session, "models", "switches", slots=SLOTS)
        users = [user["id"] for user in await people.add(session, product, TURNS + WARMING)]
        async with inbox(product) as rows:
            await _ask(session, product, users[TURNS:])
            await rows.settled()
        yield product, users[:TURNS]


async def _ask(session: aiohttp.ClientSession, product: House, users: Sequence[str]) -> None:
    asking: Json = {"count": len(users), "rate": None, "users": list(users), "text": REQUEST, "visible": True}
    await product.sandbox.turn(session, "slack", "burst", **asking)


# Idle.


async def _idle(product: House, base: Path) -> Table:
    table = Table(
        "Processes when idle, after their first requests",
        "a bare Python process that imports the same libraries and nothing of Steward",
        ("Memory as proportional set size: what is shared counts in parts. Imports in a fresh process, files cached.",),
    )
    weights = {name: pss(product.parts[name].pid) for name in ("app", "worker now", "worker bulk", "scheduler", "run")}
    for name, weight in weights.items():
        entry = ENTRIES.get(name.split()[0])
        reference = None if entry is None else (await _imported(_libraries(entry), base))[1]
        limit = PROCESS_MB if name.startswith(("app", "worker")) else None
        table.rows.append(Row(f"{name}: memory", "MB", weight / 1e6, reference, at_most=limit))
    for name, entry in ENTRIES.items():
        seconds, _ = await _imported(entry, base)
        table.rows.append(Row(f"{name}: imports", "s", seconds, (await _imported(_libraries(entry), base))[0]))
    return table


def pss(pid: int) -> int:
    """Bytes of memory, what is shared divided among those who share it."""
    return int(psutil.Process(pid).memory_full_info().pss)


def _libraries(entry: Sequence[str]) -> list[str]:
    """The modules that these bring with them and that aren't ours, in the order of their import."""
    listing = f"import {', '.join(entry)}, json, sys; print(json.dumps(list(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True, cwd=ROOT)
    names: list[str] = json.loads(ran.stdout)
    return [name for name in names if name.partition(".")[0] not in OURS]


async def _imported(modules: Sequence[str], base: Path) -> tuple[float, float]:
    """Seconds and MB of a process that imports these and nothing else."""
    wanted = base / "modules.json"
    wanted.write_text(json.dumps(list(modules)), encoding="utf-8")
    async with bare("import", str(wanted), env=environment(base), cwd=base) as (process, line):
        return float(line), pss(process.pid) / 1e6


# Waiting.


async def _waiting(session: aiohttp.ClientSession, product: House, users: Sequence[str]) -> float:
    """KB that each of so many waiting turns adds."""
    app = product.parts["app"].pid
    before = pss(app)
    await product.sandbox.turn(session, "models", "hold", match=MODEL, when="before")
    await _ask(session, product, users)
    await _held(session, product.sandbox)
    after = pss(app)
    await product.sandbox.turn(session, "models", "release")
    return (after - before) / TURNS / 1e3


async def _bare_calls(session: aiohttp.ClientSession, where: Sandbox, base: Path) -> float:
    env = environment(base, **where.environment)
    async with bare("call", str(TURNS), str(WARMING), REQUEST, env=env, cwd=base) as (process, _):
        before = pss(process.pid)
        await where.turn(session, "models", "hold", match=MODEL, when="before")
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        await _held(session, where)
        after = pss(process.pid)
        await where.turn(session, "models", "release")
        await told(process, "The bare calls")
    return (after - before) / TURNS / 1e3


async def _held(session: aiohttp.ClientSession, where: Sandbox) -> None:
    """Until all wait."""
    until = time.monotonic() + START_SECONDS
    while len((await where.look(session, "models", "held"))["held"]) < TURNS:
        if time.monotonic() > until:
            raise NotMeasured(f"fewer than {TURNS} turns came to wait for the model")
        await asyncio.sleep(0.1)
