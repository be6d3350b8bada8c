"""What must have become of meetings: workflows 4, 6 and 10."""

from itertools import combinations

from tests.acceptance.workflows.about_mail import sender
from tests.acceptance.workflows.moment import HOUR, Moment, mentions, overlap, within
from tests.acceptance.workflows.seen import Occurrence


def meeting_with_all_who_wrote(moment: Moment) -> None:
    """4: one event with exactly those people, when everyone is free whose calendar can be seen."""
    moment.check_cards("CreateEvent")
    wrote = {sender(mail) for _, mail in moment.mails() if mentions(mail, moment.story["topic"])} - {*moment.accounts}
    assert len(wrote) >= 3
    assert moment.removed == []
    (event,) = moment.added
    assert event.people - {*moment.accounts} == wrote
    assert event.calendar == moment.work
    assert event.start > moment.now
    assert 0 < event.minutes <= 60
    assert moment.in_office_hours(event), f"{event.start.astimezone(moment.zone)} is no time for a meeting"
    clashes = {f"{one.calendar}: {one.title}" for one in moment.busy(*moment.accounts, *wrote) if overlap(one, event)}
    assert not clashes, f"{event.start} clashes with {clashes}"


def tomorrow_is_free(moment: Moment) -> None:
    """6: one's own meetings of tomorrow stand in free time next week, as long as before; the rest is as it was."""
    moment.check_cards("ChangeEvent")
    moment.check_mail_untouched()
    tomorrow = [one for account in moment.accounts for one in moment.before[account].occurrences]
    tomorrow = [one for one in tomorrow if within(one, moment.day(1)) and not one.all_day and one.kind == "default"]
    mine = [one for one in tomorrow if one.mine and one.busy]
    assert mine
    key = sorted((one.calendar, one.title, one.minutes, sorted(one.people)) for one in mine)
    assert sorted((one.calendar, one.title, one.minutes, sorted(one.people)) for one in moment.removed) == key
    assert sorted((one.calendar, one.title, one.minutes, sorted(one.people)) for one in moment.added) == key
    assert all(within(one, moment.next_week) and moment.in_office_hours(one) for one in moment.added)
    standing = moment.busy(*moment.accounts)
    clashes = [(new.title, old.title) for new in moment.added for old in standing if overlap(new, old)]
    clashes += [(one.title, other.title) for one, other in combinations(moment.added, 2) if overlap(one, other)]
    assert not clashes
    _check_guests(moment)
    theirs = {one.title for one in tomorrow if not one.mine and one.answer != "declined"}
    untold = {title for title in theirs if title not in moment.outcome.all}
    assert not untold, f"not told why these stay: {untold}"


def _check_guests(moment: Moment) -> None:
    """Every guest is free at the new time, or the answer says who isn't, or who can't be seen."""
    gone = [one.what for one in moment.removed]
    for new in moment.added:
        told = [line for line in moment.outcome.words.splitlines() if f"“{new.title}”" in line]
        for guest in new.people - {*moment.accounts}:
            theirs = [one for one in moment.busy(guest) if overlap(one, new) and one.what not in gone]
            if guest not in moment.before:
                assert any("I can't see when" in line and guest in line for line in told), f"{guest}: {told}"
            elif theirs:
                assert any(f"{guest} is busy then" in line for line in told), f"{guest}, {theirs[0].title}: {told}"


def personal_meetings_at_work(moment: Moment) -> None:
    """10: next week's own events of the personal calendar stand at the same time on the work calendar, only there."""
    moment.check_cards("MoveEvent")
    moment.check_mail_untouched()
    check_moved(moment)


def check_moved(moment: Moment) -> None:
    """No other event is new or gone."""
    expected = [
        one
        for one in moment.before[moment.home].primary
        if within(one, moment.next_week) and one.mine and not one.all_day
    ]
    assert expected
    assert _times(moment.removed) == _times(expected)
    assert _times(moment.added) == _times(expected)
    assert {one.calendar for one in moment.removed} == {moment.home}
    assert {one.calendar for one in moment.added} == {moment.work}
    assert all(one.people <= {*other.people, moment.work} for one, other in _pairs(moment.added, expected))


def _times(events: list[Occurrence]) -> list[tuple[str, float, float]]:
    return sorted((one.title, one.start.timestamp(), (one.end - one.start) / HOUR) for one in events)


def _pairs(events: list[Occurrence], others: list[Occurrence]) -> list[tuple[Occurrence, Occurrence]]:
    order = [sorted(found, key=lambda one: (one.title, one.start)) for found in (events, others)]
    return list(zip(*order, strict=True))
