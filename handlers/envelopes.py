"""Every envelope becomes durable before it is acked, and is settled when it has had its effect."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from app.domain.errors import StoreUnavailable
from app.domain.ports import Inbox

AGAIN = "x-steward-again"
"""Marks a request that the sweeper brings again; Socket Mode requests carry no headers, so nobody else can."""

Body = dict[str, Any]
Verb = Callable[[Body], Awaitable[None]]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]
log = structlog.get_logger(__name__)


def key(body: Mapping[str, Any]) -> str:
    """Slack's own identity of an envelope: the event's id, else the interaction's trigger."""
    return str(body.get("event_id") or body.get("trigger_id") or body.get("view", {}).get("id", ""))


def again(body: Body) -> AsyncBoltRequest:
    """A kept envelope as a request that is not taken for a duplicate of itself."""
    return AsyncBoltRequest(mode="socket_mode", body=body, headers={AGAIN: "1"})


class Keeper:
    """Bolt's global middleware and the wrapping of its listeners, around one inbox."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

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
            new = await self._inbox.put(key(body), body)
        except StoreUnavailable:
            log.warning("envelope_not_kept", key=key(body))
            return BoltResponse(status=503)
        return await next() if new else BoltResponse(status=200)

    def settling(self, verb: Verb) -> Listener:
        """A listener that acks, does, and settles."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            await verb(body)
            await self._inbox.settle(key(body))

        return listener
