"""The bad days: each switch does what it says, and nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import pytest

from tests.contract.google_world import ADA, BOB, World, mail, raw, running

SEND = "/gmail/v1/users/me/messages/send"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as found:
        yield found


def letter(**headers: str) -> dict[str, str]:
    return {"raw": raw(mail("Deal", sender=ADA, to=BOB, message_id="<deal@work.example>", **headers))}


def headers_of(world: World, account: str, message_id: str) -> dict[str, str]:
    messages = world.control(f"mailbox?account={account}")["messages"]
    return next(dict(map(tuple, message["headers"])) for message in messages if message["id"] == message_id)


def until(holds: Callable[[], Any], deadline: float = 20.0) -> Any:
    """Polls for something another thread is about to cause."""
    end = time.monotonic() + deadline
    while not (found := holds()):
        assert time.monotonic() < end, "it never happened"
        threading.Event().wait(0.005)
    return found


def test_control_wants_its_token_and_knows_its_switches(world: World) -> None:
    assert world.call("GET", "/_sandbox/log").status == 403
    assert world.call("POST", "/_sandbox/switches", {}, {"X-Sandbox-Control": "guess"}).status == 403
    headers = {"X-Sandbox-Control": "control"}
    unknown = world.call("POST", "/_sandbox/switches", {"weather": 1}, headers)
    assert unknown.status == 400
    assert "latency_ms" in unknown.json["known"]
    for wrong in (
        {"latency_ms": "1"},
        {"drop_x_headers": 1},
        {"fail_next": {"x": {"what": 1}}},
        {"draft_sent": "nobody"},
    ):
        assert world.call("POST", "/_sandbox/switches", wrong, headers).status == 400


def test_the_next_ones_fail_as_ordered(world: World) -> None:
    failure = {"n": 2, "status": 429, "reason": "rateLimitExceeded", "retry_after": 7}
    world.switch(fail_next={"POST /gmail/v1/users/*/messages/send": failure})
    for _ in range(2):
        reply = world.api("POST", SEND, letter())
        assert reply.status == 429
        assert reply.headers["Retry-After"] == "7"
        assert reply.json["error"]["errors"][0]["reason"] == "rateLimitExceeded"
    assert world.gmail("GET", "profile")
    assert world.commits("messages.send") == []
    assert world.api("POST", SEND, letter()).status == 200


def test_a_token_request_can_fail_too(world: World) -> None:
    world.switch(fail_next={"POST /token": {"status": 503}})
    assert world.form("/token", [("grant_type", "refresh_token")]).status == 503
    assert world.form("/token", [("grant_type", "refresh_token")]).status == 400


def test_commit_then_drop(world: World) -> None:
    world.token(ADA)
    world.switch(commit_then_drop={"gmail.users.messages.send": 1})
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        world.api("POST", SEND, letter())
    assert len(world.commits("messages.send")) == 1
    assert len(world.gmail("GET", "messages?q=in:sent")["messages"]) == 1
    assert world.api("POST", SEND, letter()).status == 200


def test_a_refusal_can_be_lost_on_its_way_too(world: World) -> None:
    world.token(ADA)
    absent = "/calendar/v3/calendars/nobody@nowhere.example"
    world.switch(commit_then_drop={"calendar.calendars.get": 1})
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        world.api("GET", absent)
    assert world.api("GET", absent).status == 404


@pytest.mark.parametrize(("when", "committed"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("drop", [False, True])
def test_a_request_is_held_before_or_after_its_effect(world: World, when: str, committed: int, drop: bool) -> None:
    world.token(ADA)
    world.control("hold", {"match": f"POST {SEND}", "when": when})
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(world.api, "POST", SEND, letter())
        until(lambda: world.control("held"))
        assert len(world.commits("messages.send")) == committed
        assert world.gmail("GET", "profile")
        assert world.control("release", {"drop": drop}) == {"released": 1}
        if drop:
            with pytest.raises((RemoteDisconnected, ConnectionResetError)):
                held.result()
        else:
            assert held.result().status == 200
    assert len(world.commits("messages.send")) == (committed if drop else 1)
    assert world.control("held") == []


def test_only_the_first_ones_are_held(world: World) -> None:
    world.control("hold", {"match": "gmail.users.messages.send", "when": "before", "times": 1})
    with ThreadPoolExecutor() as pool:
        held = pool.submit(world.api, "POST", SEND, letter())
        until(lambda: world.control("held"))
        assert world.api("POST", SEND, letter()).status == 200
        world.control("release", {})
        assert held.result().status == 200


def test_what_one_holds_another_does_not_release(world: World) -> None:
    world.control("hold", {"match": "gmail.users.messages.send", "of": "somebody"})
    with ThreadPoolExecutor() as pool:
        held = pool.submit(world.api, "POST", SEND, letter())
        until(lambda: world.control("held"))
        assert world.control("release", {}) == {"released": 0}
        assert [h["of"] for h in world.control("held")] == ["somebody"]
        assert world.control("release", {"of": "somebody"}) == {"released": 1}
        assert held.result().status == 200


def test_x_headers_and_message_ids_may_be_lost(world: World) -> None:
    world.switch(drop_x_headers=True, rewrite_message_id=True)
    sent = world.gmail("POST", "messages/send", letter(X_Mine="1"))
    shown = headers_of(world, ADA, sent["id"])
    assert "X-Mine" not in shown
    assert shown["Message-ID"] != "<deal@work.example>"
    assert shown["Subject"] == "Deal"
    world.switch(drop_x_headers=False, rewrite_message_id=False)
    sent = world.gmail("POST", "messages/send", letter(X_Mine="1"))
    shown = headers_of(world, ADA, sent["id"])
    assert (shown["X-Mine"], shown["Message-ID"]) == ("1", "<deal@work.example>")


def test_searches_lag_and_threads_do_not(world: World) -> None:
    world.switch(search_lag_seconds=60)
    sent = world.gmail("POST", "messages/send", letter())
    assert "messages" not in world.gmail("GET", "messages?q=in:sent")
    assert "threads" not in world.gmail("GET", "threads?q=in:sent")
    assert world.gmail("GET", f"threads/{sent['threadId']}")["messages"][0]["id"] == sent["id"]
    assert len(world.gmail("GET", "messages?maxResults=500")["messages"]) == 17
    world.clock.forward(seconds=61)
    assert world.gmail("GET", "messages?q=in:sent")["messages"][0]["id"] == sent["id"]


def test_the_person_edits_sends_or_deletes_the_draft_meanwhile(world: World) -> None:
    draft = world.gmail("POST", "drafts", {"message": letter()})
    world.switch(draft_edited={"account": ADA, "body": "Changed my mind"})
    edited = world.gmail("GET", f"drafts/{draft['id']}")["message"]
    assert edited["id"] != draft["message"]["id"]
    assert edited["snippet"] == "Changed my mind"
    done = world.switch(draft_sent=ADA)["done"]["draft_sent"]
    assert done["draft"] == draft["id"]
    assert world.api("GET", f"/gmail/v1/users/me/drafts/{draft['id']}").status == 404
    assert len(world.control(f"mailbox?account={BOB}")["messages"]) == 1
    other = world.gmail("POST", "drafts", {"message": letter()})
    newest = world.gmail("POST", "drafts", {"message": letter()})
    world.switch(draft_deleted={"account": ADA, "draft": other["id"]})
    assert world.api("POST", "/gmail/v1/users/me/drafts/send", {"id": other["id"]}).status == 404
    world.switch(draft_deleted=ADA)
    assert world.api("GET", f"/gmail/v1/users/me/drafts/{newest['id']}").status == 404


def test_a_guest_moves_the_etag(world: World) -> None:
    span = {"start": {"date": "2026-06-05"}, "end": {"date": "2026-06-06"}}
    made = world.calendar("POST", "events", {**span, "attendees": [{"email": "far@away.example"}]})
    moved = world.switch(move_etag={"account": ADA})["done"]["move_etag"]
    assert moved["etag"] != made["etag"]
    path = f"/calendar/v3/calendars/primary/events/{made['id']}"
    assert world.api("PATCH", path, {"summary": "x"}, If_Match=made["etag"]).status == 412
    assert world.api("PATCH", path, {"summary": "x"}, If_Match=moved["etag"]).status == 200


def test_the_person_deletes_an_event_whose_id_stays_taken(world: World) -> None:
    times = {"start": {"date": "2026-06-05"}, "end": {"date": "2026-06-06"}, "id": "abcde12345"}
    world.calendar("POST", "events", times)
    world.switch(event_cancelled={"account": ADA, "event": "abcde12345"})
    assert world.calendar("GET", "events/abcde12345")["status"] == "cancelled"
    assert world.api("POST", "/calendar/v3/calendars/primary/events", times).status == 409


def test_many_mails_come_in_at_once(world: World) -> None:
    many = {"account": ADA, "sender": "desk@many.example", "subject": "Offer", "count": 3}
    ids = world.switch(mails_arrived=many)["done"]["mails_arrived"]
    found = world.gmail("GET", "messages?q=from:desk@many.example+in:inbox")["messages"]
    assert {m["id"] for m in found} == {*ids}
    assert [headers_of(world, ADA, ident)["Subject"] for ident in ids] == [f"Offer Part {n}" for n in range(3)]


def test_the_person_makes_a_calendar_beside_the_main_one_once(world: World) -> None:
    for _ in range(2):
        world.switch(calendar_made={"account": ADA, "calendar": "side@work.example", "name": "Side"})
    listed = world.api("GET", "/calendar/v3/users/me/calendarList").json["items"]
    assert [(c["summary"], c["accessRole"]) for c in listed if c["id"] == "side@work.example"] == [("Side", "owner")]


def test_a_grant_is_withdrawn(world: World) -> None:
    world.token(ADA)
    world.switch(expire_access=ADA)
    assert world.api("GET", "/gmail/v1/users/me/profile").status == 401
    answer = world.connect(ADA)
    world.switch(revoke_grant=ADA)
    client = world.server.client
    form = [("grant_type", "refresh_token"), ("refresh_token", answer["refresh_token"]),
            ("client_id", client.client_id), ("client_secret", client.client_secret)]  # fmt: skip
    assert world.form("/token", form).json["error"] == "invalid_grant"


def test_quota_is_counted_in_units_a_minute(world: World) -> None:
    world.switch(quota=210)
    assert world.api("POST", SEND, letter()).status == 200
    assert world.api("POST", SEND, letter()).status == 200
    reply = world.api("POST", SEND, letter())
    assert reply.status == 403
    error = reply.json["error"]["errors"][0]
    assert (error["reason"], error["domain"]) == ("rateLimitExceeded", "usageLimits")
    assert world.api("GET", "/gmail/v1/users/me/profile", account=BOB).status == 200
    world.clock.forward(seconds=61)
    assert world.api("POST", SEND, letter()).status == 200


def test_a_minute_may_be_told_to_have_passed(world: World) -> None:
    world.switch(quota=110)
    assert world.api("POST", SEND, letter()).status == 200
    assert world.api("POST", SEND, letter()).status == 403
    world.control("minute", {})
    assert world.api("POST", SEND, letter()).status == 200
    assert world.api("POST", SEND, letter()).status == 403


def test_sends_a_day_are_limited(world: World) -> None:
    world.switch(sends_per_day=1)
    assert world.api("POST", SEND, letter()).status == 200
    reply = world.api("POST", SEND, letter())
    assert (reply.status, reply.json["error"]["errors"][0]["reason"]) == (429, "userRateLimitExceeded")
    world.clock.forward(days=1, seconds=1)
    world.tokens.clear()
    assert world.api("POST", SEND, letter()).status == 200


def test_too_many_at_once_are_refused(world: World) -> None:
    world.token(ADA)
    world.switch(concurrency=5)
    path = "/gmail/v1/users/me/profile"
    world.control("hold", {"match": f"GET {path}"})
    with ThreadPoolExecutor(5) as pool:
        held = [pool.submit(world.api, "GET", path) for _ in range(5)]
        until(lambda: len(world.control("held")) == 5)
        sixth = world.api("GET", "/gmail/v1/users/me/labels")
        world.control("release", {})
        assert [each.result().status for each in held] == [200] * 5
    assert sixth.status == 429
    assert sixth.json["error"]["message"] == "Too many concurrent requests for user"
    assert world.api("GET", path).status == 200


def test_the_log_has_requests_and_commits_in_order(world: World) -> None:
    world.token(ADA)
    since = world.control("log")[-1]["n"]
    world.api("POST", SEND, letter())
    world.api("GET", "/gmail/v1/users/me/nothing")
    entries = world.control(f"log?since={since}")
    told = [(entry["kind"], entry.get("effect") or entry["path"], entry.get("status")) for entry in entries]
    assert told == [
        ("request", SEND, 200),
        ("commit", "mail.arrived", None),
        ("commit", "messages.send", None),
        ("request", "/gmail/v1/users/me/nothing", 404),
    ]
