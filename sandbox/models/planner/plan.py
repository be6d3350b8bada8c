"""The planner's one entrance: a request from the wire in, calls of tools or a short plain answer out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.models.planner.conversation import Call, Conversation, read
from sandbox.models.planner.interpret import settled, understand
from sandbox.models.planner.steps import Outcome, advance

MAX_STEPS = 10  # rounds of calls in one turn; a rule never needs more, so more means the results don't come back
_CARD = {True: "Nothing changes until you approve it.", False: "Nothing changes until you approve each card."}


@dataclass(frozen=True)
class Answer:
    """What the model says next: words, or calls."""

    content: str = ""
    calls: tuple[Call, ...] = ()


def plan(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None) -> Answer:
    """Work out the next step from nothing but the request."""
    conversation = settled(read(messages, tools))
    if conversation.steps >= MAX_STEPS:
        return Answer("I called my tools several times and got nowhere, so I stopped. Nothing was changed.")
    return _next(conversation)


def _next(conversation: Conversation) -> Answer:
    made = {call.key: result for call, result in conversation.current.made}
    calls: dict[str, Call] = {}
    outcomes: list[Outcome] = []
    for intent in understand(conversation):
        progress = advance(intent.steps(), made, conversation.tools)
        calls.update({call.key: call for call in progress.calls})
        outcomes += [progress.outcome] if progress.outcome else []
    if not calls and "ask_person" in conversation.tools:
        calls = {call.key: call for call in map(_question, outcomes) if call and call.key not in made}
    if calls:
        return Answer(calls=tuple(calls.values()))
    return Answer(_worded(outcomes))


def _question(outcome: Outcome) -> Call | None:
    """A question with answers to click; the first of several, as it ends the turn."""
    return Call("ask_person", {"question": outcome.text, "options": list(outcome.options)}) if outcome.options else None


def _worded(outcomes: Sequence[Outcome]) -> str:
    parts = []
    for outcome in outcomes:
        lead = {0: "", 1: "I've prepared a card for you: "}.get(outcome.proposed, "I've prepared cards for you:\n")
        parts.append(lead + outcome.whole)
    cards = sum(outcome.proposed for outcome in outcomes)
    if cards:
        parts.append(_CARD[cards == 1])
    return "\n\n".join(parts)
