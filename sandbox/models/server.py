"""The HTTP server: Ollama's routes, answered by the planner or by a script, through slots and a line."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.models.callers import Callers
from sandbox.models.control import Control
from sandbox.models.control_routes import add_control
from sandbox.models.embed import DIMENSIONS, vector
from sandbox.models.registry import Model, Registry
from sandbox.models.reply import Clock, Frames, Spoken, answer, spoilt
from sandbox.models.slots import Busy, Slots
from sandbox.models.tokens import DEFAULT_CONTEXT, tokens

Json = dict[str, Any]
VERSION = "0.12.6"  # the Ollama whose wire this follows
BODY_LIMIT = 64 * 1024 * 1024  # a long conversation with mail text is no reason to refuse
NOBODY_READS = 499  # the status given to a connection that is gone
CRASHED = "llama runner process has terminated: exit status 2"


def build_app(*, control_token: str, slots: int = 4, home: Path) -> web.Application:
    """The server as an application; `home` keeps what outlives it."""
    app = web.Application(client_max_size=BODY_LIMIT)
    control = Control()
    control.switches.set({"slots": slots})
    server = Ollama(control, Registry(home), Slots(slots))
    app.add_routes(
        [
            web.get("/", _running),  # aiohttp adds HEAD
            web.get("/api/version", _version),
            web.get("/api/tags", server.tags),
            web.get("/api/ps", server.loaded),
            web.post("/api/show", server.show),
            web.post("/api/chat", server.chat),
            web.post("/api/generate", server.generate),
            web.post("/api/embed", server.embed),
        ]
    )
    add_control(app, control, server.slots, token=control_token)
    return app


async def _running(_: web.Request) -> web.Response:
    return web.Response(text="Ollama is running")


async def _version(_: web.Request) -> web.Response:
    return web.json_response({"version": VERSION})


class Refused(Exception):
    """An error in Ollama's form, with its status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status

    def response(self) -> web.Response:
        """The answer as Ollama gives it."""
        return web.json_response({"error": str(self)}, status=self.status)


class Ollama:
    """The routes that need state."""

    def __init__(self, control: Control, registry: Registry, slots: Slots) -> None:
        self.control = control
        self.registry = registry
        self.slots = slots
        self.callers = Callers()

    async def tags(self, _: web.Request) -> web.Response:
        """The models there are."""
        return web.json_response(self.registry.tags())

    async def loaded(self, _: web.Request) -> web.Response:
        """The models in memory."""
        return web.json_response(self.registry.loaded())

    async def show(self, request: web.Request) -> web.Response:
        """What a model is; honestly."""
        try:
            return web.json_response(self.registry.show(self._model(await _body(request))))
        except Refused as refused:
            return refused.response()

    async def embed(self, request: web.Request) -> web.Response:
        """Vectors for a text or a list of texts."""
        began = time.monotonic()
        try:
            body = await _body(request)
            model = self._model(body)
            given = body.get("input")
            texts = [given] if isinstance(given, str) else given
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise Refused(400, "invalid input type")
            if "embedding" not in model.capabilities:
                raise Refused(501, "this model does not support embeddings")
        except Refused as refused:
            return refused.response()
        self.registry.touch(model, body.get("keep_alive"), model.context)
        size = int(body.get("dimensions") or DIMENSIONS)
        return web.json_response(
            {
                "model": body["model"],
                "embeddings": [vector(text, min(size, DIMENSIONS)) for text in texts],
                "total_duration": int((time.monotonic() - began) * 1e9),
                "load_duration": 0,
                "prompt_eval_count": sum(map(tokens, texts)),
            }
        )

    async def chat(self, request: web.Request) -> web.StreamResponse:
        """A turn of a conversation."""
        return await self._answered(request, lambda body: body, generate=False)

    async def generate(self, request: web.Request) -> web.StreamResponse:
        """A single prompt."""
        return await self._answered(request, _as_chat, generate=True)

    def _model(self, body: Mapping[str, Any]) -> Model:
        name = str(body.get("model") or body.get("name") or "")
        if not name:
            raise Refused(400, "model is required")
        model = self.registry.find(name)
        if model is None:
            raise Refused(404, f'model "{name}" not found, try pulling it first')
        return model

    async def _answered(
        self, request: web.Request, chat_form: Callable[[Json], Json], *, generate: bool
    ) -> web.StreamResponse:
        """Check, stand in line, answer; a caller who hangs up leaves line or slot at once."""
        try:
            body = chat_form(await _body(request))
            model = self._model(body)
            if "completion" not in model.capabilities:
                raise Refused(400, f'"{body["model"]}" does not support chat')
            context = int((body.get("options") or {}).get("num_ctx") or DEFAULT_CONTEXT)
            fresh = self.registry.touch(model, body.get("keep_alive"), context)
        except (Refused, ValueError) as error:
            return error.response() if isinstance(error, Refused) else Refused(400, str(error)).response()
        entry = self.control.log.open(request.path, body, keep_body=bool(self.control.switches["keep_bodies"]))
        entry["loaded_now"] = fresh
        frames = Frames(str(body["model"]), generate=generate)
        if not body.get("messages"):
            return self._only_loaded(body, frames, entry)
        run = _Run(self, request, body=body, frames=frames, entry=entry)
        return await run.until_gone()

    def _only_loaded(self, body: Json, frames: Frames, entry: Json) -> web.Response:
        """No messages: Ollama loads the model (or lets it go, keep_alive 0) and says so."""
        reason = "unload" if body.get("keep_alive") == 0 else "load"
        entry["outcome"] = reason
        clock = Clock(time.monotonic())
        return web.json_response(frames.whole(Spoken(done_reason=reason), clock, time.monotonic()))


def _as_chat(body: Json) -> Json:
    messages = [{"role": "system", "content": body["system"]}] if body.get("system") else []
    if body.get("prompt"):
        messages.append({"role": "user", "content": body["prompt"]})
    return {**body, "messages": messages if body.get("prompt") else []}


async def _body(request: web.Request) -> Json:
    raw = await request.read()
    if not raw:
        raise Refused(400, "missing request body")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise Refused(400, f"invalid JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "json: cannot unmarshal into a request")
    return body


class _Run:
    """One request on its way through line, slot and answer."""

    def __init__(self, server: Ollama, request: web.Request, *, body: Json, frames: Frames, entry: Json) -> None:
        self.server = server
        self.request = request
        self.body = body
        self.frames = frames
        self.entry = entry
        self.text = f"{request.path} {json.dumps(body, ensure_ascii=False)}"

    async def until_gone(self) -> web.StreamResponse:
        """Answer, unless the caller hangs up first."""
        work = asyncio.create_task(self._in_slot())
        try:
            with self.server.callers.watched(self.request) as gone:
                either: tuple[asyncio.Future[Any], ...] = (work, gone)
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            return self._disconnected()
        except ConnectionError:
            return self._disconnected()
        except Busy as busy:
            self.entry["outcome"] = "busy"
            return Refused(503, str(busy)).response()
        finally:
            work.cancel()
            await asyncio.wait({work})

    def _disconnected(self) -> web.Response:
        self.entry["outcome"] = "disconnected"
        return web.Response(status=NOBODY_READS)

    async def _in_slot(self) -> web.StreamResponse:
        slots = self.server.slots
        async with slots.slot() as waited:
            self.entry["slot_wait_ms"] = round(waited * 1000, 3)
            self.entry["in_flight"] = slots.taken
            clock = Clock(time.monotonic())
            if await self._held("before"):
                return self._dropped()
            switches = self.server.control.switches
            if switches.strikes("fail_next"):
                self.entry["outcome"] = "failed"
                return Refused(switches["fail_status"], CRASHED).response()
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
        control = self.server.control
        asked, called = _asked(self.body["messages"])
        scripted = control.scripts.next_turn(str(asked.get("content") or ""), called)
        spoken = answer(self.body, scripted, obedient=bool(control.switches["obedient"]))
        return spoilt(spoken, control.switches)

    async def _held(self, when: str) -> bool:
        return await self.server.control.holds.pass_by(when, self.text, self.entry)

    def _dropped(self) -> web.Response:
        self.entry["outcome"] = "dropped"
        if self.request.transport is not None:
            self.request.transport.abort()
        return web.Response(status=NOBODY_READS)

    async def _whole(self, spoken: Spoken, clock: Clock) -> web.StreamResponse:
        switches = self.server.control.switches
        await asyncio.sleep(spoken.eval_count * switches["ms_per_token"] / 1000)
        frame = json.dumps(self.frames.whole(spoken, clock, time.monotonic()))
        if switches.strikes("drop_next"):
            return self._dropped()
        if switches.strikes("malformed_json_next"):
            frame = frame[: len(frame) // 2]
        self.entry["outcome"] = "answered"
        return web.Response(text=frame, content_type="application/json")

    async def _stream(self, spoken: Spoken, clock: Clock) -> web.StreamResponse:
        switches = self.server.control.switches
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(self.request)
        malformed, dropped = switches.strikes("malformed_json_next"), switches.strikes("drop_next")
        for frame in self.frames.parts(spoken):
            await asyncio.sleep(switches["ms_per_token"] / 1000)
            await response.write(_line(frame))
            if dropped:
                return self._dropped()
        last = _line(self.frames.last(spoken, clock, time.monotonic()))
        await response.write(last[: len(last) // 2] + b"\n" if malformed else last)
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


def _line(frame: Json) -> bytes:
    return json.dumps(frame, ensure_ascii=False).encode() + b"\n"
