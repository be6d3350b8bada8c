"""Anthropic's Messages API as a LangChain chat model whose failures are ours to tell, and whose calls are counted."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Any

import anthropic
import httpx2
import structlog
from langchain_anthropic import ChatAnthropic
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr, SecretStr

from app.domain.errors import (
    AnswerTooLong,
    ModelBusy,
    ModelDeclined,
    ModelError,
    ModelLocked,
    ModelUnknown,
    ModelUnreachable,
    PromptTooLong,
)
from app.domain.ports import Allowance

PROVIDER = "Anthropic"
TIMEOUT = 120.0
"""Seconds without a byte from the host."""
MAX_TOKENS = 4_096
"""Of one answer; an answer in a chat has a few hundred, a call that writes a mail at most some thousands."""
PATIENCE = 5.0
"""Seconds that are waited, once, when Anthropic asks for it; who has to wait longer is told or given to a fallback."""
OVERLOADED = "overloaded_error"
TOO_LONG = "prompt is too long"
"""How the error begins that an over-long prompt gets; it has no type of its own."""
_log = structlog.get_logger()


class SteadyClaude(ChatAnthropic):
    """ChatAnthropic that counts each call before it is made, streams, and raises our errors."""

    _allowance: Allowance = PrivateAttr()

    @cached_property
    def _async_client(self) -> anthropic.AsyncClient:
        """A client of its own: ChatAnthropic's is shared between event loops, in which it can't live."""
        return anthropic.AsyncClient(**self._client_params, http_client=anthropic.DefaultAsyncHttpxClient())

    async def close(self) -> None:
        """Give its connections back."""
        await self._async_client.close()

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """The API wants a question first: a history that was cut before an answer of ours gets one."""
        payload = super()._get_request_payload(input_, stop=stop, **kwargs)
        if payload["messages"][0]["role"] != "user":
            payload["messages"].insert(0, {"role": "user", "content": "(earlier)"})
        return payload

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for patient in (True, False):
            await self._allowance.take()
            try:
                async with _our_errors(self.model):
                    end = ""
                    async for chunk in super()._astream(messages, stop, run_manager, **kwargs):
                        end = str(chunk.message.response_metadata.get("stop_reason") or end)
                        yield chunk
                    _whole(end)
                    return
            except ModelBusy as busy:
                wait = busy.facts.get("wait")
                if not (patient and isinstance(wait, float) and wait <= PATIENCE):
                    raise
                await asyncio.sleep(wait)

    async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
        """Not used: every answer is streamed, so that a long one isn't taken for a dead host."""
        raise NotImplementedError


def _whole(end: str) -> None:
    """Raises ModelError for an answer that is none: of one that broke off nothing may be used, tool calls least."""
    match end:
        case "end_turn" | "tool_use" | "stop_sequence":
            return
        case "max_tokens":
            raise AnswerTooLong
        case "model_context_window_exceeded":
            raise PromptTooLong
        case "refusal":
            raise ModelDeclined
        case "":  # the stream just stopped
            raise ModelUnreachable
    raise ModelError


@asynccontextmanager
async def _our_errors(model: str) -> AsyncIterator[None]:
    try:
        yield
    except anthropic.APIStatusError as refused:
        raise _told(refused, model) from refused
    except (anthropic.APIConnectionError, httpx2.TransportError) as lost:
        raise ModelUnreachable from lost
    except (anthropic.APIError, json.JSONDecodeError) as garbled:
        raise ModelError from garbled


def _told(refused: anthropic.APIStatusError, model: str) -> ModelError:
    """What an error means. Within a stream the status is 200 and only the type tells."""
    _log.warning("anthropic refused", status=refused.status_code, type=refused.type, request=refused.request_id)
    if refused.status_code in {429, 529} or refused.type in {OVERLOADED, "rate_limit_error"}:
        return ModelBusy(wait=_seconds(refused.response.headers.get("retry-after", "")))
    if refused.status_code in {401, 402, 403}:
        return ModelLocked(provider=PROVIDER)
    if refused.status_code == 404:
        return ModelUnknown(provider=PROVIDER, model=model)
    if refused.status_code == 413 or TOO_LONG in str(refused.api_message):
        return PromptTooLong()
    return ModelUnreachable() if refused.status_code >= 500 else ModelError()


def _seconds(header: str) -> float | None:
    try:
        return float(header)
    except ValueError:
        return None


def anthropic_model(*, name: str, key: SecretStr, url: str, allowance: Allowance) -> SteadyClaude:
    """A Claude model. No temperature is set, as newer models refuse it; retries are ours, so that each is counted; what
    stays the same from call to call is cached at Anthropic."""
    model = SteadyClaude(
        model=name,
        api_key=key,
        base_url=url,
        timeout=TIMEOUT,
        max_retries=0,
        max_tokens=MAX_TOKENS,
        streaming=True,
        model_kwargs={"cache_control": {"type": "ephemeral"}},
    )
    model._allowance = allowance
    return model
