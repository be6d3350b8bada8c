"""Which tools the model is offered in a turn, and how they are put to it: few, and in few characters."""

import json
from collections.abc import Awaitable, Callable, Iterable
from inspect import cleandoc
from typing import Any, cast

from langchain.agents.middleware import AgentMiddleware, hook_config
from langchain.agents.middleware.types import AgentState, ModelRequest, ModelResponse, ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.runtime import Runtime

from app.agent.bench import Bench
from app.agent.tools import ALWAYS, CALENDAR, FIRST, MAIL, PREPARED, Tool
from app.domain.desk import Desk

MOST = 12
"""Tools offered at once: more confuse a model of three billion parameters."""
ROOM = 10_500
"""Characters of the prompt and all tools together, a third of a window of 8k tokens."""
KEPT = ("type", "enum", "items", "description")
"""What of a field's schema helps a model; the rest it is told when its arguments don't fit."""


def offered(desk: Desk, *, prepared: bool = False) -> tuple[type[Tool], ...]:
    """The tools that have something to work on at this desk, before or after a card was prepared in the turn."""
    return (*_reaching(desk), *(PREPARED if prepared else FIRST))


def _reaching(desk: Desk) -> tuple[type[Tool], ...]:
    return (*(MAIL if desk.mailboxes else ()), *(CALENDAR if desk.calendars else ()), *ALWAYS)


def schemas(tools: Iterable[type[Tool]]) -> list[dict[str, Any]]:
    """The tools as they go over the wire. What one field was said to mean isn't said again of its like in another."""
    told: set[tuple[str, str]] = set()
    return [{"type": "function", "function": _function(tool, told)} for tool in tools]


def _function(tool: type[Tool], told: set[tuple[str, str]]) -> dict[str, Any]:
    schema = tool.model_json_schema()
    fields: dict[str, Any] = {}
    for name, field in schema.get("properties", {}).items():
        fields[name] = _compact(field)
        meaning = (name, fields[name].get("description", ""))
        if meaning in told:
            del fields[name]["description"]
        elif meaning[1]:
            told.add(meaning)
    required = {"required": schema["required"]} if "required" in schema else {}
    parameters = {"type": "object", "properties": fields, **required}
    return {
        "name": tool.called(),
        "description": " ".join(cleandoc(tool.__doc__ or "").split()),
        "parameters": parameters,
    }


def _compact(field: dict[str, Any]) -> dict[str, Any]:
    """A field's schema without what is empty, or of interest to a validator only."""
    (kind,) = [k for k in field.get("anyOf", [field]) if k.get("type") != "null"]
    whole = {**field, **kind}
    kept = {name: whole[name] for name in KEPT if whole.get(name)}
    if kept.get("items", {}).get("type") == "string":
        del kept["items"]  # what else
    if "enum" in kept:
        kept["enum"] = [choice for choice in kept["enum"] if choice != ""]
    return kept


def written(tools: Iterable[type[Tool]]) -> str:
    """The tools as the bytes of a request hold them."""
    return json.dumps(schemas(tools), ensure_ascii=False, separators=(",", ":"))


class Offering(AgentMiddleware[AgentState[Any], Bench]):
    """Puts before the model what this turn has use for, and nothing else."""

    @hook_config(can_jump_to=["end"])
    async def abefore_model(self, state: AgentState[Any], runtime: Runtime[Bench]) -> dict[str, Any] | None:
        """A question to the person ends the turn, whoever asked it; so does a skill that goes on with it."""
        return {"jump_to": "end"} if runtime.context.asked or runtime.context.errand else None

    async def awrap_model_call(
        self,
        request: ModelRequest[Bench],
        handler: Callable[[ModelRequest[Bench]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """One model call with the tools of this turn."""
        bench = request.runtime.context
        tools = offered(bench.desk, prepared=bool(bench.actions))
        return await handler(request.override(tools=list(schemas(tools))))

    async def awrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], Awaitable[Any]]
    ) -> Any:
        """One call of a tool; of one that isn't there the name isn't repeated, which might be a stranger's words."""
        wanted, bench = request.tool_call, cast(Bench, request.runtime.context)
        if wanted["name"] in {tool.called() for tool in (*_reaching(bench.desk), *FIRST, *PREPARED)}:
            return await handler(request)
        error = json.dumps({"error": "There is no such tool."})
        return ToolMessage(error, tool_call_id=wanted["id"], name="unknown", status="error")
