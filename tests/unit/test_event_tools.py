"""The tools that list, create and change events, over a desk with two accounts."""

from datetime import timedelta
from typing import Any

import pytest

from app.agent.bench import TwoTimes
from app.agent.tools.calendar import CreateEvent, ListEvents
from app.agent.tools.event_changes import ChangeEvents
from app.domain import actions
from app.domain.cards import Origin
from app.domain.errors import FormErrors, Refusal, StewardError, UnclearTime, UnknownReference
from app.domain.plans import MAX_ACTIONS
from app.domain.types import CalendarRef
from tests.unit.events_turn import DAY, Turn, standing
from tests.unit.events_world import BOB, HOUR, TEN, WEEK, invitation, review, weekly

# Listing.


async def test_a_list_says_what_each_event_is() -> None:
    turn = Turn(weekly(), invitation(id="e3", start=TEN + 3 * HOUR, end=TEN + 4 * HOUR))
    first, second = (await turn.use(ListEvents(start="tomorrow")))["events"]
    assert first["event"] == "work:primary:s1_20260303T090000Z"
    assert (first["repeats"], first["status"]) == (True, "confirmed")
    assert (second["organizer"], second["status"]) == ("Bob <bob@example.org>", "needsAction")


async def test_a_list_names_what_doesnt_go_together_and_a_way_out() -> None:
    turn = Turn(review(), standing("Dentist", 0.5))
    told = await turn.use(ListEvents(start="tomorrow", words="review"))
    (conflict,) = told["conflicts"]
    assert conflict.startswith("“Review” (Tue 3 Mar 10:00–11:00) overlaps “Dentist” (Tue 3 Mar 10:30–11:30). Move ")
    assert "conflicts" not in await turn.use(ListEvents(start="today"))


# Creating.


async def test_an_event_that_repeats_begins_on_a_day_of_its_rule() -> None:
    turn = Turn()
    await turn.use(CreateEvent(title="Gym", start="tomorrow at 7am", repeat="every Thursday", minutes=45))
    assert turn.one.recurrence == ("RRULE:FREQ=WEEKLY;BYDAY=TH",)
    assert turn.one.start == TEN + 2 * DAY - 3 * HOUR
    assert turn.one.end - turn.one.start == timedelta(minutes=45)
    assert ("Repeats", "every Thursday") in [(f.label, f.value) for f in turn.one.card().fields]


async def test_the_time_may_stand_in_how_it_repeats() -> None:
    turn = Turn()
    await turn.use(CreateEvent(title="Gym", start="", repeat="every Monday from 7 to 8am"))
    assert (turn.one.start, turn.one.end - turn.one.start) == (TEN + 6 * DAY - 3 * HOUR, HOUR)


@pytest.mark.parametrize(
    ("repeat", "rule", "first", "words"),
    [
        ("every first Monday", "FREQ=MONTHLY;BYDAY=1MO", "2026-04-06", "every month on the first Monday"),
        ("15th of every month", "FREQ=MONTHLY;BYMONTHDAY=15", "2026-03-15", "every month on the 15th"),
        ("the last Friday of every month", "FREQ=MONTHLY;BYDAY=-1FR", "2026-03-27", "every month on the last Friday"),
    ],
)
async def test_a_day_of_the_month_is_in_the_rule_and_on_the_card(
    repeat: str, rule: str, first: str, words: str
) -> None:
    turn = Turn()
    await turn.use(CreateEvent(title="Gym", start="tomorrow at 7am", repeat=repeat))
    assert turn.one.recurrence == (f"RRULE:{rule}",)
    assert f"{turn.one.start:%Y-%m-%d %H:%M}" == f"{first} 07:00"
    assert ("Repeats", words) in [(f.label, f.value) for f in turn.one.card().fields]


async def test_a_rhythm_that_can_be_read_two_ways_is_asked_about() -> None:
    with pytest.raises(TwoTimes) as asked:
        await Turn().use(CreateEvent(title="Gym", start="tomorrow at 7am", repeat="every third Thursday"))
    assert asked.value.readings == ("every month on the third Thursday", "every 3 weeks on Thursday")


@pytest.mark.parametrize("repeat", ["sometimes", "every hour", "twice a week"])
async def test_what_doesnt_repeat_as_events_do_is_refused(repeat: str) -> None:
    with pytest.raises((UnclearTime, Refusal)):
        await Turn().use(CreateEvent(title="Gym", start="tomorrow at 7am", repeat=repeat))


@pytest.mark.parametrize(
    ("given", "calendar", "account"),
    [
        ({}, "primary", "work"),
        ({"account": "home"}, "primary", "home"),
        ({"calendar": "side"}, "side", "work"),
        ({"calendar": "Side calendar", "account": "work"}, "side", "work"),
        ({"calendar": "home"}, "primary", "home"),
    ],
)
async def test_an_event_goes_into_the_calendar_that_was_named(given: Any, calendar: str, account: str) -> None:
    turn = Turn()
    await turn.use(CreateEvent(title="Gym", start="tomorrow at 7am", **given))
    assert (turn.one.calendar, turn.one.account.name) == (calendar, account)


async def test_a_calendar_that_isnt_there_is_not_guessed() -> None:
    with pytest.raises(Refusal, match=r"no calendar called “Garden” that I can write to\. There are: work, Side, home"):
        await Turn().use(CreateEvent(title="Gym", start="tomorrow at 7am", calendar="Garden"))


async def test_a_guests_own_time_stands_on_the_card() -> None:
    turn = Turn(text="invite bob@example.org")
    turn.at.work.zones[BOB.email] = "America/New_York"
    await turn.use(CreateEvent(title="Call", start="tomorrow at 3pm", guests=[BOB.email], video=True, notify="none"))
    fields = {f.label: f.value for f in turn.one.card().fields}
    assert fields["For bob@example.org"] == "Tue 3 Mar 2026, 09:00–09:30 (America/New_York, UTC-05)"
    assert fields["Video"] == "Google Meet, a link of its own"
    assert turn.one.card().notes[0] == "Nobody gets an invitation by mail; the guests' calendars show it all the same."


# Which events.


async def test_all_meetings_of_a_span_are_meetings_only() -> None:
    others = [
        standing("all day", 0, all_day=True),
        standing("out", 1, kind="outOfOffice"),
        standing("office", 1, kind="workingLocation"),
        standing("declined", 2, mine=False, answer="declined"),
        standing("mirror", 3, mirrors="x"),
        standing("other day", 0, days=1),
    ]
    turn = Turn(review(), *others)
    await turn.change("cancel", start="tomorrow")
    assert [a.was.title for a in turn.bench.plan] == ["Review"]  # type: ignore[attr-defined]


async def test_what_a_colleagues_calendar_shows_is_no_meeting_of_ones_own() -> None:
    turn = Turn(review(), standing("theirs", 0.5, calendar="colleague", mine=False), standing("free", 0, days=2))
    turn.at.work.listed.append(CalendarRef(id="colleague", role="freeBusyReader"))
    assert "conflicts" not in await turn.use(ListEvents(start="tomorrow"))
    await turn.change("cancel", start="tomorrow")
    assert turn.one.was.title == "Review"


async def test_words_alone_find_what_is_ahead() -> None:
    turn = Turn(review(), standing("Lunch", 3, days=9))
    await turn.change("cancel", words="lunch")
    assert turn.one.was.title == "Lunch"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"events": ["work:primary:nix"]}, UnknownReference),
        ({"events": ["garden:primary:e1"]}, UnknownReference),
        ({}, Refusal),
        ({"start": "tomorrow", "which": "all", "words": "Review"}, FormErrors),
    ],
)
async def test_what_isnt_there_isnt_changed(given: Any, why: type[StewardError]) -> None:
    turn = Turn(review())
    with pytest.raises(why):
        await turn.use(ChangeEvents(do="reschedule", to="yesterday at 3pm", **given))
    assert turn.bench.plan == ()


async def test_nothing_in_a_span_is_said_so() -> None:
    assert await Turn().change("cancel", start="tomorrow") == {"nothing": "There is no such meeting."}


@pytest.mark.parametrize("do", ["reschedule", "edit", "cancel", "transfer"])
async def test_what_others_organize_stays_and_is_said_so(do: str) -> None:
    turn = Turn(invitation(), standing("Lunch", 3))
    told = await turn.change(do, start="tomorrow", to="home" if do == "transfer" else "next week", title="X")
    assert turn.one.was.title == "Lunch"
    (refused,) = told["not_done"]
    assert refused["why"].startswith("“Review” is organized by Bob <bob@example.org>, so I can't ")


async def test_one_turn_changes_only_so_much_and_says_what_is_left() -> None:
    turn = Turn(*(standing(f"m{n}", n / 2) for n in range(MAX_ACTIONS + 3)))
    told = await turn.change("cancel", start="tomorrow")
    assert len(turn.bench.plan) == MAX_ACTIONS
    assert told["not_done"] == [{"left_out": "3 more: I propose at most 10 changes at once."}]


# How much of a series.


@pytest.mark.parametrize(
    ("which", "was", "words"),
    [
        ("this", "s1_20260310T090000Z", ", this occurrence only"),
        ("following", "s1", ", every occurrence from Tue 10 Mar 2026 on"),
        ("all", "s1", ", the whole series"),
    ],
)
async def test_how_much_of_a_series_is_meant_stands_on_the_card(which: str, was: str, words: str) -> None:
    for do in ("reschedule", "cancel"):
        turn = Turn(weekly())
        await turn.change(do, "s1_20260310T090000Z", to="10 March at 3pm", which=which)
        assert turn.one.was.id == was
        assert turn.one.card().summary.startswith("“Review”, Tue 10 Mar 2026, 10:00–11:00")
        assert turn.one.card().summary.endswith(words)


async def test_a_series_that_is_named_itself_stands_for_its_next_occurrence() -> None:
    turn = Turn(weekly(start=TEN - 10 * WEEK, end=TEN - 10 * WEEK + HOUR))
    await turn.change("reschedule", "s1", to="tomorrow at 3pm", which="all")
    assert turn.one.card().summary.startswith("“Review”, Tue 3 Mar 2026, 10:00–11:00 → Tue 3 Mar 2026, 15:00–16:00")
    assert turn.one.anchor == TEN - 10 * WEEK + 5 * HOUR


async def test_an_invitation_is_answered_for_one_or_all_but_not_for_the_rest() -> None:
    theirs = weekly().model_copy(update={"mine": False, "answer": "needsAction", "organizer": BOB})
    for which, was in (("this", "s1_20260310T090000Z"), ("all", "s1")):
        turn = Turn(theirs)
        await turn.change("decline", "s1_20260310T090000Z", which=which)
        assert (turn.one.was.id, turn.one.answer) == (was, "declined")
    with pytest.raises(Refusal):
        await Turn(theirs).change("decline", "s1_20260310T090000Z", which="following")


# Words and guests.


async def test_an_edit_shows_before_and_after_and_everyone_it_reaches() -> None:
    turn = Turn(review(), text="add eve@new.example")
    guests = {"add_guests": ["eve@new.example", "BOB@example.org"], "remove_guests": ["Cara@example.org"]}
    await turn.change("edit", "e1", title="Retro", place="Room 9", **guests)
    card = turn.one.card()
    assert [(f.label, f.value) for f in card.fields] == [("Title", "Review → Retro"), ("Place", "Room 5 → Room 9")]
    assert [(r.role, r.address.email, r.origin) for r in card.recipients] == [
        ("guest", "bob@example.org", Origin.GUEST),
        ("new guest", "eve@new.example", Origin.TYPED),
        ("no longer a guest", "cara@example.org", Origin.GUEST),
    ]
    assert card.confirmations == 1
    assert card.notes == ("3 people will get an update by mail.", "I can't see when eve@new.example is free.")


async def test_a_guest_nobody_named_needs_a_second_look() -> None:
    turn = Turn(review())
    await turn.change("edit", "e1", add_guests=["eve@new.example"])
    assert turn.one.card().confirmations == 2


@pytest.mark.parametrize(
    "given", [{"remove_guests": ["eve@new.example"]}, {"title": "Review"}, {"add_guests": ["nobody"]}]
)
async def test_an_edit_that_makes_no_sense_is_refused(given: Any) -> None:
    with pytest.raises(StewardError):
        await Turn(review()).change("edit", "e1", **given)


# Calendars.


async def test_a_move_says_what_it_means_for_the_guests() -> None:
    turn = Turn(review())
    await turn.change("transfer", "e1", to="home")
    assert isinstance(turn.one, actions.MoveEvent)
    card = turn.one.card()
    assert ("Calendar", "work → home") in [(f.label, f.value) for f in card.fields]
    assert "ann@home.example becomes its organizer." in card.notes[2]
    assert {a.name for a in turn.one.changes} == {"work", "home"}
    again = Turn(review())
    await again.change("transfer", "e1", to="Side")
    assert again.one.native
    assert again.one.card().notes == ("2 people will get an update by mail.",)


@pytest.mark.parametrize(("to", "kind"), [("work", "default"), ("Garden", "default"), ("home", "fromGmail")])
async def test_what_cant_be_moved_is_refused(to: str, kind: str) -> None:
    with pytest.raises(Refusal):
        await Turn(review(kind=kind)).change("transfer", "e1", to=to)
