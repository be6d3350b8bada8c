"""Optimise my week: what is shown is what Google holds, and once it is approved the calendar keeps every rule."""

import re
from collections import Counter
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


def weekday(one: Occurrence, zone: ZoneInfo) -> str:
    return f"{one.start.astimezone(zone):%A}"


def organised(found: list[Occurrence]) -> list[Occurrence]:
    """The person's own meetings with others."""
    return [o for o in found if o.mine and o.kind == "default" and o.people - {*ALEX}]


def guests(accounts: dict[str, AccountSeen], one: Occurrence) -> int:
    """Who else is in a meeting and hasn't declined."""
    (event,) = [e for a in accounts.values() for e in a.stored.values() if e["id"] == one.event and e.get("attendees")]
    people = [a for a in event["attendees"] if a["email"] not in ALEX and a["responseStatus"] != "declined"]
    return len(people)


def cost(accounts: dict[str, AccountSeen], before: list[Occurrence], after: list[Occurrence]) -> tuple[int, int]:
    """How many meetings were moved, and how many others had to move with them."""
    there = Counter((o.title, o.start) for o in after)
    moved = [o for o in before if not there[o.title, o.start]]
    return len(moved), sum(guests(accounts, one) for one in moved)


def told(words: str) -> tuple[int, int]:
    """What an answer says that its week costs."""
    found = re.search(r"(\d+) meetings? of your \d+ would move; (\d+) guests? (?:is|are) affected", words)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def kept(one: Occurrence, zone: ZoneInfo) -> bool:
    start, end = one.start.astimezone(zone), one.end.astimezone(zone)
    return start.weekday() < 5 and start.date() == end.date() and start.time() >= MORNING and end.time() <= EVENING


def clashes(found: list[Occurrence], mine: list[Occurrence]) -> list[tuple[str, str]]:
    """Meetings of one's own at the same time as something else; copies in another account are the same meeting."""
    pairs = [(a, b) for a, b in combinations(found, 2) if a in mine or b in mine]
    return [(a.title, b.title) for a, b in pairs if a.what != b.what and a.start < b.end and b.start < a.end]


async def test_the_approved_week_keeps_every_rule(house: House, alex: Person) -> None:
    zone = ZoneInfo(alex.zone)
    accounts = await seen(house.google, ALEX, datetime.now(UTC))
    before = organised(coming(accounts, zone))
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
    assert told(answer.words) == cost(accounts, before, mine)


async def test_what_is_said_to_stay_stays(house: House, alex: Person) -> None:
    """Of a day with several meetings all move but the one that was named."""
    zone = ZoneInfo(alex.zone)
    accounts = await seen(house.google, ALEX, datetime.now(UTC))
    before = organised(coming(accounts, zone))
    titles, days = Counter(one.title for one in before), Counter(weekday(one, zone) for one in before)
    plain = [one for one in before if titles[one.title] == 1 and re.fullmatch(r"[\w -]+", one.title)]
    one = min((o for o in plain if days[weekday(o, zone)] > 1), key=lambda o: days[weekday(o, zone)])
    day = weekday(one, zone)
    answer = await alex.ask(f"optimise my week, no meetings on {day}, don't move “{one.title}”")
    assert f"“{one.title}” ({one.start.astimezone(zone):%a %-d %b %H:%M}) stays, as you said" in answer.words
    shown = reported(alex, answer)
    for label in [label for label in labels(shown) if label.startswith(("Move", "Add"))]:
        for card in (await taken(alex, shown, label)).cards:
            assert (await alex.approve(card)).status == "done"
    mine = organised(coming(await seen(house.google, ALEX, datetime.now(UTC)), zone))
    assert [(o.title, o.start) for o in mine if weekday(o, zone) == day] == [(one.title, one.start)]
    assert len(mine) == len(before)
    assert told(answer.words) == cost(accounts, before, mine) != (0, 0)


async def test_what_no_week_can_keep_is_explained(house: House, alex: Person) -> None:
    assert organised(coming(await seen(house.google, ALEX, datetime.now(UTC)), ZoneInfo(alex.zone)))
    answer = await alex.ask("optimise my week, no meetings from Monday to Friday, with a cherry on top")
    assert "No week keeps all your rules, so I propose nothing." in answer.words
    assert "don't fit beside the time you keep free (Monday to Friday); with less of it they would" in answer.words
    assert "I couldn't read “a cherry on top” as a rule" in answer.words
    assert [label for label in labels(reported(alex, answer)) if label.startswith(("Move", "Add"))] == []


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
