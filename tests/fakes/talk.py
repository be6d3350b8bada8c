"""Slack as far as the product talks to it, and the queue, in memory."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from app.domain.approvals import Approval
from app.domain.errors import ChatError
from app.domain.forms import Form
from app.domain.grants import Invitation
from app.domain.plans import Plan
from app.domain.ports import Kind
from app.domain.types import Account, ActionId, Address, Person, PersonId, Place, Turn, TurnId, person_id


@dataclass(frozen=True)
class Line:
    """A posted message; `only` names the one person who sees it."""

    place: Place
    text: str
    ts: str
    turn: TurnId | None = None
    only: str = ""


@dataclass
class Card:
    """A card in Slack: where it stands, and every state it has shown."""

    place: Place
    ts: str
    states: list[Approval] = field(default_factory=list)

    @property
    def shows(self) -> Approval:
        return self.states[-1]


@dataclass(frozen=True)
class Opened:
    """A form on somebody's screen."""

    name: str
    about: object
    form: Form


class MemoryChat:
    """Keeps what was said and shown; with `again`, what stands already is found, as Slack's metadata lets the real one
    do."""

    def __init__(self, *people: Person) -> None:
        self.people = {(p.team, p.user): p for p in people}
        self.lines: list[Line] = []
        self.cards: dict[ActionId, Card] = {}
        """The newest card of each action."""
        self.posted: list[Card] = []
        """Every card that was posted, repetitions included."""
        self.left: list[str] = []
        """The ts of every card that was shown again elsewhere."""
        self.plans: dict[TurnId, list[Plan]] = {}
        """Every state that the message of a plan has shown."""
        self.plan_ts: dict[TurnId, str] = {}
        self.statuses: list[tuple[Place, str]] = []
        self.homes: dict[str, tuple[tuple[Account, ...], tuple[Approval, ...]]] = {}
        self.invitations: list[tuple[Place, Invitation]] = []
        self.closed: list[tuple[str, str]] = []
        """The cards with links that were used, and what came of them."""
        self.listed: list[tuple[Place, tuple[Account, ...], str]] = []
        """Every list of accounts: where, which, and the card in whose place it was drawn."""
        self.prompted: list[Place] = []
        self.restated: dict[str, str] = {}
        self.forms: list[Opened] = []
        self.filled: list[tuple[str, Opened]] = []
        """What was shown in the place of an open form, with the view's id."""
        self.closed_forms: set[str] = set()
        self.quoted: dict[ActionId, str] = {}
        self.answers: list[Turn] = []
        """Questions that were drawn without their buttons."""
        self.refuses = False
        """Set to have every post fail."""
        self._ts = count(1)

    def _post(self) -> str:
        if self.refuses:
            raise ChatError(why="channel_not_found")
        return f"1700000000.{next(self._ts):06d}"

    async def say(
        self, place: Place, text: str, *, turn: Turn | None = None, actions: int = 0, again: bool = False
    ) -> str:
        for line in self.lines:
            if again and turn and line.turn == turn.id:
                return line.ts
        self.lines.append(Line(place, text, self._post(), turn=turn.id if turn else None))
        return self.lines[-1].ts

    async def answered(self, turn: Turn) -> None:
        if self.refuses or turn.reply_ts not in {line.ts for line in self.lines}:
            raise ChatError(why="message_not_found")
        self.answers.append(turn)

    async def whisper(self, place: Place, user: str, text: str) -> None:
        self.lines.append(Line(place, text, self._post(), only=user))

    async def status(self, place: Place, text: str) -> None:
        self.statuses.append((place, text))

    async def show(self, approval: Approval, *, again: bool = False) -> str:
        card = self.cards.get(approval.id)
        if card is None or not again or card.place != approval.place:
            card = self.cards[approval.id] = Card(approval.place, self._post())
            self.posted.append(card)
        card.states.append(approval)
        return card.ts

    async def redraw(self, approval: Approval) -> None:
        if self.refuses or approval.id not in self.cards:
            raise ChatError(why="message_not_found")
        self.cards[approval.id].states.append(approval)

    async def leave(self, approval: Approval) -> None:
        self.left.append(approval.card_ts)

    async def plan(self, plan: Plan, *, again: bool = False) -> str:
        known = self.plan_ts.get(plan.turn.id, "")
        if self.refuses or (plan.turn.plan_ts and plan.turn.plan_ts != known):
            raise ChatError(why="message_not_found")
        if not plan.turn.plan_ts and not (again and known):
            known = self.plan_ts[plan.turn.id] = self._post()
        self.plans.setdefault(plan.turn.id, []).append(plan)
        return known

    async def open_form(self, trigger: str, form: Form, *, name: str, about: object) -> str:
        if self.refuses:
            raise ChatError(why="expired_trigger_id")
        self.forms.append(Opened(name, about, form))
        return f"V{len(self.forms)}"

    async def fill_form(self, view: str, form: Form, *, name: str, about: object) -> None:
        if view in self.closed_forms:
            raise ChatError(why="not_found")
        self.filled.append((view, Opened(name, about, form)))

    async def quote(self, approval: Approval, *, again: bool = False) -> str:
        if not again or approval.id not in self.quoted:
            self.quoted[approval.id] = self._post()
            place = approval.place.model_copy(update={"thread": approval.place.thread or approval.card_ts})
            self.lines.append(Line(place, approval.reason, self.quoted[approval.id]))
        return self.quoted[approval.id]

    async def invite(self, place: Place, invitation: Invitation) -> str:
        self.invitations.append((place, invitation))
        return self._post()

    async def close(self, place: Place, ts: str, title: str) -> None:
        if self.refuses:
            raise ChatError(why="message_not_found")
        self.closed.append((ts, title))

    async def accounts(self, place: Place, accounts: Sequence[Account], *, card: str = "") -> str:
        self.listed.append((place, tuple(accounts), card))
        return card or self._post()

    async def restate(self, place: Place, text: str, *, key: str) -> str:
        if key not in self.restated:
            self.restated[key] = self._post()
            self.lines.append(Line(place, f"You asked: {text}", self.restated[key]))
        return self.restated[key]

    async def welcome(self, place: Place, *, connected: bool) -> None:
        self.lines.append(Line(place, "welcome" if connected else "welcome, connect", self._post()))

    async def prompts(self, place: Place) -> None:
        self.prompted.append(place)

    async def home(self, user: str, accounts: Sequence[Account], waiting: Sequence[Approval]) -> None:
        self.homes[user] = (tuple(accounts), tuple(waiting))

    async def person(self, team: str, user: str) -> Person:
        known = self.people.get((team, user))
        return known or Person(id=person_id(team, user), team=team, user=user, member=False)

    async def called(self, team: str, user: str) -> Address:
        known = self.people.get((team, user))
        if known is None:
            raise ChatError(why="user_not_found")
        return Address(email=known.email if known.member else "", name=known.name)

    async def link(self, place: Place, ts: str) -> str:
        return f"https://team.slack.example/archives/{place.channel}/p{ts.replace('.', '')}"

    async def dm(self, user: str) -> str:
        return f"D{user[1:]}"


class MemoryQueue:
    """Remembers whom it was asked to wake; for errands there may be a worker who is free."""

    def __init__(self) -> None:
        self.woken: list[tuple[Kind, str, PersonId | None]] = []
        self.free: Callable[[str], Awaitable[None]] | None = None

    async def wake(self, kind: Kind, ident: str, person: PersonId | None, *, bulk: bool = False) -> None:
        if kind is Kind.ERRAND and self.free is not None:
            await self.free(ident)
            return
        self.woken.append((kind, ident, person))
