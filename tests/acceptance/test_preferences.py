"""Preferences by saying so: shown back, listed, kept to from the next request on, and undone at a click."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.acceptance.house import House
from tests.acceptance.offers import chosen, menus, reported, taken
from tests.acceptance.people import ALEX, Answer, Person

MINE = "steward.preferences WHERE person = (SELECT id FROM steward.people WHERE email = %s)"


@pytest.fixture(autouse=True)
def as_usual(house: House) -> Iterator[None]:
    """Nothing is left of what was said."""
    with psycopg.connect(house.database_admin_url.replace("+psycopg", ""), autocommit=True) as admin:
        yield
        admin.execute(f"DELETE FROM {MINE}", (ALEX[0],))


def working_day(zone: ZoneInfo) -> str:
    """The first one that is neither today nor tomorrow."""
    coming = (datetime.now(zone) + timedelta(days=n) for n in range(2, 6))
    return next(f"{day:%A}" for day in coming if day.weekday() < 5)


async def free(alex: Person, day: str) -> list[tuple[str, str]]:
    """From when until when there is an hour free, as Steward says."""
    return re.findall(
        r"• \w+ \d+ \w+ \d+ (\d\d:\d\d)–(\d\d:\d\d)", (await alex.ask(f"Find a free hour on {day}")).words
    )


async def test_said_shown_listed_kept_to_and_undone(house: House, alex: Person) -> None:
    day = working_day(ZoneInfo(alex.zone))
    said = {
        f"Keep {day} mornings clear": f"No meetings: {day} 00:00 to 12:00.",
        "I'm in from 10 to 6": "Working hours: Monday to Friday 10:00 to 18:00.",
        "Leave 15 minutes after each meeting": "Time between meetings: 15 minutes.",
    }
    usual = await free(alex, day)
    answers = {words: await alex.ask(words) for words in said}
    assert {words: back for words, back in said.items() if back not in answers[words].words} == {}
    listed = (await alex.ask("preferences")).words
    for back in said.values():
        title, _, value = back.rstrip(".").partition(": ")
        assert value in listed.partition(title)[2].partition("As usual")[0]
    kept = await free(alex, day)
    assert kept
    assert all(start >= "12:00" and end <= "18:00" for start, end in kept)
    undone = [(await taken(alex, reported(alex, answer), "Undo")).words for answer in answers.values()]
    assert ["Undone. " in words for words in undone] == [True] * len(said)
    assert await free(alex, day) == usual != kept
    assert "you said" not in (await alex.ask("preferences")).words


async def test_whom_a_name_means_is_listed_and_forgotten_in_words_and_at_a_click(house: House, alex: Person) -> None:
    def lines(listed: Answer) -> list[str]:
        return [line for line in menus(reported(alex, listed)) if "my manager" in line]

    for words in ("Forget who my manager is", ""):
        await alex.ask("My manager is dana@larkspur.example")
        listed = await alex.ask("preferences")
        (line,) = lines(listed)
        assert "dana@larkspur.example" in line
        if words:
            assert "Forgotten" in (await alex.ask(words)).words
        else:
            said = await chosen(alex, reported(alex, listed), line, "Forget")
            assert "Forgotten: my manager was dana@larkspur.example" in said.words
        assert lines(await alex.ask("preferences")) == []
