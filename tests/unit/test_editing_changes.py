"""What of a change of events, labels and forwards a person can change in its form."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.actions import Action, ChangeEvent, ForwardEmails, LabelEmails, MoveEvent, RespondToEvent, Scope
from app.domain.cards import Origin
from app.domain.errors import FormErrors, NotConnected, Refusal
from app.domain.forms import Choice
from app.domain.types import AccountId, CalendarRef, MailQuery
from app.planning.series import fitted
from tests.fakes.clock import START
from tests.samples import ANN, WORK, event
from tests.unit.events_world import (
    BOB,
    CARA,
    HOUR,
    TEN,
    VIENNA,
    WEEK,
    Diary,
    answered,
    aside,
    attempt,
    edited,
    every,
    following,
    guest,
    homewards,
    invitation,
    rescheduled,
    review,
    weekly,
)
from tests.unit.steward_at_work import at_work
from tests.unit.test_forwarding import forward, forwarded

MIDNIGHT = datetime(2026, 3, 3, tzinfo=VIENNA)
DAY = timedelta(days=1)


def changed(action: Action, **entries: tuple[str, ...] | str) -> Any:
    """As the editor makes it of what was entered."""
    form = action.form()
    assert form is not None
    given = {each.name: each.parts for each in form.inputs}
    given |= {name: (parts,) if isinstance(parts, str) else parts for name, parts in entries.items()}
    return fitted(action, action.edited(given, START)).vetted(START)


def faults(action: Action, **entries: tuple[str, ...] | str) -> dict[str, str]:
    with pytest.raises(FormErrors) as wrong:
        changed(action, **entries)
    return wrong.value.fields


async def occurring(action: str) -> ChangeEvent:
    first = await Diary(weekly()).occurrence()
    make = following if action == "following" else every
    return make(weekly(), first, TEN + WEEK + 4 * HOUR)


def whole_day(**more: Any) -> ChangeEvent:
    was = review(start=MIDNIGHT, end=MIDNIGHT + DAY, all_day=True)
    return edited(was, start=MIDNIGHT + DAY, end=MIDNIGHT + 2 * DAY, **more)


ACTIONS: list[Action] = [
    rescheduled(review()),
    edited(review(), title="Retro", added=(guest("dan@example.org"),), removed=("cara@example.org",)),
    whole_day(),
    answered(invitation(), notify="externalOnly"),
    LabelEmails(account=WORK, query=MailQuery(), ids=("m1",), name="Bills"),
    forward(forwarded("m1"), forwarded("m2")),
    forward(forwarded("m1")),
]


@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.kind)
def test_a_form_that_nobody_changed_gives_the_same_action(action: Action) -> None:
    assert changed(action).renewed(id=action.id) == action


@pytest.mark.parametrize("scope", ["following", "all"])
async def test_a_form_of_a_series_that_nobody_changed_gives_the_same_action(scope: str) -> None:
    action = await occurring(scope)
    assert changed(action).renewed(id=action.id) == action


# Guests.


def test_guests_are_added_and_taken_out_in_one_list() -> None:
    new = changed(edited(review(), title="Retro"), guests="bob@example.org\nDan <dan@example.org>, ann@example.com")
    assert [(r.address.email, r.role, r.origin) for r in new.added] == [("dan@example.org", "guest", Origin.TYPED)]
    assert new.removed == (CARA.email,)
    roles = {r.address.email: r.role for r in new.card().recipients}
    assert roles == {BOB.email: "guest", "dan@example.org": "new guest", CARA.email: "no longer a guest"}


def test_a_guest_who_was_to_be_added_keeps_the_mark() -> None:
    action = edited(review(), added=(guest("eve@example.net", Origin.UNSEEN),))
    both = f"{BOB.email}\n{CARA.email}\neve@example.net"
    assert changed(action, guests=both, title="Retro").card().confirmations == 2
    many = "\n".join(f"p{n}@example.org" for n in range(51))
    assert faults(action, guests=many).keys() == {"guests"}
    assert faults(action, guests="eve@") == {"guests": "“eve@” is no address."}


# Times.


def test_a_day_is_chosen_for_what_takes_whole_days() -> None:
    new = changed(whole_day(), start="2026-03-09", end="2026-03-10")
    assert (new.start, new.end) == (MIDNIGHT + 6 * DAY, MIDNIGHT + 8 * DAY)
    assert "Mon 9 Mar – Tue 10 Mar 2026, all day" in new.card().summary
    assert faults(whole_day(), end="2026-03-01").keys() == {"end"}
    assert changed(whole_day(), start="2026-03-03", end="2026-03-03", title="Retro").start is None


async def test_a_series_that_goes_on_at_another_time_repeats_there() -> None:
    new = changed(await occurring("following"), start=("2026-03-11", "09:00"), end=("2026-03-11", "10:00"))
    assert new.recurrence == ("RRULE:FREQ=WEEKLY;BYDAY=WE",)
    at = Diary(weekly())
    await attempt(at, new)
    assert (await at.times())[:3] == ["Review 3.3. 10:00", "Review 11.3. 09:00", "Review 18.3. 09:00"]


async def test_a_whole_series_moves_with_the_occurrence_that_is_shown() -> None:
    new = changed(await occurring("all"), start=("2026-03-10", "08:30"), end=("2026-03-10", "09:30"))
    at = Diary(weekly())
    await attempt(at, new)
    assert (await at.times())[:2] == ["Review 3.3. 08:30", "Review 10.3. 08:30"]
    same = changed(new, start=("2026-03-10", "10:00"), end=("2026-03-10", "11:00"), title="Retro")
    assert (same.start, same.anchor, same.recurrence) == (None, None, None)


async def test_a_day_that_doesnt_fit_the_series_is_said_at_its_field() -> None:
    series = weekly().model_copy(update={"recurrence": ("RRULE:FREQ=WEEKLY;BYDAY=TU,TH",)})
    first = await Diary(series).occurrence()
    action = every(series, first, TEN + WEEK + 4 * HOUR)
    assert action.scope is Scope.ALL
    wrong = faults(action, start=("2026-03-11", "10:00"), end=("2026-03-11", "11:00"))
    assert wrong.keys() == {"start"}
    assert "only one by one" in wrong["start"]


async def test_the_editor_keeps_a_series_whole() -> None:
    at = at_work()
    at.calendar.put(weekly())
    action = await occurring("following")
    await at.propose(action)
    form = action.form()
    assert form is not None
    times = {"start": ("2026-03-11", "09:00"), "end": ("2026-03-11", "10:00")}
    entries = {each.name: each.parts for each in form.inputs} | times
    assert await at.editor.faults(ANN.id, action.id, entries) == {}
    await at.editor.save(ANN.id, action.id, entries, key="T1")
    (new,) = [row.approval.action for row in at.disk.approvals.values() if row.approval.replaces == action.id]
    assert isinstance(new, ChangeEvent)
    assert new.recurrence == ("RRULE:FREQ=WEEKLY;BYDAY=WE",)


# The others.


def test_who_hears_of_an_answer_is_chosen_with_it() -> None:
    new = changed(answered(invitation()), answer="tentative", notify="none")
    assert isinstance(new, RespondToEvent)
    assert (new.answer, new.notify) == ("tentative", "none")
    assert new.card().notes == ("Nobody is told by mail.",)
    assert "unless they use Google Calendar" in changed(answered(invitation()), notify="externalOnly").card().notes[0]


async def test_another_calendar_is_chosen_for_a_move() -> None:
    """Every calendar that one may write to is offered, of all accounts, but the one where the event is."""
    at = Diary(review())
    at.home.listed.append(CalendarRef(id="team", name="Team", role="reader"))
    action = homewards(at, review())
    assert action.reading
    places = (await action.asking(at.desk)).inputs[0]
    assert isinstance(places, Choice)
    assert [(o.label, o.key == places.value) for o in places.options] == [("Side (work)", False), ("home", True)]
    (side,) = (o.key for o in places.options if o.key != places.value)
    moved = await changed(action, into=side).previewed(at.desk)
    assert isinstance(moved, MoveEvent)
    assert (moved.native, moved.into, moved.into_name, moved.target.name) == (True, "side", "Side (work)", "work")
    assert moved.card().fields[0].value == "work → Side (work)"
    await attempt(at, moved)
    stored = await at.work.event("side", "e1")
    assert stored is not None
    assert stored.calendar == "side"


async def test_a_calendar_that_may_not_be_written_to_is_no_place_for_a_move() -> None:
    at = Diary(review())
    at.home.listed.append(CalendarRef(id="team", name="Team", role="reader"))
    action = homewards(at, review())
    for calendar in ("team", "nowhere"):
        with pytest.raises(Refusal, match="no such calendar"):
            await changed(action, into=f"{at.homely.id}/{calendar}").previewed(at.desk)
    with pytest.raises(Refusal, match="already"):
        await changed(action, into=f"{WORK.id}/primary").previewed(at.desk)
    assert faults(action, into="anywhere").keys() == {"into"}


async def test_a_form_that_takes_reading_is_shown_in_the_place_of_a_first_one() -> None:
    at = at_work()
    at.calendar.put(review())
    action = aside(review())
    await at.propose(action)
    at.calendar.listed.append(CalendarRef(id="side", name="Side"))
    await at.editor.open(ANN.id, action.id, "T1")
    (first,), ((view, then),) = at.chat.forms, at.chat.filled
    assert (first.form.inputs, first.form.words) == ((), action.reading)
    async with at.outside.desks.open(ANN) as desk:
        assert (view, then.form) == ("V1", await action.asking(desk))
    assert len(then.form.inputs[0].options) == 1  # type: ignore[attr-defined]


async def test_a_form_that_was_closed_meanwhile_is_no_fault() -> None:
    at = at_work()
    await at.propose(aside(review()))
    at.chat.closed_forms.add("V1")
    (row,) = at.disk.approvals.values()
    await at.editor.open(ANN.id, row.approval.id, "T1")
    assert at.chat.filled == []


async def test_a_form_whose_facts_cannot_be_read_offers_what_the_card_knows() -> None:
    at = at_work()
    action = aside(review())
    await at.propose(action)
    at.outside.desks.take(AccountId(WORK.id))
    await at.editor.open(ANN.id, action.id, "T1")
    ((_, then),) = at.chat.filled
    assert then.form.words == NotConnected().sentence
    assert then.form.inputs == action.form().inputs


def test_a_label_is_named_anew() -> None:
    action = LabelEmails(account=WORK, query=MailQuery(), ids=("m1",), name="Bills")
    new = changed(action, name="Receipts")
    assert (new.name, new.ids) == ("Receipts", ("m1",))
    assert faults(action, name=" / ").keys() == {"name"}
    assert faults(action, name="x" * 226).keys() == {"name"}


def test_mails_are_left_out_of_a_forward() -> None:
    action = forward(forwarded("m1"), forwarded("m2"), forwarded("m3"))
    new = changed(action, mails=("0", "2"))
    assert isinstance(new, ForwardEmails)
    assert [m.id for m in new.mails] == ["m2"]
    assert faults(action, mails=("0", "1", "2")) == {"mails": "None of these mails would be left."}


def test_an_event_that_is_to_be_made_has_no_series_to_fit() -> None:
    action = event(START + HOUR)
    assert fitted(action, action) is action
