"""One's own calendar entries as Calendar API event resources."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import UTC, date, datetime
from typing import Any

from sandbox.world.own.ics import IcsFile
from sandbox.world.own.moments import Zones, end_of, original_moment, point, recurrence_lines

_RESPONSES = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
_VISIBILITY = {"PRIVATE": "private", "CONFIDENTIAL": "confidential"}
_STATUSES = frozenset({"confirmed", "tentative", "cancelled"})
_ROOMS = frozenset({"ROOM", "RESOURCE"})


class EventReader:
    """Reads the events of one file for one person."""

    def __init__(self, file: IcsFile, *, owner: str, zone: str) -> None:
        self._file = file
        self._owner = owner
        self._zones = Zones(file.zone or zone)
        self._taken: set[str] = set()
        self.notes: list[str] = []

    def read(self) -> list[dict[str, Any]]:
        """Every event: series first, then the occurrences of theirs that lie elsewhere."""
        by_uid: dict[str, list[Any]] = defaultdict(list)
        for event in self._file.events:
            by_uid[str(event.get("UID", "")) or _made_uid(event)].append(event)
        resources = [resource for uid, events in by_uid.items() for resource in self._group(uid, events)]
        for tzid in sorted(self._zones.unknown):
            self._note(
                f"the time zone “{tzid}” is unknown; its times were kept as instants or read as {self._zones.default}"
            )
        if self._file.others:
            self._note(f"{self._file.others} tasks or journal entries have no place on a calendar and were left out")
        return resources

    def _note(self, what: str) -> None:
        self.notes.append(f"{self._file.path.name}: {what}.")

    def _group(self, uid: str, events: list[Any]) -> list[dict[str, Any]]:
        """The events that share a UID: as a rule one series and its overridden occurrences."""
        dated = [event for event in events if self._has_start(event)]
        masters = [event for event in dated if "RECURRENCE-ID" not in event]
        overrides = [event for event in dated if "RECURRENCE-ID" in event]
        if not masters:
            return [self._single(event, uid) for event in overrides]
        start = self._zones.settle(masters[0]["DTSTART"])
        moved = {original_moment(override, start, zones=self._zones): override for override in overrides}
        series = self._single(masters[0], uid)
        if lines := recurrence_lines(masters[0], start, zones=self._zones, overridden=set(moved)):
            series["recurrence"] = lines
        occurrences = [self._override(series, original, event=override) for original, override in moved.items()]
        return [series, *occurrences, *(self._again(event, uid) for event in masters[1:])]

    def _has_start(self, event: Any) -> bool:
        for name, error in event.errors:
            self._note(f"“{event.get('SUMMARY', 'an event')}” has a {name} that can't be read ({error})")
        if hasattr(event.get("DTSTART"), "dt"):
            return True
        self._note(f"“{event.get('SUMMARY', 'an event')}” has no start and was left out")
        return False

    def _again(self, event: Any, uid: str) -> dict[str, Any]:
        self._note(f"“{event.get('SUMMARY', 'an event')}” has the same UID as another event; both were kept")
        resource = self._single(event, uid)
        start = self._zones.settle(event["DTSTART"])
        if lines := recurrence_lines(event, start, zones=self._zones, overridden=set()):
            resource["recurrence"] = lines
        return resource

    def _single(self, event: Any, uid: str) -> dict[str, Any]:
        start = self._zones.settle(event["DTSTART"])
        resource: dict[str, Any] = {
            "id": self._id(uid, start),
            "iCalUID": uid,
            "status": _status(event),
            "summary": str(event.get("SUMMARY", "")),
            "start": point(start),
            "end": point(end_of(event, start, zones=self._zones)),
            **_stamps(event),
            **_texts(event),
            **self._participants(event),
        }
        if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
            resource["transparency"] = "transparent"
        if visibility := _VISIBILITY.get(str(event.get("CLASS", "")).upper()):
            resource["visibility"] = visibility
        return resource

    def _override(self, series: dict[str, Any], original: datetime | date, *, event: Any) -> dict[str, Any]:
        resource = self._single(event, series["iCalUID"])
        if isinstance(original, datetime):
            suffix = f"{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        else:
            suffix = f"{original:%Y%m%d}"
        return resource | {
            "id": f"{series['id']}_{suffix}",
            "recurringEventId": series["id"],
            "originalStartTime": point(original),
        }

    def _id(self, uid: str, start: datetime | date) -> str:
        """Ids of events may use the letters a to v and digits; hexadecimal is among them."""
        made = hashlib.sha256(uid.encode()).hexdigest()[:32]
        while made in self._taken:
            made = hashlib.sha256(f"{made}{start}".encode()).hexdigest()[:32]
        self._taken.add(made)
        return made

    def _participants(self, event: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        organizer = event.get("ORGANIZER")
        if organizer is not None and (email := _email(organizer)):
            found["organizer"] = found["creator"] = self._person(organizer, email)
        listed = event.get("ATTENDEE")
        attendees = [] if listed is None else listed if isinstance(listed, list) else [listed]
        if guests := [self._attendee(guest, _email(guest), found=found) for guest in attendees if _email(guest)]:
            found["attendees"] = guests
        if "organizer" not in found:
            found["organizer"] = found["creator"] = {"email": self._owner, "self": True}
        return found

    def _person(self, prop: Any, email: str) -> dict[str, Any]:
        person: dict[str, Any] = {"email": email}
        if name := str(prop.params.get("CN", "")).strip():
            person["displayName"] = name
        if email == self._owner:
            person["self"] = True
        return person

    def _attendee(self, prop: Any, email: str, *, found: dict[str, Any]) -> dict[str, Any]:
        attendee = self._person(prop, email)
        attendee["responseStatus"] = _RESPONSES.get(str(prop.params.get("PARTSTAT", "")).upper(), "needsAction")
        if str(prop.params.get("ROLE", "")).upper() == "OPT-PARTICIPANT":
            attendee["optional"] = True
        if str(prop.params.get("CUTYPE", "")).upper() in _ROOMS:
            attendee["resource"] = True
        if found.get("organizer", {}).get("email") == email:
            attendee["organizer"] = True
        return attendee


def _made_uid(event: Any) -> str:
    """For an event that came without one; from its content, so that it is the same next time."""
    return f"{hashlib.sha256(event.to_ical()).hexdigest()[:24]}@calendar.example"


def _email(prop: Any) -> str:
    text = str(prop)
    address = text[len("mailto:") :] if text.lower().startswith("mailto:") else text
    return address.strip().lower() if "@" in address else ""


def _status(event: Any) -> str:
    status = str(event.get("STATUS", "")).lower()
    return status if status in _STATUSES else "confirmed"


def _texts(event: Any) -> dict[str, str]:
    names = {"description": "DESCRIPTION", "location": "LOCATION"}
    return {key: str(event[name]) for key, name in names.items() if str(event.get(name, "")).strip()}


def _stamps(event: Any) -> dict[str, str]:
    stamps = {}
    for key, names in (("created", ("CREATED", "DTSTAMP")), ("updated", ("LAST-MODIFIED", "DTSTAMP"))):
        moments = [event[name].dt for name in names if isinstance(getattr(event.get(name), "dt", None), datetime)]
        if moments:
            moment = moments[0] if moments[0].tzinfo else moments[0].replace(tzinfo=UTC)
            stamps[key] = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    return stamps
