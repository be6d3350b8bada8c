"""Ollama's native API as a LangChain chat model whose failures are ours to tell."""

import json
import ssl
from collections import deque
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import httpx
import ollama
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_ollama import ChatOllama
from pydantic import PrivateAttr

from app.domain.errors import ModelAbsent, ModelError, ModelUnreachable, PromptTooLong

TIMEOUT = 120
"""Seconds without a byte from the host."""
RETRIES = 2
"""Answers that only say the model was loaded, before it counts as a failure."""
BUSY = 503
ABSENT = 404
FEW = 3.5
"""UTF-8 bytes a token until a host has told: English prose has 4 to 5 in the vocabularies of Llama 3 and Qwen 2.5, the
JSON of tools and their results less."""
MOST = 6.0
"""UTF-8 bytes a token, beyond which something wasn't read: see FEW; no prompt has so many on the whole."""
ANSWER = 512
"""Tokens of the window that are left for the answer: it shares the window with what is read, and a call has some
hundred."""
KEPT = 64
"""Calls that are remembered: those of the turns that may be under way at once, at a few each."""


class Read(NamedTuple):
    """What a host was sent, and how many tokens of it it says it has read."""

    parts: tuple[int, ...]
    """Hashes only: nothing that was sent is kept."""
    tokens: int


class SteadyOllama(ChatOllama):
    """ChatOllama that raises our errors, asks again after a load, and notices a prompt that was cut.

    Ollama leaves out the oldest messages whole when a prompt is longer than num_ctx, and says nothing: the count of
    what it read is then below the window.
    """

    _reads: deque[Read] = PrivateAttr(default_factory=lambda: deque(maxlen=KEPT))
    _bytes_per_token: float = PrivateAttr(FEW)

    def fits(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> bool:
        """Whether this and an answer have room in the window, as far as can be told from the calls before."""
        told = [tool if isinstance(tool, dict) else convert_to_openai_tool(tool) for tool in tools]
        return not self.num_ctx or _size(_parts(messages, told)) / self._bytes_per_token <= self.num_ctx - ANSWER

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        try:
            for _ in range(RETRIES):
                result = await self._answer(messages, stop, run_manager, **kwargs)
                if result is not None:
                    self._whole(_parts(messages, kwargs.get("tools") or ()), result)
                    return result
        except ollama.ResponseError as refused:
            if refused.status_code == ABSENT:
                raise ModelAbsent(model=self.model) from refused
            raise (ModelUnreachable if refused.status_code == BUSY else ModelError) from refused
        except (ConnectionError, httpx.TransportError) as lost:
            raise ModelUnreachable from lost
        except json.JSONDecodeError as garbled:
            raise ModelError from garbled
        raise ModelError

    async def close(self) -> None:
        """Give its connections back."""
        self._client.close()  # type: ignore[no-untyped-call]
        await self._async_client.close()  # type: ignore[no-untyped-call]

    async def _answer(self, *args: Any, **kwargs: Any) -> ChatResult | None:
        """One answer; None when the host only loaded the model (done_reason "load")."""
        try:
            return await super()._agenerate(*args, **kwargs)
        except ValueError as empty:
            if "No data received" in str(empty):
                return None
            raise

    def _whole(self, sent: tuple[str, ...], result: ChatResult) -> None:
        """Raises PromptTooLong when the host can't have read all that it was sent: it filled its window, read fewer
        tokens than of the beginning alone, or fewer than so much text has."""
        info = result.generations[0].generation_info or {}
        tokens = int(info.get("prompt_eval_count") or 0)
        if not tokens:
            return
        parts = tuple(map(hash, sent))
        before = max((r.tokens for r in self._reads if parts[: len(r.parts)] == r.parts), default=0)
        if (self.num_ctx and tokens >= self.num_ctx) or tokens < max(before, _size(sent) / MOST):
            raise PromptTooLong
        self._reads.append(Read(parts, tokens))
        self._bytes_per_token = _size(sent) / tokens


def _parts(messages: Sequence[BaseMessage], tools: Sequence[Any]) -> tuple[str, ...]:
    """What is sent, in the order in which it grows from call to call."""
    return (json.dumps(tools), *(_text(message) for message in messages))


def _text(message: BaseMessage) -> str:
    calls = message.tool_calls if isinstance(message, AIMessage) else []
    return message.text + (json.dumps([[call["name"], call["args"]] for call in calls]) if calls else "")


def _size(parts: Sequence[str]) -> int:
    return sum(len(part.encode(errors="replace")) for part in parts)


def ollama_model(*, name: str, host: str, num_ctx: int) -> SteadyOllama:
    """A model on an Ollama host. num_ctx is in tokens and always set: by default the host cuts silently."""
    reaching = {"timeout": httpx.Timeout(TIMEOUT), "verify": trusted()}
    return SteadyOllama(model=name, base_url=host, num_ctx=num_ctx, temperature=0, client_kwargs=reaching)


@cache
def trusted() -> ssl.SSLContext:
    """Whom a host's certificate may be from, read once per process and not for each client of each job: it takes some
    30 ms. It connects to nothing, so a fork may share it."""
    return httpx.create_ssl_context()
