"""A series that is moved at Google: on which of its next days a colleague is busy, at one question."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.google.seed import SeedAccount, SeedCalendar
from tests.contract.booked import HOUR, RULE, WEEKLY, ZONE, body
from tests.contract.google_desk import google_home
from tests.contract.google_world import ADA, BOB, Clock, World, running
from tests.contract.test_event_deeds import WEEK, AtGoogle

INVITED = [{"email": BOB, "responseStatus": "accepted"}]
SERIES = body("weekly001", "Weekly", WEEKLY, recurrence=[RULE], attendees=INVITED)
ELSEWHERE = body("bobs00001", "Dentist", WEEKLY + 2 * WEEK + 2 * HOUR)
SECOND = f"work:{ADA}:weekly001_{WEEKLY + WEEK:%Y%m%dT}080000Z"


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[AtGoogle, World]]:
    ada, bob = (
        SeedAccount(email, name, ZONE, [], [SeedCalendar("primary", name, ZONE, events)])
        for email, name, events in ((ADA, "Ada", [SERIES]), (BOB, "Bob", [SERIES, ELSEWHERE]))
    )
    with running(tmp_path, [ada, bob], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            async with google.desk() as desk:
                yield AtGoogle(desk), world


def asked(world: World) -> list[Any]:
    return [entry for entry in world.control("log") if "freeBusy" in entry.get("path", "")]


@pytest.mark.parametrize(("to", "clashes"), [("an hour later", ()), ("2 hours later", ("Tue 21 Jul",))])
async def test_the_days_on_which_a_colleague_is_busy(
    both: tuple[AtGoogle, World], to: str, clashes: tuple[str, ...]
) -> None:
    at, world = both
    action = await at.proposed(do="reschedule", events=[SECOND], to=to, which="all")
    assert action.clashes == tuple(f"{BOB} is busy on {day}." for day in clashes)
    assert "I looked for clashes until Tue 11 Aug 2026." in action.card().notes
    assert len(asked(world)) == 1
