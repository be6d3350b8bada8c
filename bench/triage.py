"""Triage of 100 mails by a model of a known speed: how soon each mail has its row, beside one call for all of them."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from aiohttp import web

from app.agent.agent import Agent
from app.domain.desk import Desk
from app.domain.grants import Tokens
from app.domain.ports import Request, Services, Store
from app.domain.sorting import Opinion
from app.domain.types import MailQuery
from app.skills.triage import Triage
from app.skills.triage.gathering import MOST
from app.skills.triage.judging import TASK, Judgements
from app.store import PostgresStore
from app.wiring import SystemClock
from bench.audit import desk as base
from bench.lettered import inbox
from bench.mail import OWNER
from bench.measuring import Row, Table, percentile
from bench.programs import environment, folder, program, told
from integrations.models.ollama import ollama_model
from tests.fakes import FakeHouse, ManualClock
from tests.samples import ANN, account

LATENCY, PER_TOKEN, SLOTS = 300, 20, 4
"""Milliseconds before an answer and for each of its tokens, and answers written side by side."""
EACH_MS, PACKED = 420, 1.3
"""What a mail may take, divided by its place in the row, and the whole beside slots that begin once and never idle."""
WINDOW = 65_536
"""Tokens of the model's window: a call for all mails at once needs more than a host gives by itself."""
CONTROL = "only-for-measuring"
MODEL = "steward-planner:latest"


def serve(home: Path) -> None:
    """The stand-in for Ollama; says where it is, and ends with its input."""
    from sandbox.models.server import build_app

    async def run() -> None:
        runner = web.AppRunner(build_app(control_token=CONTROL, slots=SLOTS, home=home))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        print(f"http://{host}:{port}", flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()

    asyncio.run(run())


@dataclass
class Noted:
    """Keeps verdicts as the store does, and when each mail had its row."""

    store: PostgresStore
    began: float = 0.0
    rows: list[float] = field(default_factory=list)
    """Milliseconds from the start, in the order of the rows."""

    async def known(self, *asked: Any, **more: Any) -> Any:
        return await self.store.verdicts.known(*asked, **more)

    async def keep(self, person: Any, found: Sequence[Opinion], *, version: str) -> None:
        await self.store.verdicts.keep(person, found, version=version)
        self.rows += [(time.perf_counter() - self.began) * 1000] * len(found)


@dataclass
class Sorting:
    """A person's inbox, the skill that sorts it, and the model's log."""

    session: aiohttp.ClientSession
    url: str
    services: Services
    desk: Desk
    noted: Noted

    async def sorted(self) -> float:
        """One triage from its start to its report, in milliseconds."""

        async def watch(_: str) -> None:
            """Nobody looks."""

        self.noted.began = time.perf_counter()
        request = Request(person=ANN, now=ManualClock().now(), text="triage")
        thought = await Triage(self.services).run("", request, self.desk, watch)
        assert thought.trail.report is not None
        assert not thought.trail.report.notes, thought.trail.report.notes
        return (time.perf_counter() - self.noted.began) * 1000

    async def at_once(self, asked: Sequence[dict[str, Any]]) -> float:
        """One call for all mails, in milliseconds."""
        mails = [{**each, "n": n} for n, each in enumerate(asked, start=1)]
        began = time.perf_counter()
        said = await self.services.mind.judge(TASK, {"mails": mails}, Judgements)
        assert len(said.mails) == len(mails)
        return (time.perf_counter() - began) * 1000

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        method, headers = "POST" if body is not None else "GET", {"X-Sandbox-Control": CONTROL}
        async with self.session.request(method, f"{self.url}/_sandbox/{path}", json=body, headers=headers) as answer:
            answer.raise_for_status()
            return await answer.json()


async def measure() -> Sequence[Table]:
    """Each mail's time by its place, and the whole."""
    async with _sorting() as at:
        await at.services.mind.word(TASK, {"warm": "what is made once per process is made"})
        before = len((await at.control("log"))["requests"])
        await at.control("switches", {"latency_ms": LATENCY, "ms_per_token": PER_TOKEN, "keep_bodies": True})
        took = await at.sorted()
        calls = (await at.control("log"))["requests"][before:]
        tokens = sum(call["eval_count"] for call in calls)
        asked = [mail for call in calls for mail in json.loads(call["body"]["messages"][-1]["content"])["mails"]]
        once = await at.at_once(asked)
    each = [at_ms / place for place, at_ms in enumerate(sorted(at.noted.rows), start=1)]
    alone = [once / place for place in range(1, MOST + 1)]
    about = (
        f"A model of {LATENCY} ms and {PER_TOKEN} ms a token that writes {SLOTS} answers at once: {len(calls)} calls.",
    )
    # The best that so many slots can do for the same tokens: each writes its part of them in one answer, and waits for
    # the model to begin only once; a batch may hold up to MOST mails.
    packed = LATENCY + PER_TOKEN * tokens / SLOTS
    return [
        Table(
            f"Triage of {MOST} mails",
            "one call for all of them",
            about,
            [
                Row("a mail's row, from the start, by its place: p95", "ms", percentile(each, 0.95),
                    percentile(alone, 0.95), at_most=EACH_MS),
                Row("the first row", "ms", min(at.noted.rows), once),
                Row("all rows", "ms", took, once, at_most=PACKED * packed,
                    note=f"{took / packed:.2f} × slots that begin once"),
            ],
        )
    ]  # fmt: skip


@asynccontextmanager
async def _sorting() -> AsyncIterator[Sorting]:
    with folder() as home:
        command = (sys.executable, "-m", "bench.triage", str(home))
        async with (
            program(*command, env=environment(home), cwd=home) as served,
            base(home) as at,
            aiohttp.ClientSession() as session,
        ):
            url = (await told(served, "The stand-in for Ollama")).strip()
            model = ollama_model(name=MODEL, host=url, num_ctx=WINDOW)
            noted = Noted(at.store)
            store = cast(Store, SimpleNamespace(preferences=at.store.preferences, verdicts=noted))
            house = FakeHouse().services(at.store)
            tokens = Tokens(access="a", refresh="r", expires_at=SystemClock().now(), scopes=())
            mine = await at.store.grants.keep(account(email=OWNER), tokens)
            services = replace(house, store=store, mind=Agent(lambda: model))
            try:
                async with inbox("unread", mine, home) as box:
                    await box.ids(MailQuery())  # a process reads Google's descriptions before it serves anyone
                    yield Sorting(session, url, services, Desk(ANN, mailboxes=[box], calendars=[]), noted)
            finally:
                await model.close()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
