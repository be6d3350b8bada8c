"""One's own mbox and .ics files: nothing is lost, what can't be read is named, whose it is is guessed and told."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from sandbox.google.seed import PRIMARY, SeedCalendar, SeedMail
from sandbox.world import World, WorldError, own_world

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 6, 17, 12, 0, tzinfo=UTC)
ME = "ada@sandbox.example"


@pytest.fixture(scope="module")
def real() -> World:
    return own_world(DATA / "real_mail.mbox", DATA / "calendars", None, NOW)


def mbox(tmp_path: Path, *mails: str, envelope: str = "From - Mon Jun 01 10:00:00 2026") -> Path:
    path = tmp_path / "box.mbox"
    path.write_bytes("".join(f"{envelope}\n{mail}\n\n" for mail in mails).encode())
    return path


def read(tmp_path: Path, *mails: str, **options: Any) -> list[SeedMail]:
    return own_world(mbox(tmp_path, *mails, **options), None, ME, NOW).accounts[0].mails


def calendar(tmp_path: Path, *lines: str, head: str = "") -> dict[str, dict[str, Any]]:
    """The events of a one-calendar file, by title."""
    path = tmp_path / "own.ics"
    path.write_text("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *head.split(), *lines, "END:VCALENDAR", ""]))
    [found] = own_world(None, path, ME, NOW).accounts[0].calendars
    return {event["summary"]: event for event in found.events}


def event(title: str, *lines: str, uid: str = "") -> tuple[str, ...]:
    return ("BEGIN:VEVENT", f"UID:{uid or title}", f"SUMMARY:{title}", *lines, "END:VEVENT")


# The real mailbox.


def test_every_one_of_the_real_mails_is_there_byte_for_byte(real: World) -> None:
    mails = real.accounts[0].mails
    assert len(mails) == 103
    content = (DATA / "real_mail.mbox").read_bytes()
    together = b"".join(mail.raw.replace(b"\r\n", b"\n") for mail in mails)
    # What is missing is the mbox's own: its From_ lines, a blank line after each mail, and the ">" before "From".
    own = 103 * len(b"From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n\n")
    unescaped = content.count(b"\n>From ")
    nested = sum(len(line) + 1 for line in nested_envelopes(content))
    assert len(content) - len(together) == own + unescaped + nested


def nested_envelopes(content: bytes) -> list[bytes]:
    """Lines of another mailbox that mails of this one begin with; their ">" is counted with the escapes."""
    lines = content.split(b"\n")
    firsts = (line for before, line in pairwise(lines) if before.startswith(b"From "))
    return [line[1:] for line in firsts if line.startswith(b">From ") and not line.startswith(b">From  :")]


def test_broken_mails_that_begin_with_a_second_from_line_keep_their_headers(real: World) -> None:
    headless = [mail.raw for mail in real.accounts[0].mails if not message_from_bytes(mail.raw).keys()]
    assert [raw[:8] for raw in headless] == [b"From  : "]  # obsolete spaces before the colon (RFC 822): as it was


def test_mails_are_dated_by_their_date_header_or_the_envelope_and_never_in_the_future(real: World) -> None:
    mails = real.accounts[0].mails
    assert mails[0].received == datetime(2005, 6, 6, 20, 21, 22, tzinfo=UTC)
    assert all(mail.received.tzinfo is not None and mail.received <= NOW for mail in mails)
    in_3609 = next(mail for mail in mails if b"Jun 3609" in mail.raw)
    assert in_3609.received == datetime(2026, 1, 1, tzinfo=UTC)


def test_what_could_not_be_decoded_is_named(real: World) -> None:
    notes = "\n".join(real.notes)
    for trouble in ('"x-unknown"', '"big5"', "unknown encoding: none", "no date a mail can"):
        assert trouble in notes
    numbers = Counter(note.split(" (")[0] for note in real.notes if note.startswith("Mail "))
    assert max(numbers.values()) == 1


def test_the_owner_is_guessed_and_told(real: World) -> None:
    assert real.accounts[0].email == "raasdnil@gmail.com"
    assert any("raasdnil@gmail.com" in note and "ME=" in note for note in real.notes)
    assert real.owners == {"raasdnil@gmail.com": ["raasdnil@gmail.com"]}
    assert real.people[0]["email"] == "raasdnil@gmail.com"


def test_who_says_whose_it_is_is_believed() -> None:
    world = own_world(DATA / "real_mail.mbox", None, "Blah@Example.com", NOW)
    assert world.accounts[0].email == "blah@example.com"
    assert not any("Nobody said" in note for note in world.notes)


# Mailboxes as programs write them.


def test_takeout_labels_become_gmails(tmp_path: Path) -> None:
    [mail] = read(
        tmp_path,
        "X-GM-THRID: 17\n"
        'X-Gmail-Labels: Inbox,Unread,Category promotions,"Bills, paid",Opened,Starred\nFrom: a@b.example\n\nHi',
        envelope="From 17@xxx Mon Jun 01 10:00:00 +0200 2026",
    )
    assert mail.labels == ("INBOX", "UNREAD", "CATEGORY_PROMOTIONS", "Bills, paid", "STARRED")
    assert mail.received == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    assert b"X-GM-THRID: 17\r\n" in mail.raw


def test_encoded_and_foreign_takeout_labels_are_read(tmp_path: Path) -> None:
    [mail] = read(tmp_path, "X-Gmail-Labels: =?UTF-8?Q?Posteingang,Ge=C3=B6ffnet,Steuern?=\nFrom: a@b.example\n\nHi")
    assert mail.labels == ("INBOX", "Steuern")


def test_archived_takeout_mail_is_not_in_the_inbox(tmp_path: Path) -> None:
    [mail] = read(tmp_path, "X-Gmail-Labels: Archived,Opened\nFrom: a@b.example\n\nHi")
    assert mail.labels == ()


@pytest.mark.parametrize(
    ("status", "labels"),
    [("0000", ("INBOX", "UNREAD")), ("0001", ("INBOX",)), ("0005", ("INBOX", "STARRED")), ("0009", ("TRASH",))],
)
def test_thunderbirds_flags_are_read(tmp_path: Path, status: str, labels: tuple[str, ...]) -> None:
    [mail] = read(tmp_path, f"X-Mozilla-Status: {status}\nX-Mozilla-Keys:\nFrom: a@b.example\n\nHi", envelope="From ")
    assert mail.labels == labels


def test_a_mail_of_ones_own_is_sent_and_a_mail_servers_status_is_read(tmp_path: Path) -> None:
    sent, seen, new = read(
        tmp_path, f"From: Ada <{ME}>\n\nHi", "Status: RO\nFrom: a@b.example\n\nHi", "Status: O\nFrom: a@b.example\n\nHi"
    )
    assert (sent.labels, seen.labels, new.labels) == (("SENT",), ("INBOX",), ("INBOX", "UNREAD"))


def test_sentences_that_begin_with_from_do_not_cut_a_mail(tmp_path: Path) -> None:
    text = "Hello\n\nFrom nine to five on Monday we are closed.\n\n>From here on escaped.\n\n>>From twice."
    [mail] = read(tmp_path, f"From: a@b.example\n\n{text}")
    assert b"\r\nFrom nine to five" in mail.raw
    assert b"\r\nFrom here on escaped" in mail.raw
    assert b"\r\n>From twice" in mail.raw


def test_lines_that_end_with_crlf_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "crlf"
    line = b"From - Mon Jun 01 10:00:00 2026\r\n"
    path.write_bytes(line + b"From: a@b.example\r\n\r\nOne\r\nTwo\r\n\r\n" + line + b"\r\nHi\r\n")
    first, second = own_world(path, None, ME, NOW).accounts[0].mails
    assert first.raw == b"From: a@b.example\r\n\r\nOne\r\nTwo\r\n"
    assert second.raw == b"\r\nHi\r\n"


def test_a_mail_without_any_date_arrives_now(tmp_path: Path) -> None:
    [mail] = read(tmp_path, "From: a@b.example\n\nHi", envelope="From ")
    assert mail.received == NOW


def test_an_empty_mbox_is_an_empty_mailbox(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    world = own_world(path, None, None, NOW)
    assert world.accounts[0].mails == []
    assert any("Nothing says whose" in note for note in world.notes)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"Subject: a single mail\n\nHi", "not an mbox"), (b"PK\x03\x04\x00\x00", "not an mbox"), (None, "no file")],
)
def test_what_is_no_mbox_is_refused_with_a_sentence(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "thing"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WorldError, match=reason):
        own_world(path, None, None, NOW)


def test_a_folder_is_no_mbox(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="is a folder"):
        own_world(tmp_path, None, None, NOW)


def test_something_must_be_named_and_me_must_be_an_address() -> None:
    with pytest.raises(WorldError, match="Name a mailbox"):
        own_world(None, None, None, NOW)
    with pytest.raises(WorldError, match="not a mail address"):
        own_world(DATA / "real_mail.mbox", None, "ada", NOW)


# The real calendars.


def of(real: World, title: str) -> SeedCalendar:
    return next(found for found in real.accounts[0].calendars if found.summary == title)


def test_every_event_of_the_real_calendars_is_there(real: World) -> None:
    calendars = real.accounts[0].calendars
    assert len(calendars) == 12
    assert len({found.id for found in calendars}) == 12
    in_files = sum(path.read_bytes().count(b"BEGIN:VEVENT") for path in (DATA / "calendars").glob("*.ics"))
    assert sum(len(found.events) for found in calendars) == in_files == 178
    for found in calendars:
        assert len({entry["id"] for entry in found.events}) == len(found.events)
        for entry in found.events:
            assert set(entry["id"]) <= set("0123456789abcdefghijklmnopqrstuv_TZ")


def test_all_zones_of_the_real_calendars_have_iana_names(real: World) -> None:
    points = [entry["start"] for found in real.accounts[0].calendars for entry in found.events]
    zones = {point["timeZone"] for point in points if "dateTime" in point}
    assert all(ZoneInfo(zone) for zone in zones)
    assert of(real, "Standup").events[0]["start"] == {
        "dateTime": "2009-03-10T09:30:00+11:00", "timeZone": "Australia/Sydney",
    }  # fmt: skip
    assert of(real, "calconnect3").events[0]["start"]["timeZone"] == "America/New_York"
    assert of(real, "evolution").events[0]["start"]["timeZone"] == "America/Chicago"
    assert not any("is unknown" in note for note in real.notes)


def test_instants_are_those_the_calendar_library_reads(real: World) -> None:
    for path in sorted((DATA / "calendars").glob("*.ics")):
        title = next((f.summary for f in real.accounts[0].calendars if f.summary == path.stem), None)
        if title is None:
            continue
        [parsed] = icalendar.Calendar.from_ical(path.read_bytes(), multiple=True)
        wanted = sorted(str(instant(entry["DTSTART"].dt)) for entry in parsed.walk("VEVENT"))
        mine = sorted(str(instant(moment(entry["start"]))) for entry in of(real, title).events)
        assert mine == wanted


def instant(value: datetime | date) -> datetime | date:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def moment(point: dict[str, str]) -> datetime | date:
    return datetime.fromisoformat(point["dateTime"]) if "dateTime" in point else date.fromisoformat(point["date"])


def test_exceptions_given_in_utc_exclude_the_local_occurrence(real: World) -> None:
    [entry] = of(real, "EXDATE-IN-UTC").events
    assert entry["recurrence"] == [
        "RRULE:FREQ=WEEKLY;UNTIL=20090102T055900Z",
        "EXDATE;TZID=America/Chicago:20070515T051500,20070522T051500",
    ]


def test_days_under_a_time_zone_are_days(real: World) -> None:
    christmas = next(entry for entry in of(real, "Australian Holidays").events if entry["summary"] == "Christmas")
    assert christmas["start"] == {"date": "2004-12-25"}
    assert christmas["end"] == {"date": "2004-12-26"}


def test_overridden_occurrences_name_their_series_and_are_not_excluded(real: World) -> None:
    series, *moved = of(real, "ical4j").events
    assert series["recurrence"] == ["RRULE:FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=24"]
    assert [entry["originalStartTime"] for entry in moved] == [{"date": "2004-02-24"}, {"date": "2004-03-24"}]
    assert all(entry["recurringEventId"] == series["id"] for entry in moved)


# Calendars as programs write them.


def test_an_override_of_a_timed_series_keeps_its_original_start(tmp_path: Path) -> None:
    path = tmp_path / "own.ics"
    lines = [
        *event("Sync", "DTSTART;TZID=Europe/Lisbon:20260601T100000", "DURATION:PT30M", "RRULE:FREQ=WEEKLY", uid="s"),
        *event("Sync, later", "DTSTART;TZID=Europe/Lisbon:20260608T150000", "DURATION:PT30M",
               "RECURRENCE-ID:20260608T090000Z", uid="s"),
    ]  # fmt: skip
    path.write_text("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR"]))
    [found] = own_world(None, path, ME, NOW).accounts[0].calendars
    assert found.id == PRIMARY
    series, moved = found.events
    assert moved["id"] == f"{series['id']}_20260608T090000Z"
    assert moved["originalStartTime"] == {"dateTime": "2026-06-08T10:00:00+01:00", "timeZone": "Europe/Lisbon"}
    assert moved["start"]["dateTime"] == "2026-06-08T15:00:00+01:00"


@pytest.mark.parametrize(
    ("tzid", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("/freeassociation.sourceforge.net/America/Argentina/Salta", "America/Argentina/Salta"),
        ("Somewhere else", "Europe/Lisbon"),  # unknown, without a description: as the calendar
    ],
)
def test_zones_by_other_names(tmp_path: Path, tzid: str, zone: str) -> None:
    lines = event("Call", f"DTSTART;TZID={tzid}:20260601T100000", "DTEND:20260601T230000Z")
    found = calendar(tmp_path, *lines, head="X-WR-TIMEZONE:Europe/Lisbon")
    assert found["Call"]["start"]["timeZone"] == zone
    assert found["Call"]["start"]["dateTime"].startswith("2026-06-01T10:00:00")


def test_ends_are_worked_out_where_they_are_missing_or_before_the_start(tmp_path: Path) -> None:
    found = calendar(
        tmp_path,
        *event("Day", "DTSTART;VALUE=DATE:20260601"),
        *event("Moment", "DTSTART:20260601T100000Z"),
        *event("Backwards", "DTSTART:20260601T100000Z", "DTEND:20260601T090000Z"),
        *event("Three days", "DTSTART;VALUE=DATE:20260601", "DURATION:P3D"),
    )
    assert found["Day"]["end"] == {"date": "2026-06-02"}
    assert found["Moment"]["end"] == found["Moment"]["start"]
    assert found["Backwards"]["end"] == found["Backwards"]["start"]
    assert found["Three days"]["end"] == {"date": "2026-06-04"}


def test_until_is_made_what_the_standard_wants(tmp_path: Path) -> None:
    found = calendar(
        tmp_path,
        *event("Local", "DTSTART;TZID=Europe/Lisbon:20260601T100000", "RRULE:FREQ=DAILY;UNTIL=20260605T100000"),
        *event("Day for a time", "DTSTART:20260601T100000Z", "RRULE:FREQ=DAILY;UNTIL=20260605"),
        *event("Time for a day", "DTSTART;VALUE=DATE:20260601", "RRULE:FREQ=DAILY;UNTIL=20260605T000000Z"),
    )
    assert found["Local"]["recurrence"] == ["RRULE:FREQ=DAILY;UNTIL=20260605T090000Z"]
    assert found["Day for a time"]["recurrence"] == ["RRULE:FREQ=DAILY;UNTIL=20260605T100000Z"]
    assert found["Time for a day"]["recurrence"] == ["RRULE:FREQ=DAILY;UNTIL=20260605"]


def test_guests_and_what_they_answered_are_kept(tmp_path: Path) -> None:
    found = calendar(
        tmp_path,
        *event(
            "Lunch", "DTSTART:20260601T100000Z", "CLASS:PRIVATE", "TRANSP:TRANSPARENT", "STATUS:TENTATIVE",
            "ORGANIZER;CN=Ben:mailto:Ben@sandbox.example",
            f"ATTENDEE;PARTSTAT=DECLINED;ROLE=OPT-PARTICIPANT:MAILTO:{ME}",
            "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@sandbox.example",
        ),
    )  # fmt: skip
    lunch = found["Lunch"]
    assert (lunch["visibility"], lunch["transparency"], lunch["status"]) == ("private", "transparent", "tentative")
    assert lunch["organizer"] == {"email": "ben@sandbox.example", "displayName": "Ben"}
    assert lunch["attendees"] == [
        {"email": ME, "self": True, "responseStatus": "declined", "optional": True},
        {"email": "room@sandbox.example", "responseStatus": "accepted", "resource": True},
    ]


def test_events_without_a_start_tasks_and_broken_files_are_named(tmp_path: Path) -> None:
    lines = [*event("Nowhere"), "BEGIN:VTODO", "UID:t", "END:VTODO", *event("Fine", "DTSTART:20260601T100000Z")]
    (tmp_path / "a.ics").write_text("\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"]))
    (tmp_path / "b.ics").write_text("this is no calendar")
    world = own_world(None, tmp_path, ME, NOW)
    assert [entry["summary"] for entry in world.accounts[0].calendars[0].events] == ["Fine"]
    notes = "\n".join(world.notes)
    assert "“Nowhere” has no start" in notes
    assert "1 tasks or journal entries" in notes
    assert "b.ics is not a calendar file" in notes


def test_a_file_that_is_no_calendar_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.ics").write_text("this is no calendar")
    with pytest.raises(WorldError, match="not a calendar file"):
        own_world(None, tmp_path / "b.ics", None, NOW)
    (tmp_path / "folder").mkdir()
    with pytest.raises(WorldError, match=r"no \.ics file"):
        own_world(None, tmp_path / "folder", None, NOW)


def test_the_calendar_named_after_the_owner_is_the_primary_one(tmp_path: Path) -> None:
    for name in (ME, "holidays"):
        (tmp_path / f"{name}.ics").write_text(
            "\r\n".join(
                ["BEGIN:VCALENDAR", f"X-WR-CALNAME:{name}", *event("E", "DTSTART:20260601T100000Z"), "END:VCALENDAR"]
            )
        )
    world = own_world(None, tmp_path, None, NOW)
    assert world.accounts[0].email == ME
    assert [found.id == PRIMARY for found in world.accounts[0].calendars] == [True, False]


def test_reading_is_the_same_twice() -> None:
    first = own_world(DATA / "real_mail.mbox", DATA / "calendars", None, NOW)
    assert own_world(DATA / "real_mail.mbox", DATA / "calendars", None, NOW + timedelta(0)) == first
