"""The contract of Calendar: in memory, and Google Calendar."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.domain.actions import CreateEvent
from app.domain.desk import reference
from app.domain.errors import Conflict, Refused
from tests.contract.booked import HOUR, TEN, Booked, new
from tests.contract.google_desk import GoogleHome, google_home
from tests.contract.google_world import ADA, NOW, Clock, running
from tests.samples import event


async def test_events_within_a_span_by_start(booked: Booked) -> None:
    await booked.calendar.insert(new())
    day = TEN.replace(hour=0)
    found = await booked.calendar.events(day, day + timedelta(days=1))
    assert [e.title for e in found] == ["Review", "Lunch"]
    assert await booked.calendar.events(day + timedelta(days=1), day + timedelta(days=2)) == ()


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [
        (TEN + 2 * HOUR, TEN + 3 * HOUR, 1),
        (TEN + 1.5 * HOUR, TEN + 2.5 * HOUR, 1),
        (TEN, TEN + 2 * HOUR, 0),  # it begins as the span ends
        (TEN + 3 * HOUR, TEN + 4 * HOUR, 0),  # it ends as the span begins
    ],
)
async def test_a_span_is_half_open(booked: Booked, start: datetime, end: datetime, found: int) -> None:
    assert len(await booked.calendar.events(start, end)) == found


@pytest.mark.parametrize(("words", "found"), [("lunch", 1), ("LUNCH", 1), ("dinner", 0), ("", 1)])
async def test_events_by_words(booked: Booked, words: str, found: int) -> None:
    assert len(await booked.calendar.events(TEN, TEN + 5 * HOUR, words=words)) == found


async def test_an_event_is_read_with_all_it_has(booked: Booked) -> None:
    (lunch,) = await booked.calendar.events(TEN, TEN + 5 * HOUR)
    assert (lunch.title, lunch.place, lunch.notes) == ("Lunch", "Canteen", "With Bob")
    assert (lunch.start, lunch.end) == (TEN + 2 * HOUR, TEN + 3 * HOUR)
    assert lunch.start.tzinfo is not None
    assert [(g.email, g.name) for g in lunch.guests] == [("bob@work.example", "Bob")]
    assert (lunch.status, lunch.all_day, lunch.busy, lunch.answer) == ("confirmed", False, True, "")
    assert lunch.account == reference(booked.calendar.account)
    assert await booked.calendar.event(lunch.calendar, lunch.id) == lunch


async def test_what_never_was_is_none(booked: Booked) -> None:
    assert await booked.calendar.event("primary", "neverwas01") is None


async def test_an_event_is_made_as_asked_with_our_id_and_mark(booked: Booked) -> None:
    made = await booked.calendar.insert(new())
    assert (made.id, made.title, made.place, made.notes) == ("revue0001", "Review", "Room 5", "Bring cake")
    assert (made.start, made.end) == (TEN, TEN + HOUR)
    assert {g.email for g in made.guests} == {"carol@else.example", "dan@else.example"}
    assert made.steward_action == "4711"
    assert made.link
    assert made.etag
    assert await booked.calendar.event("primary", "revue0001") == made
    assert booked.told() == [("carol@else.example", "invitation"), ("dan@else.example", "invitation")]


async def test_nobody_is_told_who_shall_not_be(booked: Booked) -> None:
    await booked.calendar.insert(new(notify="none"))
    await booked.calendar.delete("primary", "revue0001", notify="none")
    assert booked.told() == []


async def test_an_id_is_taken_for_ever(booked: Booked) -> None:
    await booked.calendar.insert(new())
    with pytest.raises(Conflict):
        await booked.calendar.insert(new(title="Another"))
    await booked.calendar.delete("primary", "revue0001", notify="none")
    with pytest.raises(Conflict):
        await booked.calendar.insert(new())


async def test_cancelling_tells_the_guests_and_keeps_a_trace(booked: Booked) -> None:
    await booked.calendar.insert(new())
    for _ in range(2):
        await booked.calendar.delete("primary", "revue0001", notify="all")
        trace = await booked.calendar.event("primary", "revue0001")
        assert trace is not None
        assert trace.status == "cancelled"
    assert [what for _, what in booked.told()].count("cancellation") == 2
    assert await booked.calendar.events(TEN, TEN + HOUR) == ()
    await booked.calendar.delete("primary", "neverwas01", notify="all")


async def test_an_actions_id_is_one_the_calendar_takes(booked: Booked) -> None:
    action: CreateEvent = event(TEN)
    made = await booked.calendar.insert(new(action.event_id, steward_action=str(action.id)))
    assert made.id == action.event_id


# What only the real one has.


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[GoogleHome]:
    with running(tmp_path, clock=Clock()) as world:  # Ada's calendars of google_world: a series, and a second calendar
        async with google_home(world) as found:
            await found.connect()
            yield found


async def test_a_series_is_read_as_its_occurrences_in_its_own_zone(google: GoogleHome) -> None:
    async with google.desk() as desk:
        found = await desk.calendars[0].events(NOW, NOW + timedelta(days=8))
    assert [e.start.isoformat() for e in found] == ["2026-06-10T09:30:00+01:00"]  # the 8th is an exception
    assert found[0].zone == "Europe/London"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({"start": {"date": "2026-06-05"}, "end": {"date": "2026-06-06"}}, {"all_day": True, "busy": True}),
        ({"transparency": "transparent"}, {"busy": False}),
        ({"status": "tentative"}, {"status": "tentative"}),
        (
            {"attendees": [{"email": ADA, "self": True, "responseStatus": "declined"}]},
            {"answer": "declined", "guests": ()},
        ),
        ({"summary": None}, {"title": ""}),
    ],
    ids=["all day", "free", "tentative", "declined", "untitled"],
)
async def test_events_of_every_kind(google: GoogleHome, resource: dict[str, Any], expected: dict[str, Any]) -> None:
    times = {
        "start": {"dateTime": "2026-06-05T10:00:00", "timeZone": "Asia/Tokyo"},
        "end": {"dateTime": "2026-06-05T11:00:00", "timeZone": "Asia/Tokyo"},
    }
    body = {k: v for k, v in ({"summary": "X"} | times | resource).items() if v is not None}
    google.world.calendar("POST", "events", body)
    async with google.desk() as desk:
        (found,) = await desk.calendars[0].events(NOW + timedelta(days=1), NOW + timedelta(days=3))
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.start.tzinfo is not None


async def test_an_all_day_event_is_midnight_to_midnight_where_the_calendar_is(google: GoogleHome) -> None:
    google.world.calendar(
        "POST", "events", {"summary": "X", "start": {"date": "2026-06-05"}, "end": {"date": "2026-06-06"}}
    )
    async with google.desk() as desk:
        (found,) = await desk.calendars[0].events(NOW + timedelta(days=1), NOW + timedelta(days=3))
    assert found.start == datetime(2026, 6, 5, tzinfo=ZoneInfo("Europe/London"))
    assert found.end == datetime(2026, 6, 6, tzinfo=ZoneInfo("Europe/London"))


async def test_more_events_than_a_page_holds_are_all_read(google: GoogleHome) -> None:
    start = datetime(2026, 7, 1, tzinfo=UTC)
    daily = {
        "summary": "Daily",
        "start": {"dateTime": start.isoformat(), "timeZone": "UTC"},
        "end": {"dateTime": (start + HOUR).isoformat(), "timeZone": "UTC"},
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=300"],
    }
    google.world.calendar("POST", "events", daily)
    async with google.desk() as desk:
        found = await desk.calendars[0].events(start, start + timedelta(days=299, hours=2), words="Daily")
    assert len(found) == 300


async def test_the_events_of_every_calendar_are_read(google: GoogleHome) -> None:
    body = {
        "summary": "Dentist",
        "start": {"dateTime": "2026-06-05T10:00:00Z"},
        "end": {"dateTime": "2026-06-05T11:00:00Z"},
    }
    path = "/calendar/v3/calendars/home@group.calendar.example/events"
    assert google.world.api("POST", path, body).status == 200
    google.world.calendar("POST", "events", body | {"summary": "At work"})
    async with google.desk() as desk:
        found = await desk.calendars[0].events(NOW + timedelta(days=1), NOW + timedelta(days=3))
        assert {(e.title, e.calendar) for e in found} == {
            ("Dentist", "home@group.calendar.example"),
            ("At work", ADA),
        }
        assert await desk.calendars[0].event(found[0].calendar, found[0].id) == found[0]


async def test_what_google_doesnt_take_is_refused_with_its_reason(google: GoogleHome) -> None:
    async with google.desk() as desk:
        with pytest.raises(Refused) as refused:
            await desk.calendars[0].insert(new(end=TEN - HOUR))
    assert refused.value.sentence.startswith("Google Calendar refused: ")
    assert google.world.commits("events.insert") == []


async def test_every_event_that_is_made_has_an_id_of_its_own(google: GoogleHome) -> None:
    async with google.desk() as desk:
        made = [await desk.calendars[0].insert(new(uuid4().hex)) for _ in range(3)]
    assert len({e.id for e in made}) == 3
