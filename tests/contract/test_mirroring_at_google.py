"""Busy times mirrored between two accounts at Google: once, whatever is dropped on the way, and undone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.actions import MirrorAvailability, Outcome
from app.domain.desk import Desk, reference
from app.domain.errors import Refusal, Refused, Unanswered
from integrations.google.quota import CALENDAR
from sandbox.google.seed import SeedAccount, SeedCalendar
from tests.acceptance.waiting import until
from tests.contract.google_desk import ZONE, GoogleHome, google_home
from tests.contract.google_world import ADA, BOB, NOW, Clock, running
from tests.fakes import ManualClock
from tests.unit.desk_world import ListLedger

INSERT = "POST /calendar/v3/calendars/*/events"
DELETE = "DELETE /calendar/v3/calendars/*/events/*"
HOUR = timedelta(hours=1)


def meeting(ident: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    times = {name: {"dateTime": at, "timeZone": ZONE} for name, at in (("start", start), ("end", end))}
    return {"id": ident, "summary": f"Secret {ident}", "location": "Secret", **times, **more}


def seeded() -> list[SeedAccount]:
    series = meeting("daily0001", "2026-06-02T09:00:00+02:00", "2026-06-02T09:30:00+02:00")
    series["recurrence"] = ["RRULE:FREQ=DAILY;COUNT=10"]
    away = {
        "id": "away00001",
        "summary": "Secret away",
        "eventType": "outOfOffice",
        "start": {"date": "2026-06-06"},
        "end": {"date": "2026-06-07"},
    }
    free = meeting("free00001", "2026-06-04T15:00:00+02:00", "2026-06-04T16:00:00+02:00", transparency="transparent")
    mine = [SeedCalendar("primary", "Ada", ZONE, [series, away, free])]
    return [SeedAccount(ADA, "Ada", ZONE, [], mine), SeedAccount(BOB, "Ada at home", ZONE, [])]


@pytest.fixture
async def google(tmp_path: Path) -> AsyncIterator[GoogleHome]:
    with running(tmp_path, seeded(), Clock()) as world:
        async with google_home(world) as found:
            await found.connect(ADA, "work")
            await found.connect(BOB, "home")
            yield found


async def proposed(desk: Desk) -> MirrorAvailability:
    work, home = desk.accounts
    week = {"start": NOW, "end": NOW + timedelta(days=7), "zone": ZONE}
    return await MirrorAvailability(account=reference(home), sources=(reference(work),), **week).previewed(desk)


async def shown(desk: Desk) -> list[tuple[str, str, str]]:
    events = await desk.calendars[1].events(NOW, NOW + timedelta(days=7))
    return [(e.title, e.place, f"{e.start.astimezone(NOW.tzinfo):%d %H:%M}") for e in events]


def ledger() -> ListLedger:
    return ListLedger(ManualClock())


async def test_blocks_say_busy_and_are_known_again(google: GoogleHome) -> None:
    async with google.desk() as desk:
        action = await proposed(desk)
        receipt = await action.perform(desk, ledger())
        assert receipt.summary == f"{len(action.add)} busy blocks added to home"
        assert receipt.differences == ()
        assert await shown(desk) == [("Busy", "", f"{b.start:%d %H:%M}") for b in action.add]
        assert len(action.add) == 7  # six mornings, and the day out of office with the one that lies within it
        with pytest.raises(Refusal, match="home shows already when work is busy"):
            await proposed(desk)


@pytest.mark.parametrize("fault", [{"commit_then_drop": {INSERT: 1}}, {"fail_next": {INSERT: {"n": 1, "status": 503}}}])
async def test_a_lost_answer_doubles_nothing(google: GoogleHome, fault: dict[str, Any]) -> None:
    async with google.desk() as desk:
        action, notes = await proposed(desk), ledger()
        google.world.switch(**fault)
        with pytest.raises(Exception, match="Google Calendar"):
            await action.perform(desk, notes)
        assert await action.check(desk) is None
        await action.perform(desk, notes)
        assert len(await shown(desk)) == len(action.add)


async def test_blocks_are_put_side_by_side_as_far_as_google_allows(google: GoogleHome) -> None:
    async with google.desk() as desk:
        action, notes = await proposed(desk), ledger()
        assert len(action.add) > CALENDAR.at_once
        google.world.control("hold", {"match": INSERT, "when": "before"})
        performing = asyncio.create_task(action.perform(desk, notes))
        await until(lambda: held(google, CALENDAR.at_once), what="as many requests as there are seats")
        assert notes.steps == ["standing"]
        google.world.control("release", {"drop": False})
        receipt = await performing
        assert receipt.differences == ()
        assert notes.steps == ["standing", "mirrored"]


async def test_when_one_is_lost_none_is_still_under_way(google: GoogleHome) -> None:
    """Whoever puts the action down may be followed by another worker at once."""
    async with google.desk() as desk:
        action, notes = await proposed(desk), ledger()
        google.world.switch(commit_then_drop={INSERT: 1})
        with pytest.raises(Unanswered):
            await action.perform(desk, notes)
        assert len(google.world.commits("events.insert")) == len(action.add)
        assert notes.steps == ["standing", "mirrored"]
        assert notes.notes[-1].refs["done"] == len(action.add) - 1


async def test_what_google_took_of_blocks_is_known_when_it_refuses_one(google: GoogleHome) -> None:
    async with google.desk() as desk:
        action, notes = await proposed(desk), ledger()
        google.world.switch(fail_next={INSERT: {"n": 1, "status": 403, "reason": "forbidden"}})
        with pytest.raises(Refused):
            await action.perform(desk, notes)
        stands, there = await action.achieved(notes), len(action.add) - 1
        assert stands is not None
        assert stands.summary == f"In home, {there} of {len(action.add)} busy blocks added"
        assert len(await shown(desk)) == there
        undone = await action.undo(desk, notes)
        assert undone.summary == f"{there} blocks removed again"
        assert await shown(desk) == []


async def test_what_google_took_without_an_answer_is_found_again(google: GoogleHome) -> None:
    async with google.desk() as desk:
        action, notes = await proposed(desk), ledger()
        google.world.switch(commit_then_drop={INSERT: 1})
        with pytest.raises(Unanswered):
            await action.perform(desk, notes)
        outcome, receipt = await action.reconcile(desk, notes)
        assert outcome is Outcome.DONE
        assert receipt is not None
        assert receipt.summary == f"{len(action.add)} busy blocks added to home"


async def held(google: GoogleHome, count: int) -> bool:
    return len(google.world.control("held")) == count


async def test_what_moved_is_moved_and_undone(google: GoogleHome) -> None:
    async with google.desk() as desk:
        await (await proposed(desk)).perform(desk, ledger())
        first = (await desk.calendars[0].events(NOW, NOW + timedelta(days=2)))[0]
        google.world.calendar(
            "PATCH",
            f"events/{first.id}",
            {
                "start": {"dateTime": (first.start + 2 * HOUR).isoformat()},
                "end": {"dateTime": (first.end + 2 * HOUR).isoformat()},
            },
        )
        before = await shown(desk)
        action, notes = await proposed(desk), ledger()
        assert (len(action.add), len(action.remove)) == (1, 1)
        google.world.switch(commit_then_drop={DELETE: 1})  # deleting is safe to repeat, and is repeated at once
        receipt = await action.perform(desk, notes)
        assert receipt.summary == "1 busy block added to home and 1 block removed"
        assert len(await shown(desk)) == len(before)
        undone = await action.undo(desk, notes)
        assert undone.summary == "1 block removed again and 1 block put back"
        assert await shown(desk) == before


async def test_blocks_wake_nobody(google: GoogleHome) -> None:
    async with google.desk() as desk:
        await (await proposed(desk)).perform(desk, ledger())
        rows = google.world.api("GET", "/calendar/v3/calendars/primary/events", account=BOB).json["items"]
        assert {row["summary"] for row in rows} == {"Busy"}
        assert all(row["reminders"] == {"useDefault": False} for row in rows)
        assert google.world.control("outbox") == []
        assert datetime.fromisoformat(rows[0]["start"]["dateTime"]).tzinfo is not None
