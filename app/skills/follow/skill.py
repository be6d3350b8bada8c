"""The errand "follow": who owes whom an answer, and whom to remind today."""

from datetime import timedelta
from typing import ClassVar

from app.domain.desk import Desk
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.reading import Reading
from app.domain.tasks import Found, Source, Task
from app.planning.preferences import working_hours
from app.planning.workdays import working_day
from app.skills.follow.reporting import Followed, Reminder, report
from app.skills.follow.waiting import Wait, Waits, waits
from app.skills.tasks.finding import worded
from app.skills.triage.gathering import Inbox, search, wanting

BACK = timedelta(days=30)
"""How far back answers are looked for that are still owed."""


class Follow:
    long: ClassVar[bool] = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Show who waits for whom, and on working days whom to remind. Raises StewardError."""
        del argument
        reading = Reading()
        await watch("is looking for who waits for whom…")
        shown = report(await self.followed(request, desk, reading), now=request.now, notes=reading.notes)
        return Thought(reply=shown.summary, trail=Trail(report=shown))

    async def followed(self, request: Request, desk: Desk, reading: Reading) -> Followed:
        """Who waits for whom, and the reminders that are due; those settled meanwhile are closed. Raises GrantDead."""
        preferences = await self._services.store.preferences.of(request.person.id)
        hours = working_hours(preferences)
        queries = [wanting((request.now - BACK).date())]
        inbox = await search(request, desk, preferences, reading, queries=queries)
        found = await waits(inbox, request.now, hours, reading)
        long = {_key(wait): wait for wait in found.to_me if wait.long and wait.debt.since >= request.now - BACK}
        open_ = await self._services.store.tasks.find(
            request.person.id, [_found(key, wait, inbox) for key, wait in long.items()]
        )
        if settled := [task.number for task in open_ if _settled(task, found, set(long))]:
            await self._services.store.tasks.close(request.person.id, settled)
        due = [t for t in open_ if t.found.key in long and t.awake(request.now)]
        reminders = tuple(Reminder(task, long[task.found.key]) for task in due)
        return Followed(
            reminders=reminders,
            waiting=tuple(w for w in found.to_me if not w.long),
            owing=found.by_me,
            inbox=inbox,
            working=working_day(request.now.date(), hours),
        )


def _key(wait: Wait) -> str:
    """The same until the person writes again in the thread: then they wait for that one."""
    last = wait.debt.last
    return f"{Source.OWED}:{last.account.id}:{last.thread}:{last.id}"


def _found(key: str, wait: Wait, inbox: Inbox) -> Found:
    last = wait.debt.last
    return Found(
        key=key,
        source=Source.OWED,
        title=worded(last.subject) or "(no subject)",
        link=inbox.link(last),
        account=last.account.id,
        thread=f"{last.account.name}:{last.thread}",
        who=worded(", ".join(address.called for address in wait.debt.by)),
        since=wait.debt.since,
    )


def _settled(task: Task, found: Waits, due: set[str]) -> bool:
    """Whether a reminder is of no use any more: it is known that its thread doesn't wait for that mail any more."""
    if task.found.source is not Source.OWED or task.found.key in due:
        return False
    return task.found.conversation in found.known
