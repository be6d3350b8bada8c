"""Looks out for what people want to be told of by itself: urgent mail, and meetings that are about to begin."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from app.domain.busy import is_meeting, once, takes_time
from app.domain.calendars import Calendar, own_events
from app.domain.desk import Desk
from app.domain.errors import ProviderError, StewardError
from app.domain.ports import Kind, Request, Services
from app.domain.preferences import DIGEST
from app.domain.reading import Reading
from app.domain.rhythms import Rhythm
from app.domain.types import AccountId, Email, Event, Person
from app.planning.quiet import is_quiet
from app.skills.brief.finding import reference
from app.skills.notices.urgent import Weighing
from app.skills.triage import Triage
from app.skills.triage.gathering import Inbox

AT_ONCE = 5
"""People looked out for side by side."""
MOST = 3
"""Urgent mails of one account that are told of one by one; what more there is, one notice sums up."""
NOTICE = "notice"
"""The errand that tells of mails."""
log = structlog.get_logger(__name__)


class Lookout:
    """Ticked every few minutes, by as many schedulers as there are: each thing is told of once."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._triage = Triage(services)

    async def look(self) -> None:
        """Look out for everybody who wants it and may be told now; in quiet hours things wait, or grow stale. What came
        is sorted once everybody is told: a model takes its time."""
        now, slots = self._services.clock.now(), asyncio.Semaphore(AT_ONCE)
        arrived: list[tuple[Request, Inbox]] = []

        async def one(rhythm: Rhythm) -> None:
            async with slots:
                try:
                    arrived.extend(await self._look(rhythm, now))
                except (StewardError, ZoneInfoNotFoundError) as failure:
                    log.warning("lookout_put_off", person=str(rhythm.person), error=type(failure).__name__)

        await asyncio.gather(*(one(rhythm) for rhythm in await self._services.store.rhythms()))
        for request, inbox in arrived:
            await self._sort(request, inbox)

    async def _look(self, rhythm: Rhythm, now: datetime) -> list[tuple[Request, Inbox]]:
        """Begin what is to be told; what came, to be sorted."""
        wanted = rhythm.preferences
        if not (wanted.new_mail or wanted.brief_before) or is_quiet(now, wanted.quiet, rhythm.zone):
            return []
        person = await self._services.store.people.person(rhythm.person)
        if person is None:
            return []
        here = now.astimezone(ZoneInfo(rhythm.zone))
        async with self._services.desks.open(person) as desk:
            if wanted.brief_before:
                await self._meetings(person, desk, here, timedelta(minutes=wanted.brief_before))
            found = await self._mail(person, desk, here) if wanted.new_mail else []
        return [(Request(person=person, now=here, text=""), inbox) for inbox in found]

    async def _sort(self, request: Request, inbox: Inbox) -> None:
        """Have what came sorted already when a digest or triage asks for it; what isn't, they sort themselves."""

        async def watch(_: str) -> None: ...

        await self._triage.sort(request, inbox, inbox.mails, watch=watch, reading=Reading())

    # Mail.

    async def _mail(self, person: Person, desk: Desk, now: datetime) -> list[Inbox]:
        """Tell of what is urgent; everything new, to be sorted."""
        store = self._services.store
        cursors = await store.watches.cursors(person.id)
        preferences, relations = await store.preferences.of(person.id), await store.relations.all(person.id)
        weighing, found = Weighing(desk, preferences, relations, now), list[Inbox]()
        for box in desk.mailboxes:
            cursor = cursors.get(box.account.id, "")
            try:
                came = await box.arrivals(cursor)
                fresh = await weighing.fresh(box, came.mails)
                urgent = [mail for mail, _ in weighing.urgent(fresh)]
                if came.cursor != cursor and (preferences.notify == DIGEST or await self._tell(person, urgent)):
                    await store.watches.advance(person.id, AccountId(box.account.id), came.cursor)
                    found += [fresh] if fresh.mails else []
            except ProviderError as failure:
                log.warning("mailbox_not_watched", account=str(box.account.id), error=failure.code)
        for why in weighing.reading.unread.values():
            log.warning("weighed_without_calendar", person=str(person.id), error=why.code)
        return found

    async def _tell(self, person: Person, found: Sequence[Email]) -> bool:
        """Tell of those that nothing tells of yet, before the cursor goes on: whoever is killed tells nothing twice.
        False when somebody else is telling of some in another way, and who looks next knows which are left."""
        begun, keys = self._services.store.turns.begun, [_key(mail) for mail in found]
        told = await begun(person.id, keys)
        new, one_by_one = [mail for mail in found if _key(mail) not in told], max(0, MOST - len(told))
        for some in (*([mail] for mail in new[:one_by_one]), new[one_by_one:]):
            if some:
                errand = f"{NOTICE} " + "\n".join(f"{mail.account.name}:{mail.id}" for mail in some)
                await self._begin(person, errand, text="Urgent mail", key="\n".join(map(_key, some)))
        return not new or set(keys) <= await begun(person.id, keys)

    # Meetings.

    async def _meetings(self, person: Person, desk: Desk, now: datetime, before: timedelta) -> None:
        events: list[Event] = []
        for calendar in desk.calendars:
            events += await self._coming(calendar, now, before)
        for event in once(events):
            if now < event.start and is_meeting(event) and takes_time(event) and (event.guests or not event.mine):
                key = f"brief {event.uid or event.id} {event.start.isoformat()}"
                await self._begin(person, f"brief {reference(event)}", text="Briefing", key=key)

    async def _coming(self, calendar: Calendar, now: datetime, before: timedelta) -> tuple[Event, ...]:
        try:
            return await own_events(calendar, now, now + before)
        except ProviderError as failure:
            log.warning("calendar_not_watched", account=str(calendar.account.id), error=failure.code)
            return ()

    async def _begin(self, person: Person, errand: str, *, text: str, key: str) -> None:
        turn = await self._services.store.turns.begin(person, errand, text=text, key=key)
        if turn is not None:
            await self._services.queue.wake(Kind.UNASKED, str(turn.id), person.id)


def _key(mail: Email) -> str:
    """The same for a mail that came into two accounts. A Message-ID is whatever its sender wrote."""
    mark = hashlib.sha256((mail.message_id or f"{mail.account.id}:{mail.id}").encode()).hexdigest()[:32]
    return f"urgent {mark}"
