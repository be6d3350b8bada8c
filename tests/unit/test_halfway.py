"""What is refused half way, over fakes: the card says what stands, and offers the rest and the way back."""

from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from app.domain.actions import Action, MirrorAvailability, MoveEvent, Scope
from app.domain.approvals import Decision, Status
from app.domain.calendars import NOBODY, EventChange
from app.domain.desk import reference
from app.domain.errors import ProviderError, Refused, ScopeMissing, Throttled, Unanswered
from app.domain.mailboxes import CHUNK
from app.performing import TRIES
from tests.fakes import MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account, archive
from tests.unit.desk_world import mail, meeting
from tests.unit.events_world import HOUR, TEN, WEEK, following, homewards, weekly
from tests.unit.steward_at_work import AtWork, exhaust, inbox

S, D = Status, Decision
GOOGLE = "Google Calendar"
REFUSED = Refused(provider=GOOGLE, why="Forbidden")
NO = "Google Calendar refused: Forbidden."
LOST = Unanswered(provider=GOOGLE)
DAY = timedelta(days=1)


class TwoAccounts(AtWork):
    """Ann's work, and her home, whose calendar shows when work is busy."""

    def __init__(self, *meetings: int) -> None:
        super().__init__()
        other = account(email="ann@home.example", name="home", subject="1002")
        self.homely, self.home = reference(other), MemoryCalendar(other)
        self.outside.desks.place(MemoryMailbox(other, self.clock), self.home)
        for hour in meetings:
            self.calendar.put(meeting(TEN + hour * HOUR, id=f"m{hour}"))

    async def mirror(self) -> MirrorAvailability:
        blank = MirrorAvailability(account=self.homely, sources=(WORK,), start=TEN, end=TEN + DAY, zone="Europe/Vienna")
        async with self.outside.desks.open(ANN) as desk:
            return await blank.previewed(desk)

    async def blocks(self) -> list[int]:
        """At which hours blocks stand."""
        return [(e.start - TEN) // HOUR for e in await self.home.events(TEN, TEN + DAY) if e.mirrors]

    async def mirrored(self, faults: Iterable[tuple[bool, ProviderError | None]]) -> MirrorAvailability:
        """Approved, and worked on while the calendar answers so."""
        action = await self.mirror()
        await self.approve(action)
        self.home.faults = deque(faults)
        await self.work()
        return action

    async def decided(self, action: Action, decision: Decision) -> None:
        await self.assistant.decide(ANN.id, action.id, decision)
        await self.work()

    def tells(self, action: Action) -> tuple[Status, str, str]:
        """The status of a card, what stands by it, and why not more."""
        card = self.card(action)
        return card.status, card.receipt.summary if card.receipt else "", card.note


FINE = (True, None)


async def test_blocks_that_stand_are_told_when_the_others_are_refused() -> None:
    at = TwoAccounts(1, 3, 5)
    action = await at.mirrored([FINE, (False, REFUSED)])
    assert at.tells(action) == (S.PARTIAL, "In home, 2 of 3 busy blocks added", NO)
    assert at.card(action).offers == (D.RESUME, D.UNDO)
    assert await at.blocks() == [1, 5]


async def test_the_rest_of_the_blocks_is_put_when_the_person_says_so() -> None:
    at = TwoAccounts(1, 3, 5)
    action = await at.mirrored([FINE, (False, REFUSED)])
    await at.decided(action, D.RESUME)
    assert at.tells(action) == (S.DONE, "3 busy blocks added to home", "")
    assert await at.blocks() == [1, 3, 5]


async def test_blocks_that_stand_are_taken_away_again() -> None:
    at = TwoAccounts(1, 3, 5)
    action = await at.mirrored([FINE, (False, REFUSED)])
    await at.decided(action, D.UNDO)
    assert at.tells(action)[:2] == (S.UNDONE, "2 blocks removed again")
    assert await at.blocks() == []


async def test_when_every_block_is_refused_nothing_was_changed() -> None:
    at = TwoAccounts(1, 3)
    action = await at.mirrored([(False, REFUSED)] * 2)
    assert at.tells(action) == (S.FAILED, "", f"{NO} Nothing was changed.")
    assert at.card(action).offers == (D.RETRY,)


async def test_blocks_that_are_taken_away_are_told_beside_those_that_are_put() -> None:
    at = TwoAccounts(1, 3)
    await at.mirrored([])
    at.calendar.put(meeting(TEN + 3 * HOUR, id="m3", status="cancelled"))
    at.calendar.put(meeting(TEN + 5 * HOUR, id="m5"))
    action = await at.mirrored([(False, REFUSED)])
    assert at.tells(action)[1] == "In home, 0 of 1 busy block added and 1 of 1 block removed"


@pytest.mark.parametrize("why", [REFUSED, ScopeMissing(account="ann@home.example")], ids=lambda e: e.code)
async def test_a_block_whose_answer_was_lost_counts_if_it_stands(why: ProviderError) -> None:
    at = TwoAccounts(1, 3)
    action = await at.mirrored([(True, LOST), (False, LOST), (False, why)])
    assert at.tells(action)[:2] == (S.PARTIAL, "In home, 1 of 2 busy blocks added")
    assert await at.blocks() == [1]


async def test_blocks_are_not_forgotten_when_google_never_recovers() -> None:
    at = TwoAccounts(1, 3)
    action = await at.mirrored([(True, LOST), (False, LOST), *[(False, LOST)] * 3 * TRIES])
    await exhaust(at, action)
    assert at.tells(action)[:2] == (S.PARTIAL, "In home, 1 of 2 busy blocks added")


async def test_blocks_that_all_stand_after_all_are_done() -> None:
    at = TwoAccounts(1, 3)
    action = await at.mirrored([(True, LOST), (True, LOST)])
    assert at.tells(action) == (S.DONE, "2 busy blocks added to home", "")


async def test_what_stands_is_known_when_the_calendar_can_no_longer_be_read() -> None:
    at = TwoAccounts(1, 3)
    action = await at.mirrored([FINE, (False, Throttled(provider=GOOGLE, retry_after=timedelta(seconds=1)))])

    async def closed(*_: object, **__: object) -> tuple[()]:
        raise REFUSED

    at.home.events = closed  # type: ignore[method-assign]
    await at.sweep(after=1)
    assert at.tells(action) == (S.PARTIAL, "In home, 1 of 2 busy blocks added", NO)


# Undoing half way.


async def test_an_undoing_that_is_refused_half_way_says_what_it_undid() -> None:
    at = TwoAccounts(1, 3, 5)
    action = await at.mirrored([])
    at.home.faults.extend([FINE, (False, REFUSED)])
    await at.decided(action, D.UNDO)
    assert at.tells(action) == (
        S.DONE,
        "3 busy blocks added to home",
        f"{NO} Undone so far: 2 blocks removed again.",
    )
    await at.decided(action, D.UNDO)
    assert at.tells(action)[::2] == (S.UNDONE, "")
    assert await at.blocks() == []


async def test_an_undoing_that_is_refused_at_once_changed_nothing() -> None:
    at = TwoAccounts(1)
    action = await at.mirrored([])
    at.home.faults.append((False, REFUSED))
    await at.decided(action, D.UNDO)
    assert at.tells(action)[::2] == (S.DONE, f"{NO} Nothing was changed.")


async def test_mails_that_are_back_already_are_told() -> None:
    ids = [f"n{n}" for n in range(CHUNK + 5)]
    at, action = AtWork(*(mail(i) for i in ids)), archive(*ids)
    await at.approve(action)
    await at.work()
    at.mailbox.faults.extend([FINE, (False, Refused(provider="Gmail", why="no"))])
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    await at.work()
    assert at.card(action).status is S.DONE
    assert at.card(action).note == "Gmail refused: no. Undone so far: 1,000 mails back in the inbox."
    assert len(await inbox(at, *ids)) == CHUNK


# Series, and copies in another account.


def with_series() -> TwoAccounts:
    at = TwoAccounts()
    at.calendar.put(weekly())
    return at


async def split(at: TwoAccounts) -> Action:
    (first,) = await at.calendar.events(TEN + WEEK, TEN + WEEK + HOUR)
    action = following(weekly(), first, first.start + 4 * HOUR)
    await at.approve(action)
    return action


ENDS = "“Review” ends before Tue 10 Mar 2026, 10:00–11:00 (Europe/Vienna, UTC+01)"


async def test_a_series_that_ended_without_an_answer_is_told_when_the_rest_is_refused() -> None:
    at = with_series()
    action = await split(at)
    at.calendar.faults.extend([(True, LOST), (False, REFUSED)])
    await at.work()
    assert at.tells(action) == (S.PARTIAL, f"{ENDS}; the occurrences from then on are missing", NO)


async def test_an_undoing_that_leaves_a_series_without_its_rest_says_so() -> None:
    at = with_series()
    action = await split(at)
    await at.work()
    at.calendar.faults.extend([FINE, (False, REFUSED)])
    await at.decided(action, D.UNDO)
    missing = "The occurrences from Tue 10 Mar 2026, 10:00–11:00 (Europe/Vienna, UTC+01) on are missing"
    assert at.tells(action)[::2] == (S.DONE, f"{NO} {missing} until the rest is undone too.")
    await at.decided(action, D.UNDO)
    assert at.status(action) is S.UNDONE
    assert len(await at.calendar.events(TEN, TEN + 3 * WEEK)) == 3


async def copied(at: TwoAccounts) -> MoveEvent:
    """A series, of which one occurrence is an hour later, is to be copied to the other account."""
    (second,) = await at.calendar.events(TEN + WEEK, TEN + WEEK + HOUR)
    later = {"start": second.start + HOUR, "end": second.end + HOUR, "zone": second.zone, "notify": NOBODY}
    change = EventChange(calendar=second.calendar, event=second.id, steward_change="", **later)
    await at.calendar.change(change)
    async with at.outside.desks.open(ANN) as desk:
        action = await homewards(at, weekly(), scope=Scope.ALL).previewed(desk)
    await at.approve(action)
    return action


async def test_a_copy_whose_answer_was_lost_is_told_when_nothing_more_can_be_done() -> None:
    at = with_series()
    action = await copied(at)
    at.home.faults.append((True, LOST))
    apart, looks = at.calendar.apart, iter([False, True])

    async def closed(*given: Any) -> Any:
        if next(looks, True):
            raise REFUSED
        return await apart(*given)

    at.calendar.apart = closed  # type: ignore[method-assign]
    await at.work()
    assert at.tells(action) == (S.PARTIAL, "A copy of “Review” is in home; the original is still there", NO)
    at.calendar.apart = apart  # type: ignore[method-assign]
    await at.decided(action, D.RESUME)
    assert at.status(action) is S.DONE


async def test_an_undoing_that_leaves_a_copy_beside_the_original_says_so() -> None:
    at = with_series()
    action = await copied(at)
    await at.work()
    at.calendar.faults.extend([FINE, (False, REFUSED)])
    await at.decided(action, D.UNDO)
    there = "The original is in work again, and the copy is still in home."
    assert at.tells(action)[::2] == (S.DONE, f"{NO} {there}")
    await at.decided(action, D.UNDO)
    assert at.status(action) is S.UNDONE
    assert await at.home.events(TEN, TEN + 2 * WEEK) == ()
    assert len(await at.calendar.events(TEN, TEN + 2 * WEEK)) == 2


async def test_an_undoing_that_is_taken_back_says_nothing_was_changed() -> None:
    at = with_series()
    action = await copied(at)
    await at.work()
    at.home.faults.append((False, REFUSED))
    await at.decided(action, D.UNDO)
    assert at.tells(action)[::2] == (S.DONE, f"{NO} Nothing was changed.")
    assert await at.calendar.events(TEN, TEN + 2 * WEEK) == ()


async def test_a_series_that_ended_is_told_when_its_rest_doesnt_fit_any_more() -> None:
    at = with_series()
    action = await split(at)
    at.calendar.faults.extend([FINE, (False, REFUSED)])
    await at.work()
    at.calendar.put(meeting(TEN + WEEK + 4 * HOUR, title="Dentist"))
    await at.decided(action, D.RESUME)
    taken = "The time was taken since the preview: “Dentist”"
    assert at.tells(action) == (S.PARTIAL, f"{ENDS}; the occurrences from then on are missing", taken)
    await at.decided(action, D.UNDO)
    assert at.status(action) is S.UNDONE
    assert len([e for e in await at.calendar.events(TEN, TEN + 3 * WEEK) if e.series]) == 3


async def test_a_copy_that_doesnt_fit_any_more_is_taken_back_and_nothing_stands() -> None:
    at = with_series()
    action = await copied(at)
    at.calendar.faults.append((False, REFUSED))
    await at.work()
    assert at.status(action) is S.PARTIAL
    at.calendar.put(weekly(title="Retro", etag='"9"'))
    await at.decided(action, D.RESUME)
    assert at.status(action) is S.STALE
    assert await at.home.events(TEN, TEN + 2 * WEEK) == ()
