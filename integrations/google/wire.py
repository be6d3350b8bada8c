"""Sends requests to Google for one account: its token, at most five at once, and its errors in our words."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
from googleapiclient.http import HttpRequest
from yarl import URL

from app.domain.errors import (
    Busy,
    Conflict,
    Faulty,
    Missing,
    ProviderError,
    Refused,
    ScopeMissing,
    Unanswered,
)
from app.domain.types import Account

AT_ONCE = 5
"""Requests in flight per account: Gmail answers 429 above its per-user concurrency (design, section 10)."""
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5)
READ_TRIES = 4
"""Attempts of a request that only reads."""
FIRST_PAUSE = 0.2
"""Seconds before a read is repeated, doubled each time."""
LONGEST_PAUSE = 5.0
"""Seconds a read waits at most for a Retry-After; more is passed on to who asked."""
QUOTA_PAUSE = timedelta(seconds=2)
"""Waited when Google names no Retry-After."""
UNAUTHORIZED = 401
QUOTA_REASONS = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
SCOPE_REASONS = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}

Token = Callable[[str], Awaitable[str]]
"""Gives an access token, another one than the one named, which was refused."""


class Wire:
    """One account's way to one of Google's APIs."""

    def __init__(self, session: aiohttp.ClientSession, account: Account, token: Token, *, provider: str) -> None:
        self._session = session
        self._account = account
        self._token = token
        self._provider = provider
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def send(self, request: HttpRequest) -> dict[str, Any]:
        """The answer's JSON. Reads are repeated after passing faults; writes never are. Raises ProviderError."""
        tries = READ_TRIES if request.method == "GET" else 1
        for attempt in range(1, tries + 1):
            try:
                async with self._gate:
                    return await self._send_authorized(request)
            except (Busy, Faulty, Unanswered) as passing:
                pause = FIRST_PAUSE * 2**attempt
                if isinstance(passing, Busy):
                    pause = max(pause, passing.retry_after.total_seconds())
                if attempt == tries or pause > LONGEST_PAUSE:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def all(self, requests: list[HttpRequest]) -> list[dict[str, Any] | None]:
        """Many reads side by side, in order; None where there is nothing any more."""

        async def one(request: HttpRequest) -> dict[str, Any] | None:
            try:
                return await self.send(request)
            except Missing:
                return None

        return await asyncio.gather(*(one(r) for r in requests))

    async def _send_authorized(self, request: HttpRequest) -> dict[str, Any]:
        token = await self._token("")
        status, answer = await self._send_once(request, token)
        if status == UNAUTHORIZED:
            status, answer = await self._send_once(request, await self._token(token))
        if status >= 300:
            raise self._failure(status, answer)
        return answer

    async def _send_once(self, request: HttpRequest, token: str) -> tuple[int, dict[str, Any]]:
        headers = {**request.headers, "Authorization": f"Bearer {token}"}
        headers.pop("content-length", None)
        # The library built and encoded the URL; encoded=True keeps aiohttp from doing it again.
        url = URL(request.uri, encoded=True)
        try:
            async with self._session.request(
                request.method, url, data=request.body, headers=headers, timeout=TIMEOUT
            ) as response:
                # Google answers in UTF-8; what stands before it (a proxy, a captive portal) may not.
                answer = _parsed((await response.read()).decode(errors="replace"))
                if retry := response.headers.get("Retry-After"):
                    answer["retry_after"] = retry
                return response.status, answer
        except (aiohttp.ClientError, TimeoutError, OSError) as lost:
            raise Unanswered(provider=self._provider) from lost

    def _failure(self, status: int, answer: dict[str, Any]) -> ProviderError:
        error = answer.get("error", {})
        error = error if isinstance(error, dict) else {"message": str(error)}
        told = [*(error.get("errors") or ()), *(error.get("details") or ())]
        reasons = {str(e.get("reason")) for e in told if isinstance(e, dict)}
        why = str(error.get("message") or f"status {status}").rstrip(".")
        if status == 429 or (status == 403 and reasons & QUOTA_REASONS):
            retry = answer.get("retry_after", "")
            pause = timedelta(seconds=int(retry)) if str(retry).isdigit() else QUOTA_PAUSE
            return Busy(retry_after=pause, provider=self._provider)
        if status == 403 and reasons & SCOPE_REASONS:
            return ScopeMissing(account=self._account.email)
        if status in (404, 410):
            return Missing(provider=self._provider, what="thing")
        if status in (409, 412):
            return Conflict(provider=self._provider, why=why)
        if status >= 500:
            return Faulty(provider=self._provider, why=f"status {status}")
        return Refused(provider=self._provider, why=why)


def _parsed(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text) if text else {}
    except ValueError:
        return {"error": {"message": "an answer that is not JSON"}}
    return parsed if isinstance(parsed, dict) else {}
