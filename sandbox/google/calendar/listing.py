"""Many events at once: list with its filters, expansion of series, sync tokens and pages; instances of one series."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.google.api import Call, Reply
from sandbox.google.calendar import recurrence, times, views
from sandbox.google.calendar.book import Calendar, Event
from sandbox.google.errors import GoogleError, invalid

DEFAULT_PAGE, MOST_PER_PAGE = 250, 2500  # the documentation of maxResults
REMINDERS = [{"method": "popup", "minutes": 10}]
# What can't stand beside a sync token: the documentation of syncToken.
UNSYNCABLE = (
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin",
)  # fmt: skip
NO_TOKEN = tuple(name for name in UNSYNCABLE if name not in ("timeMin", "timeMax"))
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """What the list is about: instances or series, which span, and since which change."""

    single: bool
    start: datetime | None
    end: datetime | None
    now: datetime
    since: int | None = None
    deleted: bool = False

    def sees(self, event: Event, calendar: Calendar) -> bool:
        if "start" not in event:
            return True
        first, last = times.span(event, calendar.zone)
        if self.start and not (last > self.start or first == last == self.start):
            return False
        return not (self.end and first >= self.end)

    def starts(self, series: Event, calendar: Calendar) -> Iterator[datetime]:
        """When the instances of a series start that are within the window; one without an end ends somewhere."""
        latest = max(self.now, self.start or BEGINNING, times.moment(series["start"], calendar.zone))
        before = self.end or latest + recurrence.HORIZON
        return recurrence.starts(series, calendar.zone, after=self.start or BEGINNING, before=before)


def list_(call: Call) -> Reply:
    calendar = call.account.book.calendar(call.params["calendarId"])
    params = call.params
    window = _window(call, calendar)
    events = [event for event in _candidates(calendar, window) if _wanted(event, params)]
    if params.get("orderBy") == "startTime":
        events.sort(key=lambda e: (times.moment(e.get("start") or e["originalStartTime"], calendar.zone), e["id"]))
    elif params.get("orderBy") == "updated":
        events.sort(key=lambda event: (event["updated"], event["id"]))
    return _page(call, calendar, events=events, window=window)


def instances(call: Call) -> Reply:
    calendar = call.account.book.calendar(call.params["calendarId"])
    series = calendar.find(call.params["eventId"])
    if series is None:
        raise GoogleError(404, "notFound", message="Not Found")
    if not series.get("recurrence"):
        raise invalid("Instances can only be listed for recurring events.", "invalid")
    span = {
        name: times.parameter(call.params[name]) if name in call.params else None for name in ("timeMin", "timeMax")
    }
    window = Window(
        True, span["timeMin"], span["timeMax"], call.state.clock(), deleted=bool(call.params.get("showDeleted"))
    )
    events = [*_expanded(calendar, series, window=window)]
    events += [e for e in calendar.exceptions(series["id"]).values() if _seen(calendar, e, window=window)]
    original = call.params.get("originalStart")
    if original:
        events = [event for event in events if original in event["originalStartTime"].values()]
    events.sort(key=lambda event: (times.moment(event["originalStartTime"], calendar.zone), event["id"]))
    return _page(call, calendar, events=events, window=window)


def _window(call: Call, calendar: Calendar) -> Window:
    params = call.params
    if params.get("orderBy") == "startTime" and not params.get("singleEvents"):
        raise invalid("The requested ordering is not available for the particular query.", "badRequest")
    deleted = bool(params.get("showDeleted"))
    if "syncToken" in params:
        return _synced(call, calendar)
    start, end = (times.parameter(params[n]) if n in params else None for n in ("timeMin", "timeMax"))
    if start and end and end <= start:
        raise GoogleError(400, "timeRangeEmpty", message="The specified time range is empty.", domain="calendar")
    return Window(
        bool(params.get("singleEvents")), start, end, call.state.clock(), deleted=deleted or "updatedMin" in params
    )


def _synced(call: Call, calendar: Calendar) -> Window:
    params = call.params
    for name in UNSYNCABLE:
        if name in params:
            raise invalid(f"Sync token cannot be used together with {name}.", "badRequest")
    if params.get("showDeleted") is False:
        raise invalid("Sync token cannot be used together with showDeleted set to false.", "badRequest")
    try:
        token = json.loads(base64.urlsafe_b64decode(params["syncToken"]))
        since, start, end = token["since"], token["start"], token["end"]
        valid = token["calendar"] == calendar.id and since >= calendar.sync_floor
    except (ValueError, KeyError, TypeError):
        valid = False
    if not valid:
        where = {"locationType": "parameter", "location": "syncToken"}
        message = "Sync token is no longer valid, a full sync is required."
        raise GoogleError(410, "fullSyncRequired", message=message, domain="calendar", where=where)
    span = [datetime.fromisoformat(text) if text else None for text in (start, end)]
    return Window(bool(params.get("singleEvents")), span[0], span[1], call.state.clock(), since=since, deleted=True)


def _candidates(calendar: Calendar, window: Window) -> Iterator[Event]:
    for event_id, event in calendar.events.items():
        if window.since is not None and calendar.changes[event_id] <= window.since:
            continue
        if event["status"] == "cancelled" and window.since is not None:
            yield event
        elif not event.get("recurrence"):
            if _seen(calendar, event, window=window):
                yield event
        elif window.single:
            if event["status"] != "cancelled" or window.deleted:
                yield from _expanded(calendar, event, window=window)
        elif (event["status"] != "cancelled" or window.deleted) and _occurs(calendar, event, window=window):
            yield event


def _seen(calendar: Calendar, event: Event, *, window: Window) -> bool:
    """Whether a single event or a changed instance is in the list."""
    if event["status"] == "cancelled" and not window.deleted:
        # Lists of series name the instances that are gone, for the caller to leave them out.
        return not window.single and "recurringEventId" in event and window.sees(event, calendar)
    return window.sees(event, calendar)


def _occurs(calendar: Calendar, event: Event, *, window: Window) -> bool:
    if window.start is None and window.end is None:
        return True
    return any(True for _ in window.starts(event, calendar))


def _expanded(calendar: Calendar, event: Event, *, window: Window) -> Iterator[Event]:
    """The instances of a series nobody has changed; the changed ones stand for themselves."""
    changed = calendar.exceptions(event["id"])
    for start in window.starts(event, calendar):
        found = recurrence.instance(event, start, calendar_zone=calendar.zone)
        if found["id"] not in changed:
            yield found


def _wanted(event: Event, params: dict[str, Any]) -> bool:
    if "iCalUID" in params and event.get("iCalUID") != params["iCalUID"]:
        return False
    if "eventTypes" in params and event.get("eventType", "default") not in params["eventTypes"]:
        return False
    if "updatedMin" in params and datetime.fromisoformat(event["updated"]) < times.parameter(params["updatedMin"]):
        return False
    for kind in ("private", "shared"):
        known = (event.get("extendedProperties") or {}).get(kind) or {}
        for constraint in params.get(f"{kind}ExtendedProperty", ()):
            name, equals, value = constraint.partition("=")
            if not equals:
                raise invalid("Invalid extended property constraint.", "invalid")
            if known.get(name) != value:
                return False
    return "q" not in params or _mentions(event, params["q"])


def _mentions(event: Event, text: str) -> bool:
    """Every word of q stands in one of the fields the documentation names."""
    parts = [event.get(name, "") for name in ("summary", "description", "location")]
    for person in (*event.get("attendees", ()), event.get("organizer", {})):
        parts += [person.get("displayName", ""), person.get("email", "")]
    place = event.get("workingLocationProperties", {})
    parts += [place.get("officeLocation", {}).get("label", ""), place.get("customLocation", {}).get("label", "")]
    whole = "\n".join(parts).casefold()
    return all(word in whole for word in text.casefold().split())


def _page(call: Call, calendar: Calendar, *, events: list[Event], window: Window) -> Reply:
    params = call.params
    size = min(int(params.get("maxResults", DEFAULT_PAGE)), MOST_PER_PAGE)
    start = _offset(params.get("pageToken"))
    zone = times.zone(params["timeZone"]) if "timeZone" in params else calendar.zone
    most = params.get("maxAttendees")
    changed = max(calendar.changes.values(), default=0)
    body: dict[str, Any] = {
        "kind": "calendar#events",
        "etag": f'"p{changed}"',
        "summary": calendar.summary,
        "updated": max((event["updated"] for event in calendar.events.values()), default=times.stamp(BEGINNING)),
        "timeZone": zone.key,
        "accessRole": "owner",
        "defaultReminders": REMINDERS if calendar.is_primary else [],
        "items": [views.event_in(calendar, e, zone=zone, most=most) for e in events[start : start + size]],
    }
    if len(events) > start + size:
        body["nextPageToken"] = base64.urlsafe_b64encode(f"page {start + size}".encode()).decode()
    elif not any(name in params for name in NO_TOKEN):
        body["nextSyncToken"] = _token(calendar, window, since=call.account.book.last_change)
    return Reply(body)


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(token).decode().partition(" ")
        if word != "page":
            raise ValueError(token)
        return int(number)
    except ValueError:
        raise invalid("Invalid page token value.", "invalid") from None


def _token(calendar: Calendar, window: Window, *, since: int) -> str:
    span = {"start": window.start and window.start.isoformat(), "end": window.end and window.end.isoformat()}
    return base64.urlsafe_b64encode(json.dumps({"calendar": calendar.id, "since": since, **span}).encode()).decode()
