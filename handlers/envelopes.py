"""Every envelope becomes durable before it is acked, and is settled when it has had its effect."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from app.domain.errors import StoreUnavailable
from app.domain.ports import Inbox
from app.telemetry import Telemetry

AGAIN = "x-steward-again"
"""Marks a request that the sweeper brings again; Socket Mode requests carry no headers, so nobody else can."""

AWAY = 0.5
"""Seconds between two attempts while the store is away; the sweeper's rhythm is slower."""

Body = dict[str, Any]
Verb = Callable[[Body], Awaitable[None]]
Errors = Mapping[str, str]
"""What is wrong with what was entered, by block; nothing when all is well."""
Check = Callable[[Body], Awaitable[Errors]]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]
log = structlog.get_logger(__name__)


def key(body: Mapping[str, Any]) -> str:
    """Slack's own identity of an envelope: the event's id, else the interaction's trigger."""
    return str(body.get("event_id") or body.get("trigger_id") or body.get("view", {}).get("id", ""))


def kind(body: Mapping[str, Any]) -> str:
    """What sort of envelope it is: an event's type, an interaction's type, or a command."""
    return str(body.get("event", {}).get("type") or body.get("type") or "command")


def again(body: Body) -> AsyncBoltRequest:
    """A kept envelope as a request that is not taken for a duplicate of itself."""
    return AsyncBoltRequest(mode="socket_mode", body=body, headers={AGAIN: "1"})


class Keeper:
    """Bolt's global middleware and the wrapping of its listeners, around one inbox."""

    def __init__(self, inbox: Inbox, telemetry: Telemetry) -> None:
        self._inbox = inbox
        self._telemetry = telemetry
        self._hearing: set[asyncio.Task[Any]] = set()

    async def drain(self) -> None:
        """Let go of what is being heard, when this process ends: its rows are free then, and another one goes on."""
        for task in self._hearing:
            task.cancel()
        await asyncio.gather(*self._hearing, return_exceptions=True)

    @contextmanager
    def _under_way(self, body: Body) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._hearing.add(task)
        try:
            with self._telemetry.answering.labels(kind(body)).time():
                yield
        finally:
            self._hearing.discard(task)

    async def keep(
        self,
        req: AsyncBoltRequest,
        body: Body,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002
    ) -> BoltResponse | None:
        """Put the envelope into the inbox, then go on. A duplicate is acked and dropped; when the store is down
        nothing is answered, so Slack brings it again."""
        if not key(body) or AGAIN in req.headers:
            return await next()
        try:
            with self._telemetry.keeping.time():
                new = await self._inbox.put(key(body), body)
        except StoreUnavailable:
            log.warning("envelope_not_kept", key=key(body))
            self._telemetry.envelopes.labels("refused").inc()
            return BoltResponse(status=503)
        self._telemetry.envelopes.labels("kept" if new else "duplicate").inc()
        return await next() if new else BoltResponse(status=200)

    def settling(self, verb: Verb) -> Listener:
        """A listener that acks, does, and settles."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            with self._under_way(body):
                await self._patiently(verb, body)
                await self._patiently(lambda b: self._inbox.settle(key(b)), body)

        return listener

    def answering(self, check: Check, verb: Verb) -> Listener:
        """A listener for what was entered in a form: what is wrong is told on the form, which stays open; else the
        form closes, and then it is done."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            errors: dict[str, str] = {}

            async def checking(entered: Body) -> None:
                errors.update(await check(entered))

            with self._under_way(body):
                await self._patiently(checking, body)
                await (ack(response_action="errors", errors=errors) if errors else ack())
                if not errors:
                    await self._patiently(verb, body)
                await self._patiently(lambda b: self._inbox.settle(key(b)), body)

        return listener

    async def _patiently(self, verb: Verb, body: Body) -> None:
        """What was acked is ours: when the store goes away meanwhile, the verb is tried again until it is back."""
        while True:
            try:
                return await verb(body)
            except StoreUnavailable:
                log.warning("store_away", key=key(body))
                await asyncio.sleep(AWAY)
