"""Anthropic's routes: messages, models, and the count of tokens."""

import hmac
import json
from typing import Any

from aiohttp import web

from sandbox.models.anthropic.asked import CONTEXT, as_chat
from sandbox.models.anthropic.caching import PromptCache
from sandbox.models.anthropic.refusals import Refused, response
from sandbox.models.anthropic.wire import AnthropicWire
from sandbox.models.registry import MODELS, Model, Registry
from sandbox.models.run import Machine, Run
from sandbox.models.tokens import prompt_tokens

Json = dict[str, Any]
API_KEY = "sk-ant-sandbox"  # the one key the stand-in accepts; it opens nothing else
MAX_TOKENS = 64_000  # of an answer


def add_messages(app: web.Application, machine: Machine, registry: Registry) -> None:
    """Add Anthropic's routes to the application."""
    server = Messages(machine, registry)
    app.add_routes(
        [
            web.post("/v1/messages", server.messages),
            web.post("/v1/messages/count_tokens", server.count),
            web.get("/v1/models", server.models),
            web.get("/v1/models/{name}", server.model),
        ]
    )


class Messages:
    """The handlers."""

    def __init__(self, machine: Machine, registry: Registry) -> None:
        self.machine = machine
        self.registry = registry
        self.cache = PromptCache()

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """A turn of a conversation, whole or as server-sent events."""
        try:
            body = await _body(request)
            chat = as_chat(body)
            self._known(str(chat["model"]))
        except Refused as refused:
            return response(refused.status, str(refused))
        control = self.machine.control
        entry = control.log.open(request.path, chat, keep_body=bool(control.switches["keep_bodies"]))
        usage = self.cache.usage(body)
        entry["usage"] = usage
        wire = AnthropicWire(str(body["model"]), usage, retry_after=control.switches["retry_after"])
        return await Run(self.machine, request, wire, body=chat, entry=entry).until_gone()

    async def count(self, request: web.Request) -> web.StreamResponse:
        """How long a prompt is."""
        try:
            chat = as_chat({"max_tokens": 1, **await _body(request)})
        except Refused as refused:
            return response(refused.status, str(refused))
        return web.json_response({"input_tokens": prompt_tokens(chat["messages"], chat["tools"])})

    async def models(self, request: web.Request) -> web.StreamResponse:
        """The models there are."""
        try:
            _admitted(request)
        except Refused as refused:
            return response(refused.status, str(refused))
        listed = [self._shown(model) for model in MODELS if "completion" in model.capabilities]
        ends = {"first_id": listed[0]["id"], "last_id": listed[-1]["id"]}
        return web.json_response({"data": listed, "has_more": False, **ends})

    async def model(self, request: web.Request) -> web.StreamResponse:
        """What a model is; honestly."""
        try:
            _admitted(request)
            return web.json_response(self._shown(self._known(request.match_info["name"])))
        except Refused as refused:
            return response(refused.status, str(refused))

    def _known(self, name: str) -> Model:
        model = self.registry.find(name)
        if model is None or "completion" not in model.capabilities:
            raise Refused(404, f"model: {name}")
        return model

    def _shown(self, model: Model) -> Json:
        return {
            "type": "model",
            "id": model.name.removesuffix(":latest"),
            "display_name": model.about,
            "created_at": self.registry.since,
            "lifecycle": "active",
            "max_input_tokens": CONTEXT,
            "max_tokens": MAX_TOKENS,
        }


def _admitted(request: web.Request) -> None:
    """The key comes as the API's own header or, as the SDK has sent it since version 2, as a bearer token."""
    key = request.headers.get("x-api-key") or request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(key.encode(), API_KEY.encode()):
        raise Refused(401, "invalid x-api-key")
    if not request.headers.get("anthropic-version"):
        raise Refused(400, "anthropic-version: header is required")


async def _body(request: web.Request) -> Json:
    _admitted(request)
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise Refused(400, f"The request body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "The request body is not an object")
    return body
