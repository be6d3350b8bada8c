"""Forms: the buttons that open them, and what comes back."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import UUID

from app.domain.chat import Chat
from app.domain.errors import AlreadySettled, ChatError, NotYours, TooOld
from app.domain.forms import Answers
from app.domain.types import ActionId, PersonId, person_id
from app.editing import EDIT, EXPLAIN, Editor
from handlers.approvals import place
from handlers.envelopes import Body, Errors, key

BUTTONS = {name: f"open:{name}" for name in (EDIT, EXPLAIN)}
"""The action_ids of the buttons that open each form; their value is the action's id and nothing else."""
GLUE = {"line": "\n", "word": " ", "joined": ""}
"""How a part of a text goes on with the one before, by its element's action_id; any other begins a new part."""
TOO_SLOW = "Slack didn't open the form. Please click again."

Opening = Callable[[PersonId, ActionId, str], Awaitable[None]]
Checking = Callable[[PersonId, ActionId, Answers], Awaitable[Errors]]


class Editing:
    """Turns clicks and submissions into verbs."""

    def __init__(self, editor: Editor, chat: Chat) -> None:
        self._editor = editor
        self._chat = chat

    # Opening.

    async def edit(self, body: Body) -> None:
        """The button Edit."""
        await self._open(body, self._editor.open)

    async def ask_why(self, body: Body) -> None:
        """The button Say why."""
        await self._open(body, self._editor.ask_why)

    async def _open(self, body: Body, opening: Opening) -> None:
        user = str(body["user"]["id"])
        try:
            await opening(owner(body), meant(body["actions"][0]["value"]), str(body["trigger_id"]))
        except (NotYours, AlreadySettled, TooOld) as refusal:
            await self._chat.whisper(place(body), user, refusal.sentence)
        except ChatError:
            await self._chat.whisper(place(body), user, TOO_SLOW)

    # What comes back.

    async def check(self, body: Body) -> Errors:
        """What is wrong with an edited card, on the inputs where it stands."""
        return await self._on_inputs(body, self._editor.faults)

    async def save(self, body: Body) -> None:
        """An edited card that nothing is wrong with."""
        view = body["view"]
        await self._editor.save(owner(body), meant(view["private_metadata"]), answers(view), key=key(body))

    async def check_reason(self, body: Body) -> Errors:
        """What keeps a reason from being taken."""
        return await self._on_inputs(body, self._editor.unexplained)

    async def explain(self, body: Body) -> None:
        """A reason that can be taken."""
        view = body["view"]
        await self._editor.explain(owner(body), meant(view["private_metadata"]), answers(view))

    async def _on_inputs(self, body: Body, faults: Checking) -> Errors:
        view = body["view"]
        try:
            action = meant(view["private_metadata"])
        except NotYours as refusal:
            return on_blocks({"": refusal.sentence}, view)
        return on_blocks(await faults(owner(body), action, answers(view)), view)


def owner(body: Body) -> PersonId:
    """Who clicked or submitted, whatever the view or the button says."""
    return person_id(str(body["user"].get("team_id") or body["team"]["id"]), str(body["user"]["id"]))


def meant(value: str) -> ActionId:
    """The action a button or a view is about; raises NotYours for what no card of ours ever said."""
    try:
        return ActionId(UUID(value))
    except ValueError:
        raise NotYours from None


def on_blocks(faults: Errors, view: dict[str, Any]) -> Errors:
    """Errors by the first block of the input they belong to; what belongs to none stands on the first of all."""
    blocks = [b["block_id"] for b in view["blocks"] if b["type"] == "input"]
    found: dict[str, str] = {}
    for name, sentence in faults.items():
        block = f"{name}:0" if f"{name}:0" in blocks else blocks[0]
        found[block] = f"{found[block]} {sentence}" if block in found else sentence
    return found


def answers(view: dict[str, Any]) -> Answers:
    """What was entered, by the inputs' names, in parts."""
    found: dict[str, list[str]] = {}
    for name, action, entries in _elements(view):
        parts = found.setdefault(name, [])
        for entry in entries:
            if action not in GLUE:
                parts.append(entry)
            elif entry and parts and parts[-1]:
                parts[-1] += GLUE[action] + entry
            elif entry:
                parts[-1:] = [entry]
    return {name: tuple(parts) for name, parts in found.items()}


def _elements(view: dict[str, Any]) -> Iterable[tuple[str, str, list[str]]]:
    """The elements in their order: the input's name, how it goes on, what was entered."""
    values = view["state"]["values"]
    numbered = [(*block.rpartition(":")[::2], elements) for block, elements in values.items()]
    for name, _, elements in sorted(numbered, key=lambda each: (each[0], int(each[1] or 0))):
        for action, element in elements.items():
            yield name, action, _entered(element)


def _entered(element: dict[str, Any]) -> list[str]:
    """A view's state of one element (Slack's reference of view payloads) as words."""
    if "selected_options" in element:
        return [str(option["value"]) for option in element["selected_options"] or ()]
    if "selected_option" in element:
        return [str(element["selected_option"]["value"])] if element["selected_option"] else []
    for field in ("value", "selected_date", "selected_time"):
        if field in element:
            return [str(element[field] or "")]
    return []
