"""The walk of an event: the right instant in the person's zone, the right guests, once; and its cancelling."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.house import House
from tests.acceptance.people import Answer, Person
from tests.acceptance.stand_ins import Json


def asked_on(answer: Answer, person: Person) -> date:
    """The day it was in the person's zone when they asked."""
    return datetime.fromtimestamp(float(answer.asked), ZoneInfo(person.zone)).date()


def at(day: date, hour: int, minute: int, person: Person) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(person.zone))


async def titled(house: House, account: str, title: str) -> list[Json]:
    return [e for e in (await house.google.events(account)).values() if e.get("summary") == title]


def instant(event: Json, which: str) -> datetime:
    return datetime.fromisoformat(event[which]["dateTime"]).astimezone(UTC)


async def invitations(house: House, title: str) -> list[str]:
    """Who got which mail about it."""
    found = [m for m in await house.google.outbox() if f": {title} @" in m["subject"]]
    return [f"{m['subject'].partition(':')[0]} {m['to']}" for m in found]


async def test_an_event_with_a_guest_is_made_and_cancelled(house: House, priya: Person) -> None:
    work = priya.accounts[0]
    mark = await house.google.mark()
    answer = await priya.ask("Schedule a meeting called Lens swap with Dana Whitfield tomorrow at 3pm")
    card, day = answer.card, asked_on(answer, priya) + timedelta(days=1)
    start = at(day, 15, 0, priya)
    offset = f"{start:%z}"
    assert card.lines[0] == "Create an event"
    summary = next(line for line in card.lines if "Lens swap" in line)
    assert summary == (f"“Lens swap”, {start:%a %-d %b %Y}, 15:00–15:30 (America/New_York, UTC{offset[:3]})")
    assert f"Account work · {work}" in card.lines
    (guest,) = [line for line in card.lines if line.startswith("Guest")]
    assert "<dana.whitfield@larkspur.example> · someone you write to" in guest
    assert "ℹ️ 1 person will get an invitation by mail." in card.lines
    assert card.offers == ["Create", "Edit", "Reject"]
    assert await house.google.commits(mark) == []

    done = await priya.approve(card)
    assert done.status == "done"
    assert "✅ “Lens swap” is in your work calendar" in done.lines
    assert "Guests dana.whitfield@larkspur.example" in done.lines
    (event,) = await titled(house, work, "Lens swap")
    assert instant(event, "start") == start
    assert instant(event, "end") == start + timedelta(minutes=30)
    assert [a["email"] for a in event["attendees"] if not a.get("self")] == ["dana.whitfield@larkspur.example"]
    assert event["status"] == "confirmed"
    assert event["htmlLink"] in done.text
    assert await invitations(house, "Lens swap") == ["Invitation dana.whitfield@larkspur.example"]

    await priya.click(done, "undo")
    undone = await priya.until_shows(card, "undone")
    assert "↩️ “Lens swap” is cancelled; 1 person gets a cancellation" in undone.lines
    found = await house.google.events(work)
    assert found[event["id"]]["status"] == "cancelled"
    assert (await invitations(house, "Lens swap"))[1:] == ["Canceled event dana.whitfield@larkspur.example"]


@pytest.mark.parametrize("month", [1, 7], ids=["winter", "summer"])
async def test_the_zone_of_that_day_counts_not_of_today(house: House, alex: Person, month: int) -> None:
    home = alex.accounts[1]
    day = date(datetime.now(UTC).year + 1, month, 14)
    title = f"Boat inspection {month}"
    card = (await alex.ask(f'Put "{title}" on my personal calendar on {day:%-d %B %Y} at 8:30')).card
    done = await alex.approve(card)
    assert done.status == "done"
    (event,) = await titled(house, home, title)
    assert instant(event, "start") == at(day, 8, 30, alex)
    assert "attendees" not in event
    assert await titled(house, alex.accounts[0], title) == []


async def test_what_stands_there_already_is_on_the_card(house: House, alex: Person) -> None:
    day = datetime.now(UTC).date() + timedelta(days=45)
    ask = f'Put "{{}}" on my work calendar on {day:%-d %B %Y} at 20:15'
    first = (await alex.ask(ask.format("Piano tuner"))).card
    second = (await alex.ask(ask.format("Choir"))).card
    assert not any(line.startswith("Overlaps") for card in (first, second) for line in card.lines)
    assert (await alex.approve(first)).status == "done"
    # Free at the preview, taken at the click: nothing is made, and the new card says what stands there.
    stale = await alex.approve(second)
    assert stale.status == "stale"
    assert "“Piano tuner”" in stale.text
    assert await titled(house, alex.accounts[0], "Choir") == []
    renewed = await alex.screen.until(
        lambda: next((c for c in alex.cards(second.thread) if c.status == "proposed"), None), what="the new card"
    )
    assert any(line.startswith("Overlaps “Piano tuner”") for line in renewed.lines)
    assert (await alex.approve(renewed)).status == "done"
    assert len(await titled(house, alex.accounts[0], "Choir")) == 1


async def test_a_guest_typed_by_the_person_needs_one_click(house: House, alex: Person) -> None:
    day = datetime.now(UTC).date() + timedelta(days=46)
    ask = f'Schedule "Stone samples" with ines@pedra.example on {day:%-d %B %Y} at 10:00 for 45 minutes'
    card = (await alex.ask(ask)).card
    assert "Guest <ines@pedra.example> · typed by you" in card.lines
    done = await alex.approve(card)
    (event,) = await titled(house, alex.accounts[0], "Stone samples")
    assert instant(event, "end") - instant(event, "start") == timedelta(minutes=45)
    assert done.status == "done"
    assert await invitations(house, "Stone samples") == ["Invitation ines@pedra.example"]


async def test_reject_makes_nothing(house: House, alex: Person) -> None:
    mark = await house.google.mark()
    card = (await alex.ask("Create an event Fire drill in 9 days at 11am")).card
    await alex.click(card, "reject")
    await alex.until_shows(card, "rejected")
    assert await house.google.commits(mark) == []
    assert await titled(house, alex.accounts[0], "Fire drill") == []


async def test_whole_days_are_put_in_as_days_and_taken_out_again(house: House, priya: Person) -> None:
    work = priya.accounts[0]
    year = datetime.now(ZoneInfo(priya.zone)).year + 1
    first, last = date(year, 8, 3), date(year, 8, 7)
    card = (await priya.ask(f"Put my vacation 3–7 August {year} in the calendar")).card
    assert f"“Vacation”, {first:%a %-d %b} – {last:%a %-d %b %Y}, all day" in card.lines
    done = await priya.approve(card)
    assert done.status == "done"
    (event,) = await titled(house, work, "Vacation")
    assert (event["start"], event["end"]) == (
        {"date": first.isoformat()},
        {"date": (last + timedelta(days=1)).isoformat()},
    )
    await priya.click(done, "undo")
    await priya.until_shows(card, "undone")
    assert [e["status"] for e in await titled(house, work, "Vacation")] == ["cancelled"]
