"""The life of an action: its states, the one table of allowed moves, and the row that carries it."""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from app.domain.actions.action import Action
from app.domain.cards import Card, Receipt
from app.domain.types import AccountId, ActionId, PersonId, Place, Turn, TurnId, Value

LIFETIME = timedelta(days=1)
"""How long a card waits for somebody of whom no working day is known (design, section 6: one working day)."""
UNKNOWN_FOR = timedelta(minutes=2)
"""How long evidence is looked for before an outcome is called uncertain (design, section 6)."""


class Status(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    REPLACED = "replaced"
    EXPIRED = "expired"
    STALE = "stale"
    RUNNING = "running"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    UNDOING = "undoing"
    UNDONE = "undone"


S = Status
MOVES: dict[Status, frozenset[Status]] = {
    S.PROPOSED: frozenset({S.APPROVED, S.REJECTED, S.REPLACED, S.EXPIRED}),
    S.APPROVED: frozenset({S.RUNNING, S.CANCELLED, S.SKIPPED}),
    S.RUNNING: frozenset({S.DONE, S.PARTIAL, S.FAILED, S.UNCERTAIN, S.STALE}),
    S.FAILED: frozenset({S.APPROVED}),
    S.PARTIAL: frozenset({S.RUNNING, S.UNDOING}),
    S.DONE: frozenset({S.UNDOING}),
    S.UNDOING: frozenset({S.UNDONE, S.DONE, S.UNCERTAIN}),
    S.UNCERTAIN: frozenset({S.DONE, S.FAILED, S.UNDONE}),
    S.REJECTED: frozenset(),
    S.REPLACED: frozenset(),
    S.EXPIRED: frozenset(),
    S.STALE: frozenset(),
    S.CANCELLED: frozenset(),
    S.SKIPPED: frozenset(),
    S.UNDONE: frozenset(),
}
"""From where to where an action may move: the domain's rule, SQL's WHERE and the README's picture."""

WORKING = frozenset({S.RUNNING, S.UNDOING})
"""States in which a worker owns the row."""
UNDRAWN = WORKING | {S.APPROVED}
"""States whose card may still show the one before: what comes of them is drawn soon."""

UNFINISHED = frozenset({S.FAILED, S.PARTIAL})
"""States in which a person may have it tried again, or the rest done."""
REMEMBERED = timedelta(days=7)
"""How long what is unfinished is shown among what waits; older than that, it was let be."""


def moved_on(now: Status, drawn: Status | None) -> bool:
    """Whether a card that shows one status has to show another one at once."""
    return now is not drawn and now not in UNDRAWN


def sources(target: Status) -> frozenset[Status]:
    """The states from which an action may move to `target`."""
    return frozenset(s for s, targets in MOVES.items() if target in targets)


class Decision(StrEnum):
    """What a person can click."""

    APPROVE = "approve"
    REJECT = "reject"
    RETRY = "retry"
    CANCEL = "cancel"
    RESUME = "resume"
    UNDO = "undo"
    WENT_OUT = "went_out"
    DID_NOT = "did_not"
    UNDID = "undid"
    STANDS = "stands"

    @property
    def of_undoing(self) -> bool:
        """Whether it is about taking the deed back, and not about the deed."""
        return self in (Decision.UNDO, Decision.UNDID, Decision.STANDS)

    @property
    def said(self) -> str:
        """What the card repeats of it; empty where its new status says it all."""
        return _SAID.get(self, "")

    @property
    def move(self) -> tuple[frozenset[Status], Status]:
        """The states a decision is offered in, and the one it leads to."""
        return _DECISIONS[self]


_DECISIONS = {
    Decision.APPROVE: (frozenset({S.PROPOSED}), S.APPROVED),
    Decision.REJECT: (frozenset({S.PROPOSED}), S.REJECTED),
    Decision.RETRY: (frozenset({S.FAILED}), S.APPROVED),
    Decision.RESUME: (frozenset({S.PARTIAL}), S.RUNNING),
    Decision.CANCEL: (frozenset({S.APPROVED}), S.CANCELLED),
    Decision.UNDO: (frozenset({S.DONE, S.PARTIAL}), S.UNDOING),
    Decision.WENT_OUT: (frozenset({S.UNCERTAIN}), S.DONE),
    Decision.DID_NOT: (frozenset({S.UNCERTAIN}), S.FAILED),
    Decision.UNDID: (frozenset({S.UNCERTAIN}), S.UNDONE),
    Decision.STANDS: (frozenset({S.UNCERTAIN}), S.DONE),
}
_SAID = {
    Decision.WENT_OUT: "You said that it went through.",
    Decision.DID_NOT: "You said that it didn't go through.",
    Decision.UNDID: "You said that it was undone.",
    Decision.STANDS: "You said that it wasn't undone.",
}


class Approval(Value):
    """The row of an action: who may decide it, what was decided, and how it went."""

    id: ActionId
    person: PersonId
    turn: TurnId
    """The request that proposed it."""
    plan: TurnId = Field(default_factory=lambda known: known["turn"])
    """The request whose plan it is a step of: its own, or the one of the card it takes the place of."""
    place: Place
    position: int = 0
    """Its place in the plan, from 0."""
    replaces: ActionId | None = None
    """The action in whose stead it was proposed."""
    action: Action
    sha256: str
    status: Status = Status.PROPOSED
    attempt: int = 0
    confirmations: int = 0
    """Clicks on Approve so far; `needs` says how many it takes."""
    note: str = ""
    """Why it failed, went stale, was undone or not: a sentence for the card."""
    receipt: Receipt | None = None
    card_ts: str = ""
    """The Slack message that shows it; empty until it was posted."""
    drawn: Status | None = None
    """The status its card shows; where it differs from the row's, the card must be redrawn."""
    proposed_at: AwareDatetime
    expires_at: AwareDatetime
    decided_at: datetime | None = None
    reason: str = ""
    """Why it was rejected, in the person's words; empty when they didn't say."""
    explained_at: datetime | None = None
    not_before: datetime | None = None
    """It isn't worked on earlier: the end of a hold, or of a pause between two attempts."""
    reversing: bool = False
    """Whether what was begun last, and may be of unknown outcome, is its undoing and not the deed."""
    waits_for: AccountId | None = None
    """Its account, while that is to be connected again before it can be worked on."""

    @property
    def card(self) -> Card:
        return self.action.card()

    @property
    def needs(self) -> int:
        return self.card.confirmations

    @property
    def shown(self) -> bool:
        """Whether its owner has had the chance to see exactly what they would decide."""
        return bool(self.card_ts) and self.drawn is Status.PROPOSED

    @property
    def editable(self) -> bool:
        """Whether its card offers a form in which the person can change it."""
        return self.status is Status.PROPOSED and self.action.form() is not None

    @property
    def unexplained(self) -> bool:
        """Whether its card asks why it was rejected."""
        return self.status is Status.REJECTED and not self.reason

    @property
    def offers(self) -> tuple[Decision, ...]:
        """The buttons its card has now."""
        return tuple(d for d in Decision if self.status in d.move[0] and self._possible(d))

    def _possible(self, decision: Decision) -> bool:
        possible = {
            Decision.UNDO: bool(self.card.undo),
            Decision.CANCEL: self.action.held or self.waits_for is not None,
            Decision.WENT_OUT: not self.reversing,
            Decision.DID_NOT: not self.reversing,
            Decision.UNDID: self.reversing,
            Decision.STANDS: self.reversing,
        }
        return possible.get(decision, True)


def proposal(turn: Turn, action: Action, position: int, now: datetime, *, until: datetime | None = None) -> Approval:
    """An action as a step of its request's own plan, to be decided by then."""
    return Approval(
        id=action.id,
        person=turn.person,
        turn=turn.id,
        place=turn.place,
        position=position,
        action=action,
        sha256=action.sha256,
        proposed_at=now,
        expires_at=expiry(action, until or now + LIFETIME),
    )


def granted(approval: Approval) -> Approval:
    """The same as approved by what its owner said before: a mail to themself, and nothing else. Raises ValueError."""
    if not approval.action.to_oneself:
        raise ValueError(approval.action.kind)
    return approval.model_copy(update={"status": Status.APPROVED, "decided_at": approval.proposed_at})


def successor(old: Approval, action: Action, now: datetime, *, until: datetime | None = None) -> Approval:
    """Another action in the place of one: of the same request, at the same step of its plan; to be decided by then."""
    return Approval(
        **old.model_dump(include={"person", "turn", "plan", "place", "position"}),
        id=action.id,
        action=action,
        sha256=action.sha256,
        replaces=old.id,
        proposed_at=now,
        expires_at=expiry(action, until or now + LIFETIME),
    )


def expiry(action: Action, until: datetime) -> datetime:
    """When a card that is to be decided by then expires: at the start of what it is about, if that is earlier."""
    return min(until, action.too_late) if action.too_late else until
