"""What happened in a play: the words, the cards with their outcomes, the times; for people and as JSON."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Any

from sandbox.playing.blocks import render

Json = dict[str, Any]

ACTION = "steward_action"
TURN = "steward_turn"


def payload(message: Json, event_type: str) -> Json | None:
    """What a message's metadata says, if it is of this type."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != event_type:
        return None
    found: Json = metadata.get("event_payload") or {}
    return found


@dataclass(slots=True)
class Deed:
    """One card: what it would change, and what became of it."""

    id: str
    kind: str
    card: str
    status: str
    receipt: str = ""
    click_to_done_ms: float | None = None
    answered: bool = False


@dataclass(slots=True)
class Story:
    """Collects while the play goes on; prints as it goes unless it is to end up as JSON."""

    quiet: bool
    me: str = ""
    messages: list[Json] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    first_sign_ms: float | None = None
    answer_ms: float | None = None
    failed: bool = False
    asks: bool = False  # Steward ended with a question
    _last_status: str = ""

    def say(self, speaker: str, text: str, *, blocks: list[Json] | None = None) -> None:
        self.messages.append({"from": speaker, "text": text} | ({"blocks": blocks} if blocks else {}))
        self.print(f"\n{speaker}:\n{_indented(text)}")

    def step(self, status: str) -> None:
        if status and status != self._last_status:
            self.print(f"  … {status}")
        self._last_status = status

    def show_card(self, message: Json) -> None:
        self.print(f"\n┌ card\n{_indented(render(message), '│ ')}\n└")

    def print(self, text: str) -> None:
        if not self.quiet:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def as_json(self, error: str = "") -> Json:
        clicked = [deed.click_to_done_ms for deed in self.deeds if deed.click_to_done_ms is not None]
        told: Json = {
            "messages": self.messages,
            "actions": [
                {"id": deed.id, "kind": deed.kind, "card": deed.card, "status": deed.status, "receipt": deed.receipt}
                for deed in self.deeds
            ],
            "timings": {
                "first_sign_ms": self.first_sign_ms, "answer_ms": self.answer_ms, "click_to_done_ms": clicked,
            },
        }  # fmt: skip
        return told | ({"error": error} if error else {})


def _indented(text: str, mark: str = "  ") -> str:
    return "\n".join(mark + line for line in text.splitlines())
