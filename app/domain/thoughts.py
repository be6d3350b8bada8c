"""Thinking: what is known when a turn is thought about, what comes of it, and who does it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, SerializeAsAny

from app.domain.actions import Action
from app.domain.approvals import Approval
from app.domain.desk import Desk
from app.domain.memory import Relation, Trail
from app.domain.preferences import Preferences
from app.domain.types import ActionId, Person, Place, TurnId, Utterance
from app.domain.value import Value


class WaitingCard(Value):
    """A card that waits for a decision, as the model may speak of it."""

    ref: str
    """c1, c2 … : only good for one turn."""
    action: SerializeAsAny[Action]
    here: bool = False
    """Whether it stands in the thread in which is being asked."""


class Request(Value):
    """Everything the model may know when it thinks about a turn."""

    person: Person
    now: datetime
    """Aware, in the person's zone."""
    text: str
    turn: TurnId | None = None
    """By which what is kept of a thought is known when it is thought again."""
    typed: str | None = None
    """The words of the person behind a text that code made; None where the text is theirs."""
    history: tuple[Utterance, ...] = ()
    waiting: tuple[WaitingCard, ...] = ()
    """Cards that wait for a decision, the oldest first, wherever they stand."""
    rejected: SerializeAsAny[Action] | None = None
    """What was just rejected, when the text says why."""
    place: Place | None = None
    """Where it was said."""
    ts: str = ""
    """The message that says it."""
    clicked: bool = False
    """Whether the text is an option that the person clicked."""
    results: tuple[Approval, ...] = ()
    """What became of the plan that a text made by code goes on with."""
    ended: tuple[Approval, ...] = ()
    """The cards that were decided last, the oldest first."""
    relations: tuple[Relation, ...] = ()
    """Whom the person means by which name."""
    preferences: Preferences = Preferences()
    """How the person wants their days."""

    @property
    def words(self) -> str:
        """What the person typed, and nobody else."""
        return self.text if self.typed is None else self.typed


class Thought(Value):
    """What came of thinking: words, and the changes it would make. No side effects, so it may be thought again."""

    reply: str
    actions: tuple[SerializeAsAny[Action], ...] = ()
    granted: bool = False
    """Whether the person said beforehand that such actions may be done: only ever mails to themself."""
    notes: tuple[str, ...] = ()
    """What could not be read or was left out, a sentence each."""
    replaces: Mapping[ActionId, ActionId] = {}
    """Of its actions, those that are instead of one whose card waits."""
    trail: Trail = Trail()
    errand: str = ""
    """A skill's name and its argument, when the request is one for that skill: what it brings is the answer."""


Watch = Callable[[str], Awaitable[None]]
"""Called with a few words at each step; raises LostClaim when the turn is no longer ours."""
Judged = TypeVar("Judged", bound=BaseModel)


class Mind(Protocol):
    async def think(self, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Answer a request, reading from the desk and changing nothing. Raises ModelError."""

    async def judge(self, task: str, material: Mapping[str, Any], schema: type[Judged]) -> Judged:
        """What a model makes of material that others may have written, as a value of the schema. Raises ModelError."""

    async def word(self, task: str, facts: Mapping[str, Any]) -> str:
        """Facts in a model's words, without any link. Raises ModelError."""

    def version(self, task: str) -> str:
        """Changes whenever what a model is told for a task does: what was judged before is judged anew."""


class Errands(Protocol):
    def long(self, errand: str) -> bool:
        """Whether it takes so long that a worker does it."""

    async def run(self, errand: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Do what a skill does, by its name and argument; nothing changes outside. Raises StewardError."""
