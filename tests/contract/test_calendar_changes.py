"""The contract of Calendar where it changes events: in memory, and Google Calendar."""

from datetime import timedelta

import pytest

from app.domain.calendars import EventChange
from app.domain.errors import Conflict, Missing, Refused
from app.domain.repeating import dated
from app.domain.types import Event, Guest
from integrations.google.calendar import LONGEST_FREE_BUSY
from tests.contract.booked import BOBS, HOUR, RULE, SIDE, TEN, WEEKLY, Booked, new
from tests.contract.google_world import BOB

WEEK = timedelta(weeks=1)
CAROL, DAN = "carol@else.example", "dan@else.example"


def changing(event: Event, **more: object) -> EventChange:
    given = {"calendar": event.calendar, "event": event.id, "etag": event.etag, "steward_change": "4712"}
    return EventChange.model_validate({**given, "zone": event.zone, **more})


async def found(booked: Booked, ident: str) -> Event:
    event = await booked.calendar.event("primary", ident)
    assert event is not None
    return event


async def test_the_calendars_of_an_account_the_main_one_first(booked: Booked) -> None:
    main, side = await booked.calendar.calendars()
    assert (main.id, main.name, main.primary, main.zone) == (booked.primary, "Ada", True, "Europe/Vienna")
    assert (side.id, side.name, side.primary, side.zone) == (SIDE, "Side", False, "Asia/Tokyo")
    assert main.writable
    assert side.shown


async def test_a_change_says_who_made_it_and_leaves_the_rest(booked: Booked) -> None:
    before = await booked.calendar.insert(new())
    told = booked.told()
    after = await booked.calendar.change(
        changing(before, start=TEN + HOUR, end=TEN + 3 * HOUR, title="Retro", notify="none")
    )
    assert (after.title, after.start, after.end) == ("Retro", TEN + HOUR, TEN + 3 * HOUR)
    assert (after.place, after.notes, after.zone) == (before.place, before.notes, before.zone)
    assert {g.email for g in after.guests} == {CAROL, DAN}
    assert (after.steward_action, after.steward_change) == ("4711", "4712")
    assert after.etag != before.etag
    assert await found(booked, before.id) == after
    assert booked.told() == told


async def test_an_event_that_was_changed_meanwhile_is_not_overwritten(booked: Booked) -> None:
    before = await booked.calendar.insert(new())
    after = await booked.calendar.change(changing(before, title="Retro"))
    with pytest.raises(Conflict):
        await booked.calendar.change(changing(before, title="Review again"))
    with pytest.raises(Conflict):
        await booked.calendar.delete("primary", before.id, notify="none", etag=before.etag)
    assert (await found(booked, before.id)).title == "Retro"
    await booked.calendar.delete("primary", before.id, notify="none", etag=after.etag)


async def test_what_never_was_cant_be_changed(booked: Booked) -> None:
    with pytest.raises(Missing):
        await booked.calendar.change(EventChange(calendar="primary", event="neverwas01", steward_change="1", title="X"))


async def test_guests_come_and_go_and_each_is_told(booked: Booked) -> None:
    before = await booked.calendar.insert(new(notify="none", optional=(DAN,)))
    assert {g.email: g.optional for g in before.guests} == {CAROL: False, DAN: True}
    stay = tuple(g for g in before.guests if g.email == DAN)
    after = await booked.calendar.change(changing(before, guests=(*stay, Guest(email="eve@else.example"))))
    assert {g.email: g.optional for g in after.guests} == {DAN: True, "eve@else.example": False}
    assert set(booked.told()) >= {(CAROL, "cancellation"), ("eve@else.example", "invitation")}


async def test_what_guests_answered_meanwhile_stays_their_answer(booked: Booked) -> None:
    invitation = await found(booked, "bobs00001")
    silent = tuple(g.model_copy(update={"answer": "needsAction"}) for g in invitation.guests)
    after = await booked.calendar.change(changing(invitation, guests=(*silent, Guest(email=DAN)), notify="none"))
    assert {g.email: g.answer for g in after.guests} == {BOB: "accepted", CAROL: "needsAction", DAN: "needsAction"}
    assert after.answer == invitation.answer


async def test_what_was_cancelled_can_be_brought_back(booked: Booked) -> None:
    made = await booked.calendar.insert(new(notify="none"))
    await booked.calendar.delete("primary", made.id, notify="none")
    back = await booked.calendar.change(changing(made, etag="", status="confirmed", notify="none"))
    assert (back.id, back.status, back.title, back.start) == (made.id, "confirmed", made.title, made.start)
    assert [e.id for e in await booked.calendar.events(TEN, TEN + HOUR)] == [made.id]


async def test_a_series_repeats_at_the_same_time_of_day_when_clocks_change(booked: Booked) -> None:
    made = await booked.calendar.insert(new(recurrence=("RRULE:FREQ=MONTHLY;COUNT=6",), guests=()))
    assert made.recurrence == ("RRULE:FREQ=MONTHLY;COUNT=6",)
    all_of_it = await booked.calendar.occurrences(made, TEN, TEN + 52 * WEEK)
    assert [(e.start.astimezone(TEN.tzinfo).hour, e.start.month) for e in all_of_it] == [
        (10, month) for month in (6, 7, 8, 9, 10, 11)
    ]
    assert {e.series for e in all_of_it} == {made.id}
    assert [e.original_start for e in all_of_it] == [e.start for e in all_of_it]


async def _unlike(booked: Booked) -> tuple[Event, Event]:
    """The series, of which the second occurrence is cancelled and the third an hour later; and that one."""
    _, second, third = await booked.calendar.events(WEEKLY, WEEKLY + 3 * WEEK, words="Weekly")
    await booked.calendar.delete(second.calendar, second.id, notify="none")
    moved = await booked.calendar.change(changing(third, start=third.start + HOUR, end=third.end + HOUR))
    return await found(booked, "weekly001"), moved


async def test_what_is_apart_of_a_series_is_told_with_when_it_would_start(booked: Booked) -> None:
    series = await found(booked, "weekly001")
    assert await booked.calendar.apart(series, WEEKLY + 52 * WEEK) == ()
    series, moved = await _unlike(booked)
    gone, other = await booked.calendar.apart(series, WEEKLY + 52 * WEEK)
    assert (gone.status, gone.original_start) == ("cancelled", WEEKLY + WEEK)
    assert (other.id, other.start, other.original_start) == (moved.id, moved.start, WEEKLY + 2 * WEEK)
    assert [e.original_start for e in await booked.calendar.apart(series, WEEKLY + 2 * WEEK)] == [WEEKLY + WEEK]
    with pytest.raises(Missing):
        await booked.calendar.apart(series.model_copy(update={"id": "neverwas01"}), WEEKLY)


async def test_a_series_takes_what_is_apart_of_it_along_when_it_is_moved(booked: Booked) -> None:
    series, moved = await _unlike(booked)
    await booked.calendar.move(series, SIDE, notify="none")
    shown = await booked.calendar.events(WEEKLY, WEEKLY + 4 * WEEK, words="Weekly")
    assert [(e.calendar, e.start - WEEKLY) for e in shown] == [
        (SIDE, after) for after in (timedelta(), 2 * WEEK + HOUR, 3 * WEEK)
    ]
    there = await booked.calendar.event(SIDE, moved.id)
    assert there is not None
    assert (there.start, there.original_start) == (moved.start, WEEKLY + 2 * WEEK)


async def test_what_is_apart_of_a_series_goes_with_it(booked: Booked) -> None:
    series, moved = await _unlike(booked)
    await booked.calendar.delete(series.calendar, series.id, notify="none")
    left = await booked.calendar.event(moved.calendar, moved.id)
    assert left is not None
    assert left.status == "cancelled"
    assert await booked.calendar.events(WEEKLY, WEEKLY + 4 * WEEK, words="Weekly") == ()


@pytest.mark.parametrize("all_day", [False, True])
async def test_a_series_is_made_without_the_days_it_leaves_out(booked: Booked, *, all_day: bool) -> None:
    start = TEN.replace(hour=0) if all_day else TEN
    lasts = timedelta(days=1) if all_day else HOUR
    asked = new(recurrence=("RRULE:FREQ=DAILY;COUNT=4",), guests=(), all_day=all_day, start=start, end=start + lasts)
    given = asked.model_dump()
    event = Event.model_validate(
        {
            "account": booked.calendar.account.model_dump(include={"id", "name", "email"}),
            **{n: given[n] for n in ("id", "calendar", "start", "end", "zone", "all_day")},
        }
    )
    line = dated("EXDATE", [start + timedelta(days=1), start + timedelta(days=2)], event)
    made = await booked.calendar.insert(asked.model_copy(update={"recurrence": (*asked.recurrence, line)}))
    shown = await booked.calendar.occurrences(made, start, start + WEEK)
    assert [(e.start - start).days for e in shown] == [0, 3]
    assert await booked.calendar.apart(made, start + WEEK) == ()


async def test_an_event_becomes_a_series_and_one_event_again(booked: Booked) -> None:
    made = await booked.calendar.insert(new(guests=()))
    times = {"start": made.start, "end": made.end}
    series = await booked.calendar.change(changing(made, recurrence=("RRULE:FREQ=DAILY;COUNT=3",), **times))
    assert series.id == made.id
    assert len(await booked.calendar.occurrences(series, TEN, TEN + WEEK)) == 3
    again = await booked.calendar.change(changing(series, recurrence=(), **times))
    assert again.recurrence == ()
    assert [e.id for e in await booked.calendar.events(TEN, TEN + WEEK, words="Review")] == [made.id]


async def test_a_video_link_is_given_and_taken_away(booked: Booked) -> None:
    made = await booked.calendar.insert(new(guests=()))
    linked = await booked.calendar.change(changing(made, video=True))
    assert linked.conference.startswith("https://")
    renamed = await booked.calendar.change(changing(linked, title="Retro"))
    assert renamed.conference == linked.conference
    plain = await booked.calendar.change(changing(renamed, video=False))
    assert plain.conference == ""
    assert (await found(booked, made.id)).conference == ""


async def test_one_occurrence_is_changed_by_itself(booked: Booked) -> None:
    first, second = await booked.calendar.events(WEEKLY, WEEKLY + 2 * WEEK, words="Weekly")
    assert await booked.calendar.event(second.calendar, second.id) == second
    moved = await booked.calendar.change(changing(second, start=second.start + HOUR, end=second.end + HOUR))
    assert (moved.series, moved.original_start) == ("weekly001", second.start)
    after = await booked.calendar.events(WEEKLY, WEEKLY + 3 * WEEK, words="Weekly")
    assert [e.start - WEEKLY for e in after] == [timedelta(), WEEK + HOUR, 2 * WEEK]
    await booked.calendar.delete(moved.calendar, moved.id, notify="none")
    after = await booked.calendar.events(WEEKLY, WEEKLY + 3 * WEEK, words="Weekly")
    assert [e.start - WEEKLY for e in after] == [timedelta(), 2 * WEEK]
    gone = await booked.calendar.event(moved.calendar, moved.id)
    assert gone is not None
    assert gone.status == "cancelled"
    await booked.calendar.change(changing(moved, etag="", status="confirmed"))
    assert len(await booked.calendar.events(WEEKLY, WEEKLY + 3 * WEEK, words="Weekly")) == 3
    assert first.start == WEEKLY


async def test_a_series_can_end_earlier_and_go_on_again(booked: Booked) -> None:
    series = await found(booked, "weekly001")
    assert series.recurrence == (RULE,)
    ended = await booked.calendar.change(changing(series, recurrence=(f"{RULE};UNTIL=20260714T075959Z",)))
    assert len(await booked.calendar.events(WEEKLY, WEEKLY + 5 * WEEK, words="Weekly")) == 1
    await booked.calendar.change(changing(ended, recurrence=series.recurrence))
    assert len(await booked.calendar.events(WEEKLY, WEEKLY + 5 * WEEK, words="Weekly")) == 5


async def test_an_answer_is_ones_own_and_nobody_elses(booked: Booked) -> None:
    invitation = await found(booked, "bobs00001")
    assert (invitation.mine, invitation.answer, invitation.organizer.email) == (False, "needsAction", BOB)
    assert {g.email: g.answer for g in invitation.guests} == {BOB: "accepted", CAROL: "needsAction"}
    for answer in ("accepted", "declined", "tentative", "needsAction"):
        told = await booked.calendar.respond(invitation, answer, notify="none")
        assert told.answer == answer
        assert {g.email: g.answer for g in told.guests} == {BOB: "accepted", CAROL: "needsAction"}
        assert (await found(booked, "bobs00001")).answer == answer


async def test_an_event_moves_with_its_id(booked: Booked) -> None:
    lunch = await found(booked, "lunch0001")
    moved = await booked.calendar.move(lunch, SIDE, notify="none")
    assert (moved.calendar, moved.id, moved.title, moved.start) == (SIDE, "lunch0001", "Lunch", lunch.start)
    assert await booked.calendar.event(SIDE, "lunch0001") == moved
    assert (await found(booked, "lunch0001")).status == "cancelled"
    back = await booked.calendar.move(moved, "primary", notify="none")
    assert (await found(booked, "lunch0001")).status == "confirmed"
    assert back.start == lunch.start


async def test_neither_an_occurrence_nor_somebody_elses_meeting_moves(booked: Booked) -> None:
    (occurrence,) = await booked.calendar.events(WEEKLY, WEEKLY + HOUR)
    for event in (occurrence, await found(booked, "bobs00001")):
        with pytest.raises(Refused):
            await booked.calendar.move(event, SIDE, notify="none")


async def test_when_others_are_busy_or_why_nobody_knows(booked: Booked) -> None:
    told = await booked.calendar.availability([BOB, "carol@else.example"], BOBS - HOUR, BOBS + 5 * HOUR)
    assert [(p.start, p.end) for p in told[BOB].busy] == [(BOBS, BOBS + HOUR)]
    assert told[BOB].unknown == ""
    assert told["carol@else.example"].unknown == "their calendar isn't shared with you"


async def test_a_span_longer_than_google_takes_is_asked_for_in_parts(booked: Booked) -> None:
    """The first part ends in the middle of the meeting, which is one all the same."""
    since = BOBS + HOUR / 2 - LONGEST_FREE_BUSY
    told = await booked.calendar.availability([BOB, "carol@else.example"], since, since + 3 * LONGEST_FREE_BUSY)
    assert (BOBS, BOBS + HOUR) in [(p.start, p.end) for p in told[BOB].busy]
    assert told["carol@else.example"].unknown == "their calendar isn't shared with you"


async def test_where_others_are(booked: Booked) -> None:
    assert await booked.calendar.zone(BOB) == "America/New_York"
    assert await booked.calendar.zone("carol@else.example") == ""


async def test_a_video_conference_only_where_it_was_asked_for(booked: Booked) -> None:
    assert (await booked.calendar.insert(new(video=True))).conference.startswith("https://meet.")
    assert (await booked.calendar.insert(new("revue0002"))).conference == ""


async def test_an_event_can_leave_its_owner_free(booked: Booked) -> None:
    made = await booked.calendar.insert(new(busy=False, visibility="private"))
    assert (made.busy, made.visibility) == (False, "private")
