"""Eisenhower's four quadrants: where a task belongs, and the evidence that puts it there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

URGENT_WITHIN = timedelta(hours=36)
"""What is due until tomorrow evening can't wait for another day's plan."""
WEIGHTY = 60
"""Minutes from which on a task is taken to matter by its size alone when nothing else is known."""


class Quadrant(StrEnum):
    """Urgent or not, important or not, in the order in which to go about them."""

    DO = "do"
    SCHEDULE = "schedule"
    DELEGATE = "delegate"
    LATER = "later"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Quadrant.DO: "Do now",
    Quadrant.SCHEDULE: "Schedule",
    Quadrant.DELEGATE: "Hand on",
    Quadrant.LATER: "Later, or not at all",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a task that bears on its place."""

    due: datetime | None = None
    """Aware."""
    from_priority: bool = False
    """Somebody who matters to the person wants it."""
    others_wait: int = 0
    """How many people wait for it."""
    meeting: datetime | None = None
    """The next meeting it is needed for."""
    minutes: int = 0
    asked_of_others: bool = False
    """The person is only copied in on where it comes from."""
    pressing: str = ""
    """Words by which it was asked for at once."""
    own: bool = False
    """The person wrote it down themself."""
    said_important: bool | None = None
    """What the person said of it themself; outweighs everything else."""


@dataclass(frozen=True, slots=True)
class Placed:
    quadrant: Quadrant
    reasons: tuple[str, ...]
    """A few words each, those for the urgency first."""


def place(evidence: Evidence, now: datetime) -> Placed:
    """Where a task belongs at `now` (aware)."""
    urgent, important = _urgency(evidence, now), _importance(evidence)
    quadrant = {
        (True, True): Quadrant.DO,
        (False, True): Quadrant.SCHEDULE,
        (True, False): Quadrant.DELEGATE,
        (False, False): Quadrant.LATER,
    }[bool(urgent), bool(important)]
    reasons = (*urgent, *important)
    return Placed(quadrant, reasons or ("no deadline, and nobody is known to wait for it",))


def _urgency(evidence: Evidence, now: datetime) -> tuple[str, ...]:
    found = []
    if evidence.due is not None and evidence.due <= now:
        found.append("overdue")
    elif evidence.due is not None and evidence.due - now <= URGENT_WITHIN:
        found.append("due until tomorrow")
    if evidence.meeting is not None and evidence.meeting - now <= URGENT_WITHIN:
        found.append("needed for a meeting until tomorrow")
    if evidence.pressing:
        found.append(f"asked for “{evidence.pressing}”")
    return tuple(found)


def _importance(evidence: Evidence) -> tuple[str, ...]:
    if evidence.said_important is not None:
        return ("you said that it matters",) if evidence.said_important else ()
    if evidence.asked_of_others:
        return ()
    found = []
    if evidence.from_priority:
        found.append("for someone who matters to you")
    if evidence.others_wait:
        found.append(
            "someone waits for it" if evidence.others_wait == 1 else f"{evidence.others_wait} people wait for it"
        )
    if evidence.meeting is not None:
        found.append("a meeting depends on it")
    if evidence.own:
        found.append("you noted it yourself")
    if not found and evidence.minutes >= WEIGHTY:
        found.append("takes an hour or more")
    return tuple(found)


def order(evidence: Evidence, now: datetime) -> tuple[int, datetime, int]:
    """The place of a task among others: by quadrant, then the earliest due, then the shortest."""
    quadrants = list(Quadrant)
    due = evidence.due or evidence.meeting or datetime.max.replace(tzinfo=now.tzinfo)
    return quadrants.index(place(evidence, now).quadrant), due, evidence.minutes
