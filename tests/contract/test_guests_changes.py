"""A guest changes a meeting at Google whose organizer lets guests change it, and it is changed for everyone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.google.seed import SeedAccount, SeedCalendar
from tests.contract.booked import BOBS, HOUR, INVITED, VIENNA, ZONE, body
from tests.contract.google_desk import google_home
from tests.contract.google_world import ADA, BOB, Clock, World, running
from tests.contract.test_event_deeds import BOBS_REF, AtGoogle
from tests.unit.events_world import attempt

OPEN = body("bobs00001", "Bob's", BOBS, attendees=INVITED, organizer={"email": BOB}, guestsCanModify=True)
CHANGE = {"do": "reschedule", "events": [BOBS_REF], "to": "2 July 2026 at 3pm"}


@dataclass
class Both:
    """Ada's desk, and the world in which Bob has his calendar."""

    at: AtGoogle
    world: World

    def theirs(self) -> Any:
        return self.world.calendar("GET", "events/bobs00001", account=BOB)


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    ada, bob = (
        SeedAccount(email, name, ZONE, [], [SeedCalendar("primary", name, ZONE, [OPEN])])
        for email, name in ((ADA, "Ada"), (BOB, "Bob"))
    )
    with running(tmp_path, [ada, bob], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            async with google.desk() as desk:
                yield Both(AtGoogle(desk), world)


async def test_the_change_and_its_undoing_reach_the_organizer(both: Both) -> None:
    action = await both.at.proposed(**CHANGE)
    receipt = await attempt(both.at, action)
    assert receipt.differences == ()
    moved = both.theirs()["start"]["dateTime"]
    assert moved == (BOBS + 6 * HOUR).astimezone(VIENNA).isoformat()
    assert {a["email"]: a["responseStatus"] for a in both.theirs()["attendees"]}[BOB] == "accepted"
    await action.undo(both.at.desk, both.at.ledger)
    assert both.theirs()["start"]["dateTime"] == BOBS.isoformat()


async def test_what_the_organizer_closed_since_the_preview_is_not_changed(both: Both) -> None:
    action = await both.at.proposed(**CHANGE)
    both.world.calendar("PATCH", "events/bobs00001", {"guestsCanModify": False}, account=BOB)
    change = await action.check(both.at.desk)
    assert change is not None
    assert change.sentence.endswith("its guests may no longer change it.")
