"""Events as Google may write them, where they are not as one would expect."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.google.events import event_of, known_zone
from tests.samples import WORK


@pytest.mark.parametrize(
    ("names", "zone"),
    [
        (("Europe/Vienna",), "Europe/Vienna"),
        (("GMT-03:00", "Europe/Vienna"), "Europe/Vienna"),
        (("Nowhere/Land", ""), "UTC"),
        (("../../etc/passwd",), "UTC"),
    ],
)
def test_a_zone_that_isnt_there_is_another_one(names: tuple[str, ...], zone: str) -> None:
    assert known_zone(*names) == zone


@pytest.mark.parametrize(
    ("resource", "start"),
    [
        ({"status": "cancelled"}, datetime(1970, 1, 1, tzinfo=UTC)),
        (
            {"status": "cancelled", "originalStartTime": {"dateTime": "2026-03-03T10:00:00+01:00"}},
            datetime(2026, 3, 3, 9, tzinfo=UTC),
        ),
        (
            {
                "start": {"dateTime": "2026-03-03T10:00:00-03:00", "timeZone": "GMT-03:00"},
                "end": {"dateTime": "2026-03-03T11:00:00-03:00"},
            },
            datetime(2026, 3, 3, 13, tzinfo=UTC),
        ),
    ],
    ids=["a stub", "an occurrence that is gone", "a zone of another program"],
)
def test_an_event_is_read_however_little_it_has(resource: dict[str, Any], start: datetime) -> None:
    found = event_of({"id": "e1", **resource}, "primary", WORK, zone="UTC")
    assert (found.start, found.zone) == (start, "UTC")
    assert found.end >= found.start


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://docs.google.com/document/d/1/edit", "https://docs.google.com/document/d/1/edit"),
        ("https://drive.google.com/file/d/1", "https://drive.google.com/file/d/1"),
        ("https://evil.example/docs.google.com", ""),
        ("https://docs.google.com.evil.example/x", ""),
        ("https://docs.google.com@evil.example/x", ""),
        ("https://docs.google.com:8443/x", ""),
        ("http://docs.google.com/x", ""),
        ("javascript:alert(1)", ""),
        ("https://[x", ""),
    ],
)
def test_an_attachment_is_linked_only_where_it_lies_with_google(address: str, link: str) -> None:
    resource = {"id": "e1", "attachments": [{"title": "Plan", "fileUrl": address}]}
    (found,) = event_of(resource, "primary", WORK, zone="UTC").attachments
    assert (found.title, found.link) == ("Plan", link)
