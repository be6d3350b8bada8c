"""What the rest of the house needs from the outside, as Protocols; wiring decides who serves them."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from app.domain.approvals import Approval, Decision, Status
from app.domain.cards import Receipt
from app.domain.chat import Chat
from app.domain.desk import Desk, Ledger, Pages
from app.domain.grants import Consent, Grants, Needs
from app.domain.memory import Relations, Trail
from app.domain.preferences import PreferenceStore
from app.domain.rhythms import Rhythm, Watches
from app.domain.sorting import Verdicts
from app.domain.tasks import Tasks
from app.domain.thoughts import Errands as Errands  # noqa: PLC0414 (as the port Mind has it)
from app.domain.thoughts import Judged as Judged  # noqa: PLC0414 (as the port Mind has it)
from app.domain.thoughts import Mind as Mind  # noqa: PLC0414 (as the port Mind has it)
from app.domain.thoughts import Request as Request  # noqa: PLC0414 (as the port Mind has it)
from app.domain.thoughts import Thought as Thought  # noqa: PLC0414 (as the port Mind has it)
from app.domain.thoughts import WaitingCard as WaitingCard  # noqa: PLC0414 (as the port Mind has it)
from app.domain.thoughts import Watch as Watch  # noqa: PLC0414 (as the port Mind has it)
from app.domain.types import (
    AccountId,
    AccountRef,
    ActionId,
    Message,
    Person,
    PersonId,
    Place,
    Turn,
    TurnId,
    TurnStatus,
    Utterance,
    Value,
)

NO_HOLD = timedelta(0)
NO_TRAIL = Trail()

# Thinking.


class Invite(Protocol):
    async def __call__(self, person: PersonId, place: Place, needs: Needs | None = None) -> None:
        """Show a person, in their DM, the way to connect an account, or to allow more to those they have."""


class Allowance(Protocol):
    async def take(self) -> None:
        """Count one call to a paid model, before it is made. Raises PaidCallsSpent, StoreUnavailable."""


# Remembering.


class Kind(StrEnum):
    """What can wait for someone to go on with it."""

    ENVELOPE = "envelope"
    TURN = "turn"
    ERRAND = "errand"
    """A turn whose errand takes long, left to the worker of that; its person waits for it."""
    UNASKED = "unasked"
    """A turn that nobody asked for, which keeps nobody waiting."""
    ACTION = "action"
    ACCOUNT = "account"


class Waiting(Value):
    """A row whose owner is gone or which nobody has taken up: no content, only what to wake."""

    kind: Kind
    id: str
    person: PersonId | None = None
    bulk: bool = False
    """Whether going on with it takes long."""


class Claim(Value):
    """The right to work on an action, held until the attempt is over."""

    approval: Approval
    since: datetime
    """When the first attempt began."""
    tries: int = 1
    """Attempts since the person last decided, this one included."""


class Inbox(Protocol):
    async def put(self, key: str, envelope: Mapping[str, Any]) -> bool:
        """Keep an envelope durably; False when this key was kept before. Raises StoreUnavailable."""

    async def settle(self, key: str) -> None:
        """It has had its effect."""

    async def take(self, key: str) -> Mapping[str, Any] | None:
        """Take over an envelope that nobody works on; None when somebody does."""


class People(Protocol):
    async def person(self, person: PersonId) -> Person | None:
        """Who somebody is, in the zone by whose clocks they go."""

    async def meet(self, person: Person) -> bool:
        """Keep or renew a person; True when they are new."""


class Turns(Protocol):
    async def open(self, message: Message, *, limit: int) -> tuple[Turn, bool]:
        """Keep a request, at once running when its conversation is free, else queued; once per Slack message: the flag
        says whether it is new. Raises TooManyRequests when the person had `limit` in the last minute."""

    async def resume(self, turn: TurnId) -> Turn | None:
        """Take over a turn that was left: running, queued with nothing before it, or ended without its reply standing
        in Slack (its status then tells which); None when there is nothing to do or someone has it."""

    async def next(self, person: PersonId, conversation: str) -> Turn | None:
        """Start the oldest queued request of a conversation; None when a turn is running or none waits. What nobody
        asked for is left to who is woken for it."""

    async def running(self, person: PersonId, conversation: str) -> Turn | None:
        """The turn of a conversation that this process works on."""

    async def leave(self, turn: Turn, errand: str) -> None:
        """Leave a running turn to whoever resumes it, with the errand that it came to. Raises LostClaim."""

    async def mine(self, turn: Turn) -> None:
        """Raises LostClaim when the turn was stopped or taken over."""

    async def end(
        self, turn: Turn, *, status: TurnStatus, reply: str, actions: Sequence[Approval], trail: Trail = NO_TRAIL
    ) -> bool:
        """End it once, with its actions and everything else it leaves behind, in one transaction in which those they
        replace are replaced; False when someone else did. Raises Overtaken when one of those was decided meanwhile."""

    async def choose(self, person: PersonId, turn: TurnId, option: int) -> Turn | None:
        """Take one option of a question, once, as the person's own words: open the turn that they ask for, queued, and
        keep whom a name means. None when there is no such option, one was taken, or the person has gone on there."""

    async def take_up(self, person: PersonId, turn: TurnId, offer: int) -> Turn | None:
        """Take up one of the offers under a turn's report, once, and open the turn that sees to it, queued. None when
        there is no such offer or it was taken up already."""

    async def begin(self, person: Person, errand: str, *, text: str, key: str) -> Turn | None:
        """Open a turn for an errand that nobody asked for, queued in the person's direct messages, once for each line
        of the key; None when one of them was begun before."""

    async def begun(self, person: PersonId, keys: Collection[str]) -> frozenset[str]:
        """Those of some keys, each of one line, with which a turn was begun."""

    async def halt(self, person: PersonId, conversation: str) -> tuple[Turn, ...]:
        """Stop the running turn of a conversation and cancel the queued ones."""

    async def reword(self, person: PersonId, place: Place, ts: str, text: str | None) -> Turn | None:
        """Replace the text of a queued message, or cancel it (None); the turn it touched."""

    async def history(self, turn: Turn, *, limit: int) -> tuple[Utterance, ...]:
        """What was said before it: this thread and the last turns of the DM, oldest first."""

    async def put_off(self, turn: Turn) -> None:
        """Slack didn't take its reply: the sweeper brings it again, ever more rarely."""

    async def posted(self, turn: Turn, ts: str) -> None:
        """Its reply stands in Slack."""

    async def get(self, person: PersonId, turn: TurnId) -> Turn | None: ...
    async def planned(self, turn: Turn, ts: str) -> None:
        """The message that shows its actions together stands in Slack."""

    async def follow(self, turn: Turn, *, place: Place, text: str) -> Turn | None:
        """Open, once and queued, the turn that goes on with what a settled plan has brought; its text is code's, the
        words behind it are those of the turn it follows. None when there is nothing to go on with, or not yet."""


class Approvals(Protocol):
    async def get(self, person: PersonId, action: ActionId) -> Approval | None: ...
    async def decide(
        self, person: PersonId, action: ActionId, decision: Decision, *, click: str = "", hold: timedelta = NO_HOLD
    ) -> Approval | None:
        """One conditional move made from the table, owner included; None when it wasn't possible. A click that is one
        of several needed confirmations is counted, once per `click`, and leaves it proposed. What was approved after
        an action that is given up is skipped with it."""

    async def decide_all(
        self,
        person: PersonId,
        plan: TurnId,
        decision: Decision,
        *,
        shown: Collection[ActionId],
        hold: timedelta = NO_HOLD,
    ) -> tuple[Approval, ...]:
        """The same move at once for every undecided step of a plan that is among those shown and whose card stands;
        what takes more than one click can't be approved so. The ones it moved, in their order."""

    async def replace(self, person: PersonId, old: ActionId, new: Approval) -> bool:
        """Put a new action in the place of an undecided one; False, and nothing done, when it was decided or is past
        its time."""

    async def explain(self, person: PersonId, action: ActionId, reason: str) -> Approval | None:
        """Keep why an action was rejected, once; None when it wasn't rejected, or another reason is kept."""

    async def claim(self, person: PersonId, action: ActionId) -> Claim | None:
        """Take up an approved action that no earlier step of its plan comes before, or a running one whose owner is
        gone; None when there is nothing to take."""

    async def settle(
        self,
        claim: Claim,
        status: Status,
        *,
        note: str = "",
        receipt: Receipt | None = None,
        renewed: Approval | None = None,
    ) -> Approval:
        """Move a claimed action to where it ends up; raises LostClaim when the claim isn't ours any more. At the same
        time, what was approved after it is skipped when that is a bad end, and its new preview is kept."""

    async def wait(self, claim: Claim, until: datetime) -> None:
        """Put a claimed action down; the sweeper wakes it from then on. Raises LostClaim."""

    async def park(self, approval: Approval, note: str, *, account: AccountId) -> Approval | None:
        """Put an action down until an account is connected again; None when somebody else has it."""

    async def give_up(self, person: PersonId, account: AccountId, note: str) -> tuple[Approval, ...]:
        """Expire or cancel what waits and needs an account, and skip what was to come after it; the ones it touched."""

    async def let_go(self, person: PersonId, account: AccountId) -> None:
        """Forget what was settled in an account that is gone, or needed it. What is settled or drawn later goes when
        the store is tidied; the audit trail stays."""

    async def forgotten(self, person: PersonId, action: ActionId) -> bool:
        """Whether an action was this person's and is deleted by now."""

    async def propose(self, approval: Approval) -> None:
        """Keep one more action, outside a turn's end."""

    async def shown(self, approval: Approval, ts: str) -> Approval | None:
        """Its card stands in Slack and shows this status. The row as it is now when its card stands elsewhere, or when
        it has come to rest in another status meanwhile: whoever did that may have drawn it before. What isn't drawn
        again, the sweeper finds."""

    async def shown_again(self, approval: Approval, ts: str) -> Approval | None:
        """Its card stands at this place from now on, wherever it stood before: the row as it was, to take the buttons
        from that one."""

    async def opened(self, approval: Approval, view: str) -> None:
        """The person was shown more of it than its card has, in this view (Slack's id): the audit trail keeps that."""

    async def waiting(self, person: PersonId) -> tuple[Approval, ...]:
        """The cards a person has not decided, oldest first."""

    async def unsettled(self, person: PersonId) -> tuple[Approval, ...]:
        """The cards that ask a person for something, oldest first: to decide, to say what became of it, or, if it was
        lately, to have it tried again or the rest done."""

    async def decided(self, person: PersonId, *, limit: int) -> tuple[Approval, ...]:
        """The cards that were decided last, however they ended, the oldest first."""

    async def of_turn(self, turn: Turn) -> tuple[Approval, ...]: ...
    async def of_plan(self, person: PersonId, plan: TurnId) -> tuple[Approval, ...]:
        """The actions of a plan, those included that others have taken the place of."""

    async def expire(self, person: PersonId, now: datetime) -> tuple[Approval, ...]:
        """Expire what is past its time; the ones it touched."""

    def ledger(self, claim: Claim) -> Ledger:
        """The ledger of a claimed action."""


class Parking(Protocol):
    """Requests that wait for an account: to be connected again, or to be allowed more."""

    async def park(self, turn: Turn, needs: Needs) -> frozenset[AccountId]:
        """Keep a request until every account is there and allows this, and nothing else that an interrupted attempt may
        have said it needs; the accounts that something waited for already."""

    async def waiting(self, person: PersonId, account: AccountId) -> tuple[TurnId, ...]:
        """The requests that wait for an account, the oldest first."""

    async def waiting_only(self, person: PersonId, account: AccountId) -> tuple[Turn, ...]:
        """The requests that wait for this account and no other, the oldest first."""

    async def go_on(self, person: PersonId, turn: TurnId) -> Turn | None:
        """Open a parked request anew, queued; None when it isn't over, isn't parked, or waits on."""

    async def in_vain(self, person: PersonId, turn: TurnId) -> Needs | None:
        """What a request has waited for as long as one may; None when it isn't over, isn't parked, or waits on."""

    async def let_go(self, turn: Turn, reply: str) -> Turn | None:
        """Let go of a request that waited in vain, once, and keep the turn that says so: it has ended, and its reply is
        ours to post, or the sweeper's if we are gone. None when somebody else did, or it waits on."""


class Store(Protocol):
    """Everything that lasts."""

    @property
    def inbox(self) -> Inbox: ...
    @property
    def people(self) -> People: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def parking(self) -> Parking: ...
    @property
    def relations(self) -> Relations: ...
    @property
    def preferences(self) -> PreferenceStore: ...
    @property
    def verdicts(self) -> Verdicts: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def watches(self) -> Watches: ...
    async def rhythms(self) -> tuple[Rhythm, ...]:
        """When everybody who has a living account is to hear something by itself, in no particular order."""

    async def waiting(self) -> tuple[Waiting, ...]:
        """Rows that nobody works on and that are due: envelopes not settled, turns left (see Turns.resume), turns
        parked for what is there now, or in vain, actions to claim, cards that have shown an old status for some
        seconds, and dead accounts whose owner doesn't know yet."""

    async def ping(self) -> None:
        """Raises StoreUnavailable."""


# Accounts.


class Desks(Protocol):
    def open(self, person: Person) -> AbstractAsyncContextManager[Desk]:
        """A person's desk with all their living accounts; raises NotConnected, or ConnectionsEnded when none lives."""

    def pages(self, account: AccountRef) -> Pages:
        """Where the person looks into one of them by themselves, whether or not it lives."""


# The rest.


class Queue(Protocol):
    async def wake(self, kind: Kind, ident: str, person: PersonId | None, *, bulk: bool = False) -> None:
        """Ask a worker to look at a row; with `bulk`, for errands, and for what nobody asked for, the worker of what
        takes long. A wake-up, not a promise: failing is not an error."""


class Shelf(Protocol):
    """What was read for an action and may be wanted again. It may be gone at any moment, and then is read again.
    Nothing here ever raises."""

    async def keep(self, action: ActionId, person: PersonId, facts: Mapping[str, Any], *, lasting: timedelta) -> None:
        """Keep this, in the place of what was kept before, for so long; what is too large isn't kept."""

    async def find(self, action: ActionId, person: PersonId) -> Mapping[str, Any]:
        """What this person's action is kept with; nothing when that is gone."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""


@dataclass(frozen=True)
class Services:
    """Every port with what serves it, as wiring joins them."""

    store: Store
    grants: Grants
    chat: Chat
    queue: Queue
    mind: Mind
    desks: Desks
    consent: Consent
    clock: Clock
    shelf: Shelf
