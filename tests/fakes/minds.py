"""A mind that thinks what it was told to think."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import BaseModel

from app.domain.desk import Desk
from app.domain.errors import ModelError
from app.domain.ports import Judged, Request, Thought, Watch

Script = Callable[[Request, Desk, Watch], Awaitable[Thought]]


class ScriptedMind:
    """Answers each request with the next thing on its script; without one it can't be reached."""

    def __init__(self, *script: Thought | ModelError | Script) -> None:
        self._script = list(script)
        self.requests: list[Request] = []
        self.judged: list[tuple[str, Mapping[str, Any]]] = []
        self.words: list[str] = []
        self._judgements: list[BaseModel | ModelError] = []

    def will(self, *more: Thought | ModelError | Script) -> None:
        self._script += more

    def will_judge(self, *answers: BaseModel | ModelError) -> None:
        """What to make of material, one answer for each time it is asked; without one it can't be reached."""
        self._judgements += answers

    async def judge(self, task: str, material: Mapping[str, Any], schema: type[Judged]) -> Judged:
        self.judged.append((task, material))
        if not self._judgements:
            raise ModelError
        answer = self._judgements.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        assert isinstance(answer, schema)
        return answer

    async def word(self, task: str, facts: Mapping[str, Any]) -> str:
        self.judged.append((task, facts))
        if not self.words:
            raise ModelError
        return self.words.pop(0)

    def version(self, task: str) -> str:
        return f"{task}-1"

    async def think(self, request: Request, desk: Desk, watch: Watch) -> Thought:
        self.requests.append(request)
        if not self._script:
            raise ModelError
        step = self._script.pop(0)
        if isinstance(step, ModelError):
            raise step
        if isinstance(step, Thought):
            await watch("thinks")
            return step
        return await step(request, desk, watch)
