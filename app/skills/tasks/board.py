"""All that a person has to do now, each task in its quadrant with the evidence that put it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.desk import Desk
from app.domain.ports import Request, Services
from app.domain.preferences import Preferences
from app.domain.reading import Reading
from app.domain.tasks import Source, Task
from app.domain.types import MailQuery
from app.planning.eisenhower import Evidence, Placed, Quadrant, order, place
from app.skills.tasks.finding import BACK, in_calendars, in_mail, over
from app.skills.triage.gathering import AHEAD, Inbox, search, wanting
from app.skills.triage.judging import TASK


@dataclass(frozen=True)
class Board:
    """The tasks of a person, and what was read to find them."""

    tasks: tuple[tuple[Task, Placed], ...]
    """Open and awake, in the order in which to go about them."""
    asleep: int
    inbox: Inbox
    preferences: Preferences

    def of(self, quadrant: Quadrant) -> list[tuple[Task, Placed]]:
        return [(task, placed) for task, placed in self.tasks if placed.quadrant is quadrant]


async def board(
    services: Services, request: Request, desk: Desk, reading: Reading, *, also: Sequence[MailQuery] = ()
) -> Board:
    """Look for tasks everywhere, keep what is new and close what settled itself; what can't be read is noted, and its
    tasks are those known before. `also` finds mails to be read besides. Raises GrantDead, StoreUnavailable."""
    person, now, store = request.person.id, request.now, services.store
    preferences = await store.preferences.of(person)
    queries = [wanting((now - BACK).date()), *also]
    inbox = await search(request, desk, preferences, reading, queries=queries)
    keys = [(mail.account.id, mail.id) for mail in inbox.mails]
    said = await store.verdicts.known(person, keys, version=services.mind.version(TASK)) if keys else {}
    found = [*in_mail(inbox, said, now), *in_calendars(inbox)]
    tasks = await store.tasks.find(person, found)
    if settled := over(tasks, inbox, now):
        await store.tasks.close(person, settled)
    keys_found = {f.key for f in found}
    left = [t for t in tasks if t.number not in settled and _there(t, inbox, keys_found, now)]
    awake = [task for task in left if task.awake(now)]
    placed = sorted(((t, placed_of(t, now)) for t in awake), key=lambda each: _order(each[0], each[1], now))
    return Board(tuple(placed), len(left) - len(awake), inbox, preferences)


def _there(task: Task, inbox: Inbox, found: set[str], now: datetime) -> bool:
    """Whether a task belongs on the board: what waits for others doesn't, nor what was to get ready for a meeting that
    is no longer in a calendar that could be read."""
    if task.found.source is Source.OWED:
        return False
    read = any(calendar.account.id == task.found.account for calendar in inbox.calendars)
    meeting = task.found.meeting
    return meeting is None or task.found.key in found or not read or meeting >= now + AHEAD


def evidence(task: Task) -> Evidence:
    """What bears on a task's place."""
    found = task.found
    return Evidence(
        due=found.due,
        from_priority=found.priority,
        others_wait=found.waiting,
        meeting=found.meeting,
        minutes=found.minutes,
        asked_of_others=found.copied,
        pressing=found.pressing,
        own=found.own,
        said_important=found.matters or None,
    )


def placed_of(task: Task, now: datetime) -> Placed:
    """Where a task belongs at an aware instant: where the person has put it, else where its evidence does."""
    found = place(evidence(task), now)
    return Placed(Quadrant(task.moved), ("you put it here", *found.reasons)) if task.moved else found


def _order(task: Task, placed: Placed, now: datetime) -> tuple[int, datetime, int]:
    return list(Quadrant).index(placed.quadrant), *order(evidence(task), now)[1:]


def minutes(tasks: Sequence[tuple[Task, Placed]]) -> int:
    """What the tasks take together, as far as anybody has an idea."""
    return sum(task.found.minutes for task, _ in tasks)
