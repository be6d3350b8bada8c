"""Questions over the whole house: many clicks count once, late ones get a sentence, and a kill loses nothing."""

import asyncio
from typing import Any

from sandbox.playing.blocks import buttons, render
from tests.acceptance.deeds import calls
from tests.acceptance.house import House
from tests.acceptance.people import Answer, Person

Json = dict[str, Any]
OVER = "You have answered that question already"


async def asked(house: House, person: Person, ask: str) -> tuple[Answer, Json]:
    """A question of the model's with two options, and its message."""
    question = calls("ask_person", question="Which day?", options=["Plum day", "Pear day"])
    await house.models.script(question, match=ask)
    answer = await person.ask(ask)
    (message,) = person.screen.steward(person.dm, answer.asked)
    return answer, message


async def click(person: Person, message: Json, option: int) -> None:
    button = next(b for b in buttons(message) if b.action_id == f"answer:{option}")
    container = {"type": "message", "channel": person.dm, "ts": message["ts"]}
    await person.page.post("click", container=container, block_id=button.block_id, action_id=button.action_id)


async def until_closed(person: Person, message: Json, words: str) -> None:
    def closed() -> bool:
        now = person.screen.messages[person.dm, message["ts"]]
        return not buttons(now) and words in render(now)

    await person.screen.until(closed, what=f"the question closed with {words}")


async def replies(person: Person, answer: Answer, count: int) -> list[Json]:
    """Steward's messages in the thread of a question, once there are so many."""
    found = person.screen.steward
    return await person.screen.until(
        lambda: there if len(there := found(person.dm, answer.asked)) >= count else None,
        what=f"{count} messages in the thread",
    )


async def said(house: House, words: str) -> int:
    """How many turns of the model began with these words."""
    return (await house.models.begun()).count(words)


async def test_of_many_clicks_one_counts_as_the_persons_words(house: House, alex: Person) -> None:
    await house.models.turn(keep_bodies=1)
    answer, message = await asked(house, alex, "Please ask me about the plum")
    assert [b.text for b in buttons(message)] == ["Plum day", "Pear day"]
    await asyncio.gather(*(click(alex, message, 0) for _ in range(5)))
    await until_closed(alex, message, "You chose: Plum day")
    await replies(alex, answer, 2)
    await house.slack.until_acked()
    assert len(alex.screen.steward(alex.dm, answer.asked)) == 2
    assert await said(house, "Plum day") == 1


async def test_a_click_after_words_is_told_so(house: House, alex: Person) -> None:
    answer, message = await asked(house, alex, "Please ask me about the pear")
    await alex.ask("What did Dana Whitfield write?", thread=answer.asked)
    whispers = len(alex.screen.whispers)
    await click(alex, message, 1)
    await alex.screen.until(lambda: len(alex.screen.whispers) > whispers, what="a sentence about the late click")
    assert alex.screen.whispers[-1].startswith(OVER)
    await until_closed(alex, message, "You went on in your own words.")


async def test_a_question_is_answered_after_the_app_was_killed(house: House, alex: Person) -> None:
    answer, message = await asked(house, alex, "Please ask me about the quince")
    await house.kill_app(house.app)
    await house.start_app(house.app)
    await click(alex, message, 1)
    await until_closed(alex, message, "You chose: Pear day")
    await replies(alex, answer, 2)
