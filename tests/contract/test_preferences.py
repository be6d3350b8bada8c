"""The contract of preferences: stated one by one, listed, undone, and nobody else's."""

from datetime import time
from typing import Any

import pytest

from app.domain.ports import Store
from app.domain.preferences import WEEKDAYS, Preferences, Stretch
from tests.samples import ANN, BOB

FRIDAY = {"day": 4, "start": "13:00:00", "end": "00:00:00"}


async def test_who_said_nothing_has_the_usual_ones(store: Store) -> None:
    assert await store.preferences.of(ANN.id) == Preferences()
    assert await store.preferences.said(ANN.id) == ()


async def test_what_was_stated_holds_for_its_person(store: Store) -> None:
    after = await store.preferences.state(ANN.id, "closed", [FRIDAY], words="no meetings on Friday afternoon\x00")
    assert after.closed == (Stretch(day=4, start=time(13), end=time(0)),)
    assert await store.preferences.of(ANN.id) == after
    assert await store.preferences.of(BOB.id) == Preferences()
    (said,) = await store.preferences.said(ANN.id)
    assert said.words.startswith("no meetings on Friday afternoon")
    assert said.name == "closed"
    assert await store.preferences.said(BOB.id) == ()


async def test_undoing_brings_back_what_held_before(store: Store) -> None:
    await store.preferences.state(ANN.id, "buffer", 10, words="ten minutes")
    await store.preferences.state(ANN.id, "buffer", 15, words="fifteen")
    back = await store.preferences.undo(ANN.id, "buffer")
    assert back is not None
    assert back.buffer == 10
    await store.preferences.state(ANN.id, "most_a_day", 5, words="five a day")
    usual = await store.preferences.undo(ANN.id, "most_a_day")
    assert usual is not None
    assert (usual.most_a_day, usual.buffer) == (None, 10)
    assert await store.preferences.undo(ANN.id, "most_a_day") is None
    assert await store.preferences.undo(BOB.id, "buffer") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("buffer", -1), ("buffer", 999), ("most_a_day", 0), ("hours", "always"), ("closed", [{"day": 9}]), ("moods", 1)],
)
async def test_what_no_preference_can_be(store: Store, name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        await store.preferences.state(ANN.id, name, value, words="")
    assert await store.preferences.of(ANN.id) == Preferences()


def test_in_words() -> None:
    words = Preferences(hours=WEEKDAYS, closed=(Stretch(day=4, start=time(13), end=time(0)),), most_a_day=5).worded
    assert words["hours"] == "Monday to Friday 09:00 to 17:00"
    assert words["closed"] == "Friday 13:00 to midnight"
    assert words["most_a_day"] == "at most 5"
    assert words["digest"] == "at 08:00"
    assert words["digest_off"] == "off"
    assert words["zone"] == "as in Slack"
    days = (Stretch(day=0, start=time(8), end=time(12)), Stretch(day=2, start=time(8), end=time(12)))
    assert Preferences(hours=days).worded["hours"] == "Monday and Wednesday 08:00 to 12:00"
