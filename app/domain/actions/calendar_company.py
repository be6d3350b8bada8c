"""Which guests of an event can't be expected then, and of which that isn't known; of a series the next times too."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from app.domain.calendars import Availability, Calendar, Period, whole
from app.domain.cards import counted
from app.domain.desk import Desk
from app.domain.errors import ProviderError
from app.domain.repeating import joined
from app.domain.types import Event, Value

NAMED = 5
"""Guests that a sentence names; of more it says how many."""


class Ahead(Value):
    """The occurrences of a series after the one that its card shows, as far as calendars are looked at for them."""

    coming: tuple[Period, ...] = ()
    """When they will be."""
    standing: tuple[Period, ...] = ()
    """When occurrences are now, as far as they meet the others: their guests are busy with them."""

    def but(self, starts: Iterable[datetime]) -> Self:
        """Without those that would start at these instants."""
        others = frozenset(starts)
        return self.model_copy(update={"coming": tuple(p for p in self.coming if p.start not in others)})

    def until(self, zone: str) -> str:
        """How far was looked, in a sentence; empty where nothing was ahead."""
        if not self.coming:
            return ""
        last = self.coming[-1].start.astimezone(ZoneInfo(zone))
        return f"I looked for clashes until {last:%a %-d %b %Y}."


def time_of(event: Event) -> Period:
    return Period(start=event.start, end=event.end)


def busy_then(email: str) -> str:
    return f"{email} is busy then."


def busy_on(email: str, times: Iterable[Period], zone: str) -> str:
    """The same of some occurrences of a series."""
    days = [f"{time.start.astimezone(ZoneInfo(zone)):%a %-d %b}" for time in times]
    return f"{email} is busy on {joined(days)}."


def tells_busy(sentence: str, email: str) -> bool:
    """Whether a sentence is one of these two about a guest."""
    return sentence.startswith(f"{email} is busy ")


async def expected(
    desk: Desk,
    own: Calendar,
    guests: Iterable[str],
    times: Sequence[Period],
    *,
    zone: str,
    besides: Sequence[Period] = (),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who of some people is busy at some times, a sentence each, and the addresses of those whose time can't be seen
    from any of the person's accounts; `besides` is when they are busy now with what is moved. However many times there
    are, each account is asked once."""
    mine = {account.email.lower() for account in desk.accounts}
    people = [email for email in dict.fromkeys(guests) if email.lower() not in mine]
    known: dict[str, Availability] = {}
    for calendar in (own, *(c for c in desk.calendars if c is not own)):
        if asked := [email for email in people if email not in known]:
            with suppress(ProviderError):
                told = await calendar.availability(asked, *whole(times))
                known |= {email: answer for email, answer in told.items() if not answer.unknown}
    found = {e: [t for t in times if _taken(known[e].busy, t, besides)] for e in people if e in known}
    said = [busy_on(e, at, zone) if len(times) > 1 else busy_then(e) for e, at in found.items() if at]
    return tuple(said), tuple(email for email in people if email not in known)


def _taken(busy: Iterable[Period], time: Period, besides: Sequence[Period]) -> bool:
    """Whether something else than what is moved stands at a time."""
    return any(_more(max(b.start, time.start), min(b.end, time.end), besides) for b in busy)


def _more(start: datetime, end: datetime, besides: Sequence[Period]) -> bool:
    """Whether anything of [start, end) is left without some other times."""
    for other in sorted(besides, key=lambda period: period.start):
        if start < min(end, other.start):
            return True
        start = max(start, other.end)
    return start < end


def attending(clashes: Sequence[str], unseen: Sequence[str]) -> tuple[str, ...]:
    """What is known of the guests at that time, a sentence each."""
    shown = ", ".join(unseen[:NAMED]) + (f" and {len(unseen) - NAMED} more" if len(unseen) > NAMED else "")
    more = f"{counted(len(clashes) - NAMED, 'more guest')} can't be expected." if len(clashes) > NAMED else ""
    blind = f"I can't see when {shown} {'are' if len(unseen) > 1 else 'is'} free." if unseen else ""
    return tuple(filter(None, (*clashes[:NAMED], more, blind)))
