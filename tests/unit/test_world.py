"""The world that comes with the sandbox: the same every time, fresh on any day, and with what its stories need."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from sandbox.google.seed import PRIMARY, SeedAccount, SeedMail
from sandbox.world import World, build_world, invented

MONDAY_NIGHT = datetime(2026, 3, 2, 0, 5, tzinfo=UTC)
SUNDAY = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # in the hour that happens twice
NOON = datetime(2026, 6, 17, 12, 0, tzinfo=ZoneInfo("America/New_York"))
ALEX, ALEX_HOME = "alex.rivera@larkspur.example", "alex@rivera-family.example"


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(NOON)


def boxes(world: World) -> list[SeedAccount]:
    """The accounts that somebody signs in to."""
    return [box for box in world.accounts if box.signs_in]


def account(world: World, email: str) -> SeedAccount:
    return next(found for found in world.accounts if found.email == email)


@cache
def parsed(mail: SeedMail) -> EmailMessage:
    message = message_from_bytes(mail.raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


@cache
def body(mail: SeedMail) -> str:
    part = parsed(mail).get_body(("plain", "html"))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def about(box: SeedAccount, words: str) -> list[SeedMail]:
    return [mail for mail in box.mails if words.lower() in f"{parsed(mail)['Subject']}\n{body(mail)}".lower()]


def senders(mails: list[SeedMail]) -> set[str]:
    return {address for mail in mails for _, address in getaddresses([str(parsed(mail)["From"])])}


@pytest.mark.parametrize("now", [MONDAY_NIGHT, SUNDAY, NOON])
def test_the_same_moment_gives_the_same_world_and_nothing_lies_in_the_future(now: datetime) -> None:
    world = build_world(now)
    assert build_world(now) == world
    for box in boxes(world):
        times = [mail.received for mail in box.mails]
        assert times == sorted(times)
        assert now - timedelta(days=92) < times[0] < now - timedelta(days=80)
        assert now - timedelta(days=4) < times[-1] < now


def test_another_seed_gives_another_world_of_the_same_people(world: World) -> None:
    other = build_world(NOON, seed=2)
    assert other != world
    assert (other.owners, other.people) == (world.owners, world.people)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        build_world(datetime(2026, 6, 17))  # noqa: DTZ001


def test_two_people_in_two_zones_own_a_work_and_a_personal_account_each(world: World) -> None:
    assert len({person["tz"] for person in world.people}) == 2
    assert {person["email"] for person in world.people} == set(world.owners)
    assert [box.email for box in boxes(world)] == [email for owned in world.owners.values() for email in owned]
    names = {box.email: box.name for box in world.accounts}
    for person in world.people:
        assert {names[email] for email in world.owners[person["email"]]} == {person["real_name"]}


def test_every_mail_is_whole_and_only_made_up_domains_are_in_it(world: World) -> None:
    for box in boxes(world):
        ids = [parsed(mail)["Message-ID"] for mail in box.mails]
        assert len(ids) == len(set(ids))
        for mail in box.mails:
            message = parsed(mail)
            assert not [defect for part in message.walk() for defect in part.defects]
            assert b"\n" not in mail.raw.replace(b"\r\n", b"")
            found = getaddresses([str(message[name]) for name in ("From", "To", "Cc") if message[name]])
            assert all(address.endswith(".example") for _, address in found)
            assert "{" not in message["Subject"]
            assert "{" not in body(mail).split("<style")[0]


def test_replies_name_what_they_answer_and_quote_it(world: World) -> None:
    box = account(world, ALEX)
    by_id = {parsed(mail)["Message-ID"]: mail for mail in box.mails}
    replies = [mail for mail in box.mails if parsed(mail)["In-Reply-To"]]
    assert len(replies) > 25
    for reply in replies:
        answered = by_id[parsed(reply)["In-Reply-To"]]
        assert answered.received < reply.received
        assert parsed(reply)["Subject"] == "Re: " + parsed(answered)["Subject"].removeprefix("Re: ")
        first_line = body(answered).strip().splitlines()[0]
        assert f"> {first_line}" in body(reply)


def test_there_is_much_to_archive_and_some_that_must_stay(world: World) -> None:
    for box in boxes(world):
        promotions = [mail for mail in box.mails if {"INBOX", "CATEGORY_PROMOTIONS"} <= set(mail.labels)]
        ages = Counter(mail.received < NOON - timedelta(days=30) for mail in promotions)
        assert ages[True] >= 15
        assert ages[False] >= 5


def test_newsletters_can_be_unsubscribed_from(world: World) -> None:
    lists = [parsed(mail) for box in world.accounts for mail in box.mails if parsed(mail)["List-Unsubscribe"]]
    assert len({str(message["List-Id"]) for message in lists}) >= 10
    assert all("https://" in message["List-Unsubscribe"] and message["List-Unsubscribe-Post"] for message in lists)


def test_the_stories_that_requests_are_about_are_there(world: World) -> None:
    work, home = account(world, ALEX), account(world, ALEX_HOME)
    budget = senders(about(work, "budget review")) - {ALEX}
    assert len(budget) == 5
    assert len({parsed(mail)["Subject"].removeprefix("Re: ") for mail in about(work, "Project X")}) >= 6
    assert len(about(home, "Project Alpha")) >= 8
    assert not about(work, "Project Alpha")
    assert len({address for address in senders(work.mails) if address.startswith("maria.")}) == 2
    unread = [mail for mail in work.mails if "UNREAD" in mail.labels]
    assert any("dana.whitfield" in str(parsed(mail)["From"]) for mail in unread)
    [*_, last] = about(work, "does Thursday work")
    assert "UNREAD" in last.labels
    assert len(getaddresses([str(parsed(last)["To"]), str(parsed(last)["Cc"])])) >= 3


def test_mails_of_all_kinds_are_there(world: World) -> None:
    messages = [parsed(mail) for box in world.accounts for mail in box.mails]
    types = Counter(message.get_content_type() for message in messages)
    assert types["text/html"] > 5
    assert types["text/plain"] > 50
    charsets = {message.get_content_charset() for message in messages}
    assert {"utf-8", "iso-8859-1", "iso-2022-jp", "windows-1252"} <= charsets
    attached = [part for message in messages for part in message.iter_attachments()]
    pages = [part for part in attached if part.get_content_type() == "application/pdf"]
    assert pages
    assert all(part.get_content().startswith(b"%PDF-1.4") for part in pages)
    assert any(part.get_content_type() == "text/csv" for part in attached)
    labels = {label for box in world.accounts for mail in box.mails for label in mail.labels}
    assert {"SENT", "STARRED", "CATEGORY_SOCIAL", "CATEGORY_UPDATES", "CATEGORY_FORUMS", "Receipts"} <= labels


def test_invitations_carry_the_event_that_stands_on_the_calendar(world: World) -> None:
    box = account(world, ALEX)
    uids = {event["iCalUID"] for calendar in box.calendars for event in calendar.events}
    invitations = [
        part for mail in box.mails for part in parsed(mail).walk() if part.get_content_type() == "text/calendar"
    ]
    assert len(invitations) == 2
    for part in invitations:
        [event] = icalendar.Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")
        assert str(event["UID"]) in uids


def events(world: World, email: str) -> list[dict[str, object]]:
    return [event for calendar in account(world, email).calendars for event in calendar.events]


def test_calendars_have_series_exceptions_conflicts_and_every_kind_of_answer(world: World) -> None:
    mine = events(world, ALEX)
    assert {"outOfOffice", "focusTime"} <= {str(event.get("eventType")) for event in mine}
    answers = Counter(
        guest["responseStatus"]
        for event in mine
        for guest in event.get("attendees", [])
        if guest.get("self")  # type: ignore[attr-defined]
    )
    assert {"accepted", "declined", "tentative", "needsAction"} <= set(answers)
    assert any("date" in event["start"] for event in mine)  # type: ignore[operator]
    assert {event["start"].get("timeZone") for event in mine} >= {"Europe/Lisbon", "America/New_York"}  # type: ignore[attr-defined]
    single = sorted(
        (datetime.fromisoformat(event["start"]["dateTime"]), datetime.fromisoformat(event["end"]["dateTime"]))  # type: ignore[index]
        for event in mine
        if "recurrence" not in event and "dateTime" in event["start"]  # type: ignore[operator]
    )
    assert any(earlier[1] > later[0] > NOON for earlier, later in pairwise(single))


def test_overridden_occurrences_lie_where_their_series_has_one(world: World) -> None:
    for box in world.accounts:
        for calendar in box.calendars:
            series = {event["id"]: event for event in calendar.events if "recurrence" in event}
            for event in calendar.events:
                if "recurringEventId" in event:
                    original = datetime.fromisoformat(event["originalStartTime"]["dateTime"])
                    assert original in occurrences(series[event["recurringEventId"]], original)


def occurrences(event: dict[str, object], day: datetime) -> list[datetime]:
    """Expanded by another library than anything here is written with."""
    made = icalendar.Event()
    start = event["start"]
    assert isinstance(start, dict)
    zone = ZoneInfo(start["timeZone"])
    made.add("dtstart", datetime.fromisoformat(start["dateTime"]).replace(tzinfo=zone))
    recurrence = event["recurrence"]
    assert isinstance(recurrence, list)
    made.add("rrule", icalendar.vRecur.from_ical(recurrence[0].removeprefix("RRULE:")))
    calendar = icalendar.Calendar()
    calendar.add_component(made)
    found = recurring_ical_events.of(calendar).between(day - timedelta(days=1), day + timedelta(days=1))
    return [occurrence["DTSTART"].dt for occurrence in found]


def test_shared_meetings_are_the_same_event_on_every_calendar(world: World) -> None:
    alex = {event["id"]: event for event in events(world, ALEX)}
    priya = {event["id"]: event for event in events(world, "priya.raman@larkspur.example")}
    shared = set(alex) & set(priya)
    assert len(shared) >= 5
    for event_id in shared:
        assert alex[event_id]["start"] == priya[event_id]["start"]
    assert {calendar.id for calendar in account(world, ALEX_HOME).calendars} > {PRIMARY}


def test_wordings_name_only_tools_that_exist() -> None:
    entries = json.loads((Path(__file__).parents[1] / "data" / "wordings.json").read_text("utf-8"))
    mail = {"search_mail", "read_thread", "change_mail", "write_mail"}
    tools = {*mail, "list_events", "create_event", "find_person", "assist"}
    assert len(entries) >= 80
    assert len({entry["ask"].lower() for entry in entries}) == len(entries)
    used = Counter(call["tool"] for entry in entries for call in entry["calls"])
    assert set(used) == tools
    assert sum(not entry["calls"] for entry in entries) >= 8


def test_colleagues_have_calendars_and_no_mail_here_but_one_who_keeps_theirs_to_themselves(world: World) -> None:
    team = world.stories[ALEX]["team"]["members"]
    readable = {box.email for box in world.accounts if not box.signs_in}
    assert len(set(team) & readable) >= 4
    assert set(team) - readable - set(world.owners) == {"ingrid.solberg@larkspur.example"}
    assert all(box.mails == [] for box in world.accounts if not box.signs_in)


@pytest.fixture(scope="module", params=["written", 1, 2, 3])
def any_world(request: pytest.FixtureRequest) -> World:
    return build_world(NOON, script=None if request.param == "written" else invented(request.param))


def test_every_world_has_what_the_everyday_requests_are_about(any_world: World) -> None:
    for work, home in any_world.owners.values():
        story = any_world.stories[work]
        at_work, at_home = account(any_world, work), account(any_world, home)
        assert len({parsed(mail)["Subject"].removeprefix("Re: ") for mail in about(at_work, story["project"])}) >= 3
        assert len(senders(about(at_work, story["topic"])) - {work}) >= 3
        assert len(about(at_home, story["private"])) >= 4
        assert not about(at_work, story["private"])
        for box in (at_work, at_home):
            unread = [mail for mail in box.mails if "UNREAD" in mail.labels]
            assert story["manager"]["email"] in senders(unread)
            promotions = [mail for mail in box.mails if {"INBOX", "CATEGORY_PROMOTIONS"} <= set(mail.labels)]
            assert {mail.received < NOON - timedelta(days=30) for mail in promotions} == {True, False}


def test_every_world_has_meetings_tomorrow_and_private_ones_next_week(any_world: World) -> None:
    for work, home in any_world.owners.values():
        tomorrow = NOON.astimezone(ZoneInfo(account(any_world, work).timezone)) + timedelta(days=1)
        days = {event["summary"]: event for event in events(any_world, work) if on(event, tomorrow)}
        mine = [event for event in days.values() if event["organizer"].get("self") and "dateTime" in event["start"]]  # type: ignore[attr-defined, operator]
        assert len(mine) >= 1
        assert len(days) > len(mine)
        monday = NOON + timedelta(days=7 - NOON.weekday())
        week = [monday + timedelta(days=n) for n in range(5)]
        assert sum(any(on(event, day) for day in week) for event in events(any_world, home)) >= 2


def on(event: dict[str, object], day: datetime) -> bool:
    start = event["start"]
    assert isinstance(start, dict)
    return str(start.get("date") or start["dateTime"]).startswith(f"{day:%Y-%m-%d}")


def test_invented_worlds_differ_by_seed_and_only_by_it() -> None:
    assert build_world(NOON, script=invented(5)) == build_world(NOON, script=invented(5))
    assert build_world(NOON, script=invented(5)).owners != build_world(NOON, script=invented(6)).owners
