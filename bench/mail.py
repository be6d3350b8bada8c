"""How many mails a second are read through the product's mailbox, beside aiohttp asking Google's endpoints itself."""

import asyncio
import base64
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import aiohttp

from app.domain.types import Account, AccountId, MailQuery, PersonId
from bench.measuring import Row, Table, median
from bench.programs import environment, folder, program, told
from integrations.google import services
from integrations.google.gate import LocalGate
from integrations.google.gmail import GmailMailbox
from integrations.google.messages import HEADERS
from integrations.google.quota import GMAIL
from integrations.google.wire import Wire

MAILS, ROUNDS, THREADS = 1_000, 5, 200
AT_ONCE, SIZE = GMAIL.at_once, 50
"""Both have as many requests in flight, and as many mails in a batch."""
AT_LEAST = 0.8
"""The floor: the product's mails a second as a share of the reference's."""
OWNER = "ada@work.example"
PARAGRAPH = "We looked at the figures again and would rather wait until the end of the quarter. "


def serve(home: Path) -> None:
    """The stand-in for Google with one full mailbox, in a process of its own; says where it is, with a token."""
    from sandbox.google.seed import SeedAccount
    from tests.contract.google_world import running

    with running(home, [SeedAccount(OWNER, "Ada", "Europe/Berlin", _seeds())]) as world:
        world.switch(quota=0)
        print(json.dumps({"url": world.url, "token": world.token(OWNER)}), flush=True)
        sys.stdin.read()


def _seeds() -> list:  # type: ignore[type-arg]
    from sandbox.google.seed import SeedMail

    start = datetime(2026, 6, 1, tzinfo=UTC)
    return [SeedMail(_letter(n), start - timedelta(minutes=n)) for n in range(MAILS)]


def _letter(number: int) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Person {number % 40} <p{number % 40}@elsewhere.example>", OWNER
    mail["Subject"], mail["Message-ID"] = f"Letter {number}", f"<{number}@elsewhere.example>"
    mail.set_content(PARAGRAPH * (3 + number % 12))
    mail.add_alternative(f"<p>{PARAGRAPH * (3 + number % 12)}</p>", subtype="html")
    return mail.as_bytes()


@dataclass(frozen=True)
class Place:
    """Where both read, and as whom."""

    session: aiohttp.ClientSession
    url: str
    token: str

    def mailbox(self, of: Account | None = None) -> GmailMailbox:
        """The product's, whose gate counts requests in flight and not units: the stand-in's quota is off."""
        account = of or Account(
            id=AccountId(UUID(int=1)), person=PersonId(UUID(int=2)), subject="1", email=OWNER, name="work"
        )

        async def token(refused: str) -> str:
            return self.token

        gate = LocalGate(replace(GMAIL, a_minute=GMAIL.a_minute * 1_000))
        wire = Wire(self.session, account, token, provider="Gmail", gate=gate)
        return GmailMailbox(wire, account, services.gmail(self.url), zone="Europe/Berlin")

    async def get(self, path: str) -> dict:  # type: ignore[type-arg]
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.session.get(f"{self.url}/gmail/v1/users/me/{path}", headers=headers) as answer:
            answer.raise_for_status()
            return dict(await answer.json())

    async def listed(self, kind: str, limit: int) -> list[str]:
        """The ids of mails or threads, as Gmail lists them."""
        found: list[str] = []
        token = ""
        while len(found) < limit:
            more = f"&pageToken={token}" if token else ""
            page = await self.get(f"{kind}?maxResults={min(500, limit - len(found))}&q={more}")
            found += [each["id"] for each in page[kind]]
            token = page.get("nextPageToken", "")
            if not token:
                break
        return found

    async def batched(self, paths: Sequence[str]) -> list[dict]:  # type: ignore[type-arg]
        """The answers to these reads, in batches, as many at once as the product has."""
        gate = asyncio.Semaphore(AT_ONCE)
        heaps = [paths[at : at + SIZE] for at in range(0, len(paths), SIZE)]

        async def one(heap: Sequence[str]) -> list[dict]:  # type: ignore[type-arg]
            parts = [
                f"--b\r\nContent-Type: application/http\r\nContent-ID: <{n}>\r\n\r\nGET {path} HTTP/1.1\r\n\r\n\r\n"
                for n, path in enumerate(heap)
            ]
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "multipart/mixed; boundary=b"}
            body = "".join((*parts, "--b--\r\n"))
            async with gate, self.session.post(f"{self.url}/batch/gmail/v1", data=body, headers=headers) as answer:
                content = await answer.read()
            boundary = content.split(b"\r\n", 1)[0]
            return [json.loads(piece[piece.index(b"{") :]) for piece in content.split(boundary)[1:-1]]

        return [each for answers in await asyncio.gather(*map(one, heaps)) for each in answers]


# The same thing twice: by the product, and by hand.


async def _heads(place: Place) -> int:
    box = place.mailbox()
    return len(await box.read(await box.ids(MailQuery(), limit=MAILS)))


async def _heads_by_hand(place: Place) -> int:
    wanted = "".join(f"&metadataHeaders={name}" for name in HEADERS)
    ids = await place.listed("messages", MAILS)
    paths = [f"/gmail/v1/users/me/messages/{i}?format=metadata{wanted}" for i in ids]
    return len([answer["payload"]["headers"] for answer in await place.batched(paths)])


async def _texts(place: Place) -> int:
    box = place.mailbox()
    mails = await box.read(await box.ids(MailQuery(), limit=THREADS))
    return sum(len(thread.mails) for thread in await box.threads([m.thread for m in mails]))


async def _texts_by_hand(place: Place) -> int:
    wanted = "".join(f"&metadataHeaders={name}" for name in HEADERS)
    ids = await place.listed("messages", THREADS)
    heads = await place.batched([f"/gmail/v1/users/me/messages/{i}?format=metadata{wanted}" for i in ids])
    whole = await place.batched([f"/gmail/v1/users/me/threads/{h['threadId']}?format=full" for h in heads])
    bodies = [part["body"]["data"] for t in whole for m in t["messages"] for part in m["payload"]["parts"]]
    return len([base64.urlsafe_b64decode(data + "==") for data in bodies]) // 2


Reading = Callable[[Place], Awaitable[int]]


async def _rates(place: Place, product: Reading, by_hand: Reading, count: int) -> tuple[float, float]:
    """Mails a second of both, each the median of rounds that take turns."""
    seconds: dict[Reading, list[float]] = {product: [], by_hand: []}
    for _ in range(ROUNDS):
        for reading, taken in seconds.items():
            began = time.perf_counter()
            read = await reading(place)
            taken.append(time.perf_counter() - began)
            assert read == count, f"{read} of {count} mails were read"
    return count / median(seconds[product]), count / median(seconds[by_hand])


async def measure() -> Sequence[Table]:
    """Mails without their text, as lists need them, and whole threads, as they are read."""
    table = Table(
        f"Reading {MAILS:,} mails",
        "aiohttp alone: the same requests in the same batches, JSON parsed and bodies decoded, nothing made of it",
        about=[f"Batches of {SIZE}, {AT_ONCE} at once; {ROUNDS} rounds that take turns, medians."],
    )
    with folder() as home:
        async with AsyncExitStack() as stack:
            command = (sys.executable, "-m", "bench.mail", str(home))
            served = await stack.enter_async_context(program(*command, env=environment(home), cwd=home))
            where = json.loads(await told(served, "The stand-in for Google"))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            place = Place(session, where["url"], where["token"])
            for what, product, by_hand, count in (
                ("headers", _heads, _heads_by_hand, MAILS),
                ("whole threads", _texts, _texts_by_hand, THREADS),
            ):
                await product(place)  # warm
                rate, reference = await _rates(place, product, by_hand, count)
                at_least = AT_LEAST * reference if what == "headers" else None
                note = f"{rate / reference:.0%} of the reference"
                table.rows.append(Row(what, "mails/s", rate, reference, at_least=at_least, note=note))
    return [table]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
