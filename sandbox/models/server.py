"""The HTTP server: Ollama's routes and Anthropic's, answered by planner or script, through slots and a line."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.models.anthropic import add_messages
from sandbox.models.callers import Callers
from sandbox.models.control import Control, Switches
from sandbox.models.control_routes import add_control
from sandbox.models.embed import DIMENSIONS, vector
from sandbox.models.registry import Model, Registry
from sandbox.models.reply import Clock, Frames, Spoken
from sandbox.models.run import Machine, Run
from sandbox.models.slots import Slots
from sandbox.models.tokens import DEFAULT_CONTEXT, tokens

Json = dict[str, Any]
VERSION = "0.12.6"  # the Ollama whose wire this follows
BODY_LIMIT = 64 * 1024 * 1024  # a long conversation with mail text is no reason to refuse
CRASHED = "llama runner process has terminated: exit status 2"


def build_app(*, control_token: str, slots: int = 4, home: Path) -> web.Application:
    """The server as an application; `home` keeps what outlives it."""
    app = web.Application(client_max_size=BODY_LIMIT)
    control = Control()
    control.switches.set({"slots": slots})
    machine = Machine(control, Slots(slots), Callers())
    registry = Registry(home)
    server = Ollama(machine, registry)
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
    add_messages(app, machine, registry)
    add_control(app, control, machine.slots, token=control_token)
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


class OllamaWire:
    """Lines of JSON, as /api/chat and /api/generate send them."""

    content_type = "application/x-ndjson"

    def __init__(self, frames: Frames) -> None:
        self._frames = frames

    def whole(self, spoken: Spoken, clock: Clock) -> str:
        return json.dumps(self._frames.whole(spoken, clock, time.monotonic()))

    def parts(self, spoken: Spoken) -> Iterator[bytes]:
        return map(_line, self._frames.parts(spoken))

    def end(self, spoken: Spoken, clock: Clock) -> bytes:
        return _line(self._frames.last(spoken, clock, time.monotonic()))

    def spoilt(self, spoken: Spoken, _: Switches) -> Spoken:
        return spoken

    def failed(self, status: int) -> web.Response:
        return Refused(status, CRASHED).response()

    def busy(self, text: str) -> web.Response:
        return Refused(503, text).response()


def _line(frame: Json) -> bytes:
    return json.dumps(frame, ensure_ascii=False).encode() + b"\n"


class Ollama:
    """The routes that need state."""

    def __init__(self, machine: Machine, registry: Registry) -> None:
        self.machine = machine
        self.registry = registry

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
        control = self.machine.control
        entry = control.log.open(request.path, body, keep_body=bool(control.switches["keep_bodies"]))
        entry["loaded_now"] = fresh
        frames = Frames(str(body["model"]), generate=generate)
        if not body.get("messages"):
            return self._only_loaded(body, frames, entry)
        return await Run(self.machine, request, OllamaWire(frames), body=body, entry=entry).until_gone()

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
