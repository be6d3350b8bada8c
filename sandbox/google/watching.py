"""Who asked to be told of changes: Gmail's watch and Calendar's channels.

Nothing is pushed, since there is no Pub/Sub and nobody to call back: the control endpoint says what would be told."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from sandbox.google.api import Call, Reply
from sandbox.google.errors import GoogleError, invalid
from sandbox.google.state import State

WEEK = 7 * 86_400  # both end after seven days at the latest: the push guides
TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")
CHANNEL_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")  # the push guide's Channel id


def watch_mailbox(call: Call) -> Reply:
    topic = str(call.body.get("topicName") or "")
    if not TOPIC.fullmatch(topic):
        raise invalid(f"Invalid topicName does not match {TOPIC.pattern}")
    mailbox, ends = call.account.mailbox, int(call.state.clock().timestamp() + WEEK) * 1000
    since = str(mailbox.history_id)
    _keep(call, "mailbox", {"topic": topic, "since": since, "labels": call.body.get("labelIds") or [], "ends": ends})
    return Reply({"historyId": since, "expiration": str(ends)})


def stop_mailbox(call: Call) -> Reply:
    _keep(call, "mailbox", None)
    return Reply(None, 204)


def watch_events(call: Call) -> Reply:
    calendar = call.account.book.calendar(call.params["calendarId"])
    channel, address = str(call.body.get("id") or ""), str(call.body.get("address") or "")
    if not CHANNEL_ID.fullmatch(channel):
        raise invalid("Invalid value for: id", "channelIdInvalid")
    if not address.startswith("https://"):
        raise GoogleError(400, "push.webhookUrlNotHttps", message="WebHook callback must be HTTPS", domain="global")
    if channel in _watches(call.state):
        raise GoogleError(400, "channelIdNotUnique", message=f"Channel id {channel} not unique")
    ends = int(call.state.clock().timestamp() + WEEK) * 1000
    resource = hashlib.sha256(f"{call.account.email} {calendar.id}".encode()).hexdigest()[:27]
    since = str(call.account.book.last_change)
    _keep(
        call, channel, {"calendar": calendar.id, "address": address, "resource": resource, "since": since, "ends": ends}
    )
    uri = f"https://www.googleapis.com/calendar/v3/calendars/{calendar.id}/events?alt=json"
    found = {"kind": "api#channel", "id": channel, "resourceId": resource, "resourceUri": uri, "expiration": str(ends)}
    return Reply(found | ({"token": call.body["token"]} if call.body.get("token") else {}))


def stop_channel(call: Call) -> Reply:
    channel = str(call.body.get("id") or "")
    known = _watches(call.state).get(channel)
    if known is None or known.get("resource") != call.body.get("resourceId"):
        raise GoogleError(404, "notFound", message=f"Channel '{channel}' not found for project")
    _keep(call, channel, None)
    return Reply(None, 204)


def told(state: State) -> list[dict[str, Any]]:
    """Every watch that hasn't ended, and whether there is news for it."""
    found = []
    for name, watch in _watches(state).items():
        account = state.accounts[watch["account"]]
        mailbox = account.mailbox.history_id if "topic" in watch else account.book.last_change
        if watch["ends"] > state.clock().timestamp() * 1000:
            found.append({"name": name, **watch, "news": mailbox > int(watch["since"])})
    return found


def _watches(state: State) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(state.store.meta("watches") or "{}")
    return found


def _keep(call: Call, name: str, watch: dict[str, Any] | None) -> None:
    key = f"mailbox {call.account.email}" if name == "mailbox" else name
    watches = _watches(call.state)
    watches.pop(key, None)
    if watch is not None:
        watches[key] = {"account": call.account.email, **watch}
    call.state.store.set_meta("watches", json.dumps(watches))
    call.effect("watch.ended" if watch is None else "watch.begun", watch=key)
