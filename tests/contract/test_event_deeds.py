"""Changes of events through the whole way to Google and back: proposed by a tool, done, read back, undone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.agent.bench import Bench
from app.agent.tools.event_changes import ChangeEvents
from app.domain.calendars import EventChange
from app.domain.desk import Desk
from app.domain.ports import Request
from sandbox.google.seed import SeedAccount, SeedCalendar
from tests.contract.booked import BOBS, HOUR, INVITATION, LUNCH, SERIES, SIDE, TEN, VIENNA, WEEKLY
from tests.contract.google_desk import ZONE, google_home
from tests.contract.google_world import ADA, BOB, NOW, Clock, running
from tests.fakes import ManualClock
from tests.unit.desk_world import ListLedger
from tests.unit.events_world import attempt

HOME = "ada@home.example"
WEEK = timedelta(weeks=1)


class AtGoogle:
    """Ada's two accounts, and what she may do with them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ledger = ListLedger(ManualClock())

    async def proposed(self, **arguments: Any) -> Any:
        """The only action of a turn in which the tool was called like that."""
        person = self.desk.person.model_copy(update={"zone": ZONE})
        request = Request(person=person, now=NOW.astimezone(VIENNA), text="please")
        bench = Bench(request=request, desk=self.desk, watch=self._watch)
        await ChangeEvents(**arguments).run(bench)
        (action,) = bench.plan
        return action

    async def _watch(self, _: str) -> None:
        return None

    async def listed(self, *, days: int = 60) -> dict[str, list[str]]:
        """What stands in each account, by its clocks."""
        found: dict[str, list[str]] = {}
        for calendar in self.desk.calendars:
            events = await calendar.events(TEN - timedelta(days=1), TEN + timedelta(days=days))
            shown = [(e, e.start.astimezone(VIENNA)) for e in events]
            side = {True: " (side)", False: ""}
            found[calendar.account.name] = [
                f"{e.title} {at:%-d.%-m. %H:%M}{side[e.calendar == SIDE]}{f' {e.answer}' if e.answer else ''}"
                for e, at in shown
            ]
        return found


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[AtGoogle]:
    side = SeedCalendar(SIDE, "Side", ZONE, [])
    ada = SeedAccount(ADA, "Ada", ZONE, [], [SeedCalendar("primary", "Ada", ZONE, [LUNCH, SERIES, INVITATION]), side])
    home = SeedAccount(HOME, "Ada", ZONE, [], [SeedCalendar("primary", "Ada", ZONE, [])])
    bob = SeedAccount(BOB, "Bob", ZONE, [], [SeedCalendar("primary", "Bob", ZONE, [INVITATION])])
    with running(tmp_path, [ada, home, bob], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            await google.connect(HOME, "home")
            async with google.desk() as desk:
                yield AtGoogle(desk)


OCCURRENCE = f"work:{ADA}:weekly001_{WEEKLY + WEEK:%Y%m%dT}080000Z"
WHOLE = [
    "Lunch 4.6. 12:00",
    "Bob's 2.7. 09:00 needsAction",
    "Weekly 7.7. 10:00",
    "Weekly 14.7. 10:00",
    "Weekly 21.7. 10:00",
    "Weekly 28.7. 10:00",
]
LUNCH_REF, BOBS_REF = f"work:{ADA}:lunch0001", f"work:{ADA}:bobs00001"
AT_ONE = "4 June at 1pm"
DEEDS: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "reschedule": (
        {"do": "reschedule", "events": [LUNCH_REF], "to": AT_ONE},
        ["Lunch 4.6. 13:00", *WHOLE[1:]],
        [],
    ),
    "edit": (
        {"do": "edit", "events": [LUNCH_REF], "title": "Supper", "add_guests": ["carol@else.example"]},
        ["Supper 4.6. 12:00", *WHOLE[1:]],
        [],
    ),
    "one of a series": (
        {"do": "reschedule", "events": [OCCURRENCE], "to": "14 July at 3pm"},
        [*WHOLE[:3], "Weekly 14.7. 15:00", *WHOLE[4:]],
        [],
    ),
    "the following": (
        {"do": "reschedule", "events": [OCCURRENCE], "to": "15 July at 3pm", "which": "following"},
        [*WHOLE[:3], "Weekly 15.7. 15:00", "Weekly 22.7. 15:00", "Weekly 29.7. 15:00"],
        [],
    ),
    "a whole series": (
        {"do": "reschedule", "events": [OCCURRENCE], "to": "14 July at 3pm", "which": "all"},
        [*WHOLE[:2], "Weekly 7.7. 15:00", "Weekly 14.7. 15:00", "Weekly 21.7. 15:00", "Weekly 28.7. 15:00"],
        [],
    ),
    "repeat": (
        {"do": "edit", "events": [LUNCH_REF], "repeat": "every Thursday until 20 June"},
        ["Lunch 4.6. 12:00", "Lunch 11.6. 12:00", "Lunch 18.6. 12:00", *WHOLE[1:]],
        [],
    ),
    "a video link": ({"do": "edit", "events": [LUNCH_REF], "video": True}, WHOLE, []),
    "cancel": ({"do": "cancel", "events": [LUNCH_REF]}, WHOLE[1:], []),
    "cancel one of a series": ({"do": "cancel", "events": [OCCURRENCE]}, [*WHOLE[:3], *WHOLE[4:]], []),
    "cancel the following": ({"do": "cancel", "events": [OCCURRENCE], "which": "following"}, WHOLE[:3], []),
    "cancel a whole series": ({"do": "cancel", "events": [OCCURRENCE], "which": "all"}, WHOLE[:2], []),
    "decline": (
        {"do": "decline", "events": [BOBS_REF]},
        [WHOLE[0], "Bob's 2.7. 09:00 declined", *WHOLE[2:]],
        [],
    ),
    "to the side": (
        {"do": "transfer", "events": [LUNCH_REF], "to": "Side"},
        ["Lunch 4.6. 12:00 (side)", *WHOLE[1:]],
        [],
    ),
    "to the other account": (
        {"do": "transfer", "events": [LUNCH_REF], "to": "home"},
        WHOLE[1:],
        ["Lunch 4.6. 12:00"],
    ),
    "one of a series to the other account": (
        {"do": "transfer", "events": [OCCURRENCE], "to": "home"},
        [*WHOLE[:3], *WHOLE[4:]],
        ["Weekly 14.7. 10:00"],
    ),
    "a whole series to the other account": (
        {"do": "transfer", "events": [OCCURRENCE], "to": "home", "which": "all"},
        WHOLE[:2],
        WHOLE[2:],
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_what_the_card_says_is_done_and_undone(at: AtGoogle, deed: str) -> None:
    arguments, work, home = DEEDS[deed]
    assert await at.listed() == {"work": WHOLE, "home": []}
    action = await at.proposed(**arguments)
    receipt = await attempt(at, action)
    assert receipt.differences == ()
    assert await at.listed() == {"work": work, "home": home}
    assert (await action.reconcile(at.desk, at.ledger))[1] is not None  # what became of it can be told from Google
    await action.undo(at.desk, at.ledger)
    assert await at.listed() == {"work": WHOLE, "home": []}


APART = [*WHOLE[:3], "Weekly, long 22.7. 12:00", "Weekly 28.7. 10:00"]
CARRIED = {
    "the following": (
        {"do": "reschedule", "to": "7 July at 3pm", "which": "following"},
        [*WHOLE[:2], "Weekly 7.7. 15:00", APART[3], "Weekly 28.7. 15:00"],
        [],
    ),
    "to the other account": ({"do": "transfer", "to": "home", "which": "all"}, WHOLE[:2], APART[2:]),
    "to the side": (
        {"do": "transfer", "to": "Side", "which": "all"},
        [*WHOLE[:2], *(f"{each} (side)" for each in APART[2:])],
        [],
    ),
    "nowhere": ({"do": "cancel", "which": "all"}, WHOLE[:2], []),
    "nowhere from one on": ({"do": "cancel", "which": "following"}, WHOLE[:2], []),
}


@pytest.mark.parametrize("deed", CARRIED)
async def test_occurrences_that_were_cancelled_or_changed_stay_so_and_come_back(at: AtGoogle, deed: str) -> None:
    calendar = at.desk.calendars[0]
    second, third = await calendar.events(WEEKLY + WEEK, WEEKLY + 3 * WEEK)
    await calendar.delete(second.calendar, second.id, notify="none")
    start = third.start + timedelta(days=1, hours=2)
    own = {"calendar": third.calendar, "event": third.id, "zone": ZONE, "steward_change": "", "place": "Hall"}
    await calendar.change(EventChange(**own, title="Weekly, long", start=start, end=start + 2 * HOUR))
    assert await at.listed() == {"work": APART, "home": []}
    arguments, work, home = CARRIED[deed]
    first = f"work:{ADA}:weekly001_{WEEKLY:%Y%m%dT}080000Z"
    action = await at.proposed(**{**arguments, "events": [first]})
    assert (await attempt(at, action)).differences == ()
    assert await at.listed() == {"work": work, "home": home}
    assert (await action.undo(at.desk, at.ledger)).differences == ()
    assert await at.listed() == {"work": APART, "home": []}
    back = await calendar.event(third.calendar, third.id)
    assert back is not None
    assert (back.title, back.place, back.end - back.start) == ("Weekly, long", "Hall", 2 * HOUR)


async def test_an_answer_reaches_whoever_organizes_it(at: AtGoogle) -> None:
    await attempt(at, await at.proposed(do="accept", events=[BOBS_REF]))
    (found,) = await at.desk.calendars[0].events(BOBS, BOBS + HOUR)
    assert found.answer == "accepted"
    assert {g.email: g.answer for g in found.guests}[BOB] == "accepted"
