"""One request on its way through line, slot and answer, whichever provider's wire it came in on."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from sandbox.models.callers import Callers
from sandbox.models.control import Control, Switches
from sandbox.models.reply import Clock, Spoken, answer, spoilt
from sandbox.models.slots import Busy, Slots

Json = dict[str, Any]
NOBODY_READS = 499  # the status given to a connection that is gone


class Wire(Protocol):
    """How a provider's API says what the model says."""

    @property
    def content_type(self) -> str:
        """Of a stream."""

    def whole(self, spoken: Spoken, clock: Clock) -> str:
        """The body of an answer that isn't streamed."""

    def parts(self, spoken: Spoken) -> Iterator[bytes]:
        """A stream's frames before its end."""

    def end(self, spoken: Spoken, clock: Clock) -> bytes:
        """A stream's end."""

    def spoilt(self, spoken: Spoken, switches: Switches) -> Spoken:
        """The answer as a struck switch of this provider leaves it."""

    def failed(self, status: int) -> web.Response:
        """The answer of a server that broke down."""

    def busy(self, text: str) -> web.Response:
        """The answer when the line is full."""


@dataclass(frozen=True)
class Machine:
    """What all requests share."""

    control: Control
    slots: Slots
    callers: Callers


class Run:
    """One request; `body` is in the form of Ollama's /api/chat."""

    def __init__(self, machine: Machine, request: web.Request, wire: Wire, *, body: Json, entry: Json) -> None:
        self.machine = machine
        self.request = request
        self.wire = wire
        self.body = body
        self.entry = entry
        self.text = f"{request.path} {json.dumps(body, ensure_ascii=False)}"

    async def until_gone(self) -> web.StreamResponse:
        """Answer, unless the caller hangs up first."""
        work = asyncio.create_task(self._in_slot())
        try:
            with self.machine.callers.watched(self.request) as gone:
                either: tuple[asyncio.Future[Any], ...] = (work, gone)
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            return self._disconnected()
        except ConnectionError:
            return self._disconnected()
        except Busy as busy:
            self.entry["outcome"] = "busy"
            return self.wire.busy(str(busy))
        finally:
            work.cancel()
            await asyncio.wait({work})

    def _disconnected(self) -> web.Response:
        self.entry["outcome"] = "disconnected"
        return web.Response(status=NOBODY_READS)

    async def _in_slot(self) -> web.StreamResponse:
        slots = self.machine.slots
        async with slots.slot() as waited:
            self.entry["slot_wait_ms"] = round(waited * 1000, 3)
            self.entry["in_flight"] = slots.taken
            clock = Clock(time.monotonic())
            if await self._held("before"):
                return self._dropped()
            switches = self.machine.control.switches
            if switches.strikes("fail_next"):
                self.entry["outcome"] = "failed"
                return self.wire.failed(switches["fail_status"])
            await asyncio.sleep(switches["latency_ms"] / 1000)
            clock.prompt = time.monotonic() - clock.began
            spoken = self._spoken()
            self.entry["prompt_eval_count"] = spoken.prompt_count
            self.entry["eval_count"] = spoken.eval_count
            self.entry["said"] = [call["function"]["name"] for call in spoken.calls] or "text"
            if await self._held("after"):
                return self._dropped()
            send = self._stream if self.body.get("stream", True) else self._whole
            return await send(spoken, clock)

    def _spoken(self) -> Spoken:
        control = self.machine.control
        asked, called = _asked(self.body["messages"])
        scripted = control.scripts.next_turn(str(asked.get("content") or ""), called)
        spoken = answer(self.body, scripted, obedient=bool(control.switches["obedient"]))
        return self.wire.spoilt(spoilt(spoken, control.switches), control.switches)

    async def _held(self, when: str) -> bool:
        return await self.machine.control.holds.pass_by(when, self.text, self.entry)

    def _dropped(self) -> web.Response:
        self.entry["outcome"] = "dropped"
        if self.request.transport is not None:
            self.request.transport.abort()
        return web.Response(status=NOBODY_READS)

    async def _whole(self, spoken: Spoken, clock: Clock) -> web.StreamResponse:
        switches = self.machine.control.switches
        await asyncio.sleep(spoken.eval_count * switches["ms_per_token"] / 1000)
        frame = self.wire.whole(spoken, clock)
        if switches.strikes("drop_next"):
            return self._dropped()
        if switches.strikes("malformed_json_next"):
            frame = frame[: len(frame) // 2]
        self.entry["outcome"] = "answered"
        return web.Response(text=frame, content_type="application/json")

    async def _stream(self, spoken: Spoken, clock: Clock) -> web.StreamResponse:
        switches = self.machine.control.switches
        response = web.StreamResponse(headers={"Content-Type": self.wire.content_type})
        await response.prepare(self.request)
        malformed, dropped = switches.strikes("malformed_json_next"), switches.strikes("drop_next")
        frames = list(self.wire.parts(spoken))
        pause = switches["ms_per_token"] * spoken.eval_count / max(len(frames), 1) / 1000
        for frame in frames:
            await asyncio.sleep(pause)
            await response.write(frame)
            if dropped:
                return self._dropped()
        last = self.wire.end(spoken, clock)
        await response.write(last[: len(last) // 2] + b"\n\n" if malformed else last)
        await response.write_eof()
        self.entry["outcome"] = "answered"
        return response


def _asked(messages: Sequence[Json]) -> tuple[Json, set[str]]:
    """What the person said last, and the tools that were called since."""
    called: set[str] = set()
    for one in reversed(messages):
        if one.get("role") == "user":
            return one, called
        called |= {str(call["function"]["name"]) for call in one.get("tool_calls") or ()}
    return {}, called
