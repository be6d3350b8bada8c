"""From the command to an answer: a start on what an earlier run left behind, beside the bare servers' starts."""

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from app.embedded.place import Secret, make_place
from app.embedded.supervisor import KINDS
from bench.measuring import Row, Table, median
from bench.programs import (
    END_SECONDS,
    START_SECONDS,
    NotMeasured,
    bare,
    environment,
    folder,
    free_port,
    house,
    program,
    ready,
    sandbox,
)

ROUNDS = 3
WARM_S = 5
POLL_SECONDS = 0.005


async def measure() -> Sequence[Table]:
    """Warm starts."""
    with folder() as base:
        async with house(base / "product"):
            pass  # the first run: clusters, migrations and the invented world are made
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(await started(base / "product"))
            theirs.append(await bare_starts(base))
    each = {name: median(run[name] for run in theirs) for name in theirs[0]}
    spelt = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in each.items())
    table = Table(
        "A start, from `python -m app run` to an answering /ready",
        "the sum of the same servers started bare, one after the other",
        (f"Median of {ROUNDS} starts in turn. The bare servers: {spelt}.",),
    )
    table.rows.append(Row("warm start", "s", median(ours), median(sum(run.values()) for run in theirs), at_most=WARM_S))
    return [table]


async def started(home: Path, *, python: str = sys.executable, root: Path | None = None) -> float:
    """Seconds until /ready answers."""
    port = free_port()
    env = environment(home, HTTP_PORT=str(port)) | ({"PYTHONPATH": str(root)} if root else {})
    home.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    async with program(python, "-m", "app", "run", env=env, cwd=home) as process:
        await ready(process, port)
        return time.perf_counter() - began


async def bare_starts(base: Path) -> dict[str, float]:
    """Seconds of each server alone: PostgreSQL, Valkey, the sandbox, and Bolt connected to it."""
    found = {}
    for name, kind in (("PostgreSQL", "postgres"), ("Valkey", "valkey")):
        found[name] = await asyncio.to_thread(_server, base / "bare", kind)
    began = time.perf_counter()
    async with sandbox(base / "reference") as other:
        found["sandbox"] = time.perf_counter() - began
        began = time.perf_counter()
        async with bare("ack", env=environment(base, **other.environment), cwd=base):
            found["Bolt"] = time.perf_counter() - began
    return found


def _server(home: Path, kind: str) -> float:
    """Seconds until a server answers that nobody supervises, on data of its own that is there already."""
    place = make_place(home, kind)
    server = KINDS[kind](place)
    secret = place.read_secret() or Secret(password=secrets.token_hex(16), port=free_port())
    server.prepare(secret)
    place.write_secret(secret)
    user = {"user": place.account.uid, "group": place.account.gid} if place.account else {}
    command = server.command(secret)
    began = time.perf_counter()
    with place.log.open("ab") as log:
        process = subprocess.Popen(command, cwd=place.server, stdout=log, stderr=log, **user)  # type: ignore[call-overload]
    try:
        while not server.answers(secret):
            if process.poll() is not None or time.perf_counter() - began > START_SECONDS:
                raise NotMeasured(f"{kind} did not start: {place.log.read_text()[-500:]}")
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(END_SECONDS)
