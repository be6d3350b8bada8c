"""Many message events at a rate, and how long the app took to acknowledge each."""

import asyncio
from functools import partial
from itertools import cycle
from time import perf_counter
from typing import Any
from uuid import uuid4

from sandbox.slack import events, texts
from sandbox.slack.backend import Backend
from sandbox.slack.events import Event
from sandbox.slack.timeline import Message

MAX_COUNT = 1_000_000
IN_FLIGHT = 500  # unacked at once when no rate is asked for: as fast as the app keeps up
GIVE_UP_AFTER_S = 30.0  # without a single ack


class Burst:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def run(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """`{"count", "rate": per second | null, "users": [ids, in turn] or "user": id, "text",
        "visible": false, "unfurled": false}`; unfurled: what Slack tells an app when it has put a preview under a
        person's link. Times are milliseconds."""
        count, rate = int(wanted["count"]), wanted.get("rate")
        if not 0 < count <= MAX_COUNT:
            raise ValueError(f"count must be between 1 and {MAX_COUNT}")
        if rate is not None and not rate > 0:
            raise ValueError("rate must be greater than 0, or null for as fast as acks come")
        user = wanted.get("user") or self._backend.directory.people()[0]["id"]
        users = [str(each) for each in wanted.get("users") or [user]]
        unfurled, visible = bool(wanted.get("unfurled")), bool(wanted.get("visible"))
        text = str(wanted.get("text", "hello"))
        return await _Run(self._backend, users, text=text, unfurled=unfurled, visible=visible).pump(count, rate)


class _Run:
    def __init__(self, backend: Backend, users: list[str], *, text: str, unfurled: bool, visible: bool) -> None:
        self._backend, self._unfurled, self._visible = backend, unfurled, visible
        self._places = cycle([(user, str(backend.directory.dm(user)["id"])) for user in users])
        self._text, elements = texts.compose(text)
        self._blocks = texts.rich_text(elements, "burst")
        self._sent: list[float] = []
        self._acked: list[float] = []
        self._undeliverable = 0
        self._progress = asyncio.Event()
        self._last_ack = 0.0

    async def pump(self, count: int, rate: float | None) -> dict[str, Any]:
        start = perf_counter()
        if rate is None:
            await self._as_acked(count)
        else:
            await self._at_rate(count, rate, start)
        await self._drain()
        return self._report(count, start)

    async def _at_rate(self, count: int, rate: float, start: float) -> None:
        while len(self._sent) < count:
            due = min(count, int((perf_counter() - start) * rate) + 1)
            for _ in range(due - len(self._sent)):
                self._emit()
            await asyncio.sleep(0 if rate > 1_000 else min(0.005, 1 / rate))

    async def _as_acked(self, count: int) -> None:
        while len(self._sent) < count:
            open_places = IN_FLIGHT - (len(self._sent) - len(self._acked) - self._undeliverable)
            for _ in range(min(open_places, count - len(self._sent))):
                self._emit()
            if not await self._more_acks():
                return

    async def _drain(self) -> None:
        while len(self._acked) + self._undeliverable < len(self._sent):
            if not await self._more_acks():
                return

    async def _more_acks(self) -> bool:
        """False when the app has gone quiet."""
        if len(self._acked) + self._undeliverable >= len(self._sent):
            return True
        self._progress.clear()
        try:
            async with asyncio.timeout(GIVE_UP_AFTER_S):
                await self._progress.wait()
        except TimeoutError:
            return False
        return True

    def _emit(self) -> None:
        user, channel = next(self._places)
        event_id, payload = self._backend.events.callback(
            self._previewed(user, channel) if self._unfurled else self._posted(user, channel)
        )
        sent = perf_counter()
        self._sent.append(sent)
        if not self._backend.hub.deliver_measured(event_id, payload, partial(self._ack, sent)):
            self._undeliverable += 1

    def _posted(self, user: str, channel: str) -> Event:
        message = self._message(user)
        if self._visible:
            self._backend.timeline.put(channel, message)
            self._backend.feed.publish("message", channel=channel, ts=message["ts"], message=message)
        return events.posted(message, channel)

    def _previewed(self, user: str, channel: str) -> Event:
        before = self._message(user)
        preview = {"id": 1, "from_url": "https://example.com/", "title": "Example Domain", "fallback": "Example Domain"}
        after = {**before, "attachments": [preview]}
        return events.changed(after, before, channel=channel, ts=self._backend.ids.ts())

    def _message(self, user: str) -> Message:
        ts = self._backend.ids.ts()
        return {
            "type": "message",
            "user": user,
            "text": self._text,
            "ts": ts,
            "thread_ts": ts,
            "client_msg_id": str(uuid4()),
            "team": self._backend.directory.team["id"],
            "blocks": self._blocks,
        }

    def _ack(self, sent: float) -> None:
        self._last_ack = perf_counter()
        self._acked.append(self._last_ack - sent)
        self._progress.set()

    def _report(self, count: int, start: float) -> dict[str, Any]:
        took = sorted(self._acked)
        seconds = max(self._last_ack - start, 1e-9)
        return {
            "count": count,
            "sent": len(self._sent) - self._undeliverable,
            "acked": len(took),
            "seconds": round(seconds, 6),
            "acked_per_s": round(len(took) / seconds, 1),
            "ack_ms": {
                "min": _at(took, 0.0),
                "p50": _at(took, 0.50),
                "p95": _at(took, 0.95),
                "p99": _at(took, 0.99),
                "max": _at(took, 1.0),
            },
        }


def _at(took: list[float], share: float) -> float | None:
    if not took:
        return None
    return round(took[min(len(took) - 1, int(share * len(took)))] * 1000, 3)
