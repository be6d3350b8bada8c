"""The stand-in goes back to a moment that was noted, and says to clients what that means for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.contract.google_world import ADA, BOB, mail, raw, running


def test_mails_and_events_stand_as_they_stood(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        before = everything(world)
        token = world.calendar("GET", "events")["nextSyncToken"]
        history = world.gmail("GET", "profile")["historyId"]
        world.control("remember", {})
        ids = [message["id"] for message in world.gmail("GET", "messages?maxResults=3")["messages"]]
        label = world.gmail("POST", "labels", {"name": "New"})["id"]
        world.gmail("POST", "messages/batchModify", {"ids": ids, "addLabelIds": [label], "removeLabelIds": ["INBOX"]})
        world.gmail("POST", "messages/send", {"raw": raw(mail("To Bob", sender=ADA, to=BOB))})
        world.gmail("POST", "drafts", {"message": {"raw": raw(mail("A draft", sender=ADA, to=BOB))}})
        world.calendar("PATCH", "events/standup0_20260603T083000Z", {"summary": "Moved"})
        world.calendar("PATCH", "events/standup0", {"summary": "Series"})
        world.calendar("POST", "events", {
            "id": "lunch00001", "start": {"date": "2026-06-05"}, "end": {"date": "2026-06-06"},
        })  # fmt: skip
        world.switch(calendar_made={"account": ADA, "calendar": "side@work.example", "name": "Side"})
        side = "/calendar/v3/calendars/side@work.example"
        assert world.api("GET", side).status == 200
        assert everything(world) != before
        world.control("rewind", {})
        assert everything(world) == before
        assert world.api("GET", side).status == 404
        assert world.api("GET", f"/calendar/v3/calendars/primary/events?syncToken={token}").status == 410
        kinds = {kind for entry in world.gmail("GET", f"history?startHistoryId={history}")["history"] for kind in entry}
        assert {"messagesDeleted", "labelsAdded", "labelsRemoved"} <= kinds
    with running(tmp_path) as world:
        assert everything(world) == before


def everything(world: Any) -> list[Any]:
    """What people see: labels of mails, and events without the marks that move with every change."""
    found: list[Any] = []
    for account in (ADA, BOB):
        box = world.control(f"mailbox?account={account}")
        found.append([(one["id"], one["labels"], one["draft"]) for one in box["messages"]])
        found.append(box["labels"])
        for calendar in world.control(f"calendar?account={account}")["calendars"]:
            events = sorted(calendar["events"], key=lambda event: str(event["id"]))
            found.append([{k: v for k, v in event.items() if k not in ("etag", "updated")} for event in events])
    return found
