"""A week's changes as an offer carries them, and as cards: what was shown is what is proposed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import AwareDatetime

from app.domain.actions import Action, ChangeEvent, CreateEvent
from app.domain.calendars import Period
from app.domain.cards import counted
from app.domain.desk import Desk, reference
from app.domain.errors import GrantDead, StewardError
from app.domain.plans import MAX_ACTIONS
from app.domain.types import Event
from app.domain.value import Value
from app.planning.blocks import FOCUS_TITLE
from app.planning.week import Move, Solution
from app.skills.week.gathering import home

OTHERWISE = "“{title}” isn't where it was any more, so I left it alone."
GONE = "A meeting that was to be moved is gone."


class Step(Value):
    """One meeting's move."""

    event: str
    """Its reference."""
    was: AwareDatetime
    start: AwareDatetime
    end: AwareDatetime


class Chosen(Value):
    """Changes of a week that were shown."""

    steps: tuple[Step, ...] = ()
    focus: tuple[Period, ...] = ()

    @property
    def called(self) -> str:
        """What is to be done, for a button."""
        moves = f"Move {'this' if len(self.steps) == 1 else 'these'} {counted(len(self.steps), 'meeting')}"
        blocks = counted(len(self.focus), "focus block")
        if not self.focus:
            return moves
        return f"{moves}, add {blocks}" if self.steps else f"Add {blocks}"


def chosen(found: Solution) -> list[Chosen]:
    """A week's changes in portions that become the cards of one turn each."""
    steps = [Step(event=m.meeting.id, was=m.meeting.start, start=m.start, end=m.end) for m in ordered(found.moves)]
    focus = [Period(start=start, end=end) for start, end in found.focus]
    every: list[Step | Period] = [*steps, *focus]
    portions = [every[n : n + MAX_ACTIONS] for n in range(0, len(every), MAX_ACTIONS)]
    return [
        Chosen(
            steps=tuple(each for each in portion if isinstance(each, Step)),
            focus=tuple(each for each in portion if isinstance(each, Period)),
        )
        for portion in portions
    ]


def ordered(moves: Iterable[Move]) -> list[Move]:
    """Moves in such an order that a meeting comes to a time only once those that stand there have left it, as far as
    they don't wait for each other."""
    left, found = list(moves), list[Move]()
    while left:
        free = next((m for m in left if not any(_blocks(o, m) for o in left if o is not m)), left[0])
        left.remove(free)
        found.append(free)
    return found


def _blocks(standing: Move, coming: Move) -> bool:
    return standing.meeting.start < coming.end and coming.start < standing.meeting.end


@dataclass
class Cards:
    """The cards of a portion in the making."""

    desk: Desk
    now: datetime
    zone: str
    actions: list[Action] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    async def make(self, portion: Chosen) -> None:
        """Prepare them, each previewed; what has changed since it was shown is noted and left out. Raises GrantDead,
        ScopeMissing."""
        events = [(step, await self._event(step)) for step in portion.steps]
        changes = [self._change(step, event) for step, event in events if event is not None]
        blocks = [self._block(period) for period in portion.focus]
        every: list[ChangeEvent | CreateEvent] = [*changes, *blocks]
        for action in every:
            self.desk.require(action.requires, action.changes)
        for action in every:
            await self._prepare(action)

    async def _event(self, step: Step) -> Event | None:
        """The event as it was when it was shown."""
        account, _, place = step.event.partition(":")
        calendar, _, ident = place.rpartition(":")
        event = await self.desk.calendar(account).event(calendar, ident)
        if event is None or event.status == "cancelled":
            self.notes.append(GONE)
            return None
        if event.start != step.was:
            self.notes.append(OTHERWISE.format(title=event.title))
            return None
        return event

    def _change(self, step: Step, event: Event) -> ChangeEvent:
        return ChangeEvent(
            account=event.account, zone=self.zone, proposed_at=self.now, was=event, start=step.start, end=step.end
        )

    def _block(self, period: Period) -> CreateEvent:
        return CreateEvent(
            account=reference(home(self.desk)),
            calendar="primary",
            title=FOCUS_TITLE,
            start=period.start,
            end=period.end,
            zone=self.zone,
            proposed_at=self.now,
        )

    async def _prepare(self, action: ChangeEvent | CreateEvent) -> None:
        try:
            previewed = await action.vetted(self.now).previewed(self.desk)
        except GrantDead:
            raise
        except StewardError as no:
            self.notes.append(no.sentence)
            return
        self.actions.append(previewed.model_copy(update={"overlaps": _left(previewed, self.actions)}))


def _left(action: ChangeEvent | CreateEvent, before: Sequence[Action]) -> tuple[object, ...]:
    """What stands at its new time and doesn't leave it with an earlier card of the same plan: if that one is rejected,
    this one's card no longer fits."""
    leaving = {f"{b.was.calendar}:{b.was.id}" for b in before if isinstance(b, ChangeEvent)}
    return tuple(overlap for overlap in action.overlaps if overlap.event not in leaving)
