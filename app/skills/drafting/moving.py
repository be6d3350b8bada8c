"""The draft that asks whoever organises a meeting to move it, with every time in words."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.actions import SendMail
from app.domain.cards import zoned
from app.domain.ports import Mind
from app.domain.types import Event
from app.planning.provenance import named
from app.skills.drafting.known import WAITS, Drafted, Known, quoted
from app.skills.drafting.wording import plain, worded
from app.writing import Letter, usual_sender, written

GONE = "The meeting that was to be moved is gone."
OTHERWISE = "{title} isn't where it was any more, so I drafted nothing."
BEGUN = "{title} has begun already."
PAST = "The times that were free for {title} are over."
OWN = "You organise {title} yourself: I can move it for you."
PLAIN = "The model gave no usable text about {title}, so I put plain words of mine on the card."


async def request(ref: str, times: Sequence[datetime], known: Known, mind: Mind) -> Drafted:
    """The card of a mail that asks to move a meeting, which stood at the first of these times, to one of the others.
    Raises UnclearAccount, ProviderError, Refusal."""
    account, _, place = ref.partition(":")
    calendar, _, ident = place.rpartition(":")
    event = await known.desk.calendar(account).event(calendar, ident)
    if event is None or event.status == "cancelled":
        return Drafted(note=GONE)
    was, *free = times
    free = [at for at in free if at > known.request.now]
    if why := _in_vain(event, was, free, known):
        return Drafted(note=why.format(title=quoted(event.title)))
    day = event.start.astimezone(ZoneInfo(known.request.person.zone))
    to, subject = named(event.organizer), f"Another time for {quoted(event.title)} on {day:%A %-d %B}"
    if known.asking(to, subject):
        return Drafted(note=WAITS.format(title=quoted(event.title)))
    known.sources.event(event)
    body = await _text(event, free, known, mind)
    box = known.desk.mailbox(account)
    given = {
        "sender": await usual_sender(box, known.request.person),
        "subject": subject,
        "body": body or _plain(event, free, known),
    }
    action = await written(Letter(box, SendMail, given, [(to, "to")]), known)
    return Drafted(action, "" if body else PLAIN.format(title=quoted(event.title)))


def _in_vain(event: Event, was: datetime, free: Sequence[datetime], known: Known) -> str:
    """Why nobody is asked; empty where somebody is."""
    if event.mine or event.organizer.email.lower() in known.own or not event.organizer.email:
        return OWN
    if event.start != was:
        return OTHERWISE
    if event.start <= known.request.now:
        return BEGUN
    return "" if free else PAST


async def _text(event: Event, free: Sequence[datetime], known: Known, mind: Mind) -> str:
    """A model's words that name every time as code has it; empty where it gives none."""
    times = [_spoken(at, event, known) for at in free]
    facts = {
        "kind": "move",
        "writer": known.writer,
        "now": _spoken(event.start, event, known),
        "times": times,
        "untrusted": {"to": [named(event.organizer).called], "meeting": quoted(event.title)},
    }
    return await worded(mind, facts, must=times)


def _plain(event: Event, free: Sequence[datetime], known: Known) -> str:
    times = "\n".join(f"• {_spoken(at, event, known)}" for at in free)
    asked = f"Could we move {quoted(event.title)}, now on {_spoken(event.start, event, known)}? I could make it on"
    return plain([event.organizer], f"{asked}\n\n{times}", known.writer)


def _spoken(at: datetime, event: Event, known: Known) -> str:
    """When the meeting would be if it started then: weekday, date, times, and the zone with what it is at that time."""
    zone = known.request.person.zone
    start, end = (t.astimezone(ZoneInfo(zone)) for t in (at, at + (event.end - event.start)))
    return f"{start:%A %-d %B %Y}, {start:%H:%M} to {end:%H:%M} ({zoned(start, zone)})"
