"""Creating an event, one step at a time: overlaps, the id of our own, the evidence, the receipt, undo."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.actions import CreateEvent, Outcome
from app.domain.actions.calendar_words import overlaps
from app.domain.cards import Origin, Recipient
from app.domain.errors import Conflict, Refused, Unanswered
from app.domain.types import Address, Guest
from tests.fakes import ManualClock
from tests.samples import event
from tests.unit.desk_world import World, meeting

NOW = ManualClock().now()
START = NOW + timedelta(hours=3)
LOST = Unanswered(provider="Google Calendar")


def invited(start: datetime = START, **more: Any) -> CreateEvent:
    guests = tuple(
        Recipient(address=Address(email=e), role="guest", origin=Origin.TYPED)
        for e in ("carol@example.org", "Dan@example.org")
    )
    return event(start).renewed(**{"guests": guests, "place": "Room 5", "notes": "Bring cake"} | more)


async def stored(at: World, action: CreateEvent) -> Any:
    return await at.calendar.event("primary", action.event_id)


async def test_it_stands_in_the_calendar_as_the_card_said() -> None:
    at, action = World(), invited()
    receipt = await action.perform(at.desk, at.ledger)
    made = await stored(at, action)
    assert (made.title, made.start, made.end, made.place, made.notes) == (
        "Review",
        START,
        START + timedelta(minutes=30),
        "Room 5",
        "Bring cake",
    )
    assert made.steward_action == str(action.id)
    assert at.calendar.invitations == [("carol@example.org", "invitation"), ("Dan@example.org", "invitation")]
    assert at.ledger.steps == ["inserting", "inserted"]
    assert receipt.summary == "“Review” is in your work calendar"
    assert [f.label for f in receipt.fields] == ["When", "Guests", "Place"]
    assert receipt.differences == ()
    assert receipt.link


@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_answer_never_makes_a_second_event(*, committed: bool) -> None:
    at, action = World(), invited()
    at.calendar.faults.append((committed, LOST))
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    outcome, receipt = await action.reconcile(at.desk, at.ledger)
    assert outcome is (Outcome.DONE if committed else Outcome.NOT_DONE)
    assert (receipt is not None) is committed
    again = await action.perform(at.desk, at.ledger)  # even if nobody looked
    assert again.summary == "“Review” is in your work calendar"
    assert len(await at.calendar.events(START, START + timedelta(hours=1))) == 1
    assert len(at.calendar.invitations) == 2


async def test_an_id_that_is_taken_is_no_proof_that_we_took_it() -> None:
    action = invited()
    theirs = meeting(START, id=action.event_id, title="Somebody else's")
    at = World(events=(theirs,))
    assert await action.reconcile(at.desk, at.ledger) == (Outcome.UNKNOWN, None)
    with pytest.raises(Conflict):
        await action.perform(at.desk, at.ledger)
    assert await stored(at, action) == theirs


async def test_a_cancelled_event_of_ours_is_no_proof_either() -> None:
    at, action = World(), invited()
    await action.perform(at.desk, at.ledger)
    await at.calendar.delete("primary", action.event_id, notify="none")
    assert await action.reconcile(at.desk, at.ledger) == (Outcome.UNKNOWN, None)


@pytest.mark.parametrize(
    ("changed", "field", "asked", "shown"),
    [
        ({"title": "Reviewed"}, "Title", "Review", "Reviewed"),
        ({"place": ""}, "Place", "Room 5", "none"),
        ({"notes": "Bring pie"}, "Notes", "Bring cake", "Bring pie"),
        (
            {"guests": (Guest(email="carol@example.org"),)},
            "Guests",
            "carol@example.org, dan@example.org",
            "carol@example.org",
        ),
        (
            {"end": START + timedelta(hours=1)},
            "When",
            "Mon 2 Mar 2026, 13:00–13:30 (Europe/Vienna, UTC+01)",
            "Mon 2 Mar 2026, 13:00–14:00 (Europe/Vienna, UTC+01)",
        ),
    ],
)
async def test_the_receipt_tells_what_was_stored_otherwise(
    changed: dict[str, Any], field: str, asked: str, shown: str
) -> None:
    at, action = World(), invited()
    await action.perform(at.desk, at.ledger)
    at.calendar.put((await stored(at, action)).model_copy(update=changed))
    _, receipt = await action.reconcile(at.desk, at.ledger)
    assert receipt is not None
    assert [(d.field, d.asked, d.stored) for d in receipt.differences] == [(field, asked, shown)]


async def test_the_order_and_case_of_guests_is_no_difference() -> None:
    at, action = World(), invited()
    await action.perform(at.desk, at.ledger)
    guests = (Guest(email="dan@example.org", name="Dan"), Guest(email="carol@example.org"))
    at.calendar.put((await stored(at, action)).model_copy(update={"guests": guests}))
    _, receipt = await action.reconcile(at.desk, at.ledger)
    assert receipt is not None
    assert receipt.differences == ()


# The check at the click.


async def test_a_time_that_stays_free_is_no_change() -> None:
    assert await invited().check(World().desk) is None


async def test_what_overlapped_at_the_preview_is_no_news() -> None:
    standing = meeting(START)
    at = World(events=(standing,))
    action = invited(overlaps=overlaps((standing,), START, START + timedelta(minutes=30)))
    assert [i.title for i in action.card().items] == ["Overlaps “Standup”"]
    assert await action.check(at.desk) is None


async def test_a_time_that_was_taken_since_makes_it_stale_and_renews_the_card() -> None:
    at, action = World(events=(meeting(START, title="Board"),)), invited()
    change = await action.check(at.desk)
    assert change is not None
    assert change.sentence == "The time was taken since the preview: “Board”"
    assert isinstance(change.renewed, CreateEvent)
    assert [o.title for o in change.renewed.overlaps] == ["Board"]
    assert change.renewed.id != action.id
    assert await change.renewed.check(at.desk) is None


@pytest.mark.parametrize(
    "free",
    [
        {"busy": False},
        {"all_day": True},
        {"status": "cancelled"},
        {"answer": "declined"},
        {"start": START - timedelta(minutes=30), "end": START},
        {"start": START + timedelta(minutes=30), "end": START + timedelta(minutes=60)},
    ],
    ids=["free", "all day", "cancelled", "declined", "before", "after"],
)
def test_what_keeps_nobody_busy_overlaps_nothing(free: dict[str, Any]) -> None:
    standing = meeting(START).model_copy(update=free)
    assert overlaps((standing,), START, START + timedelta(minutes=30)) == ()


def test_a_busy_event_without_a_title_is_named_all_the_same() -> None:
    (found,) = overlaps((meeting(START, title=""),), START, START + timedelta(minutes=30))
    assert found.title == "(busy)"


# Undo.


async def test_undo_cancels_it_and_tells_the_guests() -> None:
    at, action = World(), invited()
    await action.perform(at.desk, at.ledger)
    receipt = await action.undo(at.desk, at.ledger)
    assert (await stored(at, action)).status == "cancelled"
    assert receipt.summary == "“Review” is cancelled; 2 people get a cancellation"
    assert at.calendar.invitations[2:] == [("carol@example.org", "cancellation"), ("Dan@example.org", "cancellation")]


async def test_undo_says_nothing_to_guests_who_werent_told() -> None:
    at, action = World(), invited(notify="none")
    await action.perform(at.desk, at.ledger)
    receipt = await action.undo(at.desk, at.ledger)
    assert receipt.summary == "“Review” is cancelled"
    assert at.calendar.invitations == []


async def test_undo_leaves_alone_what_somebody_changed() -> None:
    at, action = World(), invited()
    await action.perform(at.desk, at.ledger)
    at.calendar.put((await stored(at, action)).model_copy(update={"title": "Retro", "place": "Room 6"}))
    with pytest.raises(Conflict, match="its title, place changed since I made it"):
        await action.undo(at.desk, at.ledger)
    assert (await stored(at, action)).status == "confirmed"


async def test_a_guests_answer_moves_the_etag_and_is_no_change() -> None:
    at, action = World(), invited()
    await action.perform(at.desk, at.ledger)
    at.calendar.put((await stored(at, action)).model_copy(update={"etag": '"2"'}))
    await action.undo(at.desk, at.ledger)
    assert (await stored(at, action)).status == "cancelled"


async def test_what_the_provider_stored_otherwise_from_the_first_is_not_somebodys_change() -> None:
    at, action = World(), invited(notes="Bring cake ")
    insert = at.calendar.insert

    async def trimming(new: Any) -> Any:
        return await insert(new.model_copy(update={"notes": new.notes.strip()}))

    at.calendar.insert = trimming  # type: ignore[assignment,method-assign]
    receipt = await action.perform(at.desk, at.ledger)
    assert [d.field for d in receipt.differences] == ["Notes"]
    at.calendar.put((await stored(at, action)).model_copy(update={"notes": "Bring pie"}))
    with pytest.raises(Conflict):
        await action.undo(at.desk, at.ledger)
    at.calendar.put((await stored(at, action)).model_copy(update={"notes": "Bring cake"}))
    await action.undo(at.desk, at.ledger)
    assert (await stored(at, action)).status == "cancelled"


async def test_undo_of_what_is_gone_already_is_done() -> None:
    at, action = World(), invited()
    await action.perform(at.desk, at.ledger)
    await at.calendar.delete("primary", action.event_id, notify="none")
    await action.undo(at.desk, at.ledger)
    assert (await stored(at, action)).status == "cancelled"
    assert len(at.calendar.invitations) == 2


@pytest.mark.parametrize("committed", [True, False])
async def test_undo_may_be_interrupted_and_repeated(*, committed: bool) -> None:
    at, action = World(), invited()
    await action.perform(at.desk, at.ledger)
    at.calendar.faults.append((committed, LOST))
    with pytest.raises(Unanswered):
        await action.undo(at.desk, at.ledger)
    await action.undo(at.desk, at.ledger)
    assert (await stored(at, action)).status == "cancelled"
    assert len(at.calendar.invitations) == 4


async def test_a_refused_insert_leaves_nothing() -> None:
    at, action = World(), invited()
    at.calendar.faults.append((False, Refused(provider="Google Calendar", why="no")))
    with pytest.raises(Refused):
        await action.perform(at.desk, at.ledger)
    assert await action.achieved(at.ledger) is None
    assert await stored(at, action) is None
