"""Gmail's message resources: what is a calendar's is known from what stands in them, and from no subject."""

from typing import Any

import pytest

from integrations.google.messages import email
from tests.samples import WORK


def resource(kind: str = "text/plain", *parts: dict[str, Any], **headers: str) -> dict[str, Any]:
    named = [{"name": name.replace("_", "-"), "value": value} for name, value in headers.items()]
    return {"id": "m1", "threadId": "t1", "payload": {"mimeType": kind, "headers": named, "parts": list(parts)}}


def part(kind: str, content_type: str, *parts: dict[str, Any]) -> dict[str, Any]:
    headers = [{"name": "Content-Type", "value": content_type}]
    return {"mimeType": kind, "headers": headers, "parts": list(parts)}


REQUEST = part("text/calendar", 'text/calendar; charset="UTF-8"; METHOD=REQUEST')
FILE = part("text/calendar", 'text/calendar; name="flight.ics"')


@pytest.mark.parametrize(
    ("found", "invitation"),
    [
        (resource(Sender="Google Calendar <calendar-notification@google.com>"), True),
        (resource(Sender="Calendar-Notification@google.com"), True),
        (resource(Content_Class="urn:content-classes:calendarmessage"), True),
        (resource("text/calendar", Content_Type="text/calendar; method=CANCEL"), True),
        (resource("multipart/mixed", part("multipart/alternative", "multipart/alternative", REQUEST)), True),
        (resource("multipart/mixed", FILE), False),
        (resource(Subject="Invitation: Lunch", Sender="Ann <ann@example.com>"), False),
        (resource(Subject="Accepted: Lunch"), False),
    ],
)
def test_what_a_calendar_wrote(found: dict[str, Any], invitation: bool) -> None:
    assert email(found, WORK).invitation is invitation
