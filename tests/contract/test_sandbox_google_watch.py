"""Who asked to be told of changes, whose further addresses there are, and how often Calendar may be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.contract.google_world import ADA, BOB, World, mail, raw, running

TOPIC = {"topicName": "projects/steward/topics/mail"}
CHANNEL = {"id": "mine", "type": "web_hook", "address": "https://steward.example/changes"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as found:
        yield found


def test_a_watched_mailbox_has_news_from_its_history_on_for_a_week(world: World) -> None:
    answer = world.gmail("POST", "watch", TOPIC)
    assert answer["historyId"] == world.gmail("GET", "profile")["historyId"]
    assert [watch["news"] for watch in world.control("watches")] == [False]
    world.gmail("POST", "messages/send", {"raw": raw(mail("Hello", sender=ADA, to=BOB))})
    assert [watch["news"] for watch in world.control("watches")] == [True]
    world.clock.now += timedelta(days=7, seconds=1)
    assert world.control("watches") == []


def test_a_mailbox_is_watched_once_and_until_it_is_stopped(world: World) -> None:
    for _ in range(2):
        world.gmail("POST", "watch", TOPIC)
    assert len(world.control("watches")) == 1
    world.gmail("POST", "stop")
    assert world.control("watches") == []
    assert world.api("POST", "/gmail/v1/users/me/watch", {"topicName": "mail"}).status == 400


def test_a_channel_needs_an_id_of_its_own_and_an_address_behind_https(world: World) -> None:
    channel = world.calendar("POST", "events/watch", CHANNEL)
    events = "/calendar/v3/calendars/primary/events/watch"
    assert world.api("POST", events, CHANNEL).status == 400
    assert world.api("POST", events, {**CHANNEL, "id": "other", "address": "http://steward.example"}).status == 400
    world.calendar("POST", "events", {"start": {"date": "2026-06-05"}, "end": {"date": "2026-06-06"}})
    assert [watch["news"] for watch in world.control("watches")] == [True]
    stop = "/calendar/v3/channels/stop"
    assert world.api("POST", stop, {"id": "mine", "resourceId": "another"}).status == 404
    assert world.api("POST", stop, {"id": "mine", "resourceId": channel["resourceId"]}).status == 204
    assert world.control("watches") == []


def test_a_further_address_is_written_from_and_gets_mail(world: World) -> None:
    alias = "press@work.example"
    world.switch(send_as={"account": ADA, "address": alias, "name": "Press"})
    found = world.gmail("GET", "settings/sendAs")["sendAs"]
    assert [(one["sendAsEmail"], one["isDefault"]) for one in found] == [(ADA, True), (alias, False)]
    sent = world.gmail("POST", "messages/send", {"raw": raw(mail("From us", sender=alias, to=BOB))})
    other = world.gmail("POST", "messages/send", {"raw": raw(mail("From them", sender="x@y.example", to=BOB))})
    assert [sender(world, one["id"]) for one in (sent, other)] == [alias, f"Ada Lovelace <{ADA}>"]
    world.gmail("POST", "messages/send", {"raw": raw(mail("To us", sender=BOB, to=alias))}, account=BOB)
    assert len(world.gmail("GET", "messages?q=subject:%22to+us%22")["messages"]) == 1


def sender(world: World, message: str) -> str:
    headers = world.gmail("GET", f"messages/{message}")["payload"]["headers"]
    return next(str(header["value"]) for header in headers if header["name"] == "From")


def test_calendar_is_asked_no_more_often_than_its_quota_allows(world: World) -> None:
    world.switch(calendar_quota=3)
    asked = [world.api("GET", "/calendar/v3/calendars/primary").status for _ in range(5)]
    assert asked == [200, 200, 200, 403, 403]
    assert world.api("GET", "/gmail/v1/users/me/profile").status == 200
    world.clock.forward(seconds=61)
    assert world.api("GET", "/calendar/v3/calendars/primary").status == 200
