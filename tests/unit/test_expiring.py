"""Until when a card can be decided: one working day, on its person's own days and clock."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.preferences import Stretch
from app.planning.phrases import WorkingHours
from app.planning.workdays import a_day_on, working_day
from tests.samples import ANN, archive
from tests.unit.steward_at_work import at_work

VIENNA = "Europe/Vienna"
HOURS = WorkingHours()


def on(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZoneInfo(VIENNA))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (on(4, 10), on(5, 10)),  # Wednesday to Thursday
        (on(6, 17), on(9, 17)),  # Friday to Monday
        (on(7, 6), on(10, 0)),  # Saturday: all of Monday
        (on(8, 23), on(10, 0)),
        (on(27, 17), on(30, 17)),  # the clocks go forward between them
    ],
)
def test_a_card_lives_one_working_day(now: datetime, until: datetime) -> None:
    assert a_day_on(now, HOURS, VIENNA) == until


@given(st.integers(0, 2**31), st.sets(st.integers(0, 6), min_size=1))
def test_every_card_can_be_decided_for_a_working_day(seconds: int, days: set[int]) -> None:
    hours = WorkingHours(days=frozenset(days))
    now = datetime.fromtimestamp(seconds, ZoneInfo(VIENNA))
    until = a_day_on(now, hours, VIENNA)
    assert until - now >= timedelta(hours=22)  # 23 of a day whose clocks go forward, and one more by which they do
    last = (until - timedelta(microseconds=1)).astimezone(ZoneInfo(VIENNA)).date()
    assert working_day(last, hours)


def test_somebody_who_never_works_has_no_working_day() -> None:
    with pytest.raises(ValueError, match="no working day"):
        a_day_on(on(4, 10), WorkingHours(days=frozenset()), VIENNA)


async def test_a_cards_expiry_follows_what_its_person_said_of_their_days() -> None:
    at = at_work()  # on a Monday
    now = at.clock.now()
    assert (await at.propose(archive("m1"))).expires_at == now + timedelta(days=1)
    mondays = [Stretch(day=0, start=time(9), end=time(17)).model_dump(mode="json")]
    await at.store.preferences.state(ANN.id, "hours", mondays, words="I only work on Mondays")
    assert (await at.propose(archive("m2"))).expires_at == now + timedelta(days=7)
    await at.store.preferences.state(ANN.id, "hours", [], words="I never work")
    assert (await at.propose(archive("m3"))).expires_at == now + timedelta(days=1)
