"""Sends requests to Google for one account: its token, its place at the gate, repetition, and errors in our words."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from typing import Any, TypeVar

import aiohttp
from googleapiclient.http import HttpRequest
from yarl import URL

from app.domain.errors import Faulty, Missing, Throttled, Unanswered
from app.domain.types import Account
from integrations.google import batch
from integrations.google.answers import UNAUTHORIZED, Answer, failure
from integrations.google.gate import Gate, LocalGate
from integrations.google.quota import CALENDAR, GMAIL, cost

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5)
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=150, sock_connect=5)
"""For a large mail: 25 MB, the most that Gmail sends, over a line of 1.7 Mbit/s."""
READ_TRIES = 4
"""Attempts of a request that may be repeated."""
FIRST_PAUSE = 0.2
"""Seconds before a request is repeated: doubled each time, and shortened at random so that not all come at once."""
LONGEST_PAUSE = 5.0
"""Seconds a request waits at most to be repeated; a longer Retry-After is passed on to who asked."""
FEW = 5
"""Reads up to here go side by side, more of them in batches."""
BAD_GATEWAY = 502
"""What a batch's answer that isn't one amounts to."""
PASSING = (Throttled, Faulty, Unanswered)
"""Failures that may be gone when asked again."""

T = TypeVar("T")
Token = Callable[[str], Awaitable[str]]
"""Gives an access token, another one than the one named, which was refused."""


class Wire:
    """One account's way to one of Google's APIs."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        account: Account,
        token: Token,
        *,
        provider: str,
        gate: Gate | None = None,
    ) -> None:
        self._session = session
        self._account = account
        self._token = token
        self._provider = provider
        self._gate = gate or LocalGate(GMAIL if provider == "Gmail" else CALENDAR)

    async def send(self, request: HttpRequest, *, repeatable: bool = False) -> dict[str, Any]:
        """The answer's JSON. Reads are repeated after passing faults; a write only if it is said to be repeatable,
        which is for what has the same effect twice as once. Raises ProviderError."""

        async def once() -> dict[str, Any]:
            (answer,) = await self._authorized([request])
            return self._result(answer)

        return await _repeated(once, READ_TRIES if repeatable or request.method == "GET" else 1)

    async def all(self, requests: Sequence[HttpRequest]) -> list[dict[str, Any] | None]:
        """Many reads, in order; None where there is nothing any more. Few go side by side, more in batches of
        batch.SIZE, each of which takes one seat at the gate and the units of all it holds. Raises ProviderError."""
        if len(requests) <= FEW:
            return list(await asyncio.gather(*map(self._present, requests)))
        heaps = [requests[at : at + batch.SIZE] for at in range(0, len(requests), batch.SIZE)]
        return [answer for answers in await asyncio.gather(*map(self._batch, heaps)) for answer in answers]

    async def _present(self, request: HttpRequest) -> dict[str, Any] | None:
        try:
            return await self.send(request)
        except Missing:
            return None

    async def _batch(self, requests: Sequence[HttpRequest]) -> list[dict[str, Any] | None]:
        """One batch; what of it failed for a passing reason is asked again, and nothing else."""
        found: dict[int, dict[str, Any] | None] = {}

        async def once() -> None:
            left = [number for number in range(len(requests)) if number not in found]
            passing: list[Throttled | Faulty | Unanswered] = []
            for number, answer in zip(left, await self._authorized([requests[n] for n in left]), strict=True):
                try:
                    found[number] = self._result(answer)
                except Missing:
                    found[number] = None
                except PASSING as failed:
                    passing.append(failed)
            if passing:
                raise max(passing, key=_asked_pause)

        await _repeated(once, READ_TRIES)
        return [found[number] for number in range(len(requests))]

    def _result(self, answer: Answer) -> dict[str, Any]:
        if (wrong := failure(answer, self._account, self._provider)) is not None:
            raise wrong
        return answer.body

    # One exchange.

    async def _authorized(self, requests: Sequence[HttpRequest]) -> list[Answer]:
        """The answers in order; those whose token was refused are asked for once more, with a new one."""
        token = await self._token("")
        answers = await self._exchanged(requests, token)
        refused = [number for number, answer in enumerate(answers) if answer.status == UNAUTHORIZED]
        if refused:
            again = await self._exchanged([requests[n] for n in refused], await self._token(token))
            for number, answer in zip(refused, again, strict=True):
                answers[number] = answer
        for answer in answers:
            busy = isinstance(failure(answer, self._account, self._provider), Throttled)
            if busy and answer.retry_after:
                await self._gate.hold_off(self._account.subject, answer.retry_after)
        return answers

    async def _exchanged(self, requests: Sequence[HttpRequest], token: str) -> list[Answer]:
        """One request, or several as a batch, in one seat at the gate; a batch counts for as many units as it holds."""
        units = sum(cost(request.methodId or "") for request in requests)
        async with self._gate.passing(self._account.subject, units):
            try:
                return await (
                    self._single(requests[0], token) if len(requests) == 1 else self._several(requests, token)
                )
            except (aiohttp.ClientError, TimeoutError, OSError) as lost:
                raise Unanswered(provider=self._provider) from lost

    async def _single(self, request: HttpRequest, token: str) -> list[Answer]:
        headers = {**request.headers, "Authorization": f"Bearer {token}"}
        headers.pop("content-length", None)
        # The library built and encoded the URL; encoded=True keeps aiohttp from doing it again.
        url = URL(request.uri, encoded=True)
        upload = isinstance(request.body, bytes)
        # As a file it is sent piece by piece, and the loop goes on meanwhile.
        body, timeout = (BytesIO(request.body), UPLOAD_TIMEOUT) if upload else (request.body, TIMEOUT)
        async with self._session.request(request.method, url, data=body, headers=headers, timeout=timeout) as response:
            return [Answer.of(response.status, await response.read(), response.headers.get("Retry-After", ""))]

    async def _several(self, requests: Sequence[HttpRequest], token: str) -> list[Answer]:
        body, kind = batch.packed(requests)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        url = batch.address(requests[0])
        async with self._session.post(url, data=body, headers=headers, timeout=TIMEOUT) as response:
            content = await response.read()
            answers = batch.unpacked(content, response.headers.get("Content-Type", ""), len(requests))
            if answers is not None and response.status < 300:
                return answers
            # Refused as a whole, or cut: then this is the answer to each.
            status = response.status if response.status >= 300 else BAD_GATEWAY
            return [Answer.of(status, content, response.headers.get("Retry-After", ""))] * len(requests)


async def _repeated(once: Callable[[], Awaitable[T]], tries: int) -> T:
    """The result, after as many attempts as passing faults make needed and patience allows."""
    for attempt in range(1, tries):
        try:
            return await once()
        except PASSING as passing:
            pause = max(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.0), _asked_pause(passing))  # noqa: S311
            if pause > LONGEST_PAUSE:
                raise
            await asyncio.sleep(pause)
    return await once()


def _asked_pause(passing: Throttled | Faulty | Unanswered) -> float:
    """Seconds that Google asked to wait; 0 where it named none."""
    return passing.retry_after.total_seconds() if isinstance(passing, Throttled) else 0.0
