"""A worker with changes of events, where the event becomes another one on the way."""

import pytest

from app.domain.actions import CreateEvent
from app.domain.approvals import Decision, Status
from app.domain.errors import Missing, Refused, Unanswered
from app.performing import TOO_LATE
from tests.samples import ANN, event
from tests.unit.events_world import HOUR, TEN, edited, following, rescheduled, review, weekly
from tests.unit.steward_at_work import AtWork, at_work

GOOGLE = "Google Calendar"


def working() -> AtWork:
    at = at_work()
    at.calendar.put(review())
    return at


async def test_an_event_that_is_changed_in_the_very_moment_gets_a_new_card() -> None:
    at, action = working(), rescheduled(review())
    await at.approve(action)
    at.calendar.meanwhile.append(review(title="Retro", etag='"9"'))
    await at.work()
    assert at.card(action).status is Status.STALE
    assert at.card(action).note == "“Review” changed since the preview: title “Review” → “Retro”."
    (renewed,) = (row for row in at.disk.approvals.values() if row.approval.replaces == action.id)
    assert renewed.approval.card.summary.startswith("“Retro”, Tue 3 Mar 2026, 10:00–11:00 → ")


async def test_an_answer_that_comes_in_the_very_moment_changes_nothing() -> None:
    at, action = working(), rescheduled(review())
    await at.approve(action)
    said_yes = tuple(g.model_copy(update={"answer": "accepted"}) for g in review().guests)
    at.calendar.meanwhile.append(review(guests=said_yes, etag='"9"'))
    await at.work()
    assert at.card(action).status is Status.DONE
    stored = await at.calendar.event("primary", "e1")
    assert stored is not None
    assert (stored.start, stored.guests) == (TEN + 4 * HOUR, said_yes)


async def test_an_event_that_is_gone_in_the_very_moment_is_said_to_be() -> None:
    at, action = working(), rescheduled(review())
    await at.approve(action)
    at.calendar.faults.append((False, Missing(provider=GOOGLE, what="event")))
    at.calendar.meanwhile.append(review(status="cancelled"))
    await at.work()
    assert at.card(action).status is Status.STALE
    assert at.card(action).note == "“Review” was cancelled since the preview."


async def test_what_google_refuses_fails_with_its_reason() -> None:
    at, action = working(), rescheduled(review())
    await at.approve(action)
    at.calendar.faults.append((False, Refused(provider=GOOGLE, why="Forbidden")))
    await at.work()
    assert (at.card(action).status, at.card(action).offers) == (Status.FAILED, (Decision.RETRY,))
    assert at.card(action).note == "Google Calendar refused: Forbidden. Nothing was changed."


async def test_a_series_that_ended_but_didnt_go_on_offers_the_rest_and_the_way_back() -> None:
    at = working()
    at.calendar.put(weekly())
    (first,) = [e for e in await at.calendar.events(TEN, TEN + 9 * 24 * HOUR) if e.series and e.start > TEN]
    action = following(weekly(), first, first.start + 4 * HOUR)
    await at.approve(action)
    at.calendar.faults.extend([(True, None), (False, Refused(provider=GOOGLE, why="Forbidden"))])
    await at.work()
    assert at.card(action).status is Status.PARTIAL
    assert set(at.card(action).offers) == {Decision.RESUME, Decision.UNDO}
    await at.assistant.decide(ANN.id, action.id, Decision.RESUME)
    await at.work()
    assert at.card(action).status is Status.DONE
    after = await at.calendar.events(TEN, TEN + 9 * 24 * HOUR)
    assert [e.start for e in after if e.title == "Review" and e.series] == [TEN, first.start + 4 * HOUR]


async def test_what_is_overtaken_by_something_that_makes_no_sense_gets_no_new_card() -> None:
    at, action = working(), edited(review(), title="Retro")
    await at.approve(action)
    at.calendar.put(review(title="Retro", etag='"9"'))
    await at.work()
    assert at.card(action).status is Status.STALE
    assert at.card(action).note == (
        "“Review” changed since the preview: title “Review” → “Retro”. “Retro” is like that already."
    )
    assert [row for row in at.disk.approvals.values() if row.approval.replaces == action.id] == []


async def test_a_new_preview_tells_what_stands_there_now() -> None:
    at, action = working(), rescheduled(review())
    await at.approve(action)
    at.calendar.put(review(title="Retro", etag='"9"'))
    at.calendar.put(review(id="x", uid="x", title="Dentist", start=TEN + 4 * HOUR, end=TEN + 5 * HOUR))
    await at.work()
    (renewed,) = (row for row in at.disk.approvals.values() if row.approval.replaces == action.id)
    assert [item.title for item in renewed.approval.card.items] == ["Overlaps “Dentist”"]


LATER = TEN + 2 * HOUR


async def test_what_has_begun_by_the_time_it_could_be_made_isnt_made() -> None:
    at, action = working(), event(LATER)
    await at.approve(action)
    at.disk.approvals[action.id].not_before = LATER
    await at.sweep(after=(LATER - at.clock.now()).total_seconds())
    assert (at.card(action).status, at.card(action).note) == (Status.STALE, TOO_LATE)
    assert await at.calendar.event("primary", action.event_id) is None


@pytest.mark.parametrize("tries", [1, 2])
async def test_what_didnt_come_about_in_time_isnt_made_by_a_later_try(tries: int) -> None:
    at, action = working(), event(LATER)
    await at.approve(action)
    fault = Refused(provider=GOOGLE, why="no") if tries == 1 else Unanswered(provider=GOOGLE)
    at.calendar.faults.extend([(False, fault)] * tries)
    await at.work()
    at.clock.advance(LATER - at.clock.now())
    if tries == 1:
        await at.assistant.decide(ANN.id, action.id, Decision.RETRY)
    await at.sweep()
    assert (at.card(action).status, at.card(action).note) == (Status.STALE, TOO_LATE)
    assert await at.calendar.event("primary", action.event_id) is None


async def test_what_was_made_in_time_is_done_whenever_that_is_found_out() -> None:
    at, action = working(), event(LATER)
    await at.approve(action)
    at.calendar.faults.append((True, Unanswered(provider=GOOGLE)))
    reconcile = CreateEvent.reconcile

    async def failing(*_: object) -> object:
        raise Unanswered(provider=GOOGLE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CreateEvent, "reconcile", failing)
        await at.work()
    assert CreateEvent.reconcile is reconcile
    await at.sweep(after=(LATER - at.clock.now()).total_seconds())
    assert at.card(action).status is Status.DONE
