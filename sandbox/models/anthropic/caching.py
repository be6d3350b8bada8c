"""Prompt caching as it is counted: what of a prompt was read from the cache, what was written to it, what neither."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sandbox.models.tokens import tokens

Json = dict[str, Any]
LEAST = 1_024  # tokens a prompt must have before a part of it is cached
LOOK_BACK = 20  # blocks before a breakpoint in which a known beginning is looked for


class PromptCache:
    """The beginnings of prompts that were marked for caching; they never grow old here."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def usage(self, body: Mapping[str, Any]) -> Json:
        """The input side of `usage`."""
        blocks, marks = _blocks(body)
        lengths, digests = _measured(blocks)
        total = lengths[-1] if lengths else 0
        read = written = 0
        if marks and lengths[marks[-1]] >= LEAST:
            last = marks[-1]
            back = range(last, max(-1, last - LOOK_BACK), -1)
            read = next((lengths[place] for place in back if digests[place] in self._known), 0)
            written = lengths[last] - read
            self._known.update(digests[mark] for mark in marks)
        return {
            "input_tokens": total - read - written,
            "cache_creation_input_tokens": written,
            "cache_read_input_tokens": read,
            "cache_creation": {"ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0},
        }


def _blocks(body: Mapping[str, Any]) -> tuple[list[Json], list[int]]:
    """All blocks in the order of the prompt, and which of them end a part to be cached."""
    blocks: list[Json] = [dict(tool) for tool in body.get("tools") or ()]
    for content in (body.get("system"), *(message.get("content") for message in body["messages"])):
        blocks += [{"text": content}] if isinstance(content, str) else [dict(block) for block in content or ()]
    marks = [place for place, block in enumerate(blocks) if block.get("cache_control")]
    if body.get("cache_control") and blocks:
        marks.append(len(blocks) - 1)
    return blocks, marks


def _measured(blocks: list[Json]) -> tuple[list[int], list[str]]:
    """After each block, the tokens up to there and a digest of all of them."""
    lengths, digests, digest, length = [], [], hashlib.sha256(), 0
    for block in blocks:
        text = json.dumps({name: value for name, value in block.items() if name != "cache_control"}, sort_keys=True)
        digest.update(text.encode())
        length += tokens(text)
        lengths.append(length)
        digests.append(digest.hexdigest())
    return lengths, digests
