"""Ollama's native API as a LangChain chat model whose failures are ours to tell."""

import json
from typing import Any

import httpx
import ollama
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_ollama import ChatOllama

from app.domain.errors import ModelAbsent, ModelError, ModelUnreachable, PromptTooLong

TIMEOUT = 120
"""Seconds without a byte from the host."""
RETRIES = 2
"""Answers that only say the model was loaded, before it counts as a failure."""
BUSY = 503
ABSENT = 404


class SteadyOllama(ChatOllama):
    """ChatOllama that raises our errors, asks again after a load, and notices a prompt that was cut."""

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
                    self._whole(result)
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

    def _whole(self, result: ChatResult) -> None:
        """Raises PromptTooLong when the host read as many tokens as its window holds: the front was cut off."""
        info = result.generations[0].generation_info or {}
        if self.num_ctx and int(info.get("prompt_eval_count") or 0) >= self.num_ctx:
            raise PromptTooLong


def ollama_model(*, name: str, host: str, num_ctx: int) -> SteadyOllama:
    """A model on an Ollama host. num_ctx is in tokens and always set: by default the host cuts silently."""
    return SteadyOllama(
        model=name, base_url=host, num_ctx=num_ctx, temperature=0, client_kwargs={"timeout": httpx.Timeout(TIMEOUT)}
    )
