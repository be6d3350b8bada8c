"""A mind that thinks what it was told to think."""

from collections.abc import Awaitable, Callable

from app.domain.desk import Desk
from app.domain.errors import ModelError
from app.domain.ports import Request, Thought, Watch

Script = Callable[[Request, Desk, Watch], Awaitable[Thought]]


class ScriptedMind:
    """Answers each request with the next thing on its script; without one it can't be reached."""

    def __init__(self, *script: Thought | ModelError | Script) -> None:
        self._script = list(script)
        self.requests: list[Request] = []

    def will(self, *more: Thought | ModelError | Script) -> None:
        self._script += more

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
