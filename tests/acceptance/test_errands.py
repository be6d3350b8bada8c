"""What takes long is done by a worker: answered once whoever dies meanwhile, in order, and stopped by a word."""

import psutil

from tests.acceptance.house import House
from tests.acceptance.people import TURN, Person, payload

LISTED = "gmail.users.messages.list"
"""What a triage begins with."""
FIRST_SIGN = "is reading your request…"


async def begun(house: House, alex: Person, words: str = "triage") -> str:
    """A triage that a worker has begun; its ts."""
    await house.google.hold(LISTED)
    asked = await alex.say(words)
    await house.google.until_held()
    await alex.screen.until(lambda: (asked, FIRST_SIGN) in alex.screen.statuses, what="the first sign")
    assert len(house.bulk.children) == 1
    return asked


async def answered_once(alex: Person, asked: str) -> str:
    answer = await alex.answered(asked)
    assert answer.state == "ended"
    assert len([m for m in alex.screen.steward(alex.dm, asked) if payload(m, TURN)]) == 1
    return answer.words


async def test_the_answer_comes_without_the_app_that_heard_it(house: House, alex: Person) -> None:
    asked = await begun(house, alex)
    await house.kill_app(house.app)
    await house.google.release()
    words = await answered_once(alex, asked)
    assert "unread" in words.lower()


async def test_a_killed_workers_errand_is_taken_over_by_the_next(house: House, alex: Person) -> None:
    asked = await begun(house, alex)
    house.bulk.kill()
    await house.google.release(drop=True)
    house.flush()
    house.bulk.start()
    await answered_once(alex, asked)


async def test_what_takes_long_gives_way_to_what_people_wait_for(house: House) -> None:
    processes = {name: psutil.Process(each.pid) for name, each in (("bulk", house.bulk), ("now", house.now))}
    assert processes["bulk"].nice() > processes["now"].nice() == psutil.Process(house.app.pid).nice()


async def test_what_is_said_meanwhile_is_answered_after_it_and_stop_ends_both(house: House, alex: Person) -> None:
    first = await begun(house, alex)
    second = await alex.say("tasks")
    await house.slack.until_acked()
    await house.google.release()
    await answered_once(alex, first)
    await answered_once(alex, second)
    replies = [float(alex.screen.steward(alex.dm, asked)[0]["ts"]) for asked in (first, second)]
    assert replies == sorted(replies)
    third = await begun(house, alex)
    assert await alex.told("stop") == "Stopped. Nothing was changed."
    await house.google.release()
    assert (await alex.ask("preferences")).state == "ended"
    assert [m for m in alex.screen.steward(alex.dm, third) if payload(m, TURN)] == []
