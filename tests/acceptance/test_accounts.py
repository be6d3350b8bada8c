"""An account's life: connected for reading, allowed to change when that is first wanted, ended, renewed, let go."""

from collections.abc import Callable

from sandbox.playing.blocks import Button, buttons, render
from sandbox.playing.connecting import allow
from tests.acceptance.house import House
from tests.acceptance.people import ACTION, Json, Person, payload
from tests.acceptance.test_archive import ASK, labels

CONNECT, LIST = "steward_connect", "steward_accounts"


async def said(person: Person, what: str, *, since: str) -> Json:
    """Steward's first message with these words after a moment, once it stands."""

    def found() -> Json | None:
        later = [m for (_, ts), m in person.screen.messages.items() if float(ts) > float(since)]
        mine = [m for m in later if m.get("user") == person.screen.bot and what in render(m)]
        return min(mine, key=lambda m: float(m["ts"]), default=None)

    return await person.screen.until(found, what=what)


def links(message: Json) -> list[str]:
    return [button.url for button in buttons(message) if button.url]


async def press(person: Person, message: Json, which: Callable[[Button], bool]) -> None:
    """Click one of a message's buttons."""
    button = next(b for b in buttons(message) if which(b))
    container = {"type": "message", "channel": person.dm, "ts": message["ts"]}
    await person.page.post("click", container=container, block_id=button.block_id, action_id=button.action_id)


async def pick(person: Person, verb: str) -> str:
    """Click a button of the personal account, which comes last on the list; the ts of the word that asked for it."""
    asked = await person.say("accounts")
    listed = await said(person, "Your accounts", since=asked)
    block = [b["block_id"] for b in listed["blocks"] if str(b.get("block_id", "")).startswith("account:")][-1]
    await press(person, listed, lambda b: (b.block_id, b.action_id) == (block, f"account:{verb}"))
    return asked


async def test_changing_is_asked_for_when_it_is_first_wanted_and_the_request_goes_on(
    house: House, alex: Person
) -> None:
    personal = alex.accounts[1]
    before = labels(await house.google.mails(personal))
    await said(alex, f"Disconnected: *personal* ({personal})", since=await pick(alex, "disconnect"))
    asked = await alex.say("connect")
    card = await said(alex, "Connect a Google account", since=asked)
    await allow(links(card)[0], personal)
    connected = await said(alex, f"({personal})", since=asked)
    assert "I may read mail and see the calendars." in render(connected)
    answer = await alex.ask(ASK)
    assert answer.cards == []
    assert f"I’m not allowed to change and send mail in *personal* ({personal}) yet" in answer.words
    card = await said(alex, "Allow changes in personal", since=answer.asked)
    await allow(links(card)[0], personal)
    await said(alex, "Connected again: *personal*", since=answer.asked)

    def cards() -> list[Json] | None:
        found = [m for m in alex.screen.steward(alex.dm, answer.asked) if payload(m, ACTION)]
        return found if len(found) == 2 else None

    shown = await alex.screen.until(cards, what="the two cards")
    assert {payload(m, ACTION)["status"] for m in shown} == {"proposed"}
    assert labels(await house.google.mails(personal)) == before
    for waiting in alex.waiting():
        await alex.click(waiting, "reject")
        await alex.until_shows(waiting, "rejected")
    asked = await pick(alex, "allow")
    await allow(links(await said(alex, "Allow changes in personal", since=asked))[0], personal)
    await said(alex, "change and send mail and change the calendars.", since=asked)


async def test_the_end_of_a_connection_parks_what_waits_for_it_until_it_is_renewed(house: House, alex: Person) -> None:
    personal = alex.accounts[1]
    answer = await alex.ask(ASK)
    mine = next(card for card in answer.cards if personal in card.text)
    other = next(card for card in answer.cards if personal not in card.text)
    before = labels(await house.google.mails(personal))
    await house.google.turn(revoke_grant=personal)
    await alex.click(mine, "approve")
    reconnect = await said(alex, "Reconnect personal", since=answer.asked)

    def parked() -> bool:
        return "no longer accepts the connection" in alex.now(mine).text

    await alex.screen.until(parked, what="why it waits, on the card")
    assert alex.now(mine).status in ("approved", "running")
    assert labels(await house.google.mails(personal)) == before
    rest = await alex.ask("What's in my inbox?")
    assert f"I left out *personal* ({personal})" in rest.words
    await allow(links(reconnect)[0], personal)
    await said(alex, "Connected again: *personal*", since=rest.asked)
    done = await alex.until_shows(mine, "done")
    assert labels(await house.google.mails(personal)) != before
    again = [m for m in alex.screen.messages.values() if "Reconnect personal" in render(m)]
    assert again == []  # the one there was says what came of it
    await alex.click(done, "undo")
    await alex.until_shows(mine, "undone")
    await alex.click(other, "reject")
    await alex.until_shows(other, "rejected")
