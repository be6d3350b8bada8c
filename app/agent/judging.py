"""A model asked about material instead of by a person: to judge it against a schema, or to put facts into words."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from app.agent.instructing import instruction
from app.agent.standing_in import AWAY
from app.domain.errors import AnswerTooLong, ModelDeclined, ModelError
from app.domain.ports import Judged
from app.planning.sanitising import unlinked, visible

TRIES = 2
"""Answers asked for before a model is said to give none that can be used."""
USELESS = (ModelError, AnswerTooLong, ModelDeclined)
"""What is wrong with an answer that may be right the next time."""

Answer = TypeVar("Answer")


class Judging:
    """Asks the first model, and the next one when that can't answer."""

    def __init__(self, models: Sequence[BaseChatModel]) -> None:
        self._models = tuple(models)

    async def judge(self, task: str, material: Mapping[str, Any], schema: type[Judged]) -> Judged:
        """What a model makes of material that others may have written, as a value of the schema. Raises ModelError."""

        async def judged(model: BaseChatModel, messages: list[BaseMessage]) -> Judged:
            found = await model.with_structured_output(schema, include_raw=True).ainvoke(messages)
            if isinstance(found, dict) and not _cut(found["raw"]) and isinstance(value := found["parsed"], schema):
                return value
            raise ModelError

        return await self._asked(task, material, judged)

    async def word(self, task: str, facts: Mapping[str, Any]) -> str:
        """Facts in a model's words, without any link. Raises ModelError."""

        async def worded(model: BaseChatModel, messages: list[BaseMessage]) -> str:
            said = await model.ainvoke(messages)
            if (words := said.text.strip()) and not _cut(said):
                return unlinked(visible(words), typed="")
            raise ModelError

        return await self._asked(task, facts, worded)

    async def _asked(
        self,
        task: str,
        material: Mapping[str, Any],
        ask: Callable[[BaseChatModel, list[BaseMessage]], Awaitable[Answer]],
    ) -> Answer:
        text = visible(json.dumps(material, ensure_ascii=False, separators=(",", ":"), default=str))
        messages: list[BaseMessage] = [SystemMessage(instruction(task)), HumanMessage(text)]
        for model in self._models[:-1]:
            try:
                return await _twice(ask, model, messages)
            except AWAY:
                continue
        return await _twice(ask, self._models[-1], messages)


async def _twice(
    ask: Callable[[BaseChatModel, list[BaseMessage]], Awaitable[Answer]],
    model: BaseChatModel,
    messages: list[BaseMessage],
) -> Answer:
    """An answer that can be used; one that can't is asked for anew. Raises ModelError."""
    for _ in range(TRIES - 1):
        try:
            return await ask(model, messages)
        except ModelError as failure:
            if type(failure) not in USELESS:
                raise
    return await ask(model, messages)


def _cut(said: BaseMessage) -> bool:
    """Whether an answer broke off: what is there of it may still be read as JSON."""
    return bool(said.response_metadata.get("done_reason") == "length")
