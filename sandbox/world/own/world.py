"""Puts one's own mailbox and calendars together as a world of one person and one account."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.google.seed import PRIMARY, SeedAccount, SeedCalendar
from sandbox.world.own.events import EventReader
from sandbox.world.own.ics import IcsFile, find_ics, read_ics
from sandbox.world.own.mail import Owner, OwnMailbox
from sandbox.world.types import World, WorldError

_NOBODY = Owner("me@mailbox.example", "Me")  # when nothing in the data says whose it is


def own_world(mailbox: Path | None, calendar: Path | None, me: str | None, now: datetime) -> World:
    """A mailbox (an mbox), calendars (an .ics file or a folder of them), or both, as one person's account.

    `me` is the person's address; without it the data is asked, and the notes say what it answered. Every mail is
    there, broken ones too; the notes name what could not be decoded. WorldError when a file can't be used at all.
    """
    if mailbox is None and calendar is None:
        raise WorldError("Name a mailbox (an mbox file), a calendar (an .ics file or a folder of them), or both.")
    if me is not None and "@" not in me:
        raise WorldError(f"“{me}” is not a mail address; ME should be the address of the mailbox's owner.")
    notes: list[str] = []
    files = _read_calendars(calendar, notes) if calendar is not None else []
    box = OwnMailbox.read(mailbox) if mailbox is not None else OwnMailbox([], [])
    owner = _owner(box, files, me=me.strip().lower() if me else None, notes=notes)
    zone = _zone(files, now, notes=notes)
    calendars = _calendars(files, owner.email, zone=zone, notes=notes)
    account = SeedAccount(owner.email, owner.name, zone, box.seeds(owner.email, now), calendars)
    notes += box.notes(now)
    person = {"name": owner.email.split("@")[0], "real_name": owner.name, "email": owner.email, "tz": zone}
    return World(people=[person], accounts=[account], owners={owner.email: [owner.email]}, notes=notes)


def _read_calendars(path: Path, notes: list[str]) -> list[IcsFile]:
    """In a folder one file that is no calendar is told and left out; if none is one, that is an error."""
    files, failures = [], []
    for file in find_ics(path):
        try:
            files.append(read_ics(file))
        except WorldError as error:
            failures.append(error)
    if not files:
        raise failures[0]
    notes += [str(failure) for failure in failures]
    return files


def _owner(box: OwnMailbox, files: list[IcsFile], *, me: str | None, notes: list[str]) -> Owner:
    owner = box.owner(me)
    if owner is None:
        owner = _calendar_owner(files) or _NOBODY
    if owner.evidence:
        notes.append(f"Nobody said whose this is (ME=address): it is taken for {owner.email}'s, as {owner.evidence}.")
    elif me is None:
        notes.append(f"Nothing says whose this is (ME=address would): it is shown as {owner.email}'s.")
    return owner


def _calendar_owner(files: list[IcsFile]) -> Owner | None:
    """Google names a person's main calendar by their address."""
    for file in files:
        if "@" in file.title:
            return Owner(file.title.lower(), file.title.split("@")[0].title(), "a calendar is named so")
    return None


def _zone(files: list[IcsFile], now: datetime, *, notes: list[str]) -> str:
    named = Counter(file.zone for file in files if file.zone is not None)
    if named:
        zone = max(named.items(), key=lambda pair: pair[1])[0]
        notes.append(f"The calendar's time zone is taken for the person's: {zone}.")
        return zone
    zone = now.tzinfo.key if isinstance(now.tzinfo, ZoneInfo) else "Etc/UTC"
    notes.append(f"No calendar names a time zone: {zone} is taken.")
    return zone


def _calendars(files: list[IcsFile], owner: str, *, zone: str, notes: list[str]) -> list[SeedCalendar]:
    calendars = []
    for file in files:
        reader = EventReader(file, owner=owner, zone=zone)
        events = reader.read()
        notes += reader.notes
        calendars.append(SeedCalendar(_calendar_id(file, files, owner=owner), file.title, file.zone or zone, events))
    return calendars


def _calendar_id(file: IcsFile, files: list[IcsFile], *, owner: str) -> str:
    """A calendar of the owner's address is the primary one, and so is the only one."""
    if len(files) == 1 or owner in (file.title.lower(), file.path.stem.lower()):
        return PRIMARY
    return f"{hashlib.sha256(str(file.path.name).encode()).hexdigest()[:20]}@group.calendar.example"
