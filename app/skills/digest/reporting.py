"""What a digest looks like: the day in a sentence, then what wants the person, and the rest folded."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from app.domain.cards import counted
from app.domain.reports import Group, Line, Offer, Report, group
from app.domain.types import Address, Email, Event
from app.planning.conflicts import explained
from app.planning.due import LATE
from app.planning.eisenhower import Quadrant
from app.planning.sanitising import visible
from app.planning.signals import Category
from app.skills.digest.day import Day
from app.skills.digest.planning import named
from app.skills.follow.waiting import Wait
from app.skills.tasks.reporting import SIGNS, line
from app.skills.triage.handling import archiving
from app.skills.triage.reporting import TITLES

FEW, MANY = 5, 10
"""Lines of an open and of a folded group."""
LABEL_ROOM = 60
"""Characters of a button: a phone shows no more."""
RED = "🔴"
NAMES = 3
"""Guests named on a line."""


def report(day: Day, *, name: str, plan: str, notes: Sequence[str], late: timedelta) -> Report:
    """The report of a day. How `late` it is, it says."""
    hello = f"Good morning, {name}" if day.now.hour < 12 else f"Your day, {name}"
    greeting = hello if name else hello.partition(",")[0]
    said = summary(day)
    groups = (_today(day), _answers(day), _tasks(day), _others(day), _waited(day), _night(day))
    return Report(
        title=f"{greeting}: {day.now:%A %-d %B}",
        summary=f"{_late(late, said)}\nSuggested: {plan}",
        groups=tuple(each for each in groups if each),
        notes=tuple(notes),
        offers=tuple(_offers(day)),
    )


def _late(late: timedelta, said: str) -> str:
    if late < LATE:
        return said
    hours = late // timedelta(hours=1)
    return f"{counted(hours, 'hour') if hours else 'A little'} late today: {said[0].lower()}{said[1:]}"


def summary(day: Day) -> str:
    """The day in one sentence; of what could not be read it says nothing."""
    parts = [_meetings(day)] if day.board.inbox.calendars else []
    if day.board.inbox.boxes:
        owed = len(day.owed)
        parts.append(f"{counted(owed, 'mail waits', 'mails wait')} for your answer" if owed else "")
        parts.append(
            f"{counted(len(day.night) + day.more, 'new mail')} since {_since(day)}" if day.night else "no new mail"
        )
    pressing = len(day.board.of(Quadrant.DO))
    parts.insert(2, f"{counted(pressing, 'task')} to do now" if pressing else "")
    told = "; ".join(filter(None, parts)) or "there is little I could read"
    return f"{told[0].upper()}{told[1:]}."


def _meetings(day: Day) -> str:
    if not day.meetings:
        return "no meetings" if day.now.hour < 12 else "no more meetings"
    first = day.meetings[0].start.astimezone(day.zone)
    at = (
        f", the first at {first:%H:%M}" if first > day.now else ", one of them now" if len(day.meetings) > 1 else " now"
    )
    clash = f", {counted(len(day.conflicts), 'conflict')}" if day.conflicts else ""
    return f"{counted(len(day.meetings), 'meeting')}{at}{clash}"


def _since(day: Day) -> str:
    ago = (day.now.date() - day.since.date()).days
    return f"{'yesterday' if ago == 1 else format(day.since, '%A')} {day.since:%H:%M}"


def _today(day: Day) -> Group | None:
    if not day.board.inbox.calendars:
        return None
    clashes = tuple(
        Line(text=explained(c, day.zone), sign="⚠️", link=next((e.link for e in c.events if e.link), ""))
        for c in day.conflicts
    )
    free = ", ".join(f"{p.start:%H:%M}–{p.end:%H:%M}" for p in day.free)
    gaps = (Line(text=f"Free: {free}", detail="in your working hours", sign="🟢"),) if free else ()
    meetings = tuple(_meeting(event, day) for event in day.meetings)
    lines = (*clashes, *meetings, *gaps)
    if not lines:
        return None
    return group(f"📅 Today ({len(meetings)})" if meetings else "📅 Today", lines, most=MANY)


def _meeting(event: Event, day: Day) -> Line:
    start, end = event.start.astimezone(day.zone), event.end.astimezone(day.zone)
    people = [
        p for p in (event.organizer, *event.guests) if p.email and p.email.lower() not in day.board.inbox.circle.own
    ]
    detail = [_people(people), event.place, _ANSWERS.get(event.answer, "")]
    return Line(
        text=f"{start:%H:%M}–{end:%H:%M} {_clean(event.title) or '(no title)'}",
        detail=" · ".join(_clean(part) for part in detail if part),
        link=event.link,
    )


_ANSWERS: Mapping[str, str] = {"needsAction": "not answered yet", "tentative": "you said maybe"}


def _people(people: Sequence[Address]) -> str:
    called = list(dict.fromkeys(person.called for person in people))
    more = f" and {counted(len(called) - NAMES, 'other')}" if len(called) > NAMES else ""
    return f"with {', '.join(called[:NAMES])}{more}" if called else ""


def _answers(day: Day) -> Group | None:
    urgent = {found.mail for _, found in day.night if found.category == Category.URGENT_ACTION}
    lines = tuple(_wait(w, day, w.debt.last.sender.called, urgent=w.debt.last.id in urgent) for w in day.owed)
    return group(f"✉️ Waits for your answer ({len(lines)})", lines, most=FEW) if lines else None


def _wait(wait: Wait, day: Day, who: str, *, urgent: bool = False) -> Line:
    last = wait.debt.last
    since = f"since {wait.debt.since.astimezone(day.zone):%a %-d %b}"
    long = f"{counted(wait.days, 'working day')}, " if wait.days else ""
    detail = f"{_clean(who)} · {long}{since}"
    return Line(
        text=_clean(last.subject) or "(no subject)", detail=detail, link=_link(day, last), sign=RED if urgent else ""
    )


def _link(day: Day, mail: Email) -> str:
    return day.board.inbox.link(mail)


def _tasks(day: Day) -> Group | None:
    some = day.board.of(Quadrant.DO)
    lines = tuple(line(task, placed, day.now) for task, placed in some)
    title = f"{SIGNS[Quadrant.DO]} {Quadrant.DO.words} ({len(some)})"
    return group(title, lines, most=FEW) if lines else None


def _others(day: Day) -> Group | None:
    """The tasks of the other quadrants."""
    rest = [(q, day.board.of(q)) for q in Quadrant if q is not Quadrant.DO]
    lines = tuple(
        line(task, placed, day.now).model_copy(update={"sign": SIGNS[quadrant]})
        for quadrant, some in rest
        for task, placed in some
    )
    counts = ", ".join(f"{quadrant.words}: {len(some)}" for quadrant, some in rest if some)
    return group(f"✅ Other tasks ({counts})", lines, most=MANY, folded=True) if lines else None


def _waited(day: Day) -> Group | None:
    lines = tuple(_wait(w, day, ", ".join(a.called for a in w.debt.by)) for w in day.waited)
    return group(f"⏰ Time to ask again ({len(lines)})", lines, most=FEW, folded=True) if lines else None


def _night(day: Day) -> Group | None:
    if not day.night:
        return None
    counts = Counter(Category(found.category) for _, found in day.night)
    told = ", ".join(f"{TITLES[c][1].lower()}: {counts[c]}" for c in Category if counts[c])
    lines = tuple(
        Line(
            text=_clean(mail.subject) or "(no subject)",
            detail=_clean(f"{mail.sender.called} · {found.reason}"),
            link=_link(day, mail),
            sign=TITLES[Category(found.category)][0],
        )
        for mail, found in day.night
    )
    told += f", not sorted: {day.more:,}" if day.more else ""
    shown = group(f"🌙 Since {_since(day)} ({told})", lines, most=MANY, folded=True)
    return shown.model_copy(update={"more": shown.more + day.more})


def _offers(day: Day) -> Iterator[Offer]:
    following = next((e for e in day.meetings if e.start > day.now and e.guests), None)
    if following:
        ref = f"{following.account.name}:{following.calendar}:{following.id}"
        title = named(following.title)[1:-1]
        yield Offer(label=f"Brief me for {title}"[:LABEL_ROOM], errand=f"brief {ref}", primary=True)
    if day.board.tasks:
        yield Offer(label="Show my tasks", errand="tasks")
    if day.waited:
        yield Offer(label="Who owes whom", errand="follow")
    if offer := archiving([found for _, found in day.night], Category.NEWSLETTER):
        yield offer


def _clean(text: str) -> str:
    return " ".join(visible(text).split())
