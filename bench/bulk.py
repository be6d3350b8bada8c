"""A bulk of 10,000 mails: all that performing it takes, ledger and evidence included, beside batchModify alone."""

import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from app.domain.actions import ArchiveEmails
from app.domain.approvals import Decision, Status
from app.domain.desk import Desk, reference
from app.domain.mailboxes import BULK_LIMIT, INBOX
from app.domain.types import MailQuery
from app.wiring import SystemClock
from bench.audit import Desk as Base
from bench.audit import desk as base
from bench.mail import OWNER, Place
from bench.measuring import Row, Table, median
from bench.programs import environment, folder, program, told
from tests.samples import ANN, message, proposal

AT_ONCE = 1_000
"""Mails that one batchModify takes (Gmail API v1)."""
ROUNDS = 5
AT_LEAST = 0.8
LETTER = b"From: news@elsewhere.example\r\nSubject: Offer %d\r\nMessage-ID: <%d@elsewhere.example>\r\n\r\nHello.\r\n"


def serve(home: Path) -> None:
    """The stand-in for Google with as many mails as one action may cover; says where it is, with a token."""
    from sandbox.google.seed import SeedAccount, SeedMail
    from tests.contract.google_world import running

    start = datetime(2026, 6, 1, tzinfo=UTC)
    mails = [SeedMail(LETTER % (n, n), start - timedelta(minutes=n), ("INBOX",)) for n in range(BULK_LIMIT)]
    with running(home, [SeedAccount(OWNER, "Ada", "Europe/Berlin", mails)]) as world:
        world.switch(quota=0)
        print(json.dumps({"url": world.url, "token": world.token(OWNER)}), flush=True)
        sys.stdin.read()


@dataclass
class Bulk:
    """Both ways of archiving the same mails."""

    place: Place
    at: Base
    ids: Sequence[str]

    async def performed(self) -> float:
        """From the claim of the approved action to its settled row, in seconds."""
        box = self.place.mailbox()
        approvals, turns = self.at.store.approvals, self.at.store.turns
        action = ArchiveEmails(account=reference(box.account), query=MailQuery(), ids=tuple(self.ids))
        turn, _ = await turns.open(message(), limit=1_000_000)
        proposed = proposal(action, turn, SystemClock().now())
        await turns.end(turn, status=turn.status.ENDED, reply="", actions=[proposed])
        await approvals.decide(ANN.id, proposed.id, Decision.APPROVE)
        began = time.perf_counter()
        claim = await approvals.claim(ANN.id, proposed.id)
        assert claim is not None
        receipt = await action.perform(Desk(ANN, mailboxes=[box], calendars=[]), approvals.ledger(claim))
        await approvals.settle(claim, Status.DONE, receipt=receipt)
        took = time.perf_counter() - began
        assert receipt.skipped == 0, receipt.summary
        assert receipt.differences == (), receipt.summary
        return took

    async def directly(self) -> float:
        """The same by hand, in seconds."""
        began = time.perf_counter()
        await self._modified(removeLabelIds=[INBOX])
        return time.perf_counter() - began

    async def back(self) -> None:
        await self._modified(addLabelIds=[INBOX])

    async def _modified(self, **change: list[str]) -> None:
        headers = {"Authorization": f"Bearer {self.place.token}"}
        url = f"{self.place.url}/gmail/v1/users/me/messages/batchModify"
        for start in range(0, len(self.ids), AT_ONCE):
            body = {"ids": self.ids[start : start + AT_ONCE], **change}
            async with self.place.session.post(url, json=body, headers=headers) as answer:
                answer.raise_for_status()


async def measure() -> Sequence[Table]:
    """Mails a second of both, in rounds that take turns."""
    table = Table(
        f"Archiving {BULK_LIMIT:,} mails",
        f"batchModify called directly, {AT_ONCE:,} mails a call: nothing noted, checked or read back",
        (f"{ROUNDS} rounds that take turns, medians; from the claim of the action to its receipt in the database.",),
    )
    async with _bulk() as bulk:
        await bulk.performed()  # warm
        await bulk.back()
        taken: dict[Callable[[], Awaitable[float]], list[float]] = {bulk.performed: [], bulk.directly: []}
        for _ in range(ROUNDS):
            for archiving, seconds in taken.items():
                seconds.append(await archiving())
                await bulk.back()
    rate, reference_rate = (BULK_LIMIT / median(seconds) for seconds in taken.values())
    note = f"{rate / reference_rate:.0%} of the reference"
    table.rows.append(Row("archiving", "mails/s", rate, reference_rate, at_least=AT_LEAST * reference_rate, note=note))
    return [table]


@asynccontextmanager
async def _bulk() -> AsyncIterator[Bulk]:
    async with AsyncExitStack() as stack:
        home = stack.enter_context(folder())
        command = (sys.executable, "-m", "bench.bulk", str(home))
        served = await stack.enter_async_context(program(*command, env=environment(home), cwd=home))
        where = json.loads(await told(served, "The stand-in for Google"))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        place = Place(session, where["url"], where["token"])
        at = await stack.enter_async_context(base(home))
        yield Bulk(place, at, await place.listed("messages", BULK_LIMIT))


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
