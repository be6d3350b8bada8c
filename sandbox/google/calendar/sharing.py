"""Who may see a calendar: its access control list."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sandbox.google.api import Call, Reply
from sandbox.google.calendar.book import Calendar
from sandbox.google.errors import GoogleError
from sandbox.google.store import Store

ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
SCOPES = ("default", "user", "group", "domain")
PAGE = 100  # "By default the value is 100 entries. The page size can never be larger than 250 entries."


def list_(call: Call) -> Reply:
    """Only what is granted now; the list of changes since a token isn't kept."""
    if "syncToken" in call.params:
        message = "Sync token is no longer valid, a full sync is required."
        raise GoogleError(410, "fullSyncRequired", message=message, domain="calendar")
    calendar = call.account.book.calendar(call.params["calendarId"])
    granted = rules(call.state.store, calendar)
    size, first = min(int(call.params.get("maxResults", PAGE)), 250), int(call.params.get("pageToken", "0"))
    etag = hashlib.sha256(json.dumps(granted).encode()).hexdigest()[:16]
    last = first + size
    more = {"nextPageToken": str(last)} if last < len(granted) else {"nextSyncToken": f"A{etag}"}
    return Reply({"kind": "calendar#acl", "etag": f'"p{etag}"', **more, "items": granted[first:last]})


def rules(store: Store, calendar: Calendar) -> list[dict[str, Any]]:
    """The owner's rule, and those that were granted beside it."""
    shared = json.loads(store.meta(_key(calendar)) or "{}")
    own = {f"user:{calendar.owner}": "owner"}
    return [_rule(ident, role) for ident, role in {**own, **shared}.items()]


def grant(store: Store, calendar: Calendar, *, scope: str, value: str, role: str) -> None:
    """Let a scope of people do as much as the role says; "none" takes it back."""
    if scope not in SCOPES or role not in ROLES or (scope != "default") != bool(value):
        raise ValueError(f"a scope is one of {SCOPES}, with a value unless it is the default; a role one of {ROLES}")
    shared = json.loads(store.meta(_key(calendar)) or "{}")
    ident = f"{scope}:{value}" if value else scope
    shared.pop(ident, None)
    if role != "none":
        shared[ident] = role
    store.set_meta(_key(calendar), json.dumps(shared))


def _key(calendar: Calendar) -> str:
    return f"acl {calendar.owner} {calendar.id}"


def _rule(ident: str, role: str) -> dict[str, Any]:
    scope, _, value = ident.partition(":")
    return {
        "kind": "calendar#aclRule",
        "etag": f'"{hashlib.sha256(f"{ident}={role}".encode()).hexdigest()[:16]}"',
        "id": ident,
        "scope": {"type": scope, **({"value": value} if value else {})},
        "role": role,
    }
