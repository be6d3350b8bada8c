"""One request at a time in a conversation: others wait visibly, in order, and can be changed, withdrawn, stopped."""

from tests.acceptance.house import House
from tests.acceptance.people import TURN, Person, payload
from tests.acceptance.waiting import until

WAITS = "starts on this when your last request is done…"


async def until_waiting(person: Person, asked: str) -> None:
    await person.screen.until(lambda: person.screen.showing(asked) == WAITS, what=f"{asked} shown as waiting")


async def test_two_at_once(house: House, alex: Person) -> None:
    await house.models.hold("first of two")
    first = await alex.say("What did Dana Whitfield write? This is the first of two.")
    await house.models.until_held()
    assert alex.screen.showing(first) not in ("", WAITS)
    second = await alex.say("What did Helen Marsh write? This is the second of two.")
    await until_waiting(alex, second)
    assert len(await house.models.held()) == 1
    await house.models.release()
    answers = [await alex.answered(first), await alex.answered(second)]
    assert [a.state for a in answers] == ["ended", "ended"]
    replies = [float(alex.screen.steward(alex.dm, asked)[0]["ts"]) for asked in (first, second)]
    assert replies == sorted(replies)


async def test_an_edited_message_waits_with_its_new_words(house: House, alex: Person) -> None:
    await house.models.turn(keep_bodies=1)
    await house.models.hold("goes before")
    first = await alex.say("What did Dana Whitfield write? This goes before the others.")
    await house.models.until_held()
    second = await alex.say("What did Omar Haddad write? Old words.")
    await until_waiting(alex, second)
    await alex.page.post("edit", channel=alex.dm, ts=second, text="What did Ben Okafor write? New words.")
    third = await alex.say("What did Sam Carter write? Withdrawn words.")
    await until_waiting(alex, third)
    await alex.page.post("delete", channel=alex.dm, ts=third)
    await house.slack.until_acked()
    await house.models.release()
    await alex.answered(first)
    await alex.answered(second)
    last = await alex.ask("What did Sofia Lindqvist write?")
    assert last.state == "ended"
    asked = await house.models.conversations()
    said = [m["content"] for messages in asked for m in messages if m["role"] == "user"]
    assert "What did Ben Okafor write? New words." in said
    assert "What did Omar Haddad write? Old words." not in said
    assert "What did Sam Carter write? Withdrawn words." not in said
    assert [m for m in alex.screen.steward(alex.dm, third) if payload(m, TURN)] == []


async def test_stop_ends_what_runs_and_what_waits(house: House, alex: Person) -> None:
    mark = await house.google.mark()
    await house.models.hold("will be stopped")
    first = await alex.say("Archive everything from Cold Chain Weekly. This will be stopped.")
    await house.models.until_held()
    second = await alex.say("What did Helen Marsh write? Stopped as well.")
    await until_waiting(alex, second)
    assert await alex.told("stop") == "Stopped. Nothing was changed."
    await alex.screen.until(
        lambda: alex.screen.showing(first) == alex.screen.showing(second) == "", what="nothing shown as running"
    )

    async def let_go() -> bool:
        """Steward has hung up on the model: it doesn't keep thinking for nobody."""
        last = (await house.models.requests())[-1]
        return bool(last["outcome"] != "open")

    await house.models.release()
    await until(let_go, what="the end of the model's request")
    after = await alex.ask("What did Yuki Tanaka write?")
    assert after.state == "ended"
    for stopped in (first, second):
        assert [m for m in alex.screen.steward(alex.dm, stopped) if payload(m, TURN)] == []
        assert alex.cards(stopped) == []
    assert await house.google.commits(mark) == []
    assert await alex.told("stop") == "I'm not working on anything right now."


async def test_stop_reaches_a_turn_that_another_process_thinks_about(house: House, alex: Person) -> None:
    """The app is killed, a worker has taken the turn over, and the word is heard by an app that knows nothing of it."""
    words = "Archive everything from Cold Chain Weekly. Taken over and stopped."
    await house.models.hold("Taken over")
    asked = await alex.say(words)
    await house.models.until_held()
    (first,) = await house.models.held()
    await house.kill_app(house.app)

    async def taken_over() -> bool:
        return any(held["number"] > first["number"] for held in await house.models.held())

    await until(taken_over, what="the turn taken over by a worker")
    await house.start_app(house.apps[1])
    assert await alex.told("stop") == "Stopped. Nothing was changed."
    await house.models.release()
    after = await alex.ask("What did Yuki Tanaka write?")
    assert after.state == "ended"
    assert [m for m in alex.screen.steward(alex.dm, asked) if payload(m, TURN)] == []
    assert alex.cards(asked) == []


async def test_a_thread_goes_on(house: House, alex: Person) -> None:
    """The model sees what was said before: in this thread, and in the direct messages above it."""
    await house.models.turn(keep_bodies=1)
    first = await alex.ask("What did Marcus Oyelaran write? Thread one.")
    second = await alex.ask("And what did Dana Whitfield write? Thread two.", thread=first.asked)
    assert second.state == "ended"
    messages = (await house.models.conversations())[-1]
    said = [m["content"] for m in messages if m["role"] == "user"]
    assert said[-2:] == [
        "What did Marcus Oyelaran write? Thread one.",
        "And what did Dana Whitfield write? Thread two.",
    ]
