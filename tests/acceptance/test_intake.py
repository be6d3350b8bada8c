"""What a person has sent is answered once, whatever Slack repeats and whichever process or store is away."""

import asyncio

import psutil

from tests.acceptance.deeds import Archive
from tests.acceptance.house import House
from tests.acceptance.people import TURN, Json, Person, payload
from tests.acceptance.processes import stopped
from tests.acceptance.waiting import until

FAST = 20.0
"""Slack's clock, so that the redelivery after a minute comes after three seconds, and the last one after fifteen more:
a busy machine must be given the time to start its database again."""


def answers(person: Person, asked: str) -> list[Json]:
    """The replies that stand in a thread."""
    return [m for m in person.screen.steward(person.dm, asked) if payload(m, TURN)]


async def asked_of_model(house: House, words: str) -> int:
    """How many times a conversation with the model began with these words."""
    return sum(begins(messages, words) for messages in await house.models.conversations())


def begins(messages: list[Json], words: str) -> bool:
    """Whether a request is the first of a turn: since the person's words no tool was called but our own preface."""
    said = max(n for n, message in enumerate(messages) if message["role"] == "user")
    called = {call["function"]["name"] for m in messages[said:] for call in m.get("tool_calls") or ()}
    return messages[said]["content"] == words and called <= {"waiting_cards", "earlier"}


async def until_redelivered(house: House, since: int) -> None:
    async def redelivered() -> bool:
        return bool(await house.slack.log(since, "event_retry"))

    await until(redelivered, what="a redelivery", every=0.01)


async def test_every_envelope_twice(house: House, alex: Person) -> None:
    await house.models.turn(keep_bodies=1)
    await house.slack.turn(duplicate_envelopes=True)
    words = "What did Omar Haddad write?"
    answer = await alex.ask(words)
    await house.slack.until_acked()
    assert len(answers(alex, answer.asked)) == 1
    assert await asked_of_model(house, words) == 1


async def test_twice_and_in_the_wrong_order(house: House, alex: Person) -> None:
    await house.slack.turn(duplicate_envelopes=True, reorder_envelopes=True)
    asked = [await alex.say(f"What did {name} write?") for name in ("Helen Marsh", "Maria Santos", "Ben Okafor")]
    for ts in asked:
        await alex.answered(ts)
    await house.slack.until_acked()
    assert [len(answers(alex, ts)) for ts in asked] == [1, 1, 1]


async def test_an_ack_that_slack_never_heard(house: House, alex: Person) -> None:
    await house.models.turn(keep_bodies=1)
    mark = await house.slack.mark()
    await house.slack.turn(time_scale=FAST, drop_acks=2)
    words = "What did Yuki Tanaka write?"
    answer = await alex.ask(words)
    await until_redelivered(house, mark)
    await house.slack.until_acked()
    assert len(answers(alex, answer.asked)) == 1
    assert await asked_of_model(house, words) == 1


async def test_cut_sockets(house: House, alex: Person) -> None:
    await house.slack.post("cut_sockets")
    asked = await alex.say("What did Sam Carter write?")
    await alex.answered(asked)
    await house.slack.until_acked()
    assert len(answers(alex, asked)) == 1


async def test_a_store_that_hangs(house: House, alex: Person) -> None:
    """Not kept, so not acked; brought again by Slack, and answered once."""
    mark = await house.slack.mark()
    await house.slack.turn(time_scale=FAST)
    with stopped(*database(house)):
        asked = await alex.say("What did Tomás Herrera write?")
        await until_redelivered(house, mark)
        assert answers(alex, asked) == []
    await alex.answered(asked)
    await house.slack.until_acked()
    assert len(answers(alex, asked)) == 1


async def test_a_store_that_is_gone(house: House, alex: Person) -> None:
    """The database is killed and stays away until Slack has brought the message again."""
    mark = await house.slack.mark()
    await house.slack.turn(time_scale=FAST)
    server, *backends = database(house)
    with stopped(house.supervisor("postgres")):
        for process in (server, *backends):
            process.kill()
        asked = await alex.say("What did Sofia Lindqvist write?")
        await until_redelivered(house, mark)
        assert answers(alex, asked) == []
    await alex.answered(asked)
    await house.slack.until_acked()
    assert len(answers(alex, asked)) == 1


async def test_a_store_that_dies_while_a_turn_is_thought_about(house: House, alex: Person) -> None:
    words = "What did Ingrid Solberg write?"
    await house.models.hold(words)
    asked = await alex.say(words)
    await house.models.until_held()
    server, *backends = database(house)
    for process in (server, *backends):
        process.kill()
    await house.models.release()
    await alex.answered(asked)
    assert len(answers(alex, asked)) == 1


async def test_a_store_that_dies_during_a_deed(house: House, alex: Person) -> None:
    deed = Archive(house, alex)
    card = await deed.proposed()
    await house.google.hold(deed.commits[0], "after")
    await alex.click(card, "approve")
    await house.google.until_held()
    server, *backends = database(house)
    for process in (server, *backends):
        process.kill()
    await house.google.release()
    await alex.until_shows(card, "done")
    await deed.check_once()


async def test_the_app_is_killed_while_it_thinks(house: House, alex: Person) -> None:
    """Acked, so kept: a worker answers while no app runs at all."""
    words = "What did Marcus Oyelaran write?"
    await house.models.hold(words)
    asked = await alex.say(words)
    await house.models.until_held()
    await house.slack.until_acked()
    await house.kill_app(house.app)
    await house.models.release(drop=True)
    await alex.answered(asked)
    assert len(answers(alex, asked)) == 1


async def test_the_app_is_killed_right_after_the_ack(house: House, alex: Person) -> None:
    """Before there is a turn: the kept envelope is heard by another app."""
    stranger = await house.slack.post("people", name="nil", real_name="Nil Ek", email="nil@larkspur.example", tz="UTC")
    async with house.visit(stranger) as nil:
        await house.slack.hold("users.info", "before")
        asked = await nil.say("What is in my inbox?")
        await until_held_and_acked(house)
        await house.start_app(house.apps[1])
        await house.kill_app(house.app)
        await house.slack.release(drop=True)
        answer = await nil.answered(asked)
        assert answer.state == "failed"
        assert "No mail or calendar account is connected yet" in answer.words
        assert len(answers(nil, asked)) == 1
        await nil.until_invited(asked)


async def test_the_store_dies_between_the_ack_and_the_turn(house: House, alex: Person) -> None:
    stranger = await house.slack.post("people", name="ole", real_name="Ole Ek", email="ole@larkspur.example", tz="UTC")
    async with house.visit(stranger) as ole:
        await house.slack.hold("users.info", "after")
        asked = await ole.say("What is in my inbox?")
        await until_held_and_acked(house)
        server, *backends = database(house)
        with stopped(house.supervisor("postgres")):
            for process in (server, *backends):
                process.kill()
            await house.slack.release()
            await until_logged(house, "store_away")
        answer = await ole.answered(asked)
        assert "No mail or calendar account is connected yet" in answer.words
        assert len(answers(ole, asked)) == 1
        await ole.until_invited(asked)


async def test_a_reply_that_slack_does_not_take(house: House, alex: Person) -> None:
    """The sweeper brings it; nobody is told that something went wrong, because nothing has."""
    await house.slack.turn(fail_next={"chat.postMessage": {"n": 1, "error": "internal_error"}})
    answer = await alex.ask("What did Dana Whitfield write?")
    await house.slack.until_acked()
    assert answer.state == "ended"
    assert len(alex.screen.steward(alex.dm, answer.asked)) == 1


async def test_a_reply_whose_post_was_never_answered(house: House, alex: Person) -> None:
    await house.slack.turn(commit_then_drop={"chat.postMessage": 2})
    answer = await alex.ask("Archive everything from Cold Chain Weekly")
    await alex.click(answer.card, "reject")
    await alex.until_shows(answer.card, "rejected")
    assert len(answers(alex, answer.asked)) == 1
    assert len(alex.cards(answer.asked)) == 1


async def test_killed_between_the_answer_and_its_post(house: House, alex: Person) -> None:
    """Everything is decided, Slack has the reply, and nobody heard of it: it isn't posted twice."""
    words = "Archive everything from Cold Chain Weekly"
    await house.slack.hold("I've prepared a card", "after")
    asked = await alex.say(words)
    await house.slack.until_held()
    await house.start_app(house.apps[1])
    await house.kill_app(house.app)
    await house.slack.release(drop=True)
    answer = await alex.answered(asked)
    assert len(answer.cards) == 1
    await alex.click(answer.card, "reject")
    await alex.until_shows(answer.card, "rejected")
    assert len(answers(alex, asked)) == 1
    assert len(alex.cards(asked)) == 1


async def until_logged(house: House, event: str) -> None:
    """An app says that it has noticed."""

    async def logged() -> bool:
        return any(f'"{event}"' in line for line in house.app.said())

    await until(logged, what=f"{event} in the log of the app")


async def until_held_and_acked(house: House) -> None:
    await house.slack.until_held()
    await house.slack.until_acked()


def database(house: House) -> list[psutil.Process]:
    """The server, and the processes it has forked."""
    (server,) = house.supervisor("postgres").children()
    return [server, *server.children(recursive=True)]


async def test_eight_requests_over_two_apps(house: House, alex: Person, priya: Person) -> None:
    """Two apps, two sockets each: which app hears what is chance. Whatever comes first is begun at once; what has to
    wait for it is answered in Slack's order."""
    await house.start_app(house.apps[1])
    people = [alex, priya] * 4
    asked = await asyncio.gather(*(p.say(f"What did Dana Whitfield write? ({n})") for n, p in enumerate(people)))
    for person, ts in zip(people, asked, strict=True):
        await person.answered(ts)
    assert [len(answers(p, ts)) for p, ts in zip(people, asked, strict=True)] == [1] * len(people)
    for person in (alex, priya):
        own = [ts for p, ts in zip(people, asked, strict=True) if p is person]
        in_turn = sorted(own, key=lambda ts: float(answers(person, ts)[0]["ts"]))[1:]
        assert in_turn == sorted(in_turn, key=float)


async def test_the_app_is_stopped_while_it_thinks(house: House, alex: Person) -> None:
    """As at every deploy: the request is gone on with elsewhere, and nobody hears of it."""
    words = "What did Omar Haddad write?"
    await house.models.hold(words)
    asked = await alex.say(words)
    await house.models.until_held()
    await house.slack.until_acked()
    await house.stop_app(house.app)
    await house.models.release(drop=True)
    answer = await alex.answered(asked)
    assert answer.state == "ended"
    assert len(answers(alex, asked)) == 1
