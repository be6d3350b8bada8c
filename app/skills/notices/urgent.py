"""Which of the mails that came are urgent: by their signals, and never by what a stranger writes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.busy import once
from app.domain.calendars import Calendar, own_events
from app.domain.desk import Desk
from app.domain.mailboxes import INBOX, SENT, Mailbox
from app.domain.memory import Relation
from app.domain.preferences import Preferences
from app.domain.reading import Reading
from app.domain.types import Email, Event
from app.planning.preferences import spoken_hours
from app.planning.signals import Category, Circle, Signals, Verdict, signals, weigh
from app.skills.triage.gathering import Inbox, attendance, manager

LOOKED_AT = 20
"""Mails of one account looked at, the newest first: more at once are no news but a flood."""
STALE = timedelta(hours=12)
"""What lay longer, over quiet hours or while nobody ran, is for the digest."""
SOON = timedelta(days=1)


class Weighing:
    """How new mails of one person are weighed, with no more read than they take."""

    def __init__(self, desk: Desk, preferences: Preferences, relations: Sequence[Relation], now: datetime) -> None:
        self._desk = desk
        self._preferences = preferences
        self._relations = relations
        self._now = now
        self.reading = Reading()
        """Calendars that could not be read: what they would have said for a mail is missing, and nothing else."""

    async def fresh(self, box: Mailbox, came: Sequence[str]) -> Inbox:
        """Those that are news to the person, and from whom. Raises ProviderError when the mailbox fails."""
        newest = await box.read(came[-LOOKED_AT:]) if came else ()
        fresh = tuple(m for m in newest if self._fresh(m))
        return Inbox(mails=fresh, total=len(fresh), circle=await self._circle(box, fresh), boxes=(box,))

    def urgent(self, inbox: Inbox) -> list[tuple[Email, Verdict]]:
        """The urgent ones, the most pressing first."""
        weighed = [(m, signals(m, "", inbox.circle)) for m in inbox.mails]
        found = [(m, weigh(seen, self._now)) for m, seen in weighed if acquainted(seen)]
        urgent = [each for each in found if each[1].category is Category.URGENT_ACTION]
        return sorted(urgent, key=lambda each: -each[1].priority)

    def _fresh(self, mail: Email) -> bool:
        if mail.sender.email.lower() in {account.email.lower() for account in self._desk.accounts}:
            return False  # our own notices too come by mail
        return mail.unread and INBOX in mail.labels and not mail.bulk and self._now - mail.received < STALE

    async def _circle(self, box: Mailbox, mails: Sequence[Email]) -> Circle:
        """Who wrote these mails, seen from the person."""
        own = frozenset(account.email.lower() for account in self._desk.accounts)
        if not mails:
            return Circle(own=own, zone=str(self._now.tzinfo))
        threads = await box.threads(list(dict.fromkeys(m.thread for m in mails)))
        senders = {m.sender.email.lower() for m in mails} - own
        coming = await self.reading.each(self._desk.calendars, self._coming, what="calendar")
        # An invitation comes from anybody; only who takes it has to do with them.
        events = once(event for _, some in coming for event in some if event.mine or event.answer == "accepted")
        return Circle(
            own=own,
            zone=str(self._now.tzinfo),
            hours=spoken_hours(self._preferences),
            priority=frozenset(self._preferences.priority) | manager(self._relations),
            written={sender: await box.written_to(sender) for sender in sorted(senders)},
            answered=frozenset(t.id for t in threads if any(SENT in m.email.labels for m in t.mails)),
            meeting=attendance(events, own, before=self._now + SOON),
            delegate=self._preferences.delegate,
        )

    async def _coming(self, calendar: Calendar) -> tuple[Event, ...]:
        return await own_events(calendar, self._now, self._now + SOON)


def acquainted(seen: Signals) -> bool:
    """Whether the person has to do with who wrote: whatever a stranger's mail says of itself, it waits for the next
    triage."""
    return seen.priority or seen.known > 0 or seen.answered or seen.meeting is not None
