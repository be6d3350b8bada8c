"""Why a slot is a good one, and what to know before taking it, in words."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.clocks import clock_changes
from app.planning.slots import Diary, Slot

YOU = "you"
"""How sentences name the asking person."""
GIVING_WAY = "something tentative or focus time"


def reasons(
    slot: Slot, diaries: Sequence[Diary], *, now: datetime, unseen: bool = False, unread: Sequence[str] = ()
) -> tuple[str, ...]:
    """What speaks for a slot and against it, the clocks of the others, and clocks that change between now and then.
    `now` is aware, the first diary the asking person's; `unseen` tells that there are people whose time isn't known,
    `unread` names the person's accounts whose calendars couldn't be read: nobody says then that they are free."""
    seen = diaries[1:] if unread else diaries
    hard = _free(slot, seen, unseen=unseen or bool(unread))
    clash = f"it may clash with something in {listed(unread)}" if unread else ""
    soft = f"{listed(slot.tentative)} {have(slot.tentative)} {GIVING_WAY}" if slot.tentative else ""
    outside = f"outside {listed(_whose(slot.outside))} hours" if slot.outside else _inside(diaries, unseen=unseen)
    others = (*_elsewhere(slot, diaries), *_turning(slot.start, diaries, now=now))
    return tuple(filter(None, (", ".join(filter(None, (hard, outside))), clash, soft, *others)))


def listed(names: Sequence[str]) -> str:
    """Ann, Ben and Carol."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def have(names: Sequence[str]) -> str:
    return "have" if len(names) > 1 or tuple(names) == (YOU,) else "has"


def city(zone: str) -> str:
    """The place a zone is named after: New York for America/New_York."""
    return zone.rpartition("/")[2].replace("_", " ")


def _turning(at: datetime, diaries: Sequence[Diary], *, now: datetime) -> tuple[str, ...]:
    """Which clocks are changed between now and then, and how far apart people are from then on where that differs."""
    own, *others = _zones(diaries)
    turns: dict[str, list[str]] = {}
    for zone in (own, *others):
        for day in clock_changes(zone, now, at):
            turns.setdefault(f"{day:%a %-d %b}", []).append(city(zone))
    told = [f"the clocks change in {listed(places)} on {day}" for day, places in turns.items()]
    apart = [
        f"{city(zone)} is {_apart(_difference(own, zone, at))} then, not {_apart(_difference(own, zone, now))} as today"
        for zone in others
        if _difference(own, zone, at) != _difference(own, zone, now)
    ]
    return (*told, *apart)


def _free(slot: Slot, diaries: Sequence[Diary], *, unseen: bool) -> str:
    free = [d.who for d in diaries if d.who not in slot.tentative]
    if len(diaries) == 1 or unseen:
        return f"{listed(free)} {'are' if len(free) > 1 or free == [YOU] else 'is'} free" if free else ""
    if not slot.tentative:
        return "everyone is free"
    return "everyone else is free" if free else ""


def _inside(diaries: Sequence[Diary], *, unseen: bool) -> str:
    """Whose hours it keeps to; a person's hours that aren't known are kept to by nothing."""
    known = [d.who for d in diaries if d.hours and d.zone]
    if len(diaries) > 1 and len(known) == len(diaries) and not unseen:
        return "inside everyone's hours"
    return f"inside {listed(_whose(known))} hours" if known else ""


def _whose(names: Iterable[str]) -> tuple[str, ...]:
    return tuple("your" if name == YOU else f"{name}'s" for name in names)


def _zones(diaries: Sequence[Diary]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(d.zone for d in diaries if d.zone))


def _elsewhere(slot: Slot, diaries: Sequence[Diary]) -> Iterable[str]:
    """What the clocks of those show who are elsewhere, where they show something else."""
    for zone in _zones(diaries)[1:]:
        there = slot.start.astimezone(ZoneInfo(zone))
        if there.utcoffset() != slot.start.utcoffset():
            people = listed([d.who for d in diaries if d.zone == zone])
            day = "" if there.date() == slot.start.date() else f"{there:%a} "
            yield f"{day}{there:%H:%M}–{slot.end.astimezone(ZoneInfo(zone)):%H:%M} in {city(zone)} ({people})"


def _difference(own: str, zone: str, at: datetime) -> timedelta:
    """How far a zone's clocks are ahead of one's own."""
    here, there = (at.astimezone(ZoneInfo(z)).utcoffset() or timedelta() for z in (own, zone))
    return there - here


def _apart(ahead: timedelta) -> str:
    hours, minutes = divmod(abs(ahead) // timedelta(minutes=1), 60)
    length = f"{hours} h" + (f" {minutes:02} min" if minutes else "")
    return "on your time" if not ahead else f"{length} {'ahead' if ahead > timedelta() else 'behind'}"
