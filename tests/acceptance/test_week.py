"""Optimise my week: what is shown is what Google holds, and once it is approved the calendar keeps every rule."""

from datetime import UTC, datetime, time, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from tests.acceptance.house import House
from tests.acceptance.offers import labels, reported, taken
from tests.acceptance.people import ALEX, Person
from tests.acceptance.workflows.seen import AccountSeen, Occurrence, seen

MORNING, EVENING = time(9), time(17)
"""The working hours of a person who has said nothing else."""


def coming(accounts: dict[str, AccountSeen], zone: ZoneInfo) -> list[Occurrence]:
    """What takes time in the seven days from tomorrow on."""
    tomorrow = datetime.combine(datetime.now(zone).date() + timedelta(days=1), time(), zone)
    found = [one for account in accounts.values() for one in account.primary]
    return [o for o in found if o.busy and not o.all_day and tomorrow <= o.start < tomorrow + timedelta(days=7)]


def organised(found: list[Occurrence]) -> list[Occurrence]:
    """The person's own meetings with others."""
    return [o for o in found if o.mine and o.kind == "default" and o.people - {*ALEX}]


def kept(one: Occurrence, zone: ZoneInfo) -> bool:
    start, end = one.start.astimezone(zone), one.end.astimezone(zone)
    return start.weekday() < 5 and start.date() == end.date() and start.time() >= MORNING and end.time() <= EVENING


def clashes(found: list[Occurrence], mine: list[Occurrence]) -> list[tuple[str, str]]:
    """Meetings of one's own at the same time as something else; copies in another account are the same meeting."""
    pairs = [(a, b) for a, b in combinations(found, 2) if a in mine or b in mine]
    return [(a.title, b.title) for a, b in pairs if a.what != b.what and a.start < b.end and b.start < a.end]


async def test_the_approved_week_keeps_every_rule(house: House, alex: Person) -> None:
    zone = ZoneInfo(alex.zone)
    before = organised(coming(await seen(house.google, ALEX, datetime.now(UTC)), zone))
    wrong = [one for one in before if not kept(one, zone)]
    answer = await alex.ask("optimise")
    shown = reported(alex, answer)
    for one in wrong:
        assert f"{one.start.astimezone(zone):%a %-d %b %H:%M} →" in answer.words, one.title
    moves = [label for label in labels(shown) if label.startswith(("Move", "Add"))]
    for label in moves:
        for card in (await taken(alex, shown, label)).cards:
            assert (await alex.approve(card)).status == "done"
    after = coming(await seen(house.google, ALEX, datetime.now(UTC)), zone)
    mine = organised(after)
    assert sorted((o.title, o.minutes) for o in mine) == sorted((o.title, o.minutes) for o in before)
    assert [o.title for o in mine if not kept(o, zone)] == []
    assert clashes(after, mine) == []
    assert moves or not wrong


async def test_a_calendar_that_fails_is_named_and_the_rest_is_true(house: House, alex: Person) -> None:
    zone = ZoneInfo(alex.zone)
    accounts = await seen(house.google, ALEX, datetime.now(UTC))
    there = {o.title for o in coming(accounts, zone)}
    await house.google.turn(
        fail_next={"GET /calendar/v3/calendars/*/events": {"n": 40, "status": 503, "retry_after": 0}}
    )
    answer = await alex.ask("optimise")
    assert answer.state == "ended"
    assert "I couldn't read the calendar of" in answer.words
    assert not [title for title in there if f"Move “{title}”" in answer.words]
