"""Judging and wording material by rule: the system message names the task, the schema on the wire the answer's form."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.judging.brief import brief
from sandbox.models.planner.judging.draft import draft
from sandbox.models.planner.judging.form import shaped
from sandbox.models.planner.judging.triage import triage
from sandbox.models.planner.judging.wording import told
from sandbox.models.planner.plan import Answer

Rule = Callable[[Json], Json | str]
RULES: Mapping[str, Rule] = {
    "brief": brief,
    "draft": draft,
    "triage": triage,
}
"""What is answered to each task: a value where a schema asks for one, else words."""
MARK = "Task: "


def task_of(messages: Sequence[Mapping[str, Any]]) -> str:
    """The task that the instructions name in their first line; empty for a person's request."""
    first = str(messages[0].get("content") or "") if messages and messages[0].get("role") == "system" else ""
    head, _, _ = first.partition("\n")
    return head.removeprefix(MARK).strip() if head.startswith(MARK) else ""


def judged(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]], form: object) -> Answer:
    """The answer to a task about the material in the last message: JSON of Ollama's `format`, a call of the one tool
    that Anthropic's wire forces, or words."""
    material = _material(str(messages[-1].get("content") or ""))
    value = RULES.get(task_of(messages), told)(material)
    if isinstance(form, dict):
        return Answer(json.dumps(shaped(value, form), ensure_ascii=False))
    if tools:
        function = tools[0].get("function") or {}
        return Answer(calls=(Call(str(function.get("name")), dict(shaped(value, function.get("parameters") or {}))),))
    return Answer(value if isinstance(value, str) else told(material))


def _material(text: str) -> Json:
    try:
        read = json.loads(text)
    except ValueError:
        return {"text": text}
    return read if isinstance(read, dict) else {"text": text}
