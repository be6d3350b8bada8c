"""The week as a skill: what is shown is what is proposed, others' meetings are left to them, and no rule is ignored."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.assistant import Assistant
from app.domain.actions import ChangeEvent, CreateEvent
from app.domain.calendars import Availability, Period
from app.domain.errors import Throttled
from app.domain.plans import MAX_ACTIONS
from app.domain.ports import Thought
from app.domain.preferences import Preferences, Stretch
from app.domain.reports import Report
from app.domain.types import Address, Event, Guest
from app.skills.drafting.errands import read
from app.skills.errands import Skills
from app.skills.week import Week
from tests.samples import ANN, WORK, message
from tests.unit.desk_world import meeting
from tests.unit.steward_at_work import AtWork

UTC = ZoneInfo("UTC")
TUESDAY = datetime(2026, 3, 3, tzinfo=UTC)
"""The day after the tests' now."""
PATIENT = 30.0
"""Seconds for the solver: a busy machine shall not decide."""
CAROL, DAVE = Guest(email="carol@example.org", name="Carol"), Guest(email="dave@example.org", name="Dave")


def at(hour: float, *, days: int = 0) -> datetime:
    return TUESDAY + timedelta(days=days, hours=hour)


def own(ident: str, start: datetime, **more: Any) -> Event:
    """A meeting that Ann organises."""
    given: dict[str, Any] = {
        "title": ident.title(),
        "guests": (CAROL,),
        "etag": '"0"',
        "link": f"https://calendar.example/{ident}",
    }
    return meeting(start, id=ident, organizer=Address(email=WORK.email), **given | more)


def theirs(ident: str, start: datetime, **more: Any) -> Event:
    """A meeting to which Dave has invited Ann."""
    given: dict[str, Any] = {
        "mine": False,
        "answer": "accepted",
        "organizer": DAVE,
        "guests": (DAVE,),
        "title": ident.title(),
    }
    return meeting(start, id=ident, link=f"https://calendar.example/{ident}", **given | more)


class At(AtWork):
    """A house whose only skill is the week."""

    def __init__(self, *events: Event) -> None:
        super().__init__()
        services = self.outside.services(self.store)
        skills = Skills({"week": Week(services, patience=PATIENT)})
        self.assistant = Assistant(services, self.limits, invite=self._invite, errands=skills)
        for event in events:
            self.calendar.put(event)

    async def wants(self, **preferences: Any) -> None:
        for name, value in preferences.items():
            kept = Preferences(**{name: value}).model_dump(mode="json")[name]
            await self.store.preferences.state(ANN.id, name, kept, words="so")

    async def week(self, about: str = "") -> Report:
        self.mind.will(Thought(reply="", errand=f"week {about}".strip()))
        await self.assistant.hear(message("optimise my week"))
        return await self.report()

    async def report(self) -> Report:
        turn = self.chat.lines[-1].turn
        assert turn is not None
        kept = await self.store.turns.get(ANN.id, turn)
        assert kept is not None
        assert kept.report is not None, kept.reply
        return kept.report

    async def take(self, number: int = 0) -> list[Any]:
        """Click one of the offers; the actions of its cards."""
        turn = self.chat.lines[-1].turn
        assert turn is not None
        before = {a.id for a in await self.store.approvals.waiting(ANN.id)}
        await self.assistant.take_up(ANN.id, turn, number)
        return [a.action for a in await self.store.approvals.waiting(ANN.id) if a.id not in before]


def cells(report: Report) -> list[tuple[str, ...]]:
    (table,) = [group.table for group in report.groups if group.table]
    return list(table.rows)


async def test_what_breaks_a_rule_is_moved_and_shown_beside_today() -> None:
    house = At(own("review", at(8)), own("planning", at(11)))
    report = await house.week()
    assert report.summary.startswith(
        "As it is, the week breaks your rules. 1 meeting of your 2 would move; 1 guest is affected."
    )
    assert cells(report) == [
        ("Tue 3 Mar", "08:00–08:30 Review", "➜ 09:00–09:30 Review"),
        ("Tue 3 Mar", "11:00–11:30 Planning", "11:00–11:30 Planning"),
    ]
    (line,) = next(group for group in report.groups if group.title == "Moves (1)").lines
    assert (line.text, line.link) == ("Review", "https://calendar.example/review")
    assert [offer.label for offer in report.offers] == ["Move this 1 meeting"]


async def test_what_is_moved_to_another_day_stands_on_both() -> None:
    house = At(own("review", at(8)))
    report = await house.week("no meetings on Tuesday")
    (left, there) = cells(report)
    assert left[:2] == ("Tue 3 Mar", f"08:00–08:30 Review → {there[0].split()[0]} {there[2].split()[1].split('–')[0]}")
    assert left[2] == there[1] == ""
    assert there[0] != "Tue 3 Mar"


async def test_what_was_shown_is_what_is_proposed() -> None:
    house = At(own("review", at(8)), own("planning", at(11)))
    await house.wants(focus=4)
    report = await house.week()
    assert [offer.label for offer in report.offers] == ["Move this 1 meeting, add 2 focus blocks"]
    review, *blocks = await house.take()
    assert isinstance(review, ChangeEvent)
    assert (review.was.id, review.start, review.end) == ("review", at(9), at(9.5))
    assert [type(block) for block in blocks] == [CreateEvent, CreateEvent]
    shown = [row[2] for row in cells(report) if row[2].startswith("✦")]
    assert shown == [f"✦ {block.start:%H:%M}–{block.end:%H:%M} Focus time" for block in blocks]


async def test_what_was_moved_meanwhile_is_left_alone() -> None:
    house = At(own("review", at(8)))
    await house.week()
    house.calendar.put(own("review", at(15)))
    assert await house.take() == []
    assert "“Review” isn't where it was any more" in "\n".join(house.said)


async def test_others_meetings_stay_and_a_message_is_offered() -> None:
    house = At(theirs("sync", at(7)), own("review", at(10)))
    report = await house.week()
    assert report.offers == ()
    (group,) = [group for group in report.groups if group.title.startswith("In the way")]
    assert group.lines[0].detail == "Tue 3 Mar 07:00–07:30 · outside your working hours · organised by Dave"
    (offer,) = group.offers
    assert offer.label == "Ask Dave to move “Sync”"
    asked = read(offer.errand.removeprefix("draft "))
    assert (asked.kind, asked.refs) == ("move", ("work:primary:sync",))
    assert asked.times == (at(7), at(9), at(9.5))


async def test_what_one_noted_for_oneself_what_was_declined_and_what_is_away_is_not_moved() -> None:
    house = At(
        own("dentist", at(8), guests=()),
        own("focus", at(9), kind="focusTime", minutes=60, guests=()),
        own("away", at(12), kind="outOfOffice", guests=()),
        theirs("party", at(20), answer="declined"),
        own("week off", at(0), all_day=True, minutes=24 * 60, busy=False),
        own("early", at(8.25)),
    )
    await house.week()
    (early,) = await house.take()
    assert (early.was.id, early.start) == ("early", at(10))


async def test_guests_that_are_busy_are_asked_for_no_such_time_and_those_unseen_are_named() -> None:
    house = At(own("review", at(8), guests=(CAROL, DAVE)))
    house.calendar.colleagues[CAROL.email] = Availability(busy=(Period(start=at(8), end=at(12)),))
    report = await house.week()
    (review,) = await house.take()
    assert review.start == at(12)
    assert report.notes == ("I can't see when these guests are busy: dave@example.org.",)


async def test_what_no_week_can_keep_is_explained_with_the_preference_to_change() -> None:
    house = At(own("workshop", at(10), minutes=9 * 60))
    report = await house.week()
    assert report.summary == (
        "No week keeps all your rules, so I propose nothing. Your meetings don't fit into your working hours "
        "(Monday to Friday 09:00 to 17:00); with longer ones they would. "
        "To change it, tell me otherwise for “Working hours”."
    )
    assert report.offers == ()
    assert cells(report) == [("Tue 3 Mar", "10:00–19:00 Workshop")]


async def test_a_full_week_without_a_proposal_names_what_stands_in_it() -> None:
    many = [own(f"m{n}", at(9 + n % 8 * 0.75, days=n // 8), minutes=15, title=f"Talk {n}") for n in range(20)]
    house = At(own("workshop", at(10), minutes=9 * 60), *many)
    shown = [what for _, what in cells(await house.week())]
    assert len(shown) == 21
    assert all(any(what.endswith(f" Talk {n}") for what in shown) for n in range(20))


async def test_rules_for_this_once_and_words_that_are_none() -> None:
    house = At(own("review", at(9)), own("planning", at(14, days=7)))
    report = await house.week("this week, no meetings before 10am, with a cherry on top")
    (review,) = await house.take()
    assert review.start == at(10)
    assert report.notes[1:] == ("I couldn't read “with a cherry on top” as a rule, so this week doesn't heed it.",)
    assert "No meetings: Monday to Friday 00:00 to 10:00" in report.summary
    assert (await house.store.preferences.of(ANN.id)).closed == ()


async def test_what_is_said_to_stay_stays_and_what_was_taken_for_it_is_named() -> None:
    house = At(own("board", at(8), title="Board meeting"), own("review", at(8.5)))
    report = await house.week("don't move the board meeting")
    (review,) = await house.take()
    assert review.was.id == "review"
    assert [row for row in cells(report) if "Board" in row[1]] == [
        ("Tue 3 Mar", "08:00–08:30 Board meeting", "08:00–08:30 Board meeting")
    ]
    assert report.notes[1:] == (
        "“Board meeting” (Tue 3 Mar 08:00) stays, as you said, although it is outside your working hours.",
    )


async def test_several_rules_by_their_names_in_one_request() -> None:
    house = At(own("board", at(9), title="Board meeting"), own("one", at(9.5)), own("two", at(14)))
    lines = ("rule most_a_day 2", "rule fixed the board meeting", "rule closed before 9:30", "rule buffer bananas")
    report = await house.week("\nweek ".join(lines))
    assert "Meetings a day: at most 2" in report.summary
    assert "No meetings: Monday to Friday 00:00 to 09:30" in report.summary
    moved = [card.was.id for card in await house.take()]
    assert len(moved) == 1
    assert "board" not in moved
    assert "I couldn't read “time between meetings: bananas” as a rule, so this week doesn't heed it." in report.notes


async def test_every_time_of_a_series_stays_and_what_could_be_several_meetings_is_said() -> None:
    standups = [own(f"s{n}", at(8, days=n), title="Standup", series="standup") for n in range(3)]
    house = At(*standups, own("a", at(9), title="Design review"), own("b", at(10), title="Budget review"))
    report = await house.week("the standup stays, keep the reviews in place, without touching the retro")
    assert report.offers == ()
    assert report.notes[1:4] == (
        "“Standup” (Tue 3 Mar 08:00, and 2 more of it) stays, as you said, although it is outside your working hours.",
        "“the reviews” could be “Design review” (Tue 3 Mar 09:00) and “Budget review” (Tue 3 Mar 10:00): "
        "all of them stay.",
        "I found no meeting called “the retro” in this time, so nothing stays for it.",
    )


async def test_several_that_stay_may_be_named_together() -> None:
    house = At(own("board", at(9), title="Board meeting"), own("standup", at(10)), own("review", at(8.5)))
    report = await house.week("don't move the board meeting or the standup\nweek rule fixed standup")
    assert [card.was.id for card in await house.take()] == ["review"]
    assert [note for note in report.notes if note.endswith("stays, as you said.")] == [
        "“Board meeting” (Tue 3 Mar 09:00) stays, as you said.",
        "“Standup” (Tue 3 Mar 10:00) stays, as you said.",
    ]


async def test_what_stays_may_be_named_by_its_reference() -> None:
    house = At(own("board", at(8), title="Board meeting"), own("review", at(8.5)))
    await house.week("rule fixed work:primary:board")
    assert [card.was.id for card in await house.take()] == ["review"]


@pytest.mark.parametrize(("first", "stays"), [(9, "“Late” (Tue 3 Mar 18:00)"), (5, "“Early” (Tue 3 Mar 06:00)")])
async def test_what_stays_is_named_by_the_hours_one_works(first: int, stays: str) -> None:
    house = At(own("early", at(6)), own("late", at(18)))
    await house.wants(hours=tuple(Stretch(day=day, start=time(first), end=time(first + 8)) for day in range(5)))
    report = await house.week("rule fixed the meeting tomorrow at 6")
    assert [note for note in report.notes if "stays, as you said" in note and stays in note]


async def test_nobody_is_asked_to_move_what_stays() -> None:
    house = At(theirs("sync", at(7)), own("review", at(10)))
    report = await house.week("the sync stays")
    (group,) = [group for group in report.groups if group.title.startswith("In the way")]
    assert group.offers == ()


async def test_what_stays_may_be_what_no_week_can_keep() -> None:
    house = At(own("board", at(9.25), title="Board meeting", minutes=450), own("review", at(9.25)))
    report = await house.week("rule fixed board\nweek rule closed Wednesday to Monday")
    assert report.offers == ()
    assert "With “Board meeting” (Tue 3 Mar 09:15) where you want it there is no room for the rest" in report.summary


async def test_more_moves_than_cards_of_one_turn_are_offered_in_portions() -> None:
    house = At(*(own(f"m{n}", at(18 + n / 2)) for n in range(MAX_ACTIONS + 2)))
    report = await house.week()
    assert [offer.label for offer in report.offers] == ["Move these 10 meetings", "Move these 2 meetings"]
    assert len(await house.take(0)) == MAX_ACTIONS


async def test_meetings_that_trade_places_are_cards_in_an_order_that_works() -> None:
    """The first must leave before the second comes; its card doesn't call that an overlap."""
    house = At(own("first", at(9), minutes=60), theirs("fixed", at(10), minutes=7 * 60))
    house.calendar.put(own("second", at(8), minutes=60))
    await house.wants(hours=(Stretch(day=1, start=time(9), end=time(17)), Stretch(day=2, start=time(9), end=time(10))))
    house.calendar.colleagues[CAROL.email] = Availability(busy=(Period(start=at(9, days=1), end=at(10, days=1)),))
    house.calendar.put(own("first", at(9), minutes=60, guests=(DAVE,)))
    house.calendar.colleagues[DAVE.email] = Availability()
    await house.week()
    cards = await house.take()
    assert [card.was.id for card in cards] == ["first", "second"]
    assert [card.start for card in cards] == [at(9, days=1), at(9)]
    assert all(card.overlaps == () for card in cards)


async def test_focus_time_that_stands_already_counts() -> None:
    house = At(own("f", at(9), kind="focusTime", minutes=120, guests=()), own("review", at(14)))
    await house.wants(focus=2)
    report = await house.week()
    assert "focus stretch" not in report.summary
    assert report.offers == ()


async def test_a_week_in_which_the_clocks_change_is_shown_by_them() -> None:
    house = At()
    await house.wants(zone="Europe/Berlin")
    vienna = ZoneInfo("Europe/Berlin")
    house.calendar.put(own("review", datetime(2026, 3, 30, 8, tzinfo=vienna)))
    house.calendar.put(own("plan", datetime(2026, 3, 27, 8, tzinfo=vienna)))
    report = await house.week("from 27 March to 2 April")
    assert "The clocks go forward on Sunday 29 March; all times are as the clock shows them then." in report.notes
    assert {row[2] for row in cells(report)} == {"➜ 09:00–09:30 Plan", "➜ 09:00–09:30 Review"}


async def test_a_calendar_that_cannot_be_read_is_named_and_nothing_is_invented() -> None:
    house = At(own("review", at(8)))

    async def fails(*_: Any, **__: Any) -> Any:
        raise Throttled(provider="Google Calendar", retry_after=timedelta(seconds=1))

    house.calendar.events = fails  # type: ignore[method-assign]
    report = await house.week()
    assert [group.title for group in report.groups] == ["Nothing stands in it"]
    assert report.offers == ()
    (note,) = report.notes
    assert note.startswith("I couldn't read the calendar of ")
