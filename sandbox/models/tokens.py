"""How long a prompt is, at four characters a token, and what of it a context window holds, cut as Ollama cuts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
CHARACTERS_PER_TOKEN = 4  # the usual rule of thumb for English; the stand-in has no tokenizer
DEFAULT_CONTEXT = 4096  # Ollama's default for num_ctx since 0.6.5 (OLLAMA_CONTEXT_LENGTH)


def tokens(text: str) -> int:
    """The estimated number of tokens, rounded up."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def message_tokens(message: Mapping[str, Any]) -> int:
    """A message's tokens: its text and its calls."""
    calls = message.get("tool_calls")
    return tokens(str(message.get("content") or "")) + (tokens(json.dumps(calls)) if calls else 0)


def prompt_tokens(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]) -> int:
    """The whole prompt's tokens, the tools' schemas included, as a template puts them into the prompt."""
    return sum(map(message_tokens, messages)) + (tokens(json.dumps(list(tools))) if tools else 0)


def fitted(messages: Sequence[Json], tools: Sequence[Json], limit: int) -> tuple[list[Json], int]:
    """What the model sees of the messages, and `prompt_eval_count`.

    Like Ollama's chat prompt: system messages and the last message stay, the oldest others go first, without a word to
    the caller; if that is not enough the front of the system text is lost.
    """
    kept = list(messages)
    while prompt_tokens(kept, tools) > limit:
        oldest = next((i for i, one in enumerate(kept[:-1]) if one.get("role") != "system"), None)
        if oldest is None:
            break
        del kept[oldest]
    over = prompt_tokens(kept, tools) - limit
    if over > 0:
        kept = [_without_front(one, over) if one.get("role") == "system" else one for one in kept]
    return kept, min(prompt_tokens(kept, tools), limit)


def _without_front(message: Json, lost: int) -> Json:
    return {**message, "content": str(message.get("content") or "")[lost * CHARACTERS_PER_TOKEN :]}


def pieces(text: str) -> list[str]:
    """The text in pieces of about a token, as a stream sends them; joined they are the text."""
    parts: list[str] = []
    for word in text.split(" "):
        parts.append(word if not parts else f" {word}")
    return parts if text else []
