"""The actions of one request taken together: which may be decided at once, in which order they run, what follows."""

from collections.abc import Iterable
from typing import Self

from app.domain.approvals import Approval, Decision, Status
from app.domain.types import Place, Turn, Value

MAX_ACTIONS = 10
"""Cards one turn may propose; more would bury the person."""
S = Status
BLOCKING = frozenset({S.APPROVED, S.RUNNING, S.UNDOING})
"""While an earlier step is in one of these, a later one isn't begun."""
BROKEN = frozenset({S.FAILED, S.UNCERTAIN, S.STALE, S.EXPIRED, S.CANCELLED})
"""When a step ends in one of these, the later ones that were approved by then are skipped."""
OPEN = BLOCKING | {S.PROPOSED, S.UNCERTAIN}
"""While a step is in one of these, more is to come of the plan; what is uncertain, the person still has to say."""
FRUITFUL = frozenset({S.DONE, S.PARTIAL})
"""A plan of which nothing came has no results to go on with."""
SUPERSEDED = frozenset({S.STALE, S.REPLACED})
"""Another action may stand in the place of one that ended so."""
_ENDINGS = {
    S.FAILED: "wasn't done",
    S.UNCERTAIN: "may or may not have been done",
    S.STALE: "was no longer as shown",
    S.EXPIRED: "expired",
    S.CANCELLED: "was cancelled",
}


class Plan(Value):
    """A request with its actions, one for each step."""

    turn: Turn
    steps: tuple[Approval, ...]
    """In their order; of several for one step the newest."""

    @classmethod
    def of(cls, turn: Turn, approvals: Iterable[Approval]) -> Self:
        """The plan that these actions of a turn make."""
        newest: dict[int, Approval] = {}
        for approval in approvals:
            other = newest.get(approval.position)
            if other is None or _age(approval) >= _age(other):
                newest[approval.position] = approval
        return cls(turn=turn, steps=tuple(newest[position] for position in sorted(newest)))

    @property
    def several(self) -> bool:
        """Whether it is worth a message of its own."""
        return len(self.steps) > 1

    @property
    def settled(self) -> bool:
        return not any(step.status in OPEN for step in self.steps)

    @property
    def fruitful(self) -> bool:
        return any(step.status in FRUITFUL for step in self.steps)

    @property
    def statuses(self) -> tuple[tuple[Status, int], ...]:
        """What its message shows of the steps; where it differs, the message must be drawn anew."""
        return tuple((step.status, step.confirmations) for step in self.steps)

    @property
    def undecided(self) -> tuple[Approval, ...]:
        return tuple(step for step in self.steps if step.status is S.PROPOSED)

    @property
    def left_out(self) -> tuple[Approval, ...]:
        """Undecided steps that "approve all" doesn't cover: they take more than one click."""
        return tuple(step for step in self.undecided if step.needs > 1)

    def offered(self, decision: Decision) -> tuple[Approval, ...]:
        """What one click may decide now: only what the person has before their eyes, and only while it is several."""
        shown = [step for step in self.undecided if step.shown]
        if len(self.undecided) < 2:
            return ()
        return tuple(step for step in shown if decision is Decision.REJECT or step.needs == 1)

    def showing(self, cards: Iterable[Approval]) -> Self:
        """The same plan, now that these cards stand in Slack as they are."""
        drawn = {card.id: card for card in cards}
        steps = tuple(
            step.model_copy(update={"card_ts": card.card_ts, "drawn": card.status}) if card else step
            for step in self.steps
            for card in [drawn.get(step.id)]
        )
        return self.model_copy(update={"steps": steps})

    @property
    def place(self) -> Place:
        """Where it is gone on with: where its owner clicked last."""
        decided = [step for step in self.steps if step.decided_at is not None]
        return max(decided, key=lambda step: step.decided_at or step.proposed_at).place if decided else self.turn.place

    @property
    def next(self) -> Approval | None:
        """The step to be begun now."""
        blocking = next((step for step in self.steps if step.status in BLOCKING), None)
        return blocking if blocking is not None and blocking.status is S.APPROVED else None


def _age(approval: Approval) -> tuple[bool, object]:
    return approval.status not in SUPERSEDED, approval.proposed_at


def skipped_because(broken: Approval) -> str:
    """What the card of a later step says when an earlier one ended badly."""
    unclear = broken.status is S.UNCERTAIN and broken.reversing
    ending = "may or may not have been undone" if unclear else _ENDINGS[broken.status]
    return f"An earlier step, “{broken.card.title}”, {ending}, so I left this one out."
