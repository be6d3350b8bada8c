"""Calendar v3 as Google's own client sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from googleapiclient.errors import HttpError

from sandbox.google.seed import SeedAccount, SeedCalendar
from tests.contract.google_world import ADA, BOB, World, running

OUTSIDER = "guest@away.example"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as found:
        yield found


def lunch(**more: Any) -> dict[str, Any]:
    start = {"dateTime": "2026-06-05T12:00:00+01:00", "timeZone": "Europe/London"}
    end = {"dateTime": "2026-06-05T13:00:00+01:00", "timeZone": "Europe/London"}
    return {"id": "lunch00001", "summary": "Lunch", "start": start, "end": end, **more}


def reason(reply: Any) -> tuple[int, str]:
    return reply.status, reply.json["error"]["errors"][0]["reason"]


def events(world: World, query: str, account: str = ADA) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.calendar("GET", f"events?{query}", account=account)["items"]
    return found


def refused(world: World, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
    return reason(world.api(method, f"/calendar/v3/calendars/primary/{path}", body, **headers))


def test_an_event_is_what_google_makes_of_it(world: World) -> None:
    made = world.calendar("POST", "events", lunch(attendees=[{"email": ADA}, {"email": OUTSIDER}]))
    assert made["status"] == "confirmed"
    assert made["iCalUID"] == "lunch00001@google.com"
    assert made["organizer"] == {"email": ADA, "self": True}
    assert made["sequence"] == 0
    assert made["attendees"][0] == {"email": ADA, "responseStatus": "accepted", "organizer": True, "self": True}
    assert made["attendees"][1] == {"email": OUTSIDER, "responseStatus": "needsAction"}
    assert made["start"] == {"dateTime": "2026-06-05T12:00:00+01:00", "timeZone": "Europe/London"}
    assert world.calendar("GET", "events/lunch00001") == made
    shown = world.calendar("GET", "events/lunch00001?timeZone=America/New_York")
    assert shown["start"] == {"dateTime": "2026-06-05T07:00:00-04:00", "timeZone": "Europe/London"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "no"}, "invalid"),
        ({"id": "UPPERCASE"}, "invalid"),
        ({"id": "with-dash"}, "invalid"),
        ({"end": None}, "required"),
        ({"end": {"dateTime": "2026-06-05T11:00:00+01:00"}}, "timeRangeEmpty"),
        ({"start": {"dateTime": "2026-06-05T12:00:00"}}, "required"),
        ({"start": {"date": "2026-06-05"}}, "invalid"),
        ({"start": {"dateTime": "2026-06-05T12:00:00", "timeZone": "Moon/Sea"}}, "invalid"),
        ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "invalid"),
        ({"recurrence": ["DTSTART:20260605"]}, "invalid"),
        ({"attendees": [{"email": "nobody"}]}, "invalid"),
        ({"summary": 5}, "badRequest"),
        ({"colour": "red"}, "badRequest"),
        ({"attendees": [{"mail": OUTSIDER}]}, "badRequest"),
    ],
)
def test_an_event_that_does_not_fit_is_refused(world: World, change: dict[str, Any], expected: str) -> None:
    assert refused(world, "POST", "events", {**lunch(), **change}) == (400, expected)
    assert refused(world, "GET", "events/lunch00001") == (404, "notFound")


def test_a_cancelled_event_keeps_its_id(world: World) -> None:
    world.calendar("POST", "events", lunch())
    assert refused(world, "POST", "events", lunch()) == (409, "duplicate")
    world.calendar("DELETE", "events/lunch00001")
    assert world.calendar("GET", "events/lunch00001")["status"] == "cancelled"
    assert refused(world, "DELETE", "events/lunch00001") == (410, "deleted")
    assert refused(world, "DELETE", "events/neverwas") == (404, "notFound")
    assert refused(world, "POST", "events", lunch()) == (409, "duplicate")
    assert "lunch00001" not in [event["id"] for event in events(world, "")]
    assert "lunch00001" in [event["id"] for event in events(world, "showDeleted=true")]


def test_an_etag_guards_a_change(world: World) -> None:
    made = world.calendar("POST", "events", lunch())
    changed = world.calendar("PATCH", "events/lunch00001", {"summary": "Late lunch"}, If_Match=made["etag"])
    assert changed["etag"] != made["etag"]
    assert refused(world, "PATCH", "events/lunch00001", {"summary": "x"}, If_Match=made["etag"]) == (
        412,
        "conditionNotMet",
    )
    assert refused(world, "DELETE", "events/lunch00001", If_Match=made["etag"]) == (412, "conditionNotMet")
    same = world.api("GET", "/calendar/v3/calendars/primary/events/lunch00001", If_None_Match=changed["etag"])
    assert (same.status, same.content) == (304, b"")
    assert world.calendar("GET", "events/lunch00001")["summary"] == "Late lunch"


def test_patch_merges_and_update_replaces(world: World) -> None:
    properties = {"private": {"a": "1", "b": "2"}, "shared": {"c": "3"}}
    world.calendar("POST", "events", lunch(location="Roof", extendedProperties=properties))
    merge = {"description": "Bring cake", "extendedProperties": {"private": {"b": None}}}
    patched = world.calendar("PATCH", "events/lunch00001", merge)
    assert (patched["location"], patched["description"]) == ("Roof", "Bring cake")
    assert patched["extendedProperties"] == {"private": {"a": "1"}, "shared": {"c": "3"}}
    assert patched["sequence"] == 0
    moved = {"start": {"dateTime": "2026-06-05T12:30:00+01:00"}}
    assert world.calendar("PATCH", "events/lunch00001", moved)["sequence"] == 1
    updated = world.calendar("PUT", "events/lunch00001", lunch(summary="Only this", sequence=1))
    assert "location" not in updated
    assert "extendedProperties" not in updated
    assert refused(world, "PUT", "events/lunch00001", lunch(sequence=0)) == (400, "invalid")


def test_a_series_is_expanded_in_its_own_zone(world: World) -> None:
    # Two weeks over the end of British summer time: 9:30 stays 9:30.
    found = events(
        world, "timeMin=2026-10-19T00:00:00Z&timeMax=2026-11-02T00:00:00Z&singleEvents=true&orderBy=startTime"
    )
    assert [event["start"]["dateTime"] for event in found] == [
        "2026-10-19T09:30:00+01:00",
        "2026-10-21T09:30:00+01:00",
        "2026-10-26T09:30:00Z",
        "2026-10-28T09:30:00Z",
    ]
    assert found[0]["id"] == "standup0_20261019T083000Z"
    assert found[0]["recurringEventId"] == "standup0"
    assert "recurrence" not in found[0]
    left_out = events(world, "timeMin=2026-06-08T00:00:00Z&timeMax=2026-06-09T00:00:00Z&singleEvents=true")
    assert left_out == []
    (series,) = events(world, "timeMin=2026-06-10T00:00:00Z&timeMax=2026-06-11T00:00:00Z")
    assert series["recurrence"][0].startswith("RRULE")


def test_one_instance_is_moved_and_another_cancelled(world: World) -> None:
    moved = {"start": {"dateTime": "2026-06-10T15:00:00+01:00"}, "end": {"dateTime": "2026-06-10T15:15:00+01:00"}}
    changed = world.calendar("PATCH", "events/standup0_20260610T083000Z", moved)
    assert changed["originalStartTime"]["dateTime"] == "2026-06-10T09:30:00+01:00"
    world.calendar("DELETE", "events/standup0_20260615T083000Z")
    week = "timeMin=2026-06-09T00:00:00Z&timeMax=2026-06-18T00:00:00Z"
    single = events(world, f"{week}&singleEvents=true&orderBy=startTime")
    assert [event["start"]["dateTime"] for event in single] == [
        "2026-06-10T15:00:00+01:00",
        "2026-06-17T09:30:00+01:00",
    ]
    both = events(world, week)
    cancelled = [event for event in both if event["status"] == "cancelled"]
    assert [event["id"] for event in cancelled] == ["standup0_20260615T083000Z"]
    assert len(both) == 3
    instances = world.calendar("GET", f"events/standup0/instances?{week}&showDeleted=true")["items"]
    assert [event["status"] for event in instances] == ["confirmed", "cancelled", "confirmed"]
    assert refused(world, "GET", "events/standup0_20260611T083000Z") == (404, "notFound")
    assert refused(world, "GET", "events/lunch00001/instances") == (404, "notFound")


@pytest.mark.parametrize(
    ("recurrence", "days"),
    [
        (["RRULE:FREQ=DAILY;COUNT=3"], ["06-01", "06-02", "06-03"]),
        (["RRULE:FREQ=DAILY;UNTIL=20260602"], ["06-01", "06-02"]),
        (["RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=2"], ["06-01", "06-15"]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260602"], ["06-01", "06-03"]),
        (["RDATE;VALUE=DATE:20260610,20260612"], ["06-01", "06-10", "06-12"]),
    ],
)
def test_all_day_series(world: World, recurrence: list[str], days: list[str]) -> None:
    body = {"summary": "Off", "start": {"date": "2026-06-01"}, "end": {"date": "2026-06-02"}, "recurrence": recurrence}
    world.calendar("POST", "events", body)
    found = events(
        world, "q=off&timeMin=2026-05-01T00:00:00Z&timeMax=2026-07-01T00:00:00Z&singleEvents=true&orderBy=startTime"
    )
    assert [event["start"]["date"][5:] for event in found] == days


def test_filters(world: World) -> None:
    world.calendar("POST", "events", lunch(extendedProperties={"private": {"action": "7"}}, location="The Ivy"))
    assert [e["id"] for e in events(world, "privateExtendedProperty=action%3D7")] == ["lunch00001"]
    assert events(world, "privateExtendedProperty=action%3D8") == []
    assert [e["id"] for e in events(world, "q=ivy")] == ["lunch00001"]
    assert [e["id"] for e in events(world, "iCalUID=lunch00001@google.com")] == ["lunch00001"]
    assert events(world, f"updatedMin={quote('2026-06-04T00:00:00Z')}") == []
    assert refused(world, "GET", "events?orderBy=startTime") == (400, "badRequest")
    assert refused(world, "GET", "events?timeMin=2026-06-05") == (400, "badRequest")
    assert refused(world, "GET", "events?timeMin=2026-06-05T00:00:00") == (400, "badRequest")
    assert refused(world, "GET", "events?maxresults=5") == (400, "badRequest")


def test_pages_and_sync_tokens(world: World) -> None:
    for number in range(5):
        world.calendar("POST", "events", lunch(id=f"event{number}"))
    with world.service("calendar.v3") as calendar:
        request = calendar.events().list(calendarId="primary", maxResults=2)
        pages = []
        while request is not None:
            answer = request.execute()
            pages.append(answer)
            request = calendar.events().list_next(request, answer)
        assert [len(page["items"]) for page in pages] == [2, 2, 2]
        token = pages[-1]["nextSyncToken"]
        calendar.events().delete(calendarId="primary", eventId="event1").execute()
        calendar.events().patch(calendarId="primary", eventId="event2", body={"summary": "New"}).execute()
        changed = calendar.events().list(calendarId="primary", syncToken=token).execute()
        assert {(event["id"], event["status"]) for event in changed["items"]} == {
            ("event1", "cancelled"),
            ("event2", "confirmed"),
        }
        assert calendar.events().list(calendarId="primary", syncToken=changed["nextSyncToken"]).execute()["items"] == []
        world.switch(forget_sync_tokens=ADA)
        with pytest.raises(HttpError) as gone:
            calendar.events().list(calendarId="primary", syncToken=token).execute()
    assert gone.value.status_code == 410
    assert refused(world, "GET", f"events?syncToken={token}")[1] == "fullSyncRequired"
    assert refused(world, "GET", f"events?syncToken={token}&q=x") == (400, "badRequest")


def test_a_guest_who_lives_here_has_the_event_and_answers_it(world: World) -> None:
    made = world.calendar("POST", "events?sendUpdates=all", lunch(attendees=[{"email": BOB}, {"email": OUTSIDER}]))
    (theirs,) = events(world, "", BOB)
    assert theirs["iCalUID"] == made["iCalUID"]
    assert theirs["organizer"] == {"email": ADA}
    assert [person.get("self", False) for person in theirs["attendees"]] == [True, False]
    (invitation,) = world.control(f"mailbox?account={BOB}")["messages"]
    subject = dict(map(tuple, invitation["headers"]))["Subject"]
    assert subject == f"Invitation: Lunch @ Fri Jun 5, 2026 12pm - 1pm (BST) ({BOB})"
    (left,) = world.control("outbox")
    assert left["to"] == OUTSIDER
    assert "METHOD:REQUEST" in left["raw"]
    answer = {"attendees": [{"email": BOB, "responseStatus": "accepted"}, {"email": OUTSIDER}]}
    world.calendar("PATCH", f"events/{theirs['id']}?sendUpdates=all", answer, account=BOB)
    seen = world.calendar("GET", "events/lunch00001")
    assert seen["attendees"][0]["responseStatus"] == "accepted"
    assert seen["etag"] != made["etag"]
    subjects = [dict(map(tuple, m["headers"]))["Subject"] for m in world.control(f"mailbox?account={ADA}")["messages"]]
    assert any(text.startswith("Accepted: Lunch") for text in subjects)
    world.calendar("DELETE", "events/lunch00001?sendUpdates=all")
    assert events(world, "", BOB) == []
    assert "Canceled event: Lunch" in world.control("outbox")[-1]["subject"]


@pytest.mark.parametrize(("audience", "inside", "outside"), [("none", 0, 0), ("externalOnly", 0, 1), ("all", 1, 1)])
def test_send_updates_says_who_hears(world: World, audience: str, inside: int, outside: int) -> None:
    body = lunch(attendees=[{"email": BOB}, {"email": OUTSIDER}])
    world.calendar("POST", f"events?sendUpdates={audience}", body)
    assert len(world.control(f"mailbox?account={BOB}")["messages"]) == inside
    assert len(world.control("outbox")) == outside
    assert len(events(world, "", BOB)) == 1


def test_a_guest_who_deletes_has_declined_and_one_uninvited_loses_the_event(world: World) -> None:
    world.calendar("POST", "events", lunch(attendees=[{"email": BOB}]))
    world.calendar("DELETE", "events/lunch00001", account=BOB)
    assert world.calendar("GET", "events/lunch00001")["attendees"][0]["responseStatus"] == "declined"
    world.calendar("POST", "events", lunch(id="second1", attendees=[{"email": BOB}]))
    world.calendar("PATCH", "events/second1", {"attendees": []})
    assert world.calendar("GET", "events/second1", account=BOB)["status"] == "cancelled"


def test_a_guests_own_changes_stay_their_own(world: World) -> None:
    body = lunch(attendees=[{"email": BOB}], extendedProperties={"private": {"mine": "1"}, "shared": {"ours": "2"}})
    world.calendar("POST", "events", body)
    theirs = world.calendar("GET", "events/lunch00001", account=BOB)
    assert theirs["extendedProperties"] == {"shared": {"ours": "2"}}
    reminders = {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]}
    world.calendar("PATCH", "events/lunch00001", {"reminders": reminders, "summary": "Mine"}, account=BOB)
    assert world.calendar("GET", "events/lunch00001")["summary"] == "Lunch"
    world.calendar("PATCH", "events/lunch00001", {"location": "Roof"})
    theirs = world.calendar("GET", "events/lunch00001", account=BOB)
    assert (theirs["summary"], theirs["location"], theirs["reminders"]) == ("Lunch", "Roof", reminders)


def test_where_guests_may_modify_an_event_they_change_it_for_all(world: World) -> None:
    body = lunch(attendees=[{"email": BOB}, {"email": OUTSIDER}], guestsCanModify=True, description="Bring cake")
    world.calendar("POST", "events", body)
    change = {"summary": "Supper", "description": None, "extendedProperties": {"private": {"mine": "1"}}}
    after = world.calendar("PATCH", "events/lunch00001?sendUpdates=all", change, account=BOB)
    seen = world.calendar("GET", "events/lunch00001")
    assert (seen["summary"], after["summary"]) == ("Supper", "Supper")
    assert not {"description", "extendedProperties"} & seen.keys()
    assert seen["organizer"] == {"email": ADA, "self": True}
    assert after["extendedProperties"] == {"private": {"mine": "1"}}
    assert world.calendar("GET", "events/lunch00001", account=BOB) == after
    (left,) = world.control("outbox")
    assert left["subject"].startswith("Updated invitation: Supper")


def test_what_guests_may_do_only_the_organizer_says(world: World) -> None:
    world.calendar("POST", "events", lunch(attendees=[{"email": BOB}], guestsCanModify=True))
    said = refused(world, "PATCH", "events/lunch00001", {"guestsCanModify": False}, account=BOB)
    assert said == (403, "forbiddenForNonOrganizer")
    world.calendar("PATCH", "events/lunch00001", {"guestsCanModify": False})
    assert world.calendar("GET", "events/lunch00001", account=BOB)["guestsCanModify"] is False


def test_meetings_are_made_once_per_request_id(world: World) -> None:
    wanted = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    ignored = world.calendar("POST", "events", lunch(conferenceData=wanted))
    assert "conferenceData" not in ignored
    made = world.calendar("PATCH", "events/lunch00001?conferenceDataVersion=1", {"conferenceData": wanted})
    assert made["hangoutLink"] == made["conferenceData"]["entryPoints"][0]["uri"]
    again = world.calendar("PATCH", "events/lunch00001?conferenceDataVersion=1", {"conferenceData": wanted})
    assert again["conferenceData"] == made["conferenceData"]


def test_moving_to_another_calendar_and_importing(world: World) -> None:
    world.calendar("POST", "events", lunch())
    home = quote("home@group.calendar.example")
    moved = world.calendar("POST", f"events/lunch00001/move?destination={home}")
    assert moved["organizer"] == {"email": "home@group.calendar.example", "displayName": "Home", "self": True}
    assert world.calendar("GET", "events/lunch00001")["status"] == "cancelled"
    body = {**lunch(iCalUID="abc@elsewhere", organizer={"email": OUTSIDER}), "attendees": [{"email": ADA}]}
    del body["id"]
    imported = world.calendar("POST", "events/import", body)
    assert (imported["iCalUID"], imported["organizer"]) == ("abc@elsewhere", {"email": OUTSIDER})
    assert world.calendar("POST", "events/import", {**body, "summary": "Again"})["id"] == imported["id"]
    assert world.control("outbox") == []


def test_free_and_busy(world: World) -> None:
    world.calendar("POST", "events", lunch(attendees=[{"email": BOB}]))
    world.calendar("POST", "events", lunch(id="overlap1", end={"dateTime": "2026-06-05T13:30:00+01:00"}))
    world.calendar("POST", "events", lunch(id="freetime", transparency="transparent",
                                           end={"dateTime": "2026-06-05T18:00:00+01:00"}))  # fmt: skip
    body = {"timeMin": "2026-06-03T00:00:00Z", "timeMax": "2026-06-06T00:00:00Z",
            "items": [{"id": "primary"}, {"id": BOB}, {"id": OUTSIDER}]}  # fmt: skip
    calendars = world.api("POST", "/calendar/v3/freeBusy", body).json["calendars"]
    assert calendars["primary"]["busy"] == [
        {"start": "2026-06-03T08:30:00Z", "end": "2026-06-03T08:45:00Z"},
        {"start": "2026-06-05T11:00:00Z", "end": "2026-06-05T12:30:00Z"},
    ]
    assert calendars[BOB]["busy"] == [{"start": "2026-06-05T11:00:00Z", "end": "2026-06-05T12:00:00Z"}]
    assert calendars[OUTSIDER]["errors"] == [{"domain": "global", "reason": "notFound"}]
    refusal = world.api("POST", "/calendar/v3/freeBusy", body | {"timeMax": "2027-06-06T00:00:00Z"})
    assert (refusal.status, refusal.json["error"]["errors"][0]["reason"]) == (400, "timeRangeTooLong")


def test_calendars_and_settings(world: World) -> None:
    listed = world.api("GET", "/calendar/v3/users/me/calendarList").json["items"]
    assert [(entry["id"], entry.get("primary", False)) for entry in listed] == [
        (ADA, True),
        ("home@group.calendar.example", False),
    ]
    assert world.api("GET", "/calendar/v3/users/me/settings/timezone").json["value"] == "Europe/London"
    assert world.api("GET", "/calendar/v3/calendars/primary").json["id"] == ADA
    assert reason(world.api("GET", f"/calendar/v3/calendars/{BOB}/events")) == (404, "notFound")
    assert world.api("GET", "/calendar/v3/colors").status == 501


def test_calendars_outlive_a_restart(tmp_path: Path) -> None:
    seeded = [SeedAccount(ADA, "Ada", "UTC", [], [SeedCalendar("primary", "Ada", "UTC")])]
    with running(tmp_path, seeded) as world:
        made = world.calendar("POST", "events", lunch())
        token = world.calendar("GET", "events")["nextSyncToken"]
    with running(tmp_path, seeded) as world:
        assert world.calendar("GET", "events/lunch00001") == made
        assert events(world, f"syncToken={token}") == []
        assert refused(world, "POST", "events", lunch()) == (409, "duplicate")


def test_a_series_ends_at_its_limits_and_shows_what_was_seeded_changed(tmp_path: Path) -> None:
    def weekly(name: str, *lines: str) -> dict[str, Any]:
        span = {"start": {"dateTime": "2026-06-01T09:00:00Z"}, "end": {"dateTime": "2026-06-01T10:00:00Z"}}
        span = {key: {**value, "timeZone": "America/New_York"} for key, value in span.items()}
        return {"id": name, "summary": name, **span, "recurrence": list(lines)}

    changed = {
        "id": "weeks_20260608T090000Z",
        "recurringEventId": "weeks",
        "originalStartTime": {"dateTime": "2026-06-08T09:00:00Z"},
        "summary": "moved",
        "start": {"dateTime": "2026-06-09T09:00:00Z"},
        "end": {"dateTime": "2026-06-09T10:00:00Z"},
    }
    gone = {**changed, "id": "weeks_20260615T090000Z", "status": "cancelled",
            "originalStartTime": {"dateTime": "2026-06-15T09:00:00Z"}}  # fmt: skip
    until = weekly("until", "RRULE:FREQ=WEEKLY;UNTIL=20260608T090000Z")
    seeded = [weekly("weeks", "RRULE:FREQ=WEEKLY;COUNT=4"), changed, gone, until]
    calendars = [SeedCalendar("primary", "Ada", "UTC", seeded)]
    with running(tmp_path, [SeedAccount(ADA, "Ada", "UTC", [], calendars)]) as world:
        found = events(world, "singleEvents=true&orderBy=startTime")
        told = [(event["summary"], event["start"]["dateTime"]) for event in found]
        everything = events(world, "singleEvents=true&orderBy=startTime&showDeleted=true")
    assert told == [
        ("until", "2026-06-01T09:00:00Z"),
        ("weeks", "2026-06-01T09:00:00Z"),
        ("until", "2026-06-08T09:00:00Z"),
        ("moved", "2026-06-09T09:00:00Z"),
        ("weeks", "2026-06-22T09:00:00Z"),
    ]
    assert [event["status"] for event in everything].count("cancelled") == 1
