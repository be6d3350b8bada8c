"""What the week skill shows: both weeks side by side, what the new one costs, and what stands in its way."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from app.domain.cards import counted
from app.domain.preferences import TITLES
from app.domain.reports import MAX_OFFERS, Group, Line, Offer, Report, group
from app.planning.sanitising import visible
from app.planning.week import Grid, Reason, Solution, Stuck, elsewhere, in_the_way
from app.planning.week.wishes import told
from app.skills.drafting import errands as drafting
from app.skills.week.gathering import Found
from app.skills.week.keeping import kept, titles
from app.skills.week.moving import chosen
from app.skills.week.table import WITHOUT, clock, shortened, table, turns

ERRAND = "week apply"
STUCK: Mapping[Reason, str] = {
    Reason.HOURS: "Your meetings don't fit into your working hours ({value}); with longer ones they would.",
    Reason.CLOSED: "Your meetings don't fit beside the time you keep free ({value}); with less of it they would.",
    Reason.BUFFER: "{value} between two meetings is more than there is room for; with less the week would fit.",
    Reason.MOST: "There are more meetings than days with {value} of them; with more a day the week would fit.",
    Reason.FIXED: "With {value} where you want it there is no room for the rest; if it may move, the week fits.",
    Reason.GUESTS: "Your rules leave no time at which the guests are free too, as far as I can see their calendars.",
    Reason.UNTOLD: "Which of them is to blame I couldn't find out in the time I have.",
    Reason.ROOM: "There is more to meet about than time: no single one of your rules is to blame.",
}
PREFERENCE = {
    Reason.HOURS: "hours",
    Reason.CLOSED: "closed",
    Reason.BUFFER: "buffer",
    Reason.MOST: "most_a_day",
}
"""The preference that a kind of rule comes from."""
UNFOUND = "I found no week that keeps all your rules in the time I have for looking, which doesn't mean there is none."


def report(found: Found, answer: Solution | Stuck, notes: Sequence[str]) -> Report:
    """The report of a week."""
    solution = answer if isinstance(answer, Solution) else None
    changes = chosen(solution) if solution else []
    groups = (
        _side_by_side(found, solution),
        *((_moves(found, solution),) if solution and solution.moves else ()),
        *_others(found, solution),
    )
    unread = [f"I couldn't read “{clause}” as a rule, so this week doesn't heed it." for clause in found.wish.unread]
    return Report(
        title=_title(found),
        summary=" ".join(_summary(found, answer)),
        groups=groups,
        notes=(*notes, *unread, *kept(found), *turns(found)),
        offers=tuple(
            Offer(label=each.called, errand=f"{ERRAND} {each.model_dump_json()}", primary=n == 0)
            for n, each in enumerate(changes[:MAX_OFFERS])
        ),
    )


def _title(found: Found) -> str:
    zone = ZoneInfo(found.rules.zone)
    first, last = found.wish.start.astimezone(zone), found.wish.end.astimezone(zone)
    last = last - timedelta(seconds=1)
    return f"Your week: {first:%a %-d %b} to {last:%a %-d %b} ({zone.key})"


def _side_by_side(found: Found, solution: Solution | None) -> Group:
    better = solution if solution and (solution.moves or solution.focus) else None
    title = "The week as it is, and the proposed one" if better else "The week as it is"
    return Group(title=title, table=table(found, better)) if found.events else Group(title="Nothing stands in it")


def _summary(found: Found, answer: Solution | Stuck) -> list[str]:
    if isinstance(answer, Stuck):
        return [f"No week keeps all your rules, so I propose nothing. {_why(found, answer)}"]
    return [_costs(found, answer), _focus(found, answer), _proof(answer), _ruled(found)]


def _why(found: Found, stuck: Stuck) -> str:
    if not stuck.reasons:
        return UNFOUND
    worded = found.wish.preferences.worded
    values = {r: worded[name] for r, name in PREFERENCE.items()} | {Reason.FIXED: titles(found)}
    sentences = [STUCK[r].format(value=values.get(r, "")) for r in stuck.reasons]
    names = [f"“{TITLES[PREFERENCE[r]]}”" for r in stuck.reasons if r in PREFERENCE]
    change = f"To change it, tell me otherwise for {' or '.join(names)}." if names else ""
    return " ".join(filter(None, (*sentences, change)))


def _costs(found: Found, solution: Solution) -> str:
    if not found.own and found.kept:
        return "What you could move stays, as you said."
    if not found.own:
        return "You organise no meeting with guests in this time, so there is nothing I could move."
    if not solution.moves:
        return "Your meetings can stay where they are: nothing better is worth a move."
    broken = "As it is, the week breaks your rules. " if solution.today is None else ""
    guests = f"{counted(solution.guests, 'guest')} {'is' if solution.guests == 1 else 'are'} affected"
    return f"{broken}{counted(len(solution.moves), 'meeting')} of your {len(found.own)} would move; {guests}."


def _focus(found: Found, solution: Solution) -> str:
    if not found.rules.focus:
        return ""
    hours = found.rules.stretch.total_seconds() / 3_600
    wanted = counted(found.rules.focus, "focus stretch", "focus stretches")
    return f"{len(solution.focus)} of {wanted} of {hours:g} hours found."


def _proof(solution: Solution) -> str:
    if not solution.moves and not solution.focus:
        return ""
    if solution.optimal:
        return "No week keeps your rules at less cost."
    return f"I had no time to prove it the best: another could cost up to {solution.gap:.0%} less."


def _ruled(found: Found) -> str:
    rules = told(found.wish.preferences)
    return f"Rules: {'; '.join(rules)}." if rules else ""


def _moves(found: Found, solution: Solution) -> Group:
    zone = ZoneInfo(found.rules.zone)
    lines = []
    for move in solution.moves:
        event = found.events[move.meeting.id]
        before = event.start.astimezone(zone)
        detail = f"{before:%a %-d %b %H:%M} → {move.start:%a %-d %b} {clock(move.start, move.end)}"
        guests = counted(move.meeting.guests, "guest")
        lines.append(Line(text=shortened(event.title), detail=f"{detail} · {guests}", link=event.link, sign="➜"))
    return group(f"Moves ({len(lines)})", tuple(lines))


def _others(found: Found, solution: Solution | None) -> list[Group]:
    """Meetings in the way that only others can move, each with a message that asks for it."""
    grid = Grid(found.meetings, found.rules, found.wish.start, found.wish.end)
    zone, broken = ZoneInfo(found.rules.zone), in_the_way(grid, found.others)
    lines, offers = [], []
    for meeting in found.others:
        if why := broken.get(meeting.id):
            event = found.events[meeting.id]
            start, end = event.start.astimezone(zone), event.end.astimezone(zone)
            who = event.organizer.called or "somebody else"
            detail = f"{start:%a %-d %b} {clock(start, end)} · {' '.join(visible(why).split())} · organised by {who}"
            lines.append(Line(text=shortened(event.title), detail=detail, link=event.link))
            times = elsewhere(grid, meeting, solution)
            if times and event.organizer.email and meeting.id not in found.kept:
                label = f"Ask {who} to move “{event.title.strip() or WITHOUT}”"
                offers.append(Offer(label=label, errand=drafting.move(meeting.id, was=event.start, times=times)))
    if not lines:
        return []
    shown = group(f"In the way, and others organise them ({len(lines)})", tuple(lines))
    return [shown.model_copy(update={"offers": tuple(offers[:MAX_OFFERS])})]
