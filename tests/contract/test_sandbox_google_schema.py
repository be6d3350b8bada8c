"""Every method the stand-in answers is called, and its answer fits Google's schema."""

from __future__ import annotations

from pathlib import Path

from sandbox.google.methods import HANDLERS
from tests.contract import google_shapes
from tests.contract.google_world import ADA, BOB, World, mail, raw, running
from tests.contract.test_sandbox_google_query import with_attachment

LETTER = {"raw": raw(mail("Shape", sender=ADA, to=BOB))}
SPAN = {"start": {"date": "2026-06-05"}, "end": {"date": "2026-06-06"}}


def call_mail(world: World) -> None:
    world.gmail("GET", "profile")
    world.gmail("GET", "settings/sendAs")
    world.gmail("GET", f"settings/sendAs/{ADA}")
    world.gmail("POST", "watch", {"topicName": "projects/steward/topics/mail"})
    world.gmail("POST", "stop")
    label = world.gmail("POST", "labels", {"name": "Shapes"})["id"]
    world.gmail("GET", "labels")
    world.gmail("GET", f"labels/{label}")
    world.gmail("PATCH", f"labels/{label}", {"name": "Forms"})
    world.gmail("PUT", f"labels/{label}", {"id": label, "name": "Figures"})
    big = world.gmail("POST", "messages", {"raw": raw(with_attachment(100_000)), "labelIds": ["INBOX"]})["id"]
    world.gmail("POST", "messages/import", {**LETTER, "labelIds": [label]})
    sent = world.gmail("POST", "messages/send", LETTER)
    payload = world.gmail("GET", f"messages/{big}")["payload"]
    world.gmail("GET", f"messages/{big}/attachments/{payload['parts'][1]['body']['attachmentId']}")
    world.gmail("GET", "messages?includeSpamTrash=true")
    for verb in ("messages", "threads"):
        world.gmail("POST", f"{verb}/{sent['id']}/modify", {"addLabelIds": [label]})
        world.gmail("POST", f"{verb}/{sent['id']}/trash")
        world.gmail("POST", f"{verb}/{sent['id']}/untrash")
    world.gmail("POST", "messages/batchModify", {"ids": [big], "addLabelIds": [label]})
    for shape in ("full", "metadata", "minimal"):
        world.gmail("GET", f"threads/{sent['threadId']}?format={shape}")
    world.gmail("GET", "threads?maxResults=2")
    draft = world.gmail("POST", "drafts", {"message": LETTER})["id"]
    world.gmail("GET", "drafts")
    world.gmail("GET", f"drafts/{draft}")
    world.gmail("PUT", f"drafts/{draft}", {"message": LETTER})
    world.gmail("POST", "drafts/send", {"id": draft})
    world.gmail("DELETE", f"drafts/{world.gmail('POST', 'drafts', {'message': LETTER})['id']}")
    world.gmail("DELETE", f"labels/{label}")
    world.gmail("GET", "history?startHistoryId=1000")


def call_calendar(world: World) -> None:
    root = "/calendar/v3/"
    for path in ("users/me/calendarList", "users/me/calendarList/primary", "calendars/primary",
                 "calendars/primary/acl", "users/me/settings",
                 "users/me/settings/timezone"):  # fmt: skip
        assert world.api("GET", root + path).status == 200
    wanted = {"id": "shapes", "type": "web_hook", "address": "https://steward.example/changes"}
    channel = world.calendar("POST", "events/watch", wanted)
    stopped = {name: channel[name] for name in ("id", "resourceId")}
    assert world.api("POST", root + "channels/stop", stopped).status == 204
    span = {"timeMin": "2026-06-03T00:00:00Z", "timeMax": "2026-06-06T00:00:00Z"}
    body = {**span, "items": [{"id": ADA}, {"id": "nobody@nowhere.example"}]}
    assert world.api("POST", root + "freeBusy", body).status == 200
    guests = {"attendees": [{"email": BOB}, {"email": "far@away.example", "optional": True}]}
    meet = {"conferenceData": {"createRequest": {"requestId": "1"}}}
    made = world.calendar("POST", "events?conferenceDataVersion=1", {"summary": "Shape", **SPAN, **guests, **meet})
    world.calendar("GET", "events?singleEvents=true&timeMax=2026-07-01T00:00:00Z")
    world.calendar("GET", "events?showDeleted=true")
    world.calendar("GET", f"events/{made['id']}?maxAttendees=1")
    world.calendar("GET", "events/standup0/instances?maxResults=3")
    world.calendar("PATCH", f"events/{made['id']}", {"location": "Here"})
    world.calendar("PUT", f"events/{made['id']}", {**SPAN, "summary": "Other"})
    world.calendar("POST", f"events/{made['id']}/move?destination=home@group.calendar.example")
    world.calendar("POST", "events/import", {**SPAN, "iCalUID": "elsewhere"})
    world.calendar("DELETE", "events/standup0_20260610T083000Z")
    world.calendar("DELETE", "events/standup0")


def test_every_answer_fits_googles_schema(tmp_path: Path) -> None:
    google_shapes.seen.clear()
    with running(tmp_path) as world:
        call_mail(world)
        call_calendar(world)
        everything = {"https://mail.google.com/"}
        world.tokens[ADA] = str(world.connect(ADA, *everything)["access_token"])
        message = world.gmail("POST", "messages", {**LETTER})
        world.gmail("DELETE", f"messages/{message['id']}")
        thread = world.gmail("POST", "messages", {**LETTER})["threadId"]
        world.gmail("DELETE", f"threads/{thread}")
    assert google_shapes.seen == set(HANDLERS)
