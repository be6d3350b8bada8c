"""The changes to calendars that are measured."""

from bench.kind import EVENTS, Account, Kind, call, times
from bench.programs import Json

FAR = 40
"""Days to where nothing else stands in the calendars."""


async def kinds(work: Account, other: Account) -> list[Kind]:
    """All of them, on a work account and another one of the same person."""
    own = await work.post(EVENTS, {"summary": "A talk", **times(days=2)})
    moved = await work.post(EVENTS, {"summary": "A visit", **times(days=FAR)})
    await other.post(EVENTS, {"summary": "The dentist", **times(days=FAR + 7)})
    return [
        *(_creation(), _renaming(own["id"]), _cancelling(own["id"])),
        *(await _responding(work, other), _moving(moved["id"], other), _mirroring()),
    ]


def _creation() -> Kind:
    return Kind(
        "create an event",
        "create_event",
        {"title": "A walk", "start": "tomorrow at 3pm", "minutes": 30, "account": "work"},
        [call("POST", EVENTS, {"summary": "A walk", **times(days=1)})],
        [call("DELETE", f"{EVENTS}/{{made}}")],
    )


def _renaming(event: str) -> Kind:
    named = [call("PATCH", f"{EVENTS}/{event}", {"summary": title}) for title in ("A long talk", "A talk")]
    arguments = {"do": "edit", "events": [f"work:primary:{event}"], "title": "A long talk"}
    return Kind("change an event", "change_events", arguments, named[:1], named[1:])


def _cancelling(event: str) -> Kind:
    return Kind(
        "cancel an event",
        "change_events",
        {"do": "cancel", "events": [f"work:primary:{event}"]},
        [call("DELETE", f"{EVENTS}/{event}")],
        [call("PATCH", f"{EVENTS}/{event}", {"status": "confirmed"})],
    )


async def _responding(work: Account, other: Account) -> Kind:
    """To an invitation from the other account."""
    address = (await work.get("/calendar/v3/calendars/primary"))["id"]
    guests = [{"email": address, "responseStatus": "needsAction"}]
    event = await other.post(EVENTS, {"summary": "A concert", "attendees": guests, **times(days=FAR + 3)})

    def answered(status: str) -> Json:
        guest = {"email": address, "self": True, "responseStatus": status}
        return call("PATCH", f"{EVENTS}/{event['id']}?sendUpdates=none", {"attendees": [guest]})

    arguments = {"do": "accept", "events": [f"work:primary:{event['id']}"], "notify": "none"}
    accepted, open_again = answered("accepted"), answered("needsAction")
    return Kind("answer an invitation", "change_events", arguments, [accepted], [open_again])


def _moving(event: str, other: Account) -> Kind:
    """To the other account: a copy there, and the original cancelled."""
    there = {"token": other.token}
    copied = call("POST", EVENTS, {"summary": "A visit", **times(days=FAR)}) | there
    return Kind(
        "move an event to the other account",
        "change_events",
        {"do": "transfer", "events": [f"work:primary:{event}"], "to": other.name},
        [copied, call("DELETE", f"{EVENTS}/{event}")],
        [call("DELETE", f"{EVENTS}/{{made}}") | there, call("PATCH", f"{EVENTS}/{event}", {"status": "confirmed"})],
    )


def _mirroring() -> Kind:
    at = times(days=FAR + 7)
    return Kind(
        "show one account busy in the other",
        "block_time",
        {"kind": "mirror", "within": at["start"]["dateTime"][:10], "into": "work"},
        [call("POST", EVENTS, {"summary": "Busy", **at})],
        [call("DELETE", f"{EVENTS}/{{made}}")],
    )
