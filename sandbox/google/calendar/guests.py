"""Guests: those with an account here have the event on their own calendar, and what anyone answers reaches all."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from sandbox.google.calendar.book import Book, Calendar, Event
from sandbox.google.calendar.invitations import Notice, announce
from sandbox.google.errors import GoogleError

if TYPE_CHECKING:
    from sandbox.google.state import Account, State

# What each person's copy has for itself.
PRIVATE = ("reminders", "colorId", "transparency", "visibility")
OWN = (*PRIVATE, "etag", "updated", "created")
# What a guest changes for all, where guests may modify an event.
SHARED = (
    "summary", "description", "location", "start", "end", "recurrence", "attendees", "conferenceData", "hangoutLink",
    "sequence",
)  # fmt: skip
# What guests may do, which nobody but the organizer says: "Handle API errors" in the Calendar API's guides.
RIGHTS = ("guestsCanInviteOthers", "guestsCanModify", "guestsCanSeeOtherGuests")


def emails(event: Event | None) -> list[str]:
    return [person["email"] for person in (event or {}).get("attendees", ())]


def audience_of(params: dict[str, Any]) -> str:
    """Whom sendUpdates means: all, externalOnly or none, which is the default."""
    if "sendUpdates" in params:
        return str(params["sendUpdates"])
    return "all" if params.get("sendNotifications") else "none"


def spread(state: State, event: Event, *, before: Event | None) -> None:
    """Brings every guest's copy up to the organizer's event; who is no longer invited has it cancelled."""
    invited = emails(event)
    for email in dict.fromkeys((*invited, *emails(before))):
        account = state.account(email)
        if account is None or email == event["organizer"]["email"]:
            continue
        mine = account.book.primary.events.get(event["id"])
        if mine is not None and mine["iCalUID"] != event["iCalUID"]:
            continue
        if email in invited:
            _copy(account, event, mine=mine)
        elif mine is not None and mine["status"] != "cancelled":
            account.book.put(account.book.primary, {**mine, "status": "cancelled"})


def _copy(account: Account, event: Event, *, mine: Event | None) -> None:
    theirs = {name: copy.deepcopy(value) for name, value in event.items() if name not in OWN}
    kept = {name: mine[name] for name in (*PRIVATE, "created") if mine and name in mine}
    theirs |= {"reminders": {"useDefault": True}, "created": event["created"], **kept}
    shared = (event.get("extendedProperties") or {}).get("shared")
    private = (((mine or {}).get("extendedProperties")) or {}).get("private")
    properties = {name: value for name, value in (("shared", shared), ("private", private)) if value}
    theirs.pop("extendedProperties", None)
    if properties:
        theirs["extendedProperties"] = properties
    if mine is None or any(theirs.get(k) != mine.get(k) for k in {*theirs, *mine} if k not in ("etag", "updated")):
        account.book.put(account.book.primary, theirs)


def let_in(body: dict[str, Any], before: Event) -> None:
    """Refuses a guest what only the organizer may say: what guests may do."""
    if any(name in body and body[name] != before.get(name) for name in RIGHTS):
        message = "Shared properties can only be changed by the organizer of the event."
        raise GoogleError(403, "forbiddenForNonOrganizer", message=message, domain="calendar")


def carry(state: State, event: Event) -> None:
    """A guest's change of an event that its guests may modify goes onto the organizer's, and from there to everyone."""
    book, calendar = _home(state, event)
    master = calendar.find(event["id"]) if calendar else None
    if book is None or calendar is None or master is None or not master.get("guestsCanModify"):
        return
    changed = {name: copy.deepcopy(value) for name, value in master.items() if name not in SHARED}
    changed |= {name: copy.deepcopy(event[name]) for name in SHARED if name in event}
    book.put(calendar, changed)
    spread(state, changed, before=master)


def _home(state: State, event: Event) -> tuple[Book, Calendar] | tuple[None, None]:
    """The organizer's calendar, if the organizer has an account here."""
    organizer = event["organizer"]["email"]
    books = (account.book for account in state.accounts.values())
    return next(((book, book.calendars[organizer]) for book in books if organizer in book.calendars), (None, None))


def answer(state: State, event: Event, *, email: str, response: dict[str, Any]) -> Event | None:
    """A guest's answer goes onto the organizer's event, and from there to everyone; None if no organizer is here."""
    book, calendar = _home(state, event)
    master = calendar.find(event["id"]) if calendar else None
    if book is None or calendar is None or master is None or email not in emails(master):
        return None
    changed = copy.deepcopy(master)
    for person in changed["attendees"]:
        if person["email"] == email:
            person.update(response)
    book.put(calendar, changed)
    spread(state, changed, before=master)
    return changed


def tell(state: State, account: Account, *, event: Event, before: Event | None, audience: str) -> None:
    """Mails to the guests about what the organizer did."""
    if audience == "none":
        return
    gone = event["status"] == "cancelled"
    for email in dict.fromkeys((*emails(event), *emails(before))):
        if email == account.email or (audience == "externalOnly" and state.account(email)):
            continue
        invited = email in emails(event) and not gone
        if not invited:
            kind = "Canceled event"
        elif before is None or email not in emails(before):
            kind = "Invitation"
        elif _same(event, before):
            continue
        else:
            kind = "Updated invitation"
        announce(state, account, event=event, notice=Notice(kind, email, "REQUEST" if invited else "CANCEL"))


def tell_organizer(state: State, account: Account, *, event: Event, response: str, audience: str) -> None:
    """The mail a guest's answer makes."""
    words = {"accepted": "Accepted", "declined": "Declined", "tentative": "Tentatively accepted"}
    organizer = event["organizer"]["email"]
    if audience == "none" or response not in words or organizer == account.email:
        return
    if audience == "all" or state.account(organizer) is None:
        announce(state, account, event=event, notice=Notice(words[response], organizer, "REPLY"))


def _same(event: Event, before: Event) -> bool:
    """Nothing a guest would want to hear of has changed."""
    told = ("summary", "description", "location", "start", "end", "recurrence", "status", "conferenceData")
    return all(event.get(name) == before.get(name) for name in told) and emails(event) == emails(before)
