"""How long 200 tasks take besides the model: read over real sockets, the stand-in for Google at the other end, weighed,
kept in PostgreSQL, placed and reported."""

import time
from collections.abc import Sequence

from app.domain.desk import Desk
from app.domain.grants import Tokens
from app.domain.ports import Request, Services
from app.domain.tasks import Found, Source
from app.domain.types import MailQuery
from app.skills.tasks import Tasks
from app.wiring import SystemClock
from bench.audit import desk as base
from bench.lettered import MAILS, inbox
from bench.mail import OWNER
from bench.measuring import Row, Table, percentile
from bench.programs import folder
from tests.fakes import FakeHouse, ManualClock
from tests.samples import ANN, account

NOTED = 100
"""Tasks noted by hand, beside those found in mail."""
ROUNDS = 10
AT_MOST_MS = 850
"""The bound for 200 tasks besides the model."""


async def measure() -> Sequence[Table]:
    """The first look, which finds everything, and those after it."""
    with folder() as home:
        async with base(home) as at:
            now = ManualClock().now()
            tokens = Tokens(access="a", refresh="r", expires_at=SystemClock().now(), scopes=())
            mine = await at.store.grants.keep(account(email=OWNER), tokens)
            notes = [Found(key=f"said:{n}", source=Source.SAID, title=f"Note {n}", since=now) for n in range(NOTED)]
            await at.store.tasks.find(ANN.id, notes)
            services = FakeHouse().services(at.store)
            async with inbox("asking", mine, home) as box:
                desk = Desk(ANN, mailboxes=[box], calendars=[])
                await box.ids(MailQuery())  # a process reads Google's descriptions before it serves anyone
                took = [await _shown(services, desk) for _ in range(ROUNDS)]
    first, *later = took
    rows = [
        Row("the first look, which finds them", "ms", first, at_most=AT_MOST_MS),
        Row("a look after it: p95", "ms", percentile(later, 0.95), at_most=AT_MOST_MS),
    ]
    about = (f"{MAILS} tasks from mail at the stand-in for Google, {NOTED} noted; no model is asked; {ROUNDS} looks.",)
    return [Table(f"A board of {MAILS + NOTED} tasks", "none", about, rows)]


async def _shown(services: Services, desk: Desk) -> float:
    async def watch(_: str) -> None:
        """Nobody looks."""

    began = time.perf_counter()
    request = Request(person=ANN, now=ManualClock().now(), text="tasks")
    thought = await Tasks(services).run("", request, desk, watch)
    took = (time.perf_counter() - began) * 1_000
    report = thought.trail.report
    assert report is not None
    assert report.title == f"Your tasks: {MAILS + NOTED} open", report.title
    return took
