"""What a plan for today looks like: the day by the clock, what doesn't go together in it, and what has no room."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.calendars import Period
from app.domain.cards import counted
from app.domain.reports import MAX_LINES, Line, Offer, Report, group
from app.domain.types import Event
from app.planning.conflicts import explained
from app.planning.sanitising import visible
from app.skills.focus.day import Piece, Today, Unread
from app.skills.tasks.reporting import line

NOON = 12
DONE = 4
"""Tasks that can be done at a click."""
NAMES = 2
"""Guests named on a line."""


def report(day: Today, *, plan: str, notes: Sequence[str]) -> Report:
    """The report of today; `plan` is the one sentence before it."""
    timed = sorted([*map(_meeting, day.meetings), *map(_piece, day.pieces)], key=lambda each: each[0].start)
    shown = [(period.start.astimezone(day.now.tzinfo), _at(period, what, day.now)) for period, what in timed]
    clashes = tuple(
        Line(text=explained(c, day.zone), sign="⚠️", link=next((e.link for e in c.events if e.link), ""))
        for c in day.conflicts
    )
    groups = [
        group("⚠️ What doesn't go together", clashes),
        group("🌅 Before noon", tuple(each for start, each in shown if start.hour < NOON), most=MAX_LINES),
        group("☀️ After noon", tuple(each for start, each in shown if start.hour >= NOON), most=MAX_LINES),
        group(f"🔴 No room today ({len(day.left)})", tuple(line(task, placed, day.now) for task, placed in day.left)),
        group(f"✉️ Unread from people ({len(day.unread)})", tuple(map(_mail, day.unread))),
    ]
    return Report(
        title=f"Your focus: {day.now:%A %-d %B}",
        summary=plan,
        groups=tuple(each for each in groups if each.lines),
        notes=tuple(notes),
        offers=_offers(day),
    )


def plan(day: Today) -> tuple[str, ...]:
    """Today in sentences: with what to begin, what else there is, and how much of it is free."""
    return tuple(filter(None, (_settle(day), _begin(day), _room(day)))) or ("Nothing presses today.",)


def _settle(day: Today) -> str:
    n = len(day.conflicts)
    return f"{counted(n, 'conflict')} in your calendar {'wants' if n == 1 else 'want'} settling first." if n else ""


def _begin(day: Today) -> str:
    if day.pieces:
        first = day.pieces[0]
        return f"Begin with “{_clean(first.task.found.title)}” at {_clock(first.period.start, day.now)}."
    if not day.left:
        return ""
    why = "Your working time today is over or taken" if day.known else "I can't see your calendar"
    return f"{why}, so nothing is planned; the most pressing is “{_clean(day.left[0][0].found.title)}”."


def _room(day: Today) -> str:
    if not day.known:
        return ""
    meetings = counted(len(day.meetings), "meeting") if day.meetings else "no meetings"
    free = sum((period.end - period.start for period in day.free), timedelta())
    left = f"{_long(free)} of free working time" if free else "no free working time left"
    return f"Today has {meetings} ahead and {left}."


def _long(length: timedelta) -> str:
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    parts = (counted(hours, "hour") if hours else "", counted(minutes, "minute") if minutes else "")
    return " ".join(filter(None, parts))


def _meeting(event: Event) -> tuple[Period, Line]:
    others = [p.called for p in event.guests]
    more = f" and {counted(len(others) - NAMES, 'other')}" if len(others) > NAMES else ""
    who = f"with {', '.join(others[:NAMES])}{more}" if others else ""
    detail = " · ".join(filter(None, map(_clean, (who, event.place))))
    told = Line(text=_clean(event.title) or "(no title)", detail=detail, link=event.link, sign="📅")
    return Period(start=event.start, end=event.end), told


def _piece(piece: Piece) -> tuple[Period, Line]:
    found = piece.task.found
    detail = " · ".join(filter(None, (f"#{piece.task.number}", found.who, ", ".join(piece.placed.reasons))))
    return piece.period, Line(text=found.title, detail=detail, link=found.link, sign="🎯")


def _mail(unread: Unread) -> Line:
    detail = " · ".join(filter(None, map(_clean, (unread.mail.sender.called, ", ".join(unread.verdict.reasons)))))
    return Line(text=_clean(unread.mail.subject) or "(no subject)", detail=detail, link=unread.link)


def _at(period: Period, what: Line, now: datetime) -> Line:
    clock = f"{_clock(period.start, now)}–{_clock(period.end, now)}"
    return what.model_copy(update={"text": f"{clock} {what.text}"})


def _clock(at: datetime, now: datetime) -> str:
    return f"{at.astimezone(now.tzinfo):%H:%M}"


def _clean(text: str) -> str:
    return " ".join(visible(text).replace("“", '"').replace("”", '"').split())


def _offers(day: Today) -> tuple[Offer, ...]:
    numbers = [piece.task.number for piece in day.pieces[:DONE]]
    done = tuple(Offer(label=f"✓ Done {number}", errand=f"tasks done {number}") for number in numbers)
    return (*done, Offer(label="All tasks", errand="tasks"))
