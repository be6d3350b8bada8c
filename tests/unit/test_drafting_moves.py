"""Asking whoever organises a meeting to move it: every time in words, nothing internal, and nobody asked in vain."""

from typing import Any

import pytest

from app.domain.actions import SendMail
from app.domain.cards import Origin
from tests.samples import ANN
from tests.unit.drafting_world import DAVE, HOUR, ME, At, people


async def test_whoever_organises_a_meeting_is_asked_with_every_time_in_words() -> None:
    at = At()
    (action,) = await at.move(at.stands(), 2, 25)
    assert type(action) is SendMail
    assert [email for email, _, _ in people(action)] == [DAVE.email]
    assert action.subject == "Another time for “Sync” on Tuesday 3 March"
    assert action.body == (
        "Hello Dave,\n\n"
        "Could we move “Sync”, now on Tuesday 3 March 2026, 09:00 to 09:30 (UTC, UTC+0)? I could make it on\n\n"
        "• Tuesday 3 March 2026, 11:00 to 11:30 (UTC, UTC+0)\n"
        "• Wednesday 4 March 2026, 10:00 to 10:30 (UTC, UTC+0)\n\n"
        "Best regards,\nAnn"
    )
    assert "primary" not in action.body + action.subject
    assert action.card().exposures == ()  # the organiser knows the title


async def test_an_organiser_never_written_to_is_marked_with_the_event() -> None:
    at = At()
    (action,) = await at.move(at.stands())
    (to,) = action.card().recipients
    assert (to.origin, to.evidence) == (Origin.UNSEEN, "came from the event “Sync” of 3 Mar 2026")


async def test_an_organiser_written_to_before_is_a_contact() -> None:
    at = At()
    at.sends(to=(DAVE,))
    (action,) = await at.move(at.stands())
    assert action.card().recipients[0].origin is Origin.CONTACT


async def test_who_is_asked_to_move_a_meeting_is_not_asked_twice() -> None:
    at = At()
    first = await at.move(at.stands())
    assert await at.move(at.stands()) == first
    assert at.said[-1] == "I drafted nothing.\nA card about “Sync” waits for you already: `pending` shows it."


async def test_words_that_leave_a_time_out_are_not_used() -> None:
    times = [f"Tuesday 3 March 2026, {h}:00 to {h}:30 (UTC, UTC+0)" for h in (11, 12)]
    whole = f"Hello Dave,\n\ncould we meet on {times[0]} or on {times[1]}?\n\nAnn"
    for words, kept in ((whole, True), (whole.replace(times[1], "Tuesday at 12:00"), False)):
        at = At()
        at.mind.words = [words]
        (action,) = await at.move(at.stands(), 2, 3)
        assert (action.body == words) is kept


async def test_each_time_has_the_zone_as_it_is_then() -> None:
    at = At()
    at.chat.people[ANN.team, ANN.user] = ANN.model_copy(update={"zone": "Europe/Lisbon"})
    at.clock.advance(25 * 24 * HOUR)
    event = at.stands()  # Saturday; the clocks change on Sunday
    (action,) = await at.move(event, 2, 26)
    assert "11:00 to 11:30 (Europe/Lisbon, UTC+0)" in action.body
    assert "12:00 to 12:30 (Europe/Lisbon, UTC+01)" in action.body


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"start": 1}, "“Sync” isn't where it was any more, so I drafted nothing."),
        ({"status": "cancelled"}, "The meeting that was to be moved is gone."),
        ({"mine": True}, "You organise “Sync” yourself: I can move it for you."),
        ({"organizer": ME}, "You organise “Sync” yourself: I can move it for you."),
        ({"later": 25}, "“Sync” has begun already."),
    ],
)
async def test_a_meeting_that_is_otherwise_now_makes_no_card(changed: dict[str, Any], said: str) -> None:
    at = At()
    event = at.stands()
    if hours := changed.pop("start", 0):
        changed |= {"start": event.start + hours * HOUR, "end": event.end + hours * HOUR}
    at.clock.advance(changed.pop("later", 0) * HOUR)
    at.calendar.put(event.model_copy(update=changed))
    assert await at.move(event, 48) == []
    assert said in at.said[-1]


async def test_times_that_are_over_are_not_proposed() -> None:
    at = At()
    assert await at.move(at.stands(), -25) == []
    assert "The times that were free for “Sync” are over." in at.said[-1]
