"""The errand "tasks": show what there is to do, note something, and keep what the person says of a task."""

from datetime import datetime, time, timedelta
from typing import ClassVar
from uuid import uuid4

from app.domain.desk import Desk
from app.domain.errors import ChatError, StewardError
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.reading import Reading
from app.domain.tasks import LONGEST, Found, Source, Task
from app.planning.eisenhower import Quadrant
from app.planning.noting import due, minutes
from app.planning.preferences import spoken_hours, working_hours
from app.planning.sanitising import visible
from app.planning.workdays import after
from app.skills.tasks.board import board, placed_of
from app.skills.tasks.reporting import day, report

FIRST = "add!"
"""The verb that notes down what matters."""


class UnknownTask(StewardError):
    """There is no open task {number}. Type `tasks` to see them with their numbers."""


class UnknownQuadrant(StewardError):
    """I can put a task under do, schedule, delegate or later; say for example `tasks move 3 later`."""


class NothingNoted(StewardError):
    """Tell me what to note, for example `tasks add call the bank by Friday`."""


class Tasks:
    long: ClassVar[bool] = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Show all tasks; "add WORDS", or "add! WORDS" for what matters, notes one down, "done N", "snooze N" and
        "move N QUADRANT" change one. Raises StewardError."""
        verb, _, rest = argument.partition(" ")
        changes = {
            "add": self._add,
            FIRST: self._add_first,
            "done": self._done,
            "snooze": self._snooze,
            "move": self._move,
        }
        if verb in changes:
            return Thought(reply=await changes[verb](rest.strip(), request))
        reading = Reading()
        await watch("is looking for what there is to do…")
        found = await board(self._services, request, desk, reading)
        shown = report(found, now=request.now, notes=reading.notes)
        return Thought(reply=shown.summary, trail=Trail(report=shown))

    async def _add(self, words: str, request: Request) -> str:
        return await self._noted(words, request, matters=False)

    async def _add_first(self, words: str, request: Request) -> str:
        return await self._noted(words, request, matters=True)

    async def _noted(self, words: str, request: Request, *, matters: bool) -> str:
        title = " ".join(visible(words).split())[:LONGEST]
        if not title:
            raise NothingNoted
        zone, key = str(request.now.tzinfo), f"{Source.SLACK}:{request.turn or uuid4()}"
        hours = spoken_hours(await self._services.store.preferences.of(request.person.id))
        until = due(title, at=request.now, zone=zone, hours=hours)
        length = minutes(title, at=request.now, zone=zone)
        note = Found(
            key=key,
            source=Source.SLACK,
            title=title,
            since=request.now,
            due=until,
            minutes=length,
            matters=matters,
            **await self._where(request),
        )
        kept = await self._services.store.tasks.find(request.person.id, [note])
        number = next(task.number for task in kept if task.found.key == key)
        known = [f"due {day(until, request.now)}" if until else "", f"{length} min" if length else ""]
        told = ", ".join(filter(None, (*known, "it matters" if matters else "")))
        return f"Noted as task {number}: {title}{f' ({told})' if told else ''}."

    async def _where(self, request: Request) -> dict[str, str]:
        """The message in which it was noted, as a task keeps it."""
        if request.place is None or not request.ts:
            return {}
        thread = f"{request.place.channel}:{request.ts}"
        try:
            return {"thread": thread, "link": await self._services.chat.link(request.place, request.ts)}
        except ChatError:  # the note is what counts
            return {"thread": thread}

    async def _done(self, words: str, request: Request) -> str:
        numbers = [_number(word) for word in words.split()] or [_number("")]
        done = await self._services.store.tasks.close(request.person.id, numbers)
        if missing := sorted(set(numbers) - {task.number for task in done}):
            raise UnknownTask(number=missing[0])
        return f"Done: {', '.join(map(_called, done))}."

    async def _snooze(self, words: str, request: Request) -> str:
        hours = working_hours(await self._services.store.preferences.of(request.person.id))
        try:
            tomorrow = after(request.now.date(), 1, hours)
        except ValueError:  # who works on no day has no other day than the next
            tomorrow = request.now.date() + timedelta(days=1)
        morning = min((start for start, _ in hours.on(tomorrow.weekday())), default=time())
        until = datetime.combine(tomorrow, morning, tzinfo=request.now.tzinfo)
        task = await self._services.store.tasks.snooze(request.person.id, number := _number(words), until)
        if task is None:
            raise UnknownTask(number=number)
        return f"Snoozed: {_called(task)} is back {day(until, request.now)}."

    async def _move(self, words: str, request: Request) -> str:
        first, _, name = words.partition(" ")
        number, wanted = _number(first), name.strip().lower()
        if wanted not in list(Quadrant):
            raise UnknownQuadrant
        store, person = self._services.store.tasks, request.person.id
        known = next((task for task in await store.open(person) if task.number == number), None)
        if known is None:
            raise UnknownTask(number=number)
        plainly = placed_of(known.model_copy(update={"moved": ""}), request.now)
        if await store.move(person, number, wanted, before=plainly.quadrant) is None:
            raise UnknownTask(number=number)
        return f"Moved: {_called(known)} is under “{Quadrant(wanted).words}” from now on."


def _number(word: str) -> int:
    """The number of a task as it was said; raises UnknownTask for what is none."""
    digits = word.strip().removeprefix("#")
    if not digits.isdecimal() or len(digits) > len("1000000"):
        raise UnknownTask(number=word.strip() or "without a number")
    return int(digits)


def _called(task: Task) -> str:
    return f"“{task.found.title}”"
