"""What must be said of time, and have become of it: workflows 5, 7, 9 and 12."""

import re
from datetime import datetime, time, timedelta

from tests.acceptance.workflows.about_mail import named, sender
from tests.acceptance.workflows.moment import Moment, overlap, subject, within
from tests.acceptance.workflows.seen import Occurrence

WORKSHOP = timedelta(hours=2)
SLOT = re.compile(
    r"(?P<day>\d{1,2}) (?P<month>[A-Z][a-z]{2})[a-z]* (?:\d{4})?[^0-9\n]*"
    r"(?P<from>\d{1,2}:\d\d) ?[–-] ?(?P<to>\d{1,2}:\d\d)"
)
GIVING_WAY = "you have something tentative or focus time"
BLOCK = 30
"""Minutes that a block must last at least."""
WORKING = (time(9), time(17))
"""The usual working time, as nobody in the world has said otherwise."""
MIRRORED = timedelta(days=7)
"""How far ahead one's availability must at least be the same everywhere."""


def slots_for_a_workshop(moment: Moment) -> None:
    """5: every slot that is offered is free for all who can be seen, or it is said that one's own gives way; who can't
    be seen is named."""
    moment.check_cards()
    moment.check_nothing_changed()
    members = moment.story["team"]["members"]
    offered = _slots(moment)
    assert offered, "no slot is offered:"
    for start, end, told in offered:
        assert end - start == WORKSHOP, f"{start} to {end}"
        assert moment.next_week[0] <= start < moment.next_week[1]
        clashes = [one for one in moment.busy(*moment.accounts, *members) if one.start < end and start < one.end]
        if GIVING_WAY in told:
            clashes = [one for one in clashes if one not in moment.busy(*moment.accounts) or not _gives_way(one)]
        assert not clashes, f"{start} clashes with {[(c.calendar, c.title) for c in clashes]}"
    for hidden in (member for member in members if member not in moment.before):
        first_name = hidden.partition(".")[0]
        assert first_name in moment.outcome.words.lower(), f"{hidden} can't be seen"


def _gives_way(one: Occurrence) -> bool:
    return one.answer == "tentative" or one.kind == "focusTime"


def _slots(moment: Moment) -> list[tuple[datetime, datetime, str]]:
    """The spans of time in the answer, by the clock of who asked, and what is said of each."""
    found = []
    for match in SLOT.finditer(moment.outcome.words):
        year = moment.today.year
        texts = [f"{match['day']} {match['month']} {year} {match[name]}" for name in ("from", "to")]
        start, end = (datetime.strptime(text, "%d %b %Y %H:%M").replace(tzinfo=moment.zone) for text in texts)
        if start < moment.now:  # over the turn of the year
            start, end = (moment_.replace(year=year + 1) for moment_ in (start, end))
        told = moment.outcome.words[match.end() :].partition("\n")[0]
        found.append((start, end, told))
    return found


def focus_of_the_day(moment: Moment) -> None:
    """7: today's meetings that are still to come, and mail that waits, the manager's included."""
    moment.check_cards()
    moment.check_nothing_changed()
    words = " ".join(moment.outcome.words.split())
    coming = [
        one
        for account in moment.accounts
        for one in moment.before[account].occurrences
        if within(one, moment.day(0)) and one.start > moment.now and one.answer != "declined"
    ]
    missing = [one.title for one in coming if one.title not in words]
    assert not missing, f"not named: {missing}"
    waiting = [m for _, m in moment.mails() if {"UNREAD", "INBOX", "CATEGORY_PERSONAL"} <= m.labels]
    told = {subject(mail) for mail in waiting if named(words, mail)}
    assert len(told) >= min(3, len({subject(mail) for mail in waiting}))
    manager = [mail for mail in waiting if sender(mail) == moment.story["manager"]["email"]]
    assert any(subject(mail) in told for mail in manager)


def deep_work_blocked(moment: Moment) -> None:
    """9: blocks in free time within working hours, on the work calendar, without guests; late in a week that is asked
    for there may be none, which is said."""
    moment.check_cards("CreateEvent")
    moment.check_mail_untouched()
    assert moment.removed == []
    if not moment.outcome.cards and "this week" in moment.entry["ask"]:
        assert not _workable(moment, until=moment.next_week[0])
        assert "working time" in moment.outcome.words
        return
    assert moment.added
    busy = moment.busy(*moment.accounts)
    for block in moment.added:
        assert block.calendar == moment.work
        assert block.people <= {moment.work}
        assert block.start > moment.now
        assert block.minutes >= BLOCK
        assert moment.in_office_hours(block), f"{block.start.astimezone(moment.zone)}"
        clashes = [one.title for one in busy if overlap(one, block)]
        assert not clashes, f"{block.start} clashes with {clashes}"
    assert not any(overlap(a, b) for n, a in enumerate(moment.added) for b in moment.added[n + 1 :])


def _workable(moment: Moment, *, until: datetime) -> bool:
    """Whether half an hour of the usual working time is free before."""
    step, start = timedelta(minutes=1), moment.now.replace(second=0, microsecond=0)
    minutes = [start + n * step for n in range((until - start) // step)]
    busy = moment.busy(*moment.accounts)
    free = "".join(" x"[_works(at.astimezone(moment.zone)) and not _taken(at, busy)] for at in minutes)
    return "x" * BLOCK in free


def _works(at: datetime) -> bool:
    return at.weekday() < 5 and WORKING[0] <= at.time() < WORKING[1]


def _taken(at: datetime, busy: list[Occurrence]) -> bool:
    return any(one.start <= at < one.end for one in busy)


def availability_mirrored(moment: Moment) -> None:
    """12: whenever one calendar is busy the other is too, the blocks tell nothing, and all else is as it was."""
    moment.check_cards("MirrorAvailability")
    moment.check_mail_untouched()
    assert moment.removed == []
    titles = {one.title for account in moment.accounts for one in moment.before[account].occurrences}
    for block in moment.added:
        assert block.people == frozenset()
        assert block.title not in titles, f"a block tells what it stands for: {block.title}"
        assert block.busy
    for account, other in ((moment.work, moment.home), (moment.home, moment.work)):
        there = [one for one in moment.after[other].primary if one.busy]
        uncovered = [one for one in _to_mirror(moment, account) if not _covered(one, there)]
        assert not uncovered, f"{other} is free at {[f'{one.start:%d %b %H:%M} {one.title}' for one in uncovered]}"
        new = [block for block in moment.added if block.calendar == account]
        source = [one for one in moment.before[other].occurrences if one.busy]
        assert all(_covered(block, source) for block in new), f"{account} is blocked when nothing is elsewhere"


def _to_mirror(moment: Moment, account: str) -> list[Occurrence]:
    until = moment.now + MIRRORED
    found = [one for one in moment.before[account].occurrences if one.busy and not one.all_day]
    return [one for one in found if moment.now < one.start < until]


def _covered(one: Occurrence, others: list[Occurrence]) -> bool:
    """Whether the others together fill all of its time."""
    at = one.start
    for other in sorted(others, key=lambda o: o.start):
        if other.start <= at < other.end:
            at = other.end
    return at >= one.end
